"""Write Excel workbooks (.xlsx), with the optional package openpyxl."""

import math
import os
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
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

__all__ = ["MAX_CELL", "MAX_ROWS", "check_openpyxl", "read_workbook", "write_workbook"]

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
