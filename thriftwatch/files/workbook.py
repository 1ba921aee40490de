"""Read and write Excel workbooks (.xlsx), with the optional package openpyxl."""

import math
import os
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from thriftwatch.errors import InputError, TableError
from thriftwatch.files.batch import RejectedRow, TableRead, check_header
from thriftwatch.files.cells import infer_column, to_text
from thriftwatch.files.formats import empty_file, unpacked_limit
from thriftwatch.files.guard import guard_cell, guard_column, unguard_cell, unguard_column
from thriftwatch.listing import well_formed

__all__ = [
    "MAX_CELL",
    "MAX_ROWS",
    "check_openpyxl",
    "numbered_rows",
    "open_workbook",
    "read_workbook",
    "write_workbook",
]

MAX_ROWS = 1_048_576
"""Rows in an Excel sheet, its header included."""

MAX_CELL = 32_767
"""Characters in an Excel cell."""

_CUT = " … [cut]"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What XML has no way to write, and with it Excel; openpyxl refuses it or writes a broken file.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Excel keeps fifteen digits of a number; a longer identifier has to be text.
_EXACT = 10**15

_Row = tuple[Any, ...]


def check_openpyxl() -> None:
    """Make sure that workbooks can be read and written.

    Raises
    ------
    InputError
        If openpyxl is not installed.

    Examples
    --------
    >>> check_openpyxl()
    """
    try:
        import openpyxl  # noqa: F401
    except ImportError as error:
        raise InputError(
            'Excel workbooks need the package openpyxl; pip install "thriftwatch[xlsx]"'
        ) from error


def read_workbook(path: str | os.PathLike[str], rows: int) -> Iterator[TableRead]:
    """Read the first sheet of a workbook in batches.

    Parameters
    ----------
    path
        The workbook.
    rows
        Rows in a batch.

    Yields
    ------
    TableRead
        At least one. Its first row that is not empty is the header; empty rows after it are no
        rows. Formulas give the value Excel last computed. Numbers and dates keep their type,
        unless a column mixes them with text: see `infer_column`.

    Raises
    ------
    TableError
        If the file is no workbook, is damaged, or unpacks to far too much.
    InputError
        If openpyxl is not installed.
    """
    with open_workbook(path) as book:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise TableError("the workbook has no sheet to read", path=path)
        yield from _batches(numbered_rows(shown[0], path), rows, os.fspath(path))


