"""Read the tables of an HTML page: many web applications export one under the name .xls.

lxml parses it as browsers do, in linear time and without running or fetching anything.
"""

import os
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from thriftwatch.errors import TableError
from thriftwatch.files.batch import TableRead
from thriftwatch.files.encoding import find_encoding
from thriftwatch.files.formats import empty_file
from thriftwatch.files.sheets import Row, Sheet, linked, read_sheets

__all__ = ["read_html"]

_MAX_BYTES = 256 * 2**20
_MAX_SPAN = 1000
_MAX_COLUMNS = 16_384
_LINES = ("br", "p", "div", "li")


def read_html(
    path: str | os.PathLike[str],
    rows: int,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    """Read the tables of a page as if they were the sheets of a workbook.

    Parameters
    ----------
    path
        The page.
    encoding
        Its encoding; None is the one that it names, or else the one that is found.
    rows, sheet, header_row, named
        As for `thriftwatch.files.sheets.read_sheets`.

    Raises
    ------
    TableError
        If there is no table in it, or it is larger than 256 MiB.
    """
    from lxml import etree, html

    name = os.fspath(path)
    if Path(path).stat().st_size > _MAX_BYTES:
        limit = _MAX_BYTES // 2**20
        raise TableError(f"an HTML page of more than {limit} MiB; export it as .csv", path=path)
    data = Path(path).read_bytes()
    found = encoding or find_encoding([data], name).name
    try:
        parser = html.HTMLParser(encoding=found, no_network=True, huge_tree=True)
        page = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, LookupError, ValueError) as error:
        raise TableError(f"this cannot be read as an HTML page ({error})", path=path) from error
    tables = [
        table for table in page.iter("table") if next(table.iterancestors("table"), None) is None
    ]
    if not tables:
        raise (
            empty_file(path)
            if not any(str(text).strip() for text in page.itertext())
            else TableError(
                "there is no table in this HTML page; export it as .csv or .xlsx", path=path
            )
        )
    sheets = [
        Sheet(f"table {place}", True, partial(_rows, table))
        for place, table in enumerate(tables, start=1)
    ]
    yield from read_sheets(sheets, rows, name, sheet=sheet, header_row=header_row, named=named)


def _rows(table: Any) -> Iterator[tuple[int, Row]]:
    """Give rows with their numbers, cells that span several repeated, and without empty ones."""
    below: dict[int, tuple[int, object]] = {}
    for number, line in enumerate(table.iter("tr"), start=1):
        values: list[object] = []
        for cell in line.iterchildren("td", "th"):
            _fill(values, below)
            value = _value(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(min(across, _MAX_COLUMNS - len(values))):
                if down > 1:
                    below[len(values)] = (down - 1, value)
                # A heading over several columns is the name of none of them but the first.
                values.append(value)
                value = None
        _fill(values, below)
        if any(value is not None for value in values):
            yield number, tuple(values)


def _fill(values: list[object], below: dict[int, tuple[int, object]]) -> None:
    """Add cells that reach down from rows above."""
    while (place := len(values)) in below and place < _MAX_COLUMNS:
        left, value = below.pop(place)
        if left > 1:
            below[place] = (left - 1, value)
        values.append(value)


def _value(cell: Any) -> object:
    """Return the text of a cell, with the link in it; None if there is neither."""
    lines = (" ".join(line.split()) for line in "".join(_pieces(cell)).split("\n"))
    text = "\n".join(line for line in lines if line)
    target = next((a.get("href") for a in cell.iter("a") if a.get("href")), None)
    if target and target.startswith(("http://", "https://")):
        return linked(text or None, target)
    return text or None


def _pieces(cell: Any) -> Iterator[str]:
    """Give the text of a cell in order, with line ends where a browser breaks lines."""
    from lxml import etree

    for event, node in etree.iterwalk(cell, events=("start", "end", "comment")):
        breaks = "\n" if node is not cell and node.tag in _LINES else ""
        if event == "start":
            yield breaks + _one_line(node.text)
        elif node is not cell:
            yield (breaks if event == "end" else "") + _one_line(node.tail)


def _one_line(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _span(cell: Any, name: str) -> int:
    asked = cell.get(name, "1").strip()
    return (
        min(int(asked), _MAX_SPAN) if asked.isdecimal() and asked.isascii() and asked != "0" else 1
    )
