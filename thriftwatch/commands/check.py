"""``thriftwatch check``."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from thriftwatch.commands.shared import (
    SHOWN_REJECTED,
    language_option,
    reading,
    reading_options,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from thriftwatch.checking import FileCheck, LinkCount, TableCheck
    from thriftwatch.language import Texts

__all__ = ["check"]

_UNUSABLE = 2
_SHOWN_FIELDS = ("title", "description", "shop", "url")
_NARROWEST = {"field-title": 24, "field-description": 16, "field-shop": 12, "field-url": 16}
_DELIMITERS = {",": "delimiter-comma", ";": "delimiter-semicolon", "\t": "delimiter-tab"}


@click.command()
@click.argument("files", nargs=-1, required=True)
@reading_options
@language_option
def check(*, files: Sequence[str], lang: str | None, **options: str | int | None) -> None:
    """Show what would be read from files of listings, and what would not; nothing is scored.

    For each file: its format, encoding and separator, sheets and the row with the column names,
    what each column would serve as and how far it is filled, rows that would be set aside and
    why, links that stand there several times, and the first rows. The exit status is 2 if
    something would not be scored.
    """
    from thriftwatch.checking import LinkCount, check_file
    from thriftwatch.console import console, progress
    from thriftwatch.language import Texts, chosen_language

    texts = Texts(chosen_language(lang))
    out = console()
    links = LinkCount()
    asked = reading(options)
    checked = []
    for path in files:
        with progress(texts["check-reading"]) as advance:
            found = check_file(path, links, **asked, on_rows=advance)
        _show_file(out, texts, found)
        checked.append(found)
    _show_links(out, texts, links)
    _show_sum(out, texts, checked)
    if not all(found.usable for found in checked):
        raise click.exceptions.Exit(_UNUSABLE)


def _show_file(out: "Console", texts: "Texts", found: "FileCheck") -> None:
    """Show all that is known of a file."""
    from thriftwatch.console import visible

    out.print(visible(found.file), style="bold", soft_wrap=True)
    out.print(_facts(texts, found))
    for table in found.tables:
        _show_table(out, texts, table)
    _show_rejected(out, texts, found)
    for note in found.notes:
        out.print(
            visible(f"{texts['warning'] if note.warns else ''}{texts.said(note)}"), soft_wrap=True
        )
    if found.problem:
        out.print(
            f"{texts['check-unreadable']} {visible(found.problem)}",
            style="bold red",
            soft_wrap=True,
        )
    out.print()


def _facts(texts: "Texts", found: "FileCheck") -> "Table":
    """Say how a file is written."""
    rows = [("check-format", found.format or "?")]
    if found.tables:
        layout = found.tables[0].layout
        if layout.encoding:
            mark = texts["check-mark"] if layout.mark else ""
            rows.append(("check-encoding", f"{layout.encoding}{mark}"))
        if layout.delimiter:
            name = _DELIMITERS.get(layout.delimiter)
            rows.append(("check-delimiter", texts[name] if name else layout.delimiter))
            decimal = "decimal-comma" if layout.decimal_comma else "decimal-point"
            rows.append(("check-decimal", texts[decimal]))
    table = _grid()
    for name, value in rows:
        table.add_row(texts[name], _cell(value))
    return table


def _show_table(out: "Console", texts: "Texts", found: "TableCheck") -> None:
    """Show the columns and the first rows of a table."""
    from thriftwatch.console import visible

    layout = found.layout
    said = [texts["rows", found.rows]]
    if layout.sheet is not None:
        said.insert(0, texts["check-sheet", layout.sheet])
    if layout.header is not None:
        said.append(texts["check-header", layout.header])
    out.print()
    out.print(visible(", ".join(said)), style="bold", soft_wrap=True)
    columns = _table(texts, "check-column", "check-use", "check-filled")
    unnamed = {name for name, was in layout.renamed.items() if not was.strip()}
    for column in found.columns.values():
        if column.name in unnamed and not column.filled:
            continue
        use = texts[f"field-{column.field}"] if column.field else ""
        if column.left_out:
            use = texts["check-left-out"]
        share = f"{column.filled / found.rows:.0%}" if found.rows else "-"
        columns.add_row(_cell(column.name), use, share)
    out.print(columns)
    fields = [name for name in _SHOWN_FIELDS if any(name in row for row in found.first)]
    if fields:
        rows = _table(texts, *(f"field-{name}" for name in fields))
        for row in found.first:
            rows.add_row(*(_cell(row.get(name, "")) for name in fields))
        out.print()
        out.print(texts["check-first-rows"])
        out.print(rows)
    if found.problem:
        out.print(
            f"{texts['check-not-scored']} {visible(found.problem)}",
            style="bold red",
            soft_wrap=True,
        )


def _show_rejected(out: "Console", texts: "Texts", found: "FileCheck") -> None:
    """Show which rows would be set aside, by reason, with the first lines of each."""
    if not found.rejected:
        return
    reasons = Counter(texts.said(row.reason) for row in found.rejected)
    out.print()
    out.print(texts["check-rejected", len(found.rejected)], style="bold yellow", soft_wrap=True)
    table = _table(texts, "check-reason", "check-count", "check-lines")
    for reason, count in reasons.most_common():
        lines = [row.line for row in found.rejected if texts.said(row.reason) == reason]
        shown = ", ".join(map(str, lines[:SHOWN_REJECTED])) + (
            "…" if count > SHOWN_REJECTED else ""
        )
        table.add_row(_cell(reason), texts.written(count), shown)
    out.print(table)


def _show_links(out: "Console", texts: "Texts", links: "LinkCount") -> None:
    """Show the links that stand there several times."""
    if not (repeated := links.repeated()):
        return
    out.print(texts["check-links", repeated], style="bold yellow", soft_wrap=True)
    table = _table(texts, "field-url", "check-count")
    for link, count in links.most():
        table.add_row(_cell(link), texts.written(count))
    out.print(table)
    out.print()


def _show_sum(out: "Console", texts: "Texts", checked: "Iterable[FileCheck]") -> None:
    """Say in one line what all files hold together."""
    every = list(checked)
    rows = sum(t.rows for found in every for t in found.tables if t.problem is None)
    aside = sum(len(found.rejected) for found in every)
    passed = sum(
        sheet.rows for found in every for t in found.tables for sheet in t.layout.passed_over
    )
    lost = sum(t.rows for found in every for t in found.tables if t.problem is not None)
    out.print(texts["check-sum", rows, aside, passed + lost], style="bold", soft_wrap=True)


def _grid() -> "Table":
    from rich.table import Table

    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def _table(texts: "Texts", *names: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(
            texts[name],
            justify="right" if name in {"check-filled", "check-count"} else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=_NARROWEST.get(name),
        )
    return table


def _cell(text: str) -> "Text":
    from rich.text import Text

    from thriftwatch.console import visible

    return Text(visible(text[:200]), overflow="ellipsis")
