"""``thriftwatch reposts``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    chosen_model,
    language_option,
    lexicon_option,
    model_option,
    print_rejected,
    refuse_overwriting,
    text_options,
)
from thriftwatch.errors import InputError
from thriftwatch.language import Texts

if TYPE_CHECKING:
    from thriftwatch.model.model import Model
    from thriftwatch.watch.posts import Posts
    from thriftwatch.watch.reposts import RepostIndex

__all__ = ["reposts"]


@click.command()
@click.argument("known")
@click.argument("new")
@click.option("-o", "--output", required=True, metavar="MATCHES", help="File to write; - is CSV.")
@click.option(
    "--threshold",
    type=float,
    default=0.5,
    show_default=True,
    metavar="P",
    help="Similarity (0 to 1) from which a pair is reported.",
)
@click.option(
    "--families", metavar="FAMILIES", help="Also write which listings belong together, in a table."
)
@click.option("--save-index", metavar="FOLDER", help="Keep the index of KNOWN in this folder.")
@model_option
@lexicon_option
@text_options
@language_option
def reposts(
    *,
    known: str,
    new: str,
    output: str,
    threshold: float,
    families: str | None,
    save_index: str | None,
    model: str | None,
    lexicon: str | None,
    title_column: str | None,
    description_column: str | None,
    shop_column: str | None,
    encoding: str | None,
    lang: str | None,
) -> None:
    """Find listings that were taken down and came back.

    KNOWN is a file of listings that were taken down, or a folder that --save-index wrote. NEW is a
    file of listings to look through. MATCHES gets a row for each pair, the most similar first: the
    rows (counted from 0), ids, similarity, the phrases in common with their places in both texts,
    and both sellers. A match is an indication for a human reviewer, never a finding.
    """
    from thriftwatch.console import console
    from thriftwatch.files import check_output, write_table
    from thriftwatch.language import chosen_language
    from thriftwatch.watch.posts import read_posts
    from thriftwatch.watch.repost_tables import family_table, match_table

    texts = Texts(chosen_language(lang))
    if not 0 < threshold <= 1:
        raise InputError(f"--threshold must be above 0 and at most 1, not {threshold:g}")
    written = [output, *filter(None, [families])]
    for path in written:
        check_output(path)
    if families is not None and families == output:
        raise InputError(f"{families} is named twice; matches and families need a file each")
    refuse_overwriting([known, new, *filter(None, [lexicon])], written)
    log = console(stderr=True)
    columns = {"title": title_column, "description": description_column, "shop": shop_column}
    scorer = chosen_model(model, lexicon)
    posts = read_posts(new, columns=columns, encoding=encoding)
    if Path(known).is_dir():
        index = _loaded(known, scorer)
    else:
        listings = read_posts(known, columns=columns, encoding=encoding)
        index = _indexed(listings, scorer)
        print_rejected(log, listings.rejected, limit=SHOWN_REJECTED)
    print_rejected(log, posts.rejected, limit=SHOWN_REJECTED)
    if save_index is not None:
        index.save(save_index)
    matches = index.query(posts, threshold=threshold)
    write_table(match_table(matches, posts, index), output)
    came_back = len({match.new_row for match in matches})
    log.print(texts["reposts-found", came_back, len(posts), len(index)], soft_wrap=True)
    log.print(texts["reposts-matches", len(matches), output], soft_wrap=True)
    if families is not None:
        table, count = family_table(index, posts, threshold)
        write_table(table, families)
        log.print(texts["reposts-families", count, families], soft_wrap=True)
    log.print(texts["reposts-indication"], soft_wrap=True)


def _loaded(folder: str, model: "Model") -> "RepostIndex":
    from thriftwatch.watch.reposts import RepostIndex

    return RepostIndex.load(folder, model)


def _indexed(listings: "Posts", model: "Model") -> "RepostIndex":
    from thriftwatch.watch.reposts import RepostIndex

    index = RepostIndex(model)
    index.add(listings)
    return index
