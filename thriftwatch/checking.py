"""What reading a file of listings would give, found out without scoring anything."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from thriftwatch.columns import SERVED, ColumnUse, choose_columns
from thriftwatch.errors import TableError, ThriftwatchError
from thriftwatch.files import Layout, RejectedRow, TableRead, read_batches
from thriftwatch.files.formats import Format, display_name, format_of, format_within
from thriftwatch.files.links import canonical_link
from thriftwatch.notes import Note, hearing

__all__ = ["ColumnCheck", "FileCheck", "LinkCount", "TableCheck", "check_file"]

_FIRST_ROWS = 3
_SHOWN_LINKS = 5


@dataclass(slots=True)
class ColumnCheck:
    """A column of a table that was looked at.

    Parameters
    ----------
    name
        Its name.
    field
        What it would serve as (`thriftwatch.columns.SERVED`); None if as nothing.
    filled
        In how many rows there is something in it.
    left_out
        Whether it reads like text and would not be used.
    """

    name: str
    field: str | None = None
    filled: int = 0
    left_out: bool = False


@dataclass(slots=True)
class TableCheck:
    """A file, or a sheet of one, that was looked at.

    Parameters
    ----------
    where
        The file and the sheet, for messages.
    layout
        How it turned out to be laid out.
    rows
        How many rows would be scored.
    columns
        Its columns.
    first
        Its first rows, as text, by field.
    problem
        Why nothing in it would be scored.
    """

    where: str
    layout: Layout
    rows: int = 0
    columns: dict[str, ColumnCheck] = field(default_factory=dict)
    first: list[dict[str, str]] = field(default_factory=list)
    problem: str | None = None


@dataclass(slots=True)
class FileCheck:
    """A file that was looked at.

    Parameters
    ----------
    file
        Its name, as it was given.
    format
        What it is.
    tables
        Its sheets that hold tables, or the one table.
    rejected
        Rows that would be set aside, in the order of the file.
    notes
        What would be said while it is read.
    problem
        Why it cannot be read, or not to its end.
    """

    file: str
    format: str = ""
    tables: list[TableCheck] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problem: str | None = None

    @property
    def usable(self) -> bool:
        """Whether all of it would be scored."""
        return self.problem is None and all(table.problem is None for table in self.tables)


class LinkCount:
    """Counts links over all files, written in one way (`thriftwatch.files.links`).

    Examples
    --------
    >>> links = LinkCount()
    >>> links.add(["https://a.id/1 ", "https://a.id/1?utm_source=wa", "", "https://a.id/2"])
    >>> links.repeated(), links.most()
    (1, [('https://a.id/1', 2)])
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, links: Sequence[str]) -> None:
        """Count links; empty ones are none."""
        self._counts.update(written for link in links if (written := canonical_link(link.strip())))

    def repeated(self) -> int:
        """Return how many links stand there that stood there before."""
        return self._counts.total() - len(self._counts)

    def most(self) -> list[tuple[str, int]]:
        """Return the links that stand there most often."""
        most = self._counts.most_common(_SHOWN_LINKS)
        return [(link, count) for link, count in most if count > 1]


def check_file(
    path: str | os.PathLike[str],
    links: LinkCount,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> FileCheck:
    r"""Look at a file as if it were to be scored.

    Parameters
    ----------
    path
        The file; ``-`` is CSV on standard input.
    links
        Counts its links.
    columns, encoding, sheet, header_row, on_rows
        As for `thriftwatch.ranking.read_listings`.

    Returns
    -------
    FileCheck
        A file that cannot be read has a `problem`; no error is raised for it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("Nama Produk;Catatan\nHoodie second;\nKaos\n")
    >>> found = check_file(file, LinkCount())
    >>> found.tables[0].rows, found.tables[0].columns["Nama Produk"].field
    (1, 'title')
    >>> found.rejected[0].line
    3
    """
    found = FileCheck(display_name(path))
    asked = dict(columns or {})
    with hearing(found.notes.append):
        try:
            found.format = _format(path)
            reads = read_batches(
                path,
                encoding=encoding,
                sheet=sheet,
                header_row=header_row,
                named=tuple(asked.values()),
            )
            for read in reads:
                _add(found, read, asked, links)
                on_rows(read.table.num_rows)
        except (ThriftwatchError, OSError) as error:
            found.problem = str(error)
    return found


def _format(path: str | os.PathLike[str]) -> str:
    """Tell what a file is: what is called .xls may be several things."""
    kind = format_of(path)
    if kind is Format.XLS and Path(path).exists():
        kind = format_within(path)
    return kind.name


def _add(found: FileCheck, read: TableRead, asked: Mapping[str, str], links: LinkCount) -> None:
    """Add a batch to what was found so far."""
    found.rejected += read.rejected
    if not found.tables or found.tables[-1].layout.sheet != read.layout.sheet:
        found.tables.append(TableCheck(read.where, read.layout))
    table = found.tables[-1]
    table.rows += read.table.num_rows
    names = read.text_columns
    if not set(names) <= table.columns.keys():
        found.notes += _name_columns(table, read, asked)
    for name in names:
        texts = read.text(name)
        filled = pc.sum(pc.not_equal(pc.utf8_trim_whitespace(texts), "")).as_py() or 0
        table.columns[name].filled += filled
    served = {column.field: name for name, column in table.columns.items() if column.field}
    if (url := served.get("url")) in names:
        links.add(read.text(url).to_pylist())
    table.first += islice(_first_rows(read, served), _FIRST_ROWS - len(table.first))


def _name_columns(table: TableCheck, read: TableRead, asked: Mapping[str, str]) -> tuple[Note, ...]:
    """Say what the columns would serve as; those of earlier batches stay what they were.

    Returns what is missing or left out.
    """
    names = read.text_columns
    earlier = {
        column.field: name for name, column in table.columns.items() if column.field in SERVED
    }
    explicit = {**asked, **{f: name for f, name in earlier.items() if f and name in names}}
    use = ColumnUse(read.where, {})
    try:
        use = choose_columns(
            names,
            read.sample,
            explicit,
            where=read.where,
            doubled=read.layout.renamed,
            required="title" not in earlier,
        )
    except TableError as error:
        table.problem = str(error)
    fields = {name: field for field, name in use.columns.items()}
    for name in names:
        column = table.columns.setdefault(name, ColumnCheck(name))
        column.field = column.field or fields.get(name)
        column.left_out = name in use.left_out
    return use.notes()[1:] if table.problem is None else ()


def _first_rows(read: TableRead, served: Mapping[str, str]) -> Iterator[dict[str, str]]:
    columns: dict[str, Any] = {
        field: read.sample(name)[:_FIRST_ROWS]
        for field, name in served.items()
        if name in read.text_columns
    }
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))
