"""What stands beside the values of a sheet of an Excel workbook: links of cells, merged cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, iterparse

__all__ = ["SheetParts", "read_parts"]

_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LINK_FORMULA = re.compile(r'\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"', re.I)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_MAX_ITEMS = 2**21
_TOLD_BY = (b"HYPERLINK", b"hyperlink", b"mergeCell")


@dataclass(slots=True)
class SheetParts:
    """Links and merged cells of a sheet.

    Parameters
    ----------
    links
        For each row (from 1) and column (from 0) where the link of the cell leads to.
    merges
        For the first row of merged cells: first column, last column and last row.
    """

    links: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    _open: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def merged(self, row: int, values: list[Any]) -> list[Any]:
        """Fill merged cells of a row with the value that Excel shows for them.

        Rows come in order. Cells that are merged across columns only are left as they are: such
        are headings, and no value of a column.
        """
        for column, (last, value) in list(self._open.items()):
            if row > last:
                del self._open[column]
            elif column < len(values) and values[column] is None:
                values[column] = value
        for first, last, end in self.merges.get(row, ()):
            value = values[first] if first < len(values) else None
            if value is not None and first == last and end > row:
                self._open[first] = (end, value)
        return values


def read_parts(worksheet: Any) -> SheetParts:
    """Read links and merged cells of a sheet that openpyxl has opened to be streamed."""
    from openpyxl.packaging.relationship import get_dependents, get_rels_path

    parts = SheetParts()
    archive, path = worksheet.parent._archive, worksheet._worksheet_path
    with archive.open(path) as source:
        if not _mentions(iter(lambda: source.read(2**20), b"")):
            return parts
    relations = get_rels_path(path)
    targets = (
        {one.Id: one.target for one in get_dependents(archive, relations)}
        if relations in archive.namelist()
        else {}
    )
    with archive.open(path) as source:
        for count, element in enumerate(_elements(source)):
            if count > _MAX_ITEMS:
                break
            _take(parts, element, targets)
    return parts


def _mentions(pieces: Iterator[bytes]) -> bool:
    """Tell whether there is anything to read: most sheets have none of it."""
    before = b""
    for piece in pieces:
        if any(word in before + piece for word in _TOLD_BY):
            return True
        before = piece[-16:]
    return False


def _elements(source: Any) -> Iterator[Element]:
    for _, element in iterparse(source, ("end",)):
        if element.tag in (f"{_NAMESPACE}c", f"{_NAMESPACE}hyperlink", f"{_NAMESPACE}mergeCell"):
            yield element
        if element.tag in (f"{_NAMESPACE}row", f"{_NAMESPACE}c"):
            element.clear()


def _take(parts: SheetParts, element: Element, targets: dict[str, str]) -> None:
    if element.tag == f"{_NAMESPACE}c":
        formula = element.findtext(f"{_NAMESPACE}f") or ""
        if (found := _LINK_FORMULA.match(formula)) and (at := _place(element.get("r", ""))):
            parts.links.setdefault(at[0], {})[at[1]] = found[1].replace('""', '"')
        return
    first, _, last = element.get("ref", "").partition(":")
    start, end = _place(first), _place(last or first)
    if start is None or end is None:
        return
    if element.tag == f"{_NAMESPACE}mergeCell":
        parts.merges.setdefault(start[0], []).append((start[1], end[1], end[0]))
    elif target := targets.get(element.get(_RELATION, "")):
        parts.links.setdefault(start[0], {})[start[1]] = target


def _place(reference: str) -> tuple[int, int] | None:
    """Return row (from 1) and column (from 0) of ``B7``."""
    found = _CELL.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column - 1
