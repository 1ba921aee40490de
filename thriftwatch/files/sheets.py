"""Read the sheets of a workbook, whatever library opened it.

A workbook of people has a cover, title rows, merged cells, a sheet a platform. All its visible
sheets that have titles of listings are read, one below the other, and the others are counted. If
no sheet has any, all of them are read: a table need not be one of listings.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, count, islice
from typing import Any

import numpy as np
import pyarrow as pa

from thriftwatch.errors import TableError, did_you_mean, listed, shown
from thriftwatch.files.batch import Layout, PassedOver, TableRead
from thriftwatch.files.cells import infer_column, plain_text
from thriftwatch.files.formats import empty_file
from thriftwatch.files.guard import unguard_cell, unguard_column
from thriftwatch.files.header import SEARCHED, distinct_names, find_header, names_title
from thriftwatch.headers import is_link
from thriftwatch.listing import well_formed

__all__ = ["LINK_PREFIX", "SHEET_COLUMN", "Row", "Sheet", "linked", "read_sheets"]

SHEET_COLUMN = "sheet"
"""The column that says which sheet a row is from, where there are several."""

LINK_PREFIX = "tautan"
"""Begins the name of a column that holds where the cells of another one lead to."""

Row = tuple[Any, ...]
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet before it is read.

    Parameters
    ----------
    name
        Its name.
    visible
        Whether people see it.
    rows
        Starts reading it: gives its rows that are not empty, with the number that is shown beside
        each.
    """

    name: str
    visible: bool
    rows: Callable[[], Iterator[tuple[int, Row]]]


@dataclass(frozen=True, slots=True)
class _Linked:
    """A cell that shows one thing and leads to another."""

    value: object
    target: str


def linked(value: object, target: str) -> object:
    """Return the value of a cell with where it leads to, if that is not what it shows.

    Where it leads to gets a column of its own beside that of the cell: *tautan Nama Produk*.
    """
    if value is None:
        return target
    return value if isinstance(value, str) and is_link(value) else _Linked(value, target)


@dataclass(frozen=True, slots=True)
class _Found:
    """A sheet whose header was found."""

    sheet: Sheet
    header: int
    names: list[str]
    above: int
    titled: bool


