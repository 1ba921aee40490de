"""What several commands have in common: options, and what they say of their files."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from thriftwatch.domain import POLICIES
from thriftwatch.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from thriftwatch.files import RejectedRow, TableRead
    from thriftwatch.language import Texts
    from thriftwatch.model.model import Model

__all__ = [
    "SHOWN_REJECTED",
    "chosen_model",
    "encoding_option",
    "labelled_reading_options",
    "language_option",
    "lexicon_option",
    "model_option",
    "policy_option",
    "positive_option",
    "print_notes",
    "print_rejected",
    "read_sources",
    "reading",
    "reading_options",
    "refuse_overwriting",
    "row_count",
    "telling",
    "text_options",
]

SHOWN_REJECTED = 5
"""How many of the rows that were set aside are told one by one."""

policy_option = click.option(
    "--policy",
    default="imported",
    show_default=True,
    metavar=f"[{'|'.join(POLICIES)}]",
    help="What is searched for: worn and foreign goods, or every used garment.",
)
model_option = click.option(
    "--model", metavar="FOLDER", help="A model folder instead of the bundled model."
)
lexicon_option = click.option(
    "--lexicon",
    metavar="WORDS.csv",
    help="Words to add to the model's lexicon: a CSV file with the columns term and class.",
)
encoding_option = click.option(
    "--encoding", metavar="NAME", help="Encoding of the text files read; found if not given."
)
positive_option = click.option(
    "--positive",
    multiple=True,
    metavar="VALUE",
    help="What stands for 1 in the label column; all else is 0. Can be given several times.",
)
language_option = click.option(
    "--lang",
    metavar="[id|en]",
    help="Language of what is printed; by default that of the locale, or else Indonesian.",
)
_COLUMNS = {
    "--title-column": "Column with the title, if not found.",
    "--description-column": "Column with the description.",
    "--shop-column": "Column with the name of the shop.",
    "--url-column": "Column with the link.",
    "--date-column": "Column with the date.",
    "--platform-column": "Column with the platform.",
}
_LABEL_COLUMN = {"--label-column": "Column with the label."}
_PLACES = (
    click.option(
        "--sheet",
        metavar="SHEET",
        help="Sheet of a workbook, by name or number; by default all that have titles.",
    ),
    click.option(
        "--header-row",
        type=click.IntRange(min=1),
        metavar="N",
        help="Row with the names of the columns, from 1; found if not given.",
    ),
)


def text_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the texts of listings are, and how text files are encoded."""
    names = ("--title-column", "--description-column", "--shop-column")
    for name in reversed(names):
        command = click.option(name, metavar="NAME", help=_COLUMNS[name])(command)
    return encoding_option(command)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how files of listings are read; see `reading`."""
    return _with_options(command, _COLUMNS)


def labelled_reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how files of labelled listings are read."""
    return _with_options(command, _COLUMNS | _LABEL_COLUMN)


def _with_options(command: Callable[..., Any], columns: Mapping[str, str]) -> Callable[..., Any]:
    named = [click.option(name, metavar="NAME", help=text) for name, text in columns.items()]
    for option in reversed((*named, *_PLACES, encoding_option)):
        command = option(command)
    return command


def reading(options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what the options say into arguments of `thriftwatch.ranking.read_listings`."""
    columns = {
        name.removesuffix("_column"): column
        for name, column in options.items()
        if name.endswith("_column") and column is not None
    }
    places = {name: options[name] for name in ("encoding", "sheet", "header_row")}
    return {"columns": columns, **places}


def read_sources(paths: Sequence[str], asked: Mapping[str, Any]) -> "list[TableRead]":
    """Read files of labelled listings whole, as the options ask."""
    from thriftwatch.training.labelled import read_tables_of

    places = {name: value for name, value in asked.items() if name != "columns"}
    named = tuple(asked["columns"].values())
    return [read for path in paths for read in read_tables_of(path, **places, named=named)]


@contextmanager
def telling(log: "Console", texts: "Texts") -> Iterator[None]:
    """Print the notes of the work within: what serves as what, what was guessed or left out."""
    from thriftwatch.notes import Note, hearing

    def tell(note: Note) -> None:
        mark = texts["warning"] if note.warns else ""
        log.print(f"{mark}{texts.said(note)}", soft_wrap=True)

    with hearing(tell):
        yield


def chosen_model(model: str | None, lexicon: str | None) -> "Model":
    """Load the model that was asked for, with the words that were to be added to its lexicon."""
    from thriftwatch.scoring import as_model

    chosen = as_model(model)
    return chosen if lexicon is None else chosen.with_lexicon(lexicon)


def refuse_overwriting(listings: Iterable[str], written: Iterable[str | None]) -> None:
    """Refuse to write what is read."""
    targets = {os.path.realpath(path): path for path in written if path not in (None, "-")}
    for path in listings:
        if path != "-" and (target := targets.get(os.path.realpath(path))):
            raise InputError(f"{target} would be overwritten while it is an input; rename one")


def print_rejected(
    log: "Console", rejected: Sequence["RejectedRow"], *, limit: int | None, rest: str = ""
) -> None:
    """Tell which rows were set aside and why, the first of them or, without a limit, all."""
    if not rejected:
        return
    log.print(f"{row_count(len(rejected))} set aside:", soft_wrap=True)
    for row in rejected[:limit]:
        log.print(f"  {row.file}:{row.line}: {row.reason}", soft_wrap=True)
    hidden = 0 if limit is None else len(rejected) - limit
    if more := [f"and {hidden:,} more"] * (hidden > 0) + [rest] * bool(rest):
        log.print(f"  {'; '.join(more)}", soft_wrap=True)


def print_notes(log: "Console", notes: Iterable[str]) -> None:
    """Say what else is to be said of the rows."""
    for note in notes:
        log.print(f"Note: {note}", soft_wrap=True)


def row_count(number: int) -> str:
    """Return a number of rows in words."""
    return "1 row" if number == 1 else f"{number:,} rows"
