"""``thriftwatch compare-models``."""

from typing import TYPE_CHECKING

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    encoding_option,
    language_option,
    policy_option,
    print_rejected,
    refuse_overwriting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from thriftwatch.language import Texts
    from thriftwatch.watch.compare_models import ModelComparison

__all__ = ["compare_models"]

_BUNDLED = "bundled"


@click.command()
@click.argument("old")
@click.argument("new")
@click.argument("catalogue")
@click.option("-o", "--output", metavar="MOVED", help="File for the listings that change tier.")
@click.option(
    "--lexicon",
    metavar="WORDS.csv",
    help="Words that NEW gets, such as those of radar that you accept; NEW may then be OLD.",
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Show the first N listings that move, with reasons.",
)
@policy_option
@encoding_option
@language_option
def compare_models(
    *,
    old: str,
    new: str,
    catalogue: str,
    output: str | None,
    lexicon: str | None,
    top: int,
    policy: str,
    encoding: str | None,
    lang: str | None,
) -> None:
    """Show what another model or lexicon would change in a catalogue, before it is used.

    OLD and NEW are model folders, or the word bundled for the model that comes with thriftwatch.
    MOVED has a row for each listing that would be in another tier, with the reasons of both.
    """
    from thriftwatch.console import console, progress
    from thriftwatch.files import check_output, write_table
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.watch.compare_models import compare_models as compare

    texts = Texts(chosen_language(lang))
    if output is not None:
        check_output(output)
        refuse_overwriting([catalogue, *filter(None, [lexicon])], [output])
    with progress(texts["compare_models_scoring"]) as advance:
        found = compare(
            None if old == _BUNDLED else old,
            None if new == _BUNDLED else new,
            catalogue,
            policy=policy,
            lexicon=lexicon,
            encoding=encoding,
            on_rows=advance,
        )
    if output is not None:
        write_table(found.to_table(), output)
    out = console(stderr=output == "-")
    for line in _summary(found, texts, top):
        out.print(line, soft_wrap=True)
    print_rejected(console(stderr=True), found.rejected, limit=SHOWN_REJECTED)


def _summary(found: "ModelComparison", texts: "Texts", top: int) -> "Iterator[str | Text]":
    from rich.text import Text

    from thriftwatch.domain import TIER_NAMES
    from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN

    yield texts["compare_models_ids", found.old, found.new]
    yield texts["compare_models_moved", len(found), found.listings]
    for (one, other), count in found.counts().items():
        if one != other and count:
            yield texts["compare_models_count", TIER_NAMES[one], TIER_NAMES[other], count]
    english = texts.language == "en"
    for move in found.moves[:top]:
        yield Text()
        title = "".join(c if c.isprintable() else " " for c in move.title)
        yield Text(f"{move.before.tier} -> {move.after.tier}  {title}", "bold")
        for name, said in (("before", move.before), ("after", move.after)):
            notes = (r.note_en if english else r.note for r in said.reasons)
            score = texts[f"compare_models_{name}", round(said.score, 2)]
            yield Text(f"  {score} {'; '.join(notes)}")
    yield Text(DISCLAIMER_EN if english else DISCLAIMER, "italic")
