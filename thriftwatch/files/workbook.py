"""Write Excel workbooks (.xlsx), with the optional package openpyxl."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from thriftwatch.errors import InputError, TableError
from thriftwatch.files.cells import MIXED, plain_text, to_text
from thriftwatch.files.guard import guard_cell, guard_column

__all__ = [
    "MAX_CELL",
    "MAX_ROWS",
    "check_openpyxl",
    "column_width",
    "start_sheet",
    "text_cell",
    "write_workbook",
]

MAX_ROWS = 1_048_576
"""Rows in an Excel sheet, its header included."""

MAX_CELL = 32_767
"""Characters in an Excel cell."""

_CUT = " … [cut]"
# What XML has no way to write, and with it Excel; openpyxl refuses it or writes a broken file.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# The format writes a character as _x000D_; what only looks like that has its underscore written so.
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# Excel keeps fifteen digits of a number; a longer identifier has to be text.
_EXACT = 10**15

_MAX_LINKS = 65_530
_LONGEST_LINK = 2_079
_MEASURED = 500
_NARROWEST, _WIDEST = 8, 60
_HEADER_COLOUR, _LINK_COLOUR = "FFDDE6F0", "FF0563C1"


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

    The header stays in sight and filters, columns are as wide as what they hold, and cells that
    are links lead there.
    """
    check_openpyxl()
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("listings")
    links = _Links(sheet)
    try:
        written = 0
        for table in tables:
            columns = [_excel_values(column, guard=guard) for column in table.columns]
            if written == 0:
                names = [_excel_text(name) for name in table.column_names]
                names = [guard_cell(n) if guard else n for n in names]
                start_sheet(sheet, names, list(map(column_width, names, columns)))
                written = 1
            written += table.num_rows
            _check_rows(written, name)
            for row in zip(*columns, strict=True):
                sheet.append([links.cell(value) for value in row])
        sheet.auto_filter.ref = f"A1:{_letters(max(1, len(names)))}{written}"
    except BaseException:
        sheet.close()  # or its half-written scratch file complains when it is collected
        raise
    book.save(path)


def start_sheet(sheet: Any, names: Sequence[str], widths: Sequence[float]) -> None:
    """Begin a sheet that is streamed: widths, and a header in bold that stays in sight.

    Parameters
    ----------
    sheet
        A sheet of a write-only workbook, before its first row.
    names
        The names of the columns.
    widths
        How many characters of each column are seen.
    """
    from openpyxl.styles import Alignment, Font, PatternFill

    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[_letters(place)].width = width
    sheet.freeze_panes = "A2"
    cells = [text_cell(sheet, name) for name in names]
    for cell in cells:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color=_HEADER_COLOUR)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.append(cells)


def column_width(name: str, values: Sequence[object]) -> float:
    """Return how wide a column should be: most of its cells are seen whole, and no page is filled.

    Examples
    --------
    >>> column_width("score", [0.97, 0.5]), column_width("deskripsi", ["x" * 500])
    (8, 60)
    """
    lengths = sorted(len(str(value)) for value in values[:_MEASURED] if value is not None)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    return min(max(len(name) + 2, usual + 2, _NARROWEST), _WIDEST)


def text_cell(sheet: Any, text: str, *, link: str | None = None) -> Any:
    """Make a cell of text that is never taken for a formula or an error, with a link if it has one.

    Parameters
    ----------
    sheet
        A sheet of a write-only workbook.
    text
        What it shows.
    link
        Where it leads to.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if link is not None:
        cell.hyperlink = link
        cell.font = Font(color=_LINK_COLOUR, underline="single")
    return cell


class _Links:
    """Turns values into cells, and those that are links into cells that lead there."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._left = _MAX_LINKS

    def cell(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith(("http://", "https://")) and self._left and _may_be_link(value):
            self._left -= 1
            return text_cell(self._sheet, value, link=value)
        return text_cell(self._sheet, value) if value[:1] in ("=", "#") else value


def _may_be_link(text: str) -> bool:
    return len(text) <= _LONGEST_LINK and not any(character.isspace() for character in text)


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _check_rows(count: int, name: str) -> None:
    if count > MAX_ROWS:
        raise TableError(
            f"an Excel sheet holds {MAX_ROWS - 1:,} rows and these are more; "
            "write to .csv or .parquet",
            path=name,
        )


def _excel_values(column: pa.ChunkedArray, *, guard: bool) -> list[Any]:  # noqa: PLR0911
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
    if kind == MIXED:
        return [_excel_value(value, guard=guard) for value in column.to_pylist()]
    texts = [v if v is None else _excel_text(v) for v in to_text(column).to_pylist()]
    if guard:
        return list(guard_column(pa.chunked_array([texts], pa.string())).to_pylist())
    return texts


def _excel_value(value: Any, *, guard: bool) -> Any:
    """Turn one value of a column of several types into what Excel shows as what it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < _EXACT:
        return value
    text = _excel_text(plain_text(value))
    return guard_cell(text) if guard else text


def _excel_text(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LIKE_ESCAPE.sub("_x005F_", text)
    # Excel counts UTF-16 units; no text of half the length can have too many.
    if len(text) > MAX_CELL // 2 and len(units := text.encode("utf-16-le")) > 2 * MAX_CELL:
        kept = units[: 2 * (MAX_CELL - len(_CUT))]
        return kept.decode("utf-16-le", errors="ignore") + _CUT
    return text
