"""Find the row that names the columns, below whatever stands above it, and make names distinct."""

from collections.abc import Collection, Sequence
from statistics import mode

from thriftwatch.errors import TableError
from thriftwatch.headers import read_header
from thriftwatch.listing import COLUMN_NAMES

__all__ = [
    "MAX_COLUMNS",
    "MOST_CELLS",
    "SEARCHED",
    "check_width",
    "distinct_names",
    "find_header",
    "names_title",
]

MAX_COLUMNS = 16_384
"""As many as a spreadsheet has."""

SEARCHED = 50
"""Rows from the top among which the header is sought."""

MOST_CELLS = 500
"""Cells of a row that are looked at to see whether it is the header."""

_LONGEST_NAME = 120
_USUAL = frozenset(name for names in COLUMN_NAMES.values() for name in names)


def find_header(rows: Sequence[Sequence[str]], named: Collection[str] = ()) -> int:
    """Return the place of the row that names the columns.

    It is the row that names the most fields of a listing, if there is one below the first that
    names more than the first does. Where none names any, rows of a single cell above a table of
    three or more columns are taken for its heading.

    Parameters
    ----------
    rows
        The first rows that are not empty, cells without blanks at their ends.
    named
        Columns that the user named; they count most.

    Examples
    --------
    >>> find_header([["DAFTAR TAUTAN", ""], ["No", "Nama Produk"], ["1", "Kaos"]])
    1
    """
    if not rows:
        return 0
    points = [_points(row, named) for row in rows]
    best = max(points)
    if best[0] > 0 and best > points[0]:
        place = points.index(best)
        # One known word among data is no header below a row that is as full.
        if best[0] > 1 or _filled(rows[0]) < _filled(rows[place]):
            return place
    if points[0] == (0, 0) and _filled(rows[0]) == 1:
        width = mode(_filled(row) for row in rows)
        place = next((place for place, row in enumerate(rows) if _filled(row) > 1), 0)
        if width > 2 and _filled(rows[place]) * 2 >= width:
            return place
    return 0


def check_width(columns: int, path: str) -> None:
    """Refuse a table that is wider than any spreadsheet: it is none, or hostile.

    Raises
    ------
    TableError
        If it has more than `MAX_COLUMNS` columns.

    Examples
    --------
    >>> check_width(12, "a.csv")
    """
    if columns > MAX_COLUMNS:
        raise TableError(
            f"it has {columns:,} columns, and at most {MAX_COLUMNS:,} are read; "
            "is this a table, and the separator the right one?",
            path=path,
        )


def names_title(names: Sequence[str], named: Collection[str] = ()) -> bool:
    """Tell whether one of the columns is, by its header, the title of a listing."""
    fields = {header.field for name in names if (header := read_header(name)) is not None}
    return "title" in fields or not set(named).isdisjoint(names)


def distinct_names(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Make names distinct, and give one to columns that have none.

    Returns
    -------
    tuple of list of str and dict of str to str
        The names, and of those that were changed what they were.

    Examples
    --------
    >>> distinct_names(["Harga", "Harga", ""])
    (['Harga', 'Harga (2)', 'column 3'], {'Harga (2)': 'Harga', 'column 3': ''})
    """
    taken = {*names}
    seen: set[str] = set()
    distinct: list[str] = []
    changed: dict[str, str] = {}
    counts: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        new = name
        if not name.strip() or name in seen:
            stem = name if name.strip() else f"column {place}"
            number = counts.get(stem, 1 if name.strip() else 0)
            while new in taken or not new.strip():
                number += 1
                new = stem if number == 1 else f"{stem} ({number})"
            counts[stem] = number
            changed[new] = name
            taken.add(new)
        seen.add(new)
        distinct.append(new)
    return distinct, changed


def _points(row: Sequence[str], named: Collection[str]) -> tuple[int, int]:
    """Count the fields that a row names; then columns that are usual names of something."""
    fields: set[str] = set()
    usual = 0
    for cell in row[:MOST_CELLS]:
        if not cell or len(cell) > _LONGEST_NAME:
            continue
        if cell in named:
            fields.add(f"named {cell}")
        if (header := read_header(cell)) is not None and header.sure:
            fields.add(header.field)
        usual += cell.casefold() in _USUAL
    return len(fields), usual


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))
