"""The command line."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from thriftwatch import __version__
from thriftwatch.errors import InputError, ThriftwatchError

# Everything else is imported by the command that needs it, so that help and errors are instant.
if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from rich.console import Console

    from thriftwatch.files import RejectedRow
    from thriftwatch.listing import Listing
    from thriftwatch.model.model import Model
    from thriftwatch.ranking import Ranking
    from thriftwatch.result import ListingScore

__all__ = ["main"]

_TOP = 20
_TOP_REASONS = 10
_SHOWN_REJECTED = 5
_INTERRUPTED = 130


class _Program(click.Group):
    """Commands whose every failure is one line on standard error."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run: Callable[..., Any] = super().main
        extra.setdefault("prog_name", "thriftwatch")
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            # A title may hold letters that the terminal's encoding has not.
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            status = run(*args, standalone_mode=False, **extra)
        except click.Abort:
            _fail("stopped", _INTERRUPTED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "thriftwatch"
            _fail(f"{error.format_message()} See {command} --help.")
        except ThriftwatchError as error:
            _fail(str(error))
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _fail(f"{place}{error.strerror or error}")
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = 2) -> None:
    click.echo(f"Error: {message}" if status != _INTERRUPTED else message, err=True)
    sys.exit(status)


_policy = click.option(
    "--policy",
    default="imported",
    show_default=True,
    metavar="[imported|all-used]",
    help="What is searched for: worn and foreign goods, or every used garment.",
)
_model = click.option(
    "--model", metavar="FOLDER", help="A model folder instead of the bundled model."
)
_encoding = click.option(
    "--encoding", default="utf-8", show_default=True, help="Encoding of the text files read."
)


@click.group(
    cls=_Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="thriftwatch")
