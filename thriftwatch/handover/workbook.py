"""The hand-over as a workbook: sheets that can be read, filtered, followed and printed.

Written with XlsxWriter: it writes row by row in constant memory, and it knows real hyperlinks,
filters, frozen and repeated headings, page set-up and cells that stay text when they are edited.
openpyxl, which reads workbooks here, keeps the links of a sheet in memory and writes no such cells
row by row.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from textwrap import wrap
from typing import Any

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError, TableError
from thriftwatch.files.workbook import MAX_ROWS
from thriftwatch.handover.columns import (
    Column,
    earlier_columns,
    list_columns,
    reject_columns,
    seller_columns,
    seller_rows,
)
from thriftwatch.handover.earlier import EARLIER_SHEET, LIST_SHEET
from thriftwatch.handover.gathering import Handover
from thriftwatch.handover.summary import Paragraph, Table, summary
from thriftwatch.language import Texts
from thriftwatch.listing import well_formed

__all__ = ["check_xlsxwriter", "write_workbook"]

SUMMARY_SHEET, SELLER_SHEET, REJECT_SHEET = "Ringkasan", "Toko", "Tidak terbaca"

_MAX_LINKS = 65_530
"""Hyperlinks in a sheet, as Excel takes them; beyond, the address stands there as text alone."""
_MAX_LINK = 2_079
_A4 = 9
_LETTERS = 1.3  # letters of the text in the width of one digit of the default font
_LINE = 13  # points
_HIGHEST = 400
_ONE_PAGE = 64  # rows of a summary that can be read on one page
_MARGIN = 0.4  # inches
_WIDE = 11.69  # inches of A4 on its side
_PIXELS = 96
_SUMMARY_COLUMNS = (26, 13, 13, 13, 13, 13)
_DARK, _PALE, _RULE = "#1F3864", "#F2F5FA", "#BFC7D5"
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "quote_prefix": True},
    "choice": {"text_wrap": True, "bg_color": "#FFFBE6", "quote_prefix": True},
    "number": {"num_format": "#,##0", "align": "center"},
    "score": {"num_format": "0.00", "bold": True, "align": "center"},
    "share": {"num_format": "0%", "align": "center"},
    "price": {"num_format": '"Rp"#,##0_)'},
    "date": {"num_format": "dd/mm/yyyy", "align": "left"},
    "open": {"font_color": "#0B5394", "underline": 1},
    "likely": {"bg_color": "#F8D7DA", "text_wrap": True},
    "review": {"bg_color": "#FFF3CD", "text_wrap": True},
    "clear": {"text_wrap": True},
}


def check_xlsxwriter() -> None:
    """Make sure that a hand-over can be written.

    Raises
    ------
    InputError
        If XlsxWriter is not installed.

    Examples
    --------
    >>> check_xlsxwriter()
    """
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as error:
        raise InputError(
            'a hand-over needs the package XlsxWriter; pip install "thriftwatch[xlsx]"'
        ) from error


def write_workbook(
    handover: Handover,
    path: str | os.PathLike[str],
    texts: Texts,
    *,
    evidence_name: str,
    head: str,
) -> None:
    """Write the workbook.

    Parameters
    ----------
    handover
        What is handed over.
    path
        Where to write; often a temporary file.
    texts
        The language it is written in; the names of the sheets are Indonesian in any.
    evidence_name, head
        The evidence record that goes with it, and its last hash.

    Raises
    ------
    TableError
        If there are more rows than a sheet holds.
    """
    with _opened(path, handover.moment, texts) as book:
        pages = _Pages(book, texts)
        pages.summary(summary(handover, texts, evidence_name=evidence_name, head=head))
        pages.sheet(LIST_SHEET, list_columns(handover, texts), handover.items, by_platform=True)
        pages.sheet(SELLER_SHEET, seller_columns(texts), seller_rows(handover, texts))
        if handover.since is not None:
            pages.sheet(EARLIER_SHEET, earlier_columns(texts), handover.left)
        rejected = [row for source in handover.read for row in source.rejected]
        pages.sheet(REJECT_SHEET, reject_columns(), rejected)


@contextmanager
def _opened(path: str | os.PathLike[str], moment: datetime, texts: Texts) -> Iterator[Any]:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    book = xlsxwriter.Workbook(os.fspath(path), options)
    # The same hand-over gives the same bytes.
    created = moment.replace(microsecond=0, tzinfo=None)
    book.set_properties({"title": texts["handover-title"], "created": created})
    book.set_size(2400, 1600)
    try:
        yield book
    finally:
        book.close()


def _height(columns: Sequence[Column], values: Sequence[Any]) -> float:
    """Return how high a row has to be for its longest text; not every program works it out."""
    lines = 1
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, str) and column.printed and column.kind != "open":
            lines = max(lines, _lines(value, column.width * _LETTERS))
    return min(lines * _LINE + 3, _HIGHEST)


def _lines(text: str, letters: float) -> int:
    """Return how many lines a text takes where so many letters fit on one."""
    return sum(len(wrap(line, max(1, int(letters)))) or 1 for line in text.split("\n"))


class _Pages:
    """The sheets of a workbook that is being written."""

    def __init__(self, book: Any, texts: Texts) -> None:
        self._book = book
        self._texts = texts
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        ruled = base | {"bottom": 1, "bottom_color": _RULE}
        self._base = base
        self._formats = {name: book.add_format(ruled | more) for name, more in _FORMATS.items()}
        self._header = book.add_format(
            base
            | {"bold": True, "font_color": "white", "bg_color": _DARK, "text_wrap": True,
               "valign": "vcenter", "border": 1, "border_color": _RULE}
        )  # fmt: skip
        self._tiers = {texts[f"tier-{tier}"]: self._formats[tier] for tier in TIERS}

    def sheet(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Any],
        *,
        by_platform: bool = False,
    ) -> None:
        """Write a sheet of rows; `by_platform` starts a new printed page with each platform."""
        sheet = self._book.add_worksheet(name)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        headings = [column.heading(self._texts) for column in columns]
        lines = max(_lines(h, c.width) for h, c in zip(headings, columns, strict=True))
        sheet.set_row(0, lines * _LINE + 6)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, self._header)
        breaks: list[int] = []
        links = last = 0
        before = None
        for last, row in enumerate(rows, start=1):
            if last >= MAX_ROWS:
                raise TableError(
                    f"an Excel sheet holds {MAX_ROWS - 1:,} rows and {name} has more; hand over "
                    "fewer files at once, or only the tier likely"
                )
            values = [column.value(row) for column in columns]
            if by_platform and before not in (None, values[0]):
                breaks.append(last)
            before = values[0]
            sheet.set_row(last, _height(columns, values))
            for place, (column, value) in enumerate(zip(columns, values, strict=True)):
                links += self._cell(sheet, last, place, column, value, linked=links < _MAX_LINKS)
        if last == 0:
            sheet.write_string(1, 0, self._texts["handover-none"], self._formats["text"])
        self._set_up(sheet, name, columns, last, breaks)

    def _cell(
        self, sheet: Any, row: int, place: int, column: Column, value: Any, *, linked: bool
    ) -> int:
        """Write a cell, and tell how many links it has."""
        shape = self._formats.get(column.kind)
        if value is None or value == "":
            sheet.write_blank(row, place, None, shape)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, shape)
        elif isinstance(value, int | float):
            sheet.write_number(row, place, value, shape)
        else:
            text = well_formed(str(value))
            if column.kind == "open":
                if not (linked and text.startswith("https://") and len(text) <= _MAX_LINK):
                    return 0
                sheet.write_url(row, place, text, shape, self._texts["handover-open"])
                return 1
            plain = self._tiers.get(text) if column.kind == "tier" else self._formats["text"]
            sheet.write_string(row, place, text, plain)
        return 0

    def _set_up(
        self, sheet: Any, name: str, columns: Sequence[Column], last: int, breaks: Sequence[int]
    ) -> None:
        """Freeze and filter the heading, and make the sheet fit the width of A4."""
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        for place, column in enumerate(columns):
            if column.kind == "choice" and last:
                states = ("down", "gone", "kept")
                choices = [self._texts[f"handover-follow-up-{state}"] for state in states]
                asked = {"validate": "list", "source": choices, "error_type": "information"}
                sheet.data_validation(1, place, last, place, asked)
        printed = sum(column.printed for column in columns)
        sheet.print_area(0, 0, max(last, 1), printed - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        # Not fitted to pages: Excel then passes over the breaks between platforms.
        pixels = sum(column.width * 7 + 5 for column in columns if column.printed)
        room = (_WIDE - 2 * _MARGIN) * _PIXELS
        sheet.set_print_scale(max(10, min(100, int(100 * room / pixels * 0.94))))
        sheet.set_h_pagebreaks(breaks)
        self._page(sheet, name)

    def _page(self, sheet: Any, name: str) -> None:
        sheet.set_paper(_A4)
        sheet.set_margins(_MARGIN, _MARGIN, 0.6, 0.7)
        notice = self._texts["handover-notice"]
        sheet.set_header(f"&L&8{self._texts['handover-title']}&R&8{name}")
        sheet.set_footer(f"&L&8{notice}&R&8&P / &N")

    def summary(self, blocks: Iterable[Paragraph | Table]) -> None:
        """Write the first sheet."""
        book = self._book
        sheet = book.add_worksheet(SUMMARY_SHEET)
        sheet.hide_gridlines(2)
        for place, width in enumerate(_SUMMARY_COLUMNS):
            sheet.set_column(place, place, width)
        plain = {"font_name": "Calibri", "font_size": 10, "valign": "top", "text_wrap": True}
        dark = {"bold": True, "font_color": _DARK}
        line = {"bottom": 1, "bottom_color": _RULE}
        shapes = {
            "title": plain | dark | {"font_size": 18},
            "heading": plain | dark | {"font_size": 12, "bottom": 2, "bottom_color": _DARK},
            "text": plain,
            "notice": plain | {"bg_color": "#FFF3CD", "border": 1, "border_color": "#E0C36A"},
            "code": plain | {"font_name": "Consolas", "font_size": 9},
            "label": plain | {"bold": True},
            "head": plain | {"bold": True, "bg_color": _DARK, "font_color": "white"},
            "head number": plain
            | {"bold": True, "bg_color": _DARK, "font_color": "white", "align": "right"},
            "number": plain | line | {"num_format": "#,##0"},
            "cell": plain | line,
            "total": plain | {"num_format": "#,##0", "bold": True, "bg_color": _PALE},
        }
        formats = {name: book.add_format(shape) for name, shape in shapes.items()}
        row = 0
        for block in blocks:
            if isinstance(block, Paragraph):
                row = self._paragraph(sheet, row, block, formats)
            else:
                row = self._table(sheet, row, block, formats)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 1 if row <= _ONE_PAGE else 0)
        sheet.print_area(0, 0, row, len(_SUMMARY_COLUMNS) - 1)
        self._page(sheet, SUMMARY_SHEET)

    def _paragraph(self, sheet: Any, row: int, block: Paragraph, formats: dict[str, Any]) -> int:
        """Write a paragraph over the width of the page, or a label and what it says."""
        last = len(_SUMMARY_COLUMNS) - 1
        first = 1 if block.label else 0
        room = sum(_SUMMARY_COLUMNS[first:])
        # Merged cells do not grow with their text.
        share = {"title": 0.6, "heading": 0.9, "code": 0.95}.get(block.style, _LETTERS)
        lines = _lines(block.text, room * share)
        height = {"title": 26, "heading": 17}.get(block.style, 13)
        sheet.set_row(row, height * lines + 2)
        if block.label:
            sheet.write_string(row, 0, block.label, formats["label"])
        sheet.merge_range(row, first, row, last, "", formats[block.style])
        sheet.write_string(row, first, block.text, formats[block.style])
        return row + 1 + block.space

    def _table(self, sheet: Any, row: int, block: Table, formats: dict[str, Any]) -> int:
        sheet.set_row(row, 30)
        for place, heading in enumerate(block.header):
            sheet.write_string(row, place, heading, formats["head number" if place else "head"])
        for number, line in enumerate(block.rows, start=1):
            is_total = block.total and number == len(block.rows)
            for place, value in enumerate(line):
                if isinstance(value, int):
                    shape = formats["total" if is_total else "number"]
                    sheet.write_number(row + number, place, value, shape)
                else:
                    shape = formats["total" if is_total else "cell"]
                    sheet.write_string(row + number, place, value, shape)
        return row + len(block.rows) + 2
