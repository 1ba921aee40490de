"""``thriftwatch handover``."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    chosen_model,
    language_option,
    lexicon_option,
    model_option,
    policy_option,
    reading,
    reading_options,
    refuse_overwriting,
    telling,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thriftwatch.handover import Handover, Written
    from thriftwatch.language import Texts

__all__ = ["handover"]


@click.command()
@click.argument("files", nargs=-1)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT.xlsx",
    help="Workbook to write; the CSV files and the evidence record are named after it.",
)
@click.option(
    "--from",
    "reviewed",
    metavar="REVIEWED.csv",
    help="Hand over what moderators decided to take down: labels exported by a review page.",
)
@click.option(
    "--since",
    metavar="LAST.xlsx",
    help="The last hand-over: mark what is new, seen before, gone and back again.",
)
@click.option(
    "--tier",
    default="review",
    show_default=True,
    metavar="[likely|review]",
    help="The lowest tier that is listed.",
)
@policy_option
@model_option
@lexicon_option
@reading_options
@click.option(
    "--keep-contacts", is_flag=True, help="Keep phone numbers and addresses; hidden otherwise."
)
@language_option
def handover(
    *,
    files: Sequence[str],
    output: str,
    reviewed: str | None,
    since: str | None,
    tier: str,
    policy: str,
    model: str | None,
    lexicon: str | None,
    keep_contacts: bool,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Make the workbook that is handed to a ministry or a platform, of FILES of any shape.

    Links are written in one way, and every listing stands once whatever the number of files. The
    workbook has the sheets Ringkasan (summary), Daftar (listings, platform by platform), Toko
    (shops) and Tidak terbaca (rows that could not be read); beside it stand the same as CSV and an
    evidence record. The workbook is Indonesian unless --lang en is given.
    """
    from thriftwatch.console import console, progress
    from thriftwatch.handover import gather, write_handover
    from thriftwatch.handover.writing import check_handover, outputs_of
    from thriftwatch.language import Texts, chosen_language

    said = Texts(chosen_language(lang))
    check_handover(output)
    read = [*files, *filter(None, (reviewed, since, lexicon))]
    refuse_overwriting(read, map(str, outputs_of(output)))
    scorer = chosen_model(model, lexicon)
    started = perf_counter()
    log = console(stderr=True)
    with progress(said["handover-reading"]) as advance, telling(log, said):
        found = gather(
            files,
            scorer,
            moment=datetime.now(UTC),
            policy=policy,
            tier=tier,
            reviewed=reviewed,
            since=since,
            keep_contacts=keep_contacts,
            on_rows=advance,
            **reading(options),
        )
    # A document for Indonesian offices: not in the language of whoever's machine made it.
    written = write_handover(found, output, Texts(lang or "id"))
    for line in _lines(found, written, said, perf_counter() - started):
        log.print(line, soft_wrap=True)


def _lines(
    found: "Handover", written: "Written", texts: "Texts", seconds: float
) -> "Iterator[str]":
    rejected = [row for source in found.read for row in source.rejected]
    if rejected:
        yield texts["handover-aside", texts["rows", len(rejected)]]
        for row in rejected[:SHOWN_REJECTED]:
            yield f"  {row.file}:{row.line}: {row.reason}"
    yield texts[
        "handover-written",
        len(found.items),
        found.sellers.num_rows,
        found.listings,
        found.rows,
        round(seconds, 1),
    ]
    if found.since is not None:
        counts = Counter(item.status for item in found.items)
        counts.update(state for _, state in found.left)
        states = (
            f"{texts[f'handover-status-{name}']} {texts.written(count)}"
            for name, count in counts.items()
        )
        yield texts["handover-written-status", ", ".join(states)]
    files = (written.workbook, written.listings, written.sellers, written.evidence)
    yield texts["handover-written-files", ", ".join(map(str, files))]
    yield texts["handover-written-head"]
    yield written.head
