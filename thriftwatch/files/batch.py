"""What reading gives: a table, where its rows were, and the rows that were set aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from thriftwatch.errors import ColumnError, TableError, did_you_mean, listed, shown
from thriftwatch.files.cells import concat_tables, to_text
from thriftwatch.files.dialect import Dialect
from thriftwatch.notes import Note

__all__ = [
    "Layout",
    "PassedOver",
    "RejectedRow",
    "TableRead",
    "check_header",
    "concat_reads",
    "layout_notes",
    "without_hollow",
]

_RAW_CHARACTERS = 200
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be read and was set aside.

    Parameters
    ----------
    file
        The file it is in.
    line
        The physical line it starts at, counted from 1; in a workbook its row.
    reason
        What is wrong with it, in one line.
    raw
        The first 200 characters of it.
    """

    file: str
    line: int
    reason: str
    raw: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw", self.raw[:_RAW_CHARACTERS])


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A sheet that was not read.

    Parameters
    ----------
    sheet
        Its name.
    rows
        How many rows it has that are not empty.
    hidden
        Whether it was passed over for being hidden, and not for having no titles.
    """

    sheet: str
    rows: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file turned out to be laid out.

    Parameters
    ----------
    encoding
        That of a text file.
    mark
        Whether it begins with a byte order mark.
    delimiter
        That of a delimited file.
    decimal_comma
        Whether it writes decimals with a comma.
    header
        The line or row that names the columns, counted from 1; None where the format names them.
    above
        How many rows that are not empty stand above it.
    sheet
        The sheet of a workbook that the table is from, if the workbook has several.
    passed_over
        Sheets of the workbook that were not read.
    renamed
        Columns that had no name of their own, and what stood there.
    notes
        What is to be said of it.
    """

    encoding: str | None = None
    mark: bool = False
    delimiter: str | None = None
    decimal_comma: bool = False
    header: int | None = None
    above: int = 0
    sheet: str | None = None
    passed_over: tuple[PassedOver, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def dialect(self) -> Dialect | None:
        """Return how to write what belongs beside a delimited file; None for other formats."""
        if self.delimiter is None:
            return None
        # Tabs are those of .tsv, whatever the output is called that is written for it.
        delimiter = "," if self.delimiter == "\t" else self.delimiter
        return Dialect(
            delimiter, mark=self.mark, decimal_comma=self.decimal_comma and delimiter != ","
        )


@dataclass(frozen=True, slots=True, eq=False)
class TableRead:
    """A table read from a file, whole or one batch of it.

    Parameters
    ----------
    file
        The file, for messages.
    table : pyarrow.Table
        The good rows, in the order of the file.
    line_numbers : numpy.ndarray of int64, shape (n_rows,)
        The physical line at which each row starts, counted from 1. In a workbook and a Parquet
        file it is the row: a workbook counts its header, as spreadsheets show it.
    rejected
        The rows that were set aside, in the order of the file.
    layout
        How the file turned out to be laid out.
    notes
        What else is to be said of it.

    Examples
    --------
    >>> read = TableRead("a.csv", pa.table({"judul": ["Kaos"]}), np.array([2]), ())
    >>> read.text("judul").to_pylist()
    ['Kaos']
    """

    file: str
    table: pa.Table
    line_numbers: NDArray[np.int64]
    rejected: tuple[RejectedRow, ...] = ()
    layout: Layout = Layout()
    notes: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The file, and the sheet if it has several, for messages."""
        sheet = self.layout.sheet
        return self.file if sheet is None else f"{self.file}, sheet {shown(sheet)}"

    @property
    def text_columns(self) -> list[str]:
        """The columns that can be had as text; those within records are called ``shop.name``."""
        names: list[str] = []
        for column in self.table.schema:
            if pa.types.is_struct(column.type):
                inner = (column.type.field(place) for place in range(column.type.num_fields))
                names += [f"{column.name}.{one.name}" for one in inner if _is_plain(one.type)]
            elif _is_plain(column.type):
                names.append(column.name)
        return names

    def sample(self, column: str) -> list[str]:
        """Return the first texts of a column, to see what it holds."""
        values = to_text(self._column(column).slice(0, _SAMPLE)).fill_null("")
        return list(values.to_pylist())

    def _column(self, name: str) -> pa.ChunkedArray:
        """Return a column, or one within the records of a column."""
        # Of a wide table the list of names takes long to make, and this is asked for each column.
        if (place := self.table.schema.get_field_index(name)) >= 0:
            return self.table.column(place)
        outer, _, inner = name.partition(".")
        return pc.struct_field(self.table.column(outer), inner)

    def text(self, column: str) -> pa.ChunkedArray:
        """Return a column as strings without nulls, whatever type the file gave it.

        Missing values become empty text. Numbers, booleans and dates become the text one would
        write for them: a workbook holds the title ``501`` as a number.

        Raises
        ------
        ColumnError
            If there is no such column.
        TableError
            If the column holds lists, records or bytes.
        """
        known = self.table.schema.get_field_index(column) >= 0
        if not known and column not in self.text_columns:
            names = self.table.column_names
            raise ColumnError(
                "there is no such column",
                path=self.file,
                column=column,
                available=names,
                suggestion=did_you_mean(column, names),
            )
        kind = self._column(column).type
        if not _is_plain(kind):
            raise TableError(
                f"text is needed, this column holds {kind}; convert it to text first",
                path=self.file,
                column=column,
            )
        return to_text(self._column(column)).fill_null("")


def concat_reads(reads: Sequence[TableRead]) -> TableRead:
    """Join the batches of one file.

    A column that has different types in different batches keeps the values of each.

    Examples
    --------
    >>> one = TableRead("a.jsonl", pa.table({"harga": [5]}), np.array([1]), ())
    >>> two = TableRead("a.jsonl", pa.table({"harga": ["5rb"]}), np.array([2]), ())
    >>> concat_reads([one, two]).table["harga"].to_pylist()
    [5, '5rb']
    """
    renamed = {new: was for read in reads for new, was in read.layout.renamed.items()}
    return TableRead(
        file=reads[0].file,
        table=without_hollow(concat_tables([read.table for read in reads]), renamed),
        line_numbers=np.concatenate([read.line_numbers for read in reads]),
        rejected=tuple(row for read in reads for row in read.rejected),
        layout=reads[0].layout,
        notes=reads[0].notes,
    )


def without_hollow(table: pa.Table, renamed: Mapping[str, str]) -> pa.Table:
    """Drop columns without a name and without a value: spreadsheets leave such at the right."""
    hollow = [
        name
        for name, was in renamed.items()
        if not was.strip()
        and name in table.column_names
        and not pc.any(pc.not_equal(to_text(table[name]).fill_null(""), "")).as_py()
    ]
    return table.drop_columns(hollow)


def layout_notes(read: TableRead) -> tuple[Note, ...]:
    """Say how a file turned out to be laid out, where that is not what one would expect."""
    layout = read.layout
    notes = list(layout.notes)
    if layout.above:
        notes.append(Note("header-below", read.where, layout.header, layout.above))
    renamed = {new: was for new, was in layout.renamed.items() if was.strip()}
    if renamed:
        notes.append(Note("columns-doubled", read.where, listed(renamed)))
    for sheet in layout.passed_over:
        name = "sheet-hidden" if sheet.hidden else "sheet-without-titles"
        notes.append(Note(name, read.file, shown(sheet.sheet), sheet.rows, warns=True))
    return tuple(notes)


def check_header(
    names: Sequence[str], file: str, *, line: int | None = None, row: int | None = None
) -> None:
    """Refuse a header in which a name occurs twice: which of them was meant nobody can tell.

    Raises
    ------
    TableError
        Naming the column and both places.

    Examples
    --------
    >>> check_header(["judul", "toko"], "a.csv", line=1)
    """
    places: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        first = places.setdefault(name, place)
        if first != place:
            problem = f"columns {first} and {place} have the same name; rename one of them"
            raise TableError(problem, path=file, line=line, row=row, column=name)


def _is_plain(kind: pa.DataType) -> bool:
    """Tell whether values are neither lists nor records nor bytes."""
    return not (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
