"""What reading gives: a table, where its rows were, and the rows that were set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from thriftwatch.errors import ColumnError, TableError, did_you_mean
from thriftwatch.files.cells import concat_tables, to_text

__all__ = ["RejectedRow", "TableRead", "check_header", "concat_reads"]

_RAW_CHARACTERS = 200


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
    notes: tuple[str, ...] = ()

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
        if column not in self.table.column_names:
            names = self.table.column_names
            raise ColumnError(
                "there is no such column",
                path=self.file,
                column=column,
                available=names,
                suggestion=did_you_mean(column, names),
            )
        kind = self.table.schema.field(column).type
        if pa.types.is_nested(kind) or _is_binary(kind):
            raise TableError(
                f"text is needed, this column holds {kind}; convert it to text first",
                path=self.file,
                column=column,
            )
        return to_text(self.table.column(column)).fill_null("")


def concat_reads(reads: Sequence[TableRead]) -> TableRead:
    """Join the batches of one file.

    A column that has different types in different batches becomes text.

    Examples
    --------
    >>> one = TableRead("a.jsonl", pa.table({"harga": [5]}), np.array([1]), ())
    >>> two = TableRead("a.jsonl", pa.table({"harga": ["5rb"]}), np.array([2]), ())
    >>> concat_reads([one, two]).table["harga"].to_pylist()
    ['5', '5rb']
    """
    return TableRead(
        file=reads[0].file,
        table=concat_tables([read.table for read in reads]),
        line_numbers=np.concatenate([read.line_numbers for read in reads]),
        rejected=tuple(row for read in reads for row in read.rejected),
        notes=reads[0].notes,
    )


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


def _is_binary(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