@contextmanager
def open_workbook(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a workbook that is one and fits in memory, to read it row by row.

    Parameters
    ----------
    path
        The workbook.

    Yields
    ------
    openpyxl.Workbook
        Formulas give the value Excel last computed.

    Raises
    ------
    TableError
        If the file is no workbook, is damaged, or unpacks to far too much.
    InputError
        If openpyxl is not installed.
    """
    check_openpyxl()
    from openpyxl import load_workbook

    _check_archive(path)
    with Path(path).open("rb") as file:
        try:
            with _quiet():
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            # openpyxl raises whatever its parsers raise: KeyError, ValueError, ParseError, ...
            raise _damaged(path, error) from error
        try:
            yield book
        finally:
            book.close()


def write_workbook(tables: Iterator[pa.Table], path: Path, name: str, *, guard: bool) -> None:
    """Write tables of the same columns below one another on one sheet.

    Parameters
    ----------
    tables
        At least one.
    path
        Where to write.
    name
        The file in messages; `path` is often a temporary one.
    guard
        Whether text that Excel would run as a formula gets an apostrophe in front.

    Raises
    ------
    TableError
        If there are more rows than a sheet holds.
    InputError
        If openpyxl is not installed.

    Notes
    -----
    Three things do not fit in a workbook. Of a text that is too long for a cell the beginning is
    kept, followed by ``… [cut]``. Control characters become U+FFFD, carriage returns line feeds.
    Integers of more than fifteen digits are written as text, because Excel rounds them.
    """
    check_openpyxl()
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("listings")
    try:
        written = 0
        for table in tables:
            if written == 0:
                names = [_excel_text(name) for name in table.column_names]
                sheet.append(_as_cells(sheet, [guard_cell(n) if guard else n for n in names]))
                written = 1
            written += table.num_rows
            _check_rows(written, name)
            columns = [_excel_values(column, guard=guard) for column in table.columns]
            for row in zip(*columns, strict=True):
                sheet.append(_as_cells(sheet, row))
    except BaseException:
        sheet.close()  # or its half-written scratch file complains when it is collected
        raise
    book.save(path)


def _check_rows(count: int, name: str) -> None:
    if count > MAX_ROWS:
        raise TableError(
            f"an Excel sheet holds {MAX_ROWS - 1:,} rows and these are more; "
            "write to .csv or .parquet",
            path=name,
        )


def _quiet() -> "warnings.catch_warnings[None]":
    # openpyxl warns about styles, validations and date serials; none of them is read here.
    return warnings.catch_warnings(action="ignore")


def _check_archive(path: str | os.PathLike[str]) -> None:
    """Refuse what is no workbook, and what would fill the memory when unpacked."""
    with Path(path).open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLD_EXCEL):
        raise TableError(
            "this is an old Excel file (.xls) or has a password; save it as .xlsx without one",
            path=path,
        )
    try:
        with zipfile.ZipFile(path) as archive:
            # zipfile never unpacks more of a member than is declared, so this can be trusted.
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _damaged(path, error) from error
    limit = unpacked_limit(Path(path).stat().st_size)
    if unpacked > limit:
        raise TableError(
            f"it would unpack to {unpacked // 2**20:,} MiB, far more than its size on disk "
            f"explains (accepted: {limit // 2**20:,} MiB); save it again or export it as .csv",
            path=path,
        )


def _damaged(path: str | os.PathLike[str], error: Exception) -> TableError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return TableError(
        f"this cannot be read as an Excel workbook ({reason}); "
        "save it again as .xlsx or export it as .csv",
        path=path,
    )


def numbered_rows(sheet: Any, path: str | os.PathLike[str]) -> Iterator[tuple[int, _Row]]:
    """Yield the rows of a sheet with the numbers Excel shows; empty ones are passed over.

    Raises
    ------
    TableError
        If the sheet is damaged or too long.
    """
    sheet.reset_dimensions()  # some exporters write them wrong, and rows would be lost
    numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, row = next(numbered, (0, ()))
        except Exception as error:
            raise _damaged(path, error) from error
        if number == 0:
            return
        if number > MAX_ROWS:
            raise TableError(f"a sheet has at most {MAX_ROWS:,} rows, this one has more", path=path)
        if any(value is not None for value in row):
            yield number, row


def _batches(numbered: Iterator[tuple[int, _Row]], rows: int, name: str) -> Iterator[TableRead]:
    with _quiet():
        number, first = next(numbered, (0, ()))
    if not first:
        raise empty_file(name)
    width = max(place for place, value in enumerate(first, start=1) if value is not None)
    header = ["" if v is None else unguard_cell(well_formed(str(v))) for v in first[:width]]
    check_header(header, name, row=number)
    more = True
    while more:
        with _quiet():
            chunk = list(islice(numbered, rows))
        more = len(chunk) == rows
        yield _read(chunk, header, name)


def _read(chunk: list[tuple[int, _Row]], header: list[str], name: str) -> TableRead:
    width = len(header)
    good: list[_Row] = []
    numbers: list[int] = []
    rejected: list[RejectedRow] = []
    for number, row in chunk:
        if any(value is not None for value in row[width:]):
            raw = ", ".join("" if value is None else str(value) for value in row)
            reason = f"it has a cell to the right of the header, which has {width} columns"
            rejected.append(RejectedRow(name, number, reason, raw))
            continue
        good.append(row[:width] + (None,) * (width - len(row)))
        numbers.append(number)
    cells: Sequence[_Row] = list(zip(*good, strict=True)) if good else [()] * width
    columns = [pa.chunked_array([infer_column(column)]) for column in cells]
    columns = [unguard_column(c) if pa.types.is_string(c.type) else c for c in columns]
    table = pa.table(columns, names=header)
    return TableRead(name, table, np.array(numbers, dtype=np.int64), tuple(rejected))


def _excel_values(column: pa.ChunkedArray, *, guard: bool) -> list[Any]:
    """Turn a column into values that Excel shows as what they are."""
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_decimal(kind):
        return list(column.to_pylist())
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return list(column.cast(pa.timestamp("us"), safe=False).to_pylist())
    if pa.types.is_floating(kind):
        return [v if v is None or math.isfinite(v) else None for v in column.to_pylist()]
    if pa.types.is_integer(kind):
        values = column.to_pylist()
        if all(v is None or abs(v) < _EXACT for v in values):
            return list(values)
    texts = [v if v is None else _excel_text(v) for v in to_text(column).to_pylist()]
    if guard:
        return list(guard_column(pa.chunked_array([texts], pa.string())).to_pylist())
    return texts


def _excel_text(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Excel counts UTF-16 units; no text of half the length can have too many.
    if len(text) > MAX_CELL // 2 and len(units := text.encode("utf-16-le")) > 2 * MAX_CELL:
        kept = units[: 2 * (MAX_CELL - len(_CUT))]
        return kept.decode("utf-16-le", errors="ignore") + _CUT
    return text


def _as_cells(sheet: Any, row: Sequence[Any]) -> list[Any]:
    return [_literal(sheet, v) if isinstance(v, str) and v[:1] in ("=", "#") else v for v in row]


def _literal(sheet: Any, text: str) -> Any:
    """Make a cell of text that openpyxl would otherwise write as a formula or an error."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
