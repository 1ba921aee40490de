"""Read tables from files, whatever their format.

Text stays as it is: ``007``, ``1e5``, ``NULL`` and ``" x "`` are read as exactly those
characters. Nothing is ever guessed to be a number, a date or a missing value.
"""

import os
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.files.batch import Layout, TableRead, concat_reads, layout_notes
from thriftwatch.files.calamine_source import read_other_workbook
from thriftwatch.files.csv_source import read_delimited
from thriftwatch.files.formats import Format, check_source, format_of, format_within
from thriftwatch.files.html_source import read_html
from thriftwatch.files.jsonl_source import read_json_lines
from thriftwatch.files.parquet import read_parquet
from thriftwatch.files.xlsx_source import read_workbook
from thriftwatch.notes import say

__all__ = ["read_batches", "read_table", "read_tables"]

_Path = str | os.PathLike[str]
_WITH_SHEETS = frozenset({Format.XLSX, Format.XLS, Format.XLSB, Format.ODS, Format.HTML})


def read_table(
    path: _Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> TableRead:
    r"""Read a whole table.

    Parameters
    ----------
    path
        A file whose extension says its format: ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``
        ``.txt`` (each also with ``.gz``), ``.parquet``, ``.xlsx``, ``.xls``, ``.xlsb``, ``.ods`` or
        ``.html``; or ``-``, CSV on standard input.
    encoding
        Encoding of a text file; None finds it. A byte order mark overrules ``"utf-8"``.
    delimiter
        Delimiter of a CSV file; None finds it in the first lines, among comma, semicolon, tab
        and bar.
    sheet
        Name or number of the sheet of a workbook to read; None reads all that have titles of
        listings, or else all, and says in a column ``sheet`` which one a row is from.
    header_row
        Line or row that names the columns, counted from 1; None finds it, below title rows.
    named
        Columns that the user named, by which the header is known.

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
    return concat_reads(
        read_tables(
            path,
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
            header_row=header_row,
            named=named,
        )
    )


def read_tables(path: _Path, **options: Any) -> list[TableRead]:
    """Read the tables of a file: one for each sheet of a workbook, else the one there is.

    Parameters
    ----------
    path, **options
        As for `read_table`. Sheets may differ in their columns.

    Returns
    -------
    list of TableRead
        At least one.
    """
    batches = groupby(read_batches(path, **options), key=lambda read: read.layout.sheet)
    return [concat_reads(list(reads)) for _, reads in batches]


def read_batches(
    path: _Path,
    rows: int = 50_000,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    r"""Read a table in batches, so that a file of any length fits in memory.

    Parameters
    ----------
    path, encoding, delimiter, sheet, header_row, named
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
    if header_row is not None and header_row < 1:
        raise InputError(f"header_row must be 1 or more, not {header_row}; rows count from 1")
    kind = format_of(path)
    check_source(path)
    if kind is Format.XLS:
        kind = format_within(path)
    if sheet is not None and kind not in _WITH_SHEETS:
        raise TableError(f"it has no sheets, so there is no sheet {shown(sheet)}", path=path)
    if header_row is not None and kind in {Format.JSONL, Format.PARQUET}:
        raise TableError("its format names the columns; leave out --header-row", path=path)
    sheets: dict[str, Any] = {"sheet": sheet, "header_row": header_row, "named": named}
    match kind:
        case Format.CSV | Format.TSV | Format.TXT:
            tab = "\t" if kind is Format.TSV else None
            reads = read_delimited(
                path,
                rows,
                encoding=encoding,
                delimiter=tab if delimiter is None else delimiter,
                header_row=header_row,
                named=named,
            )
        case Format.JSONL:
            reads = read_json_lines(path, rows, encoding=encoding)
        case Format.PARQUET:
            reads = read_parquet(path, rows)
        case Format.XLSX:
            reads = read_workbook(path, rows, **sheets)
        case Format.HTML:
            reads = read_html(path, rows, encoding=encoding, **sheets)
        case Format.XLS | Format.XLSB | Format.ODS:
            reads = read_other_workbook(path, rows, **sheets)
    return _told(reads)


def _told(reads: Iterator[TableRead]) -> Iterator[TableRead]:
    """Drop batches with nothing in them, and say once of each table how it was read."""
    before: Layout | None = None
    for place, read in enumerate(reads):
        if before is None or read.layout.sheet != before.sheet:
            for note in layout_notes(read):
                say(note)
        before = read.layout
        if place == 0 or read.table.num_rows or read.rejected:
            yield read