def read_sheets(
    sheets: Sequence[Sheet],
    rows: int,
    path: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    """Read the sheets of a workbook that hold tables.

    Parameters
    ----------
    sheets
        All sheets of the workbook.
    rows
        Rows in a batch.
    path
        The workbook, for messages.
    sheet
        The one to read, by its name or number; None reads all that have titles.
    header_row
        The row that names the columns; None finds it.
    named
        Columns that the user named.

    Yields
    ------
    TableRead
        At least one.

    Raises
    ------
    TableError
        If there is no such sheet, or nothing in the workbook.
    """
    chosen = [_chosen_sheet(sheets, sheet, path)] if sheet is not None else None
    candidates = chosen or [one for one in sheets if one.visible]
    found = [each for one in candidates if (each := _look(one, header_row, named, path))]
    if not found:
        if not candidates and sheets:
            raise TableError("all its sheets are hidden; name one with --sheet", path=path)
        raise empty_file(path)
    titled = [each for each in found if each.titled]
    read = titled or found
    kept = {each.sheet.name for each in read}
    passed_over = tuple(
        PassedOver(one.name, filled, hidden=not one.visible)
        for one in sheets
        if chosen is None and one.name not in kept and (filled := sum(1 for _ in one.rows()))
    )
    several = len(read) > 1
    for each in read:
        names, renamed = distinct_names(each.names)
        layout = Layout(
            header=each.header,
            above=each.above,
            sheet=each.sheet.name if len(sheets) > 1 else None,
            passed_over=passed_over,
            renamed=renamed,
        )
        yield from _batches(each, names, rows, path, layout, with_sheet=several)
        passed_over = ()


def _chosen_sheet(sheets: Sequence[Sheet], asked: str, path: str) -> Sheet:
    """Return the sheet of a name, or of a number counted from 1."""
    by_name = {one.name.strip().casefold(): one for one in sheets}
    found = by_name.get(asked.strip().casefold())
    if found is None and asked.isdigit() and 1 <= int(asked) <= len(sheets):
        found = sheets[int(asked) - 1]
    if found is None:
        names = [one.name for one in sheets]
        near = did_you_mean(asked, names)
        raise TableError(
            f"there is no sheet {shown(asked)}; sheets there: {listed(names)}"
            + (f". Did you mean {shown(near)}?" if near else ""),
            path=path,
        )
    return found


def _look(sheet: Sheet, header_row: int | None, named: Collection[str], path: str) -> _Found | None:
    """Find the header of a sheet; None if there is nothing in it."""
    if header_row is not None:
        first = [(number, row) for number, row in _until(sheet.rows(), header_row)]
        if not first:
            return None
        if first[-1][0] != header_row:
            raise TableError(
                f"there is nothing in this row of the sheet {shown(sheet.name)}; "
                "give another --header-row",
                path=path,
                row=header_row,
            )
        place = len(first) - 1
    else:
        first = list(islice(sheet.rows(), SEARCHED))
        if not first:
            return None
        place = find_header([[_name(cell).strip() for cell in row] for _, row in first], named)
    number, row = first[place]
    width = max(place for place, value in enumerate(row, start=1) if value not in (None, ""))
    names = [unguard_cell(_name(value)) for value in row[:width]]
    return _Found(sheet, number, names, place, names_title(names, named))


def _until(numbered: Iterator[tuple[int, Row]], last: int) -> Iterator[tuple[int, Row]]:
    for number, row in numbered:
        if number > last:
            return
        yield number, row


def _name(value: object) -> str:
    if isinstance(value, _Linked):
        value = value.value
    return "" if value is None else well_formed(plain_text(value))


def _batches(
    found: _Found, names: list[str], rows: int, path: str, layout: Layout, *, with_sheet: bool
) -> Iterator[TableRead]:
    numbered = (each for each in found.sheet.rows() if each[0] > found.header)
    more = True
    while more:
        chunk = list(islice(numbered, rows))
        more = len(chunk) == rows
        table = _table([row for _, row in chunk], names)
        if with_sheet:
            sheets = pa.array([found.sheet.name] * len(chunk), pa.string())
            table = table.append_column(_free(SHEET_COLUMN, table.column_names), sheets)
        numbers = np.array([number for number, _ in chunk], dtype=np.int64)
        yield TableRead(path, table, numbers, (), layout)


def _table(rows: list[Row], names: list[str]) -> pa.Table:
    """Make a table; cells to the right of the header get columns without a name of their own."""
    width = len(names)
    furthest = max(chain([width], (_width(row) for row in rows if len(row) > width)))
    if furthest > width:
        names, _ = distinct_names([*names, *[""] * (furthest - width)])
    filled = [row[:furthest] + (None,) * (furthest - len(row)) for row in rows]
    cells: Sequence[Row] = list(zip(*filled, strict=True)) if filled else [()] * furthest
    columns: dict[str, pa.ChunkedArray] = {}
    for name, values in zip(names, cells, strict=True):
        columns[name] = _column([v.value if isinstance(v, _Linked) else v for v in values])
        if any(isinstance(value, _Linked) for value in values):
            targets = [v.target if isinstance(v, _Linked) else None for v in values]
            columns[_free(f"{LINK_PREFIX} {name}", {*names, *columns})] = _column(targets)
    return pa.table(columns)


def _column(values: Sequence[Any]) -> pa.ChunkedArray:
    column = pa.chunked_array([infer_column(_as_written(values))])
    return unguard_column(column) if pa.types.is_string(column.type) else column


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken."""
    others = (f"{name} ({number})" for number in count(2))
    return next(one for one in chain([name], others) if one not in taken)


def _width(row: Row) -> int:
    filled = (place for place, value in enumerate(row, start=1) if value not in (None, ""))
    return max(filled, default=0)


def _as_written(column: Sequence[Any]) -> list[Any]:
    """Give values as the sheet shows them: whole numbers without .0, days without a time."""
    values = [
        int(v) if isinstance(v, float) and v.is_integer() and abs(v) < _EXACT else v for v in column
    ]
    moments = [value for value in values if isinstance(value, datetime)]
    if moments and all(value.time() == time() for value in moments):
        values = [value.date() if isinstance(value, datetime) else value for value in values]
    if any(isinstance(value, date) for value in values):
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) > 1:
            return [None if value is None else plain_text(value) for value in values]
    return values
