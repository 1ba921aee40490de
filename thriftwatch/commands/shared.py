"""What several commands have in common: options, and what they say of their files."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from thriftwatch.domain import POLICIES
from thriftwatch.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from thriftwatch.files import RejectedRow
    from thriftwatch.model.model import Model

__all__ = [
    "SHOWN_REJECTED",
    "chosen_model",
    "column_options",
    "encoding_option",
    "label_column_option",
    "language_option",
    "lexicon_option",
    "model_option",
    "policy_option",
    "positive_option",
    "print_notes",
    "print_rejected",
    "refuse_overwriting",
    "row_count",
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
    "--encoding", default="utf-8", show_default=True, help="Encoding of the text files read."
)
label_column_option = click.option(
    "--label-column", metavar="NAME", help="Column with the label, if not found."
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
}


def column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name the columns of a listing."""
    for name, text in reversed(_COLUMNS.items()):
        command = click.option(name, metavar="NAME", help=text)(command)
    return command


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
