"""Read old Excel workbooks (.xls), binary ones (.xlsb) and OpenDocument sheets (.ods).

python-calamine reads all three and is kept by those who write the Rust library below it; the other
readers of .xls and .ods have not changed in years. It is an optional package, as few people need
it. The three formats give every number as a float; those that are whole become integers.
"""

import os
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from thriftwatch.errors import InputError, TableError
from thriftwatch.files.batch import TableRead
from thriftwatch.files.sheets import Row, Sheet, read_sheets

__all__ = ["check_calamine", "read_other_workbook"]


def check_calamine() -> None:
    """Make sure that such workbooks can be read.

    Raises
    ------
    InputError
        If python-calamine is not installed.
    """
    try:
        import python_calamine  # noqa: F401
    except ImportError as error:
        raise InputError(
            "files of the kinds .xls, .xlsb and .ods need the package python-calamine; "
            'pip install "thriftwatch[xls]", or save the file as .xlsx'
        ) from error


def read_other_workbook(
    path: str | os.PathLike[str],
    rows: int,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    """Read the sheets of a workbook that is not .xlsx in batches.

    Parameters
    ----------
    path
        The workbook.
    rows, sheet, header_row, named
        As for `thriftwatch.files.sheets.read_sheets`.

    Raises
    ------
    TableError
        If the file is no workbook, is damaged or has a password.
    InputError
        If python-calamine is not installed.
    """
    check_calamine()
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    name = os.fspath(path)
    try:
        book = CalamineWorkbook.from_path(name)
        sheets = [
            Sheet(
                one.name,
                one.visible == SheetVisibleEnum.Visible,
                partial(_rows, book, one.name, name),
            )
            for one in book.sheets_metadata
        ]
    except Exception as error:  # it raises errors of its own and of the Rust library below
        raise _damaged(name, error) from error
    yield from read_sheets(sheets, rows, name, sheet=sheet, header_row=header_row, named=named)


def _rows(book: Any, sheet: str, path: str) -> Iterator[tuple[int, Row]]:
    """Give rows with their numbers, and without empty ones."""
    try:
        rows = book.get_sheet_by_name(sheet).iter_rows()
    except Exception as error:
        raise _damaged(path, error) from error
    for number, row in enumerate(rows, start=1):
        values = tuple(None if value == "" else value for value in row)
        if any(value is not None for value in values):
            yield number, values


def _damaged(path: str, error: Exception) -> TableError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return TableError(
        f"this cannot be read as a workbook ({reason}); does it have a password? "
        "Save it again as .xlsx",
        path=path,
    )
