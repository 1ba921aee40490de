"""Read Excel workbooks (.xlsx) with the optional package openpyxl.

openpyxl keeps whole numbers, booleans and identifiers as they are, row by row in bounded memory;
python-calamine is faster, but turns every number into a float and holds a sheet that is mostly
empty whole. What openpyxl leaves out while it streams is read from the sheet's XML beside it:
where links of cells lead to, and which cells are merged.
"""

import os
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from thriftwatch.errors import TableError
from thriftwatch.files.batch import TableRead
from thriftwatch.files.formats import unpacked_limit
from thriftwatch.files.sheets import Row, Sheet, linked, read_sheets
from thriftwatch.files.workbook import MAX_ROWS, check_openpyxl
from thriftwatch.files.xlsx_parts import SheetParts, read_parts

__all__ = ["numbered_rows", "open_workbook", "read_workbook"]

# "_x000D_" is how the format writes a carriage return, and "_x005F_" an underscore before an x.
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_workbook(
    path: str | os.PathLike[str],
    rows: int,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    """Read the sheets of a workbook in batches.

    Parameters
    ----------
    path
        The workbook.
    rows, sheet, header_row, named
        As for `thriftwatch.files.sheets.read_sheets`.

    Yields
    ------
    TableRead
        At least one. Formulas give the value Excel last computed, and a cell with a link the
        link. Numbers, booleans and dates keep their type; where a column mixes them each value
        stays as it is, see `thriftwatch.files.cells.infer_column`.

    Raises
    ------
    TableError
        If the file is no workbook, is damaged, or unpacks to far too much.
    InputError
        If openpyxl is not installed.
    """
    with open_workbook(path) as book:
        sheets = [
            Sheet(one.title, one.sheet_state == "visible", partial(_rows, one, path))
            for one in book.worksheets
        ]
        if not sheets:
            raise TableError("the workbook has no sheet to read", path=path)
        yield from read_sheets(
            sheets, rows, os.fspath(path), sheet=sheet, header_row=header_row, named=named
        )


@contextmanager
def open_workbook(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a workbook that is one and fits in memory, to read it row by row.

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


def numbered_rows(worksheet: Any, path: str | os.PathLike[str]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a sheet with the numbers Excel shows; empty ones are passed over.

    Raises
    ------
    TableError
        If the sheet is damaged or too long.
    """
    worksheet.reset_dimensions()  # some exporters write them wrong, and rows would be lost
    numbered = enumerate(worksheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            with _quiet():
                number, row = next(numbered, (0, ()))
        except Exception as error:
            raise _damaged(path, error) from error
        if number == 0:
            return
        if number > MAX_ROWS:
            raise TableError(f"a sheet has at most {MAX_ROWS:,} rows, this one has more", path=path)
        if any(value is not None for value in row):
            yield number, row


def _rows(worksheet: Any, path: str | os.PathLike[str]) -> Iterator[tuple[int, Row]]:
    """Give rows with their numbers, links and the values of merged cells."""
    try:
        parts = read_parts(worksheet)
    except Exception as error:
        raise _damaged(path, error) from error
    for number, row in numbered_rows(worksheet, path):
        yield number, _completed(number, row, parts)


def _completed(number: int, row: Row, parts: SheetParts) -> Row:
    """Return a row with the targets of its links and the values of merged cells."""
    values = [_unescaped(value) if isinstance(value, str) else value for value in row]
    for place, target in parts.links.get(number, {}).items():
        if place < len(values):
            values[place] = linked(values[place], target)
    return tuple(parts.merged(number, values))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _quiet() -> "warnings.catch_warnings[None]":
    # openpyxl warns about styles, validations and date serials; none of them is read here.
    return warnings.catch_warnings(action="ignore")


def _check_archive(path: str | os.PathLike[str]) -> None:
    """Refuse what is no workbook, and what would fill the memory when unpacked."""
    with Path(path).open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLD_EXCEL):
        raise TableError(
            "this is an old Excel file (rename it to .xls) or has a password (save it without one)",
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
