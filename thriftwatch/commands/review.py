"""``thriftwatch review``."""

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    chosen_model,
    language_option,
    lexicon_option,
    model_option,
    policy_option,
    print_rejected,
    reading,
    reading_options,
    refuse_overwriting,
    telling,
)
from thriftwatch.errors import InputError

__all__ = ["review"]


@click.command()
@click.argument("scored")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    help="Page to write (.html), or tasks for Label Studio (.json).",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    metavar="N",
    help="Take the N highest scores.",
)
@policy_option
@model_option
@lexicon_option
@reading_options
@language_option
def review(
    *,
    scored: str,
    output: str,
    top: int,
    policy: str,
    model: str | None,
    lexicon: str | None,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Make a page to review scored listings in: one file, opened from disk, without a network.

    With an OUT that ends in .json the same listings become tasks for Label Studio, with the words
    that decided as pre-annotations; the labelling interface to paste there is written beside it,
    as .xml. What Label Studio exports train takes as it is.

    SCORED is what score -o wrote. The page shows the words that decided, for and against, keeps
    every decision in the browser, and exports them: as labels for train, as a list of links to
    recommend for takedown, and as an evidence record for verify.
    """
    from thriftwatch.console import console, progress
    from thriftwatch.files import check_writable
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.review import interface_path, read_review, write_page, write_tasks
    from thriftwatch.scoring import check_options

    check_options(policy)
    if output == "-":
        raise InputError("--output must name a file, for example review.html")
    for_label_studio = output.casefold().endswith(".json")
    written = [output, *([str(interface_path(output))] if for_label_studio else [])]
    for path in written:
        check_writable(path)
    refuse_overwriting([scored, *filter(None, [lexicon])], written)
    scorer = chosen_model(model, lexicon)
    log = console(stderr=True)
    texts = Texts(chosen_language(lang))
    with progress("Reading and explaining") as advance, telling(log, texts):
        found = read_review(
            scored,
            scorer,
            policy=policy,
            top=top,
            **reading(options),
            on_rows=advance,
        )
    (write_tasks if for_label_studio else write_page)(found, output)
    print_rejected(log, found.rejected, limit=SHOWN_REJECTED)
    for warning in found.warnings:
        log.print(f"Note: {warning}", soft_wrap=True)
    log.print(f"{found.summary()} are in {output}", soft_wrap=True)
    if for_label_studio:
        log.print(
            f"Paste {written[1]} into the project (Settings > Labeling Interface > Code), then "
            f"import {output}.",
            soft_wrap=True,
        )