@click.pass_context
def main(context: click.Context) -> None:
    """Score Indonesian marketplace listings for signs of illegal imported second-hand clothing.

    A score is an indication for a human reviewer, not a finding about a seller.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
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
@_policy
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use."
)
@_model
@click.option("--title-column", metavar="NAME", help="Column with the title, if not found.")
@click.option("--description-column", metavar="NAME", help="Column with the description.")
@click.option("--shop-column", metavar="NAME", help="Column with the name of the shop.")
@_encoding
@click.option(
    "--no-guard",
    is_flag=True,
    help="Write cells that begin with = + - @ as they are, though spreadsheets run them.",
)
def score(
    *,
    listings: Sequence[str],
    output: str | None,
    top: int | None,
    policy: str,
    jobs: int,
    model: str | None,
    title_column: str | None,
    description_column: str | None,
    shop_column: str | None,
    encoding: str,
    no_guard: bool,
) -> None:
    """Score files of listings and rank them, the highest score first.

    LISTINGS are .csv, .tsv, .jsonl, .parquet or .xlsx files; - is CSV on standard input.
    The columns are found by their names, English or Indonesian: title or judul, description or
    deskripsi, shop or toko. All columns are kept; score, tier, goods, worn, foreign, reasons (for
    rows at review or likely, in Indonesian) and model are added. Rows that cannot be read are
    set aside in OUT.rejected.csv.
    """
    from thriftwatch.console import console, progress, ranking_table
    from thriftwatch.files import check_output, write_table
    from thriftwatch.ranking import rank_listings, read_listings
    from thriftwatch.scoring import as_model, check_options

    check_options(policy)
    aside = None
    if output is not None:
        check_output(output)
        aside = _rejected_path(output)
        _refuse_overwriting(listings, [output, aside])
    scorer = as_model(model)
    columns = {"title": title_column, "description": description_column, "shop": shop_column}
    started = perf_counter()
    with progress("Reading") as advance:
        read = read_listings(listings, columns=columns, encoding=encoding, on_rows=advance)
    with progress("Scoring", read.texts.num_rows) as advance:
        ranking = rank_listings(read, scorer, policy=policy, jobs=jobs, on_rows=advance)
    seconds = perf_counter() - started

    if aside is not None and (read.rejected or Path(aside).exists()):
        write_table(_rejected_table(read.rejected), aside, guard=not no_guard)
    if output is not None:
        write_table(ranking.table, output, guard=not no_guard)
    if output is None or top is not None:
        shown = console(stderr=output == "-")
        rows = _highest(ranking, scorer, policy, top or _TOP)
        shown.print(*ranking_table(rows, shown.width), sep="\n")
    log = console(stderr=True)
    rest = f"all are in {aside}" if aside else "with -o OUT all are written to OUT.rejected.csv"
    _print_rejected(log, read.rejected, limit=_SHOWN_REJECTED, rest=rest)
    for name, other in ranking.renamed.items():
        log.print(f"The column {name} of the input is now {other}.", soft_wrap=True)
    log.print(_summary(ranking.table, len(read.rejected), seconds), soft_wrap=True)


@main.command()
@click.argument("title")
@click.argument("description", default="")
@click.option("--shop", default="", help="Name of the shop or account.")
@_policy
@_model
@click.option(
    "--reasons",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="How many reasons to show at most.",
)
def explain(
    *, title: str, description: str, shop: str, policy: str, model: str | None, reasons: int
) -> None:
    """Show why one listing has its score.

    Words that speak for are marked [+word], words that speak against [-word]. Put -- before a
    title that begins with a hyphen.
    """
    from thriftwatch.console import console, explanation
    from thriftwatch.listing import Listing
    from thriftwatch.scoring import score_listing

    # The listing, and not what was typed: its text has the positions that the reasons name.
    listing = Listing(title, description, shop)
    found = score_listing(
        listing.title,
        listing.description,
        shop=listing.shop,
        model=model,
        policy=policy,
        reasons=reasons,
    )
    out = console()
    for line in explanation(listing, found):
        out.print(line, soft_wrap=True)


@main.command()
@click.argument("labelled", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="MODEL_FOLDER", help="Folder to write.")
@click.option("--exclude", metavar="CSV", help="Hold out the rows whose id is in this file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which folds to use.")
@click.option("--skip-unusable", is_flag=True, help="Set rows aside that cannot be used.")
@_encoding
def train(
    *,
    labelled: Sequence[str],
    output: str,
    exclude: str | None,
    seed: int,
    skip_unusable: bool,
    encoding: str,
) -> None:
    """Train a model on labelled listings.

    LABELLED are files with a title (or judul) and a label (0 or 1) in each row; description,
    certainty, rule, goods, worn, origin, spans and pair are used where they are there.
    """
    from thriftwatch.console import console, steps
    from thriftwatch.files import check_folder
    from thriftwatch.model.artifact import FILES
    from thriftwatch.training import train as train_model

    folder = Path(output)
    check_folder(folder, FILES)
    with steps() as tell:
        result = train_model(
            labelled,
            exclude=exclude,
            seed=seed,
            skip_unusable=skip_unusable,
            encoding=encoding,
            progress=tell,
        )
    result.model.save(folder)
    log = console(stderr=True)
    _print_rejected(log, result.rejected, limit=None)
    console().print(result.summary(), soft_wrap=True)
    log.print(f"{result.model.id} is in {output}", soft_wrap=True)


@main.command()
@click.argument("model", required=False)
def info(model: str | None) -> None:
    """Show what a model is: version, training data, metrics, thresholds, checksums.

    MODEL is a model folder; without it, the bundled model.
    """
    from thriftwatch.console import console, tree
    from thriftwatch.model.artifact import load_model

    found = load_model(model)
    out = console()
    out.print(found.id, style="bold", soft_wrap=True)
    for line in tree(found.card):
        out.print(line, soft_wrap=True)


def _rejected_path(output: str) -> str | None:
    """Name the file beside `output` for rows that cannot be read; a stream has none."""
    if output == "-":
        return None
    path = Path(output)
    return str(path.with_name(f"{Path(path.name.removesuffix('.gz')).stem}.rejected.csv"))


def _refuse_overwriting(listings: Iterable[str], written: Iterable[str | None]) -> None:
    targets = {os.path.realpath(path): path for path in written if path not in (None, "-")}
    for path in listings:
        if path != "-" and (target := targets.get(os.path.realpath(path))):
            raise InputError(f"{target} would be overwritten while it is an input; rename one")


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


def _print_rejected(
    log: "Console", rejected: Sequence["RejectedRow"], *, limit: int | None, rest: str = ""
) -> None:
    if not rejected:
        return
    log.print(f"{_rows(len(rejected))} set aside:", soft_wrap=True)
    for row in rejected[:limit]:
        log.print(f"  {row.file}:{row.line}: {row.reason}", soft_wrap=True)
    hidden = 0 if limit is None else len(rejected) - limit
    if more := [f"and {hidden:,} more"] * (hidden > 0) + [rest] * bool(rest):
        log.print(f"  {'; '.join(more)}", soft_wrap=True)


def _highest(
    ranking: "Ranking", model: "Model", policy: str, top: int
) -> "Iterator[tuple[Listing, ListingScore]]":
    from thriftwatch.listing import Listing
    from thriftwatch.scoring import explain_texts

    for row in ranking.texts.slice(0, top).to_pylist():
        yield Listing(**row), explain_texts(model, **row, policy=policy, reasons=_TOP_REASONS)


def _summary(table: "pa.Table", rejected: int, seconds: float) -> str:
    scores = table["score"].to_numpy()
    tiers = table["tier"].to_numpy()
    rows = len(scores)

    def share(mask: "NDArray[np.bool_]") -> str:
        number = int(mask.sum())
        return f"{number:,} ({number / max(rows, 1):.2%})"

    parts = [f"{tier} {share(tiers == tier)}" for tier in ("likely", "review", "clear")]
    return (
        f"{_rows(rows)} scored in {seconds:.1f} s ({rows / max(seconds, 1e-9):,.0f} rows/s): "
        f"{', '.join(parts)}; 0.5 or more {share(scores >= 0.5)}; {rejected:,} rejected"
    )


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
