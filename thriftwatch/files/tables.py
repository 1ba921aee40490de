"""Read tables from files, whatever their format.

Text stays as it is: ``007``, ``1e5``, ``NULL`` and ``" x "`` are read as exactly those
characters. Nothing is ever guessed to be a number, a date or a missing value.
"""

import os
from collections.abc import Iterator

from thriftwatch.errors import InputError
from thriftwatch.files.batch import TableRead, concat_reads
from thriftwatch.files.csv_source import read_delimited
from thriftwatch.files.formats import Format, check_source, format_of
from thriftwatch.files.jsonl_source import read_json_lines
from thriftwatch.files.parquet import read_parquet
from thriftwatch.files.workbook import read_workbook

__all__ = ["read_batches", "read_table"]

_Path = str | os.PathLike[str]


def read_table(path: _Path, *, encoding: str = "utf-8", delimiter: str | None = None) -> TableRead:
    r"""Read a whole table.

    Parameters
    ----------
    path
        A file whose extension says its format: ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``
        (each also with ``.gz``), ``.parquet`` or ``.xlsx``; or ``-``, CSV on standard input.
    encoding
        Encoding of a text file. A byte order mark overrules ``"utf-8"``.
    delimiter
        Delimiter of a CSV file; None finds it in the header line, among comma, semicolon, tab
        and bar.

    Returns
    -------
    TableRead
        The table, the line of each row, and the rows that were set aside. Columns of CSV and TSV
        are all strings; those of other formats keep their types.

    Raises
    ------
    TableError
        If the file is not what it says it is. A broken row is not an error: it is set aside.
    InputError
        If an argument is not accepted.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("judul,harga\nHoodie second,007\nKaos\n")
    >>> read = read_table(file)
    >>> read.table.to_pylist()
    [{'judul': 'Hoodie second', 'harga': '007'}]
    >>> read.rejected[0].line, read.rejected[0].reason
    (3, 'it has 1 field, the header has 2')
    """
    return concat_reads(list(read_batches(path, encoding=encoding, delimiter=delimiter)))


def read_batches(
    path: _Path, rows: int = 50_000, *, encoding: str = "utf-8", delimiter: str | None = None
) -> Iterator[TableRead]:
    r"""Read a table in batches, so that a file of any length fits in memory.

    Parameters
    ----------
    path, encoding, delimiter
        As for `read_table`.
    rows
        Rows in a batch; there are fewer in the last one, and where rows are very long.

    Yields
    ------
    TableRead
        At least one, so that a table without rows still has its columns. Batches of JSON Lines
        and workbooks may differ in the types of a column, and those of JSON Lines may gain
        columns.

    Raises
    ------
    TableError
        Before the first batch if there is no such file or format, else as `read_table`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("judul\nHoodie\nKaos\nJaket\n")
    >>> [read.table.num_rows for read in read_batches(file, rows=2)]
    [2, 1]
    """
    if rows < 1:
        raise InputError(f"rows must be 1 or more, not {rows}; for example 50000")
    kind = format_of(path)
    check_source(path)
    match kind:
        case Format.CSV | Format.TSV:
            tab = "\t" if kind is Format.TSV else None
            reads = read_delimited(
                path, rows, encoding=encoding, delimiter=tab if delimiter is None else delimiter
            )
        case Format.JSONL:
            reads = read_json_lines(path, rows, encoding=encoding)
        case Format.PARQUET:
            reads = read_parquet(path, rows)
        case Format.XLSX:
            reads = read_workbook(path, rows)
    return _without_empty(reads)


def _without_empty(reads: Iterator[TableRead]) -> Iterator[TableRead]:
    """Drop batches with nothing in them, except the first: it carries the columns."""
    for place, read in enumerate(reads):
        if place == 0 or read.table.num_rows or read.rejected:
            yield read
