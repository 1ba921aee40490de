"""How a delimited file is written: what separates cells, and whether decimals have a comma."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from thriftwatch.files.header import MOST_CELLS, SEARCHED, find_header
from thriftwatch.headers import read_header

__all__ = [
    "DELIMITERS",
    "EXCEL",
    "NO_DELIMITER",
    "PLAIN",
    "Dialect",
    "decimal_comma",
    "leading_rows",
    "sniff",
]

DELIMITERS = ",;\t|"
NO_DELIMITER = "\uffff"
"""Stands for none, where a table has one column: no text has this character in it."""

_QUOTED = re.compile(r'"[^"]*(?:"|\Z)')
_COMMA = re.compile(r"\s*[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,9}\s*")
_POINT = re.compile(r"\s*[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)\.\d{1,9}\s*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is to be written.

    Parameters
    ----------
    delimiter
        What separates cells.
    mark
        Whether it begins with a byte order mark, by which Excel knows UTF-8.
    decimal_comma
        Whether decimals are written with a comma.
    line_end
        What ends a row.
    """

    delimiter: str = ","
    mark: bool = False
    decimal_comma: bool = False
    line_end: str = "\n"


PLAIN = Dialect()
EXCEL = Dialect(";", mark=True, decimal_comma=True, line_end="\r\n")
"""What Excel with Indonesian settings reads when a file is opened by a double click."""


def sniff(lines: Sequence[str], named: Collection[str] = ()) -> str:
    r"""Find the delimiter: the one by which the header has the most known names, or columns.

    Parameters
    ----------
    lines
        The first lines of the file.
    named
        Columns that the user named.

    Examples
    --------
    >>> sniff(["DAFTAR\n", "Nama Produk;Harga, Rp\n", "Kaos, baru;5\n"])
    ';'
    """
    best, most = NO_DELIMITER, (0, 1)
    flawed: list[str] = []
    for delimiter in DELIMITERS:
        rows = [row for _, row in leading_rows(lines, delimiter)]
        if not rows:
            flawed.append(delimiter)
            continue
        header = rows[find_header(rows, named)]
        names = sum(cell in named or read_header(cell) is not None for cell in header[:MOST_CELLS])
        points = (names if len(header) > 1 else 0, len(header))
        if len(header) > 1 and points > most:
            best, most = delimiter, points
    if best == NO_DELIMITER and flawed:
        # The header has a flaw if this is what separates it; whoever reads it says which.
        unquoted = _QUOTED.sub("", lines[0])
        best = next((delimiter for delimiter in flawed if delimiter in unquoted), best)
    return best


def leading_rows(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first rows with the number of the line they start at, as far as they can be parsed.

    Empty rows are left out, and cells have no blanks at their ends.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    count = 0
    start = 1
    try:
        for row in reader:
            first, start = start, reader.line_num + 1
            if any(cell.strip() for cell in row):
                yield first, [cell.strip("\ufeff \t\r\n\xa0") for cell in row]
                count += 1
            if count == SEARCHED:
                return
    except csv.Error:
        return


def decimal_comma(cells: Iterable[str], delimiter: str) -> bool:
    """Tell whether numbers have a decimal comma.

    Where no number tells, a semicolon does: it is what Excel separates cells with where the comma
    is taken.

    Examples
    --------
    >>> decimal_comma(["12,5", "Kaos"], ";"), decimal_comma(["12.5"], ";"), decimal_comma([], ",")
    (True, False, False)
    """
    if delimiter == ",":
        return False
    commas = points = 0
    for cell in cells:
        short = cell[:24]
        commas += _COMMA.fullmatch(short) is not None
        points += _POINT.fullmatch(short) is not None
    return commas > points or (delimiter == ";" and commas == points)
