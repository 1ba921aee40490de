"""``thriftwatch score``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
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
    print_rejected,
    reading,
    reading_options,
    refuse_overwriting,
    row_count,
    telling,
)
from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from thriftwatch.files import RejectedRow
    from thriftwatch.listing import Listing
    from thriftwatch.model.model import Model
    from thriftwatch.ranking import Ranking
    from thriftwatch.result import ListingScore

__all__ = ["score"]

_TOP = 20
_TOP_REASONS = 10


@click.command()
@click.argument("listings", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="File to write: .csv, .tsv, .jsonl, .parquet or .xlsx; - is CSV on standard output.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Show the N highest scores in a table; {_TOP} of them if there is no OUT.",
)
@policy_option
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use."
)
@model_option
@lexicon_option
@reading_options
@click.option(
    "--excel",
    is_flag=True,
    help="Write CSV for Excel in Indonesian: semicolons, decimal commas, a byte order mark.",
)
@click.option(
    "--no-guard",
    is_flag=True,
    help="Write cells that begin with = + - @ as they are, though spreadsheets run them.",
)
@click.option(
    "--sellers",
    metavar="SELLERS",
    help="Also write a table of the shops: how likely each trades in such goods at all.",
)
@click.option(
    "--evidence",
    metavar="EVIDENCE.jsonl",
    help="Also write an evidence record of the rows at review or likely; see thriftwatch verify.",
)
@click.option(
    "--keep-contacts",
    is_flag=True,
    help="Keep phone numbers and addresses in the evidence record; they are hidden otherwise.",
)
@language_option
def score(
    *,
    listings: Sequence[str],
    output: str | None,
    top: int | None,
    policy: str,
    jobs: int,
    model: str | None,
    lexicon: str | None,
    excel: bool,
    no_guard: bool,
    sellers: str | None,
    evidence: str | None,
    keep_contacts: bool,
    lang: str | None,
    **options: str | int | None,
) -> None:
    """Score files of listings and rank them, the highest score first.

    LISTINGS are .csv, .tsv, .txt, .jsonl, .parquet, .xlsx, .xls, .ods or .html files; - is CSV on
    standard input. The columns are found by their names, English or Indonesian, as the exports of
    marketplaces and crawlers write them; which one served as what is printed. All are kept;
    score, tier, goods, worn, foreign, reasons (for rows at review or likely, in Indonesian) and
    model are added. Rows that cannot be read are set aside in OUT.rejected.csv. CSV is written as
    the first CSV file was: separator, decimal comma, byte order mark.
    """
    started = perf_counter()
    from thriftwatch.console import console, progress, ranking_table
    from thriftwatch.files import EXCEL, write_table
    from thriftwatch.files.cells import keep_pandas_out
    from thriftwatch.files.evidence import REASONS, write_ranking
    from thriftwatch.language import Texts, chosen_language
    from thriftwatch.ranking import rank_listings, read_listings
    from thriftwatch.scoring import check_options

    keep_pandas_out()
    check_options(policy)
    texts = Texts(chosen_language(lang))
    log = console(stderr=True)
    aside = None if output is None else _rejected_path(output)
    read_files = [*listings, *filter(None, [lexicon])]
    _check_written(read_files, output, aside, sellers, evidence)
    scorer = chosen_model(model, lexicon)
    with progress("Reading") as advance, telling(log, texts):
        read = read_listings(listings, **reading(options), on_rows=advance)
    with progress("Scoring", read.texts.num_rows) as advance:
        ranking = rank_listings(
            read,
            scorer,
            policy=policy,
            jobs=jobs,
            keep_reasons=0 if evidence is None else REASONS,
            on_rows=advance,
        )

    if aside is not None and (read.rejected or Path(aside).exists()):
        write_table(_rejected_table(read.rejected), aside, guard=not no_guard)
    if output is not None:
        dialect = EXCEL if excel else read.dialect
        table = _for_output(ranking.table, output)
        write_table(table, output, guard=not no_guard, dialect=dialect)
    if output is None or top is not None:
        shown = console(stderr=output == "-")
        rows = _highest(ranking, scorer, policy, top or _TOP)
        shown.print(*ranking_table(rows, shown.width), sep="\n")
    rest = f"all are in {aside}" if aside else "with -o OUT all are written to OUT.rejected.csv"
    print_rejected(log, read.rejected, limit=SHOWN_REJECTED, rest=rest)
    for name, other in ranking.renamed.items():
        log.print(f"The column {name} of the input is now {other}.", soft_wrap=True)
    if sellers is not None:
        found = _sellers(ranking, scorer, policy)
        write_table(found, sellers, guard=not no_guard)
        log.print(_seller_summary(found, ranking, sellers), soft_wrap=True)
    written = None
    if evidence is not None:
        written = write_ranking(
            evidence, ranking, policy=policy, sources=listings, keep_contacts=keep_contacts
        )
    seconds = perf_counter() - started
    log.print(_summary(ranking.table, len(read.rejected), seconds), soft_wrap=True)
    if written is not None:
        log.print(f"{row_count(written.listings)} recorded in {evidence}; head:", soft_wrap=True)
        log.print(written.head, soft_wrap=True)


def _check_written(
    read: Sequence[str],
    output: str | None,
    aside: str | None,
    sellers: str | None,
    evidence: str | None,
) -> None:
    """Refuse what cannot be written, or is read or written already, before anything is scored."""
    from thriftwatch.files import check_output, check_writable

    taken = [*read]
    for tables in ([output, aside], [sellers]):
        if tables[0] is not None:
            check_output(tables[0])
            refuse_overwriting(taken, tables)
            taken += filter(None, tables)
    if evidence is not None:
        if evidence == "-":
            raise InputError("--evidence must name a file, for example evidence.jsonl")
        check_writable(evidence)
        refuse_overwriting(taken, [evidence])


def _for_output(table: "pa.Table", output: str) -> "pa.Table":
    """Put score and tier first in a workbook: people read it from the left."""
    if not output.lower().endswith(".xlsx"):
        return table
    first = ["score", "tier"]
    return table.select([*first, *(name for name in table.column_names if name not in first)])


def _rejected_path(output: str) -> str | None:
    """Name the file beside `output` for rows that cannot be read; a stream has none."""
    if output == "-":
        return None
    path = Path(output)
    return str(path.with_name(f"{Path(path.name.removesuffix('.gz')).stem}.rejected.csv"))


def _rejected_table(rejected: Sequence["RejectedRow"]) -> "pa.Table":
    import pyarrow as pa

    from thriftwatch.files.cells import string_column

    return pa.table(
        {
            "file": string_column([row.file for row in rejected]),
            "line": pa.array([row.line for row in rejected], pa.int64()),
            "reason": string_column([row.reason for row in rejected]),
            "raw": string_column([row.raw for row in rejected]),
        }
    )


def _highest(
    ranking: "Ranking", model: "Model", policy: str, top: int
) -> "Iterator[tuple[Listing, ListingScore]]":
    from thriftwatch.listing import Listing
    from thriftwatch.scoring import explain_texts

    for row in ranking.texts.slice(0, top).to_pylist():
        yield Listing(**row), explain_texts(model, **row, policy=policy, reasons=_TOP_REASONS)


def _sellers(ranking: "Ranking", model: "Model", policy: str) -> "pa.Table":
    from thriftwatch.sellers import offers_of_ranking, rank_sellers, stated_prevalence

    return rank_sellers(offers_of_ranking(ranking), stated_prevalence(model, policy))


def _seller_summary(found: "pa.Table", ranking: "Ranking", path: str) -> str:
    nameless = ranking.texts.num_rows - sum(found["listings"].to_pylist())
    return f"{found.num_rows:,} shops are in {path}; listings without a shop: {nameless:,}"


def _summary(table: "pa.Table", rejected: int, seconds: float) -> str:
    scores = table["score"].to_numpy()
    tiers = table["tier"].to_numpy()
    rows = len(scores)

    def share(mask: "NDArray[np.bool_]") -> str:
        number = int(mask.sum())
        return f"{number:,} ({number / max(rows, 1):.2%})"

    parts = [f"{tier} {share(tiers == tier)}" for tier in reversed(TIERS)]
    return (
        f"{row_count(rows)} scored in {seconds:.1f} s ({rows / max(seconds, 1e-9):,.0f} rows/s): "
        f"{', '.join(parts)}; 0.5 or more {share(scores >= 0.5)}; {rejected:,} rejected"
    )
