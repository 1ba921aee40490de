"""Write tables to files, whatever their format, whole or not at all."""

import gzip
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thriftwatch.errors import InputError, TableError
from thriftwatch.files.atomic import atomic_path, check_writable
from thriftwatch.files.batch import check_header
from thriftwatch.files.cells import json_line, to_text
from thriftwatch.files.dialect import PLAIN, Dialect
from thriftwatch.files.formats import (
    ACCEPTED_OUT,
    WRITTEN,
    Format,
    binary_stream,
    compression,
    format_of,
    is_standard_stream,
)
from thriftwatch.files.guard import guard_cell, guard_column
from thriftwatch.files.parquet import write_parquet
from thriftwatch.files.workbook import check_openpyxl, write_workbook

__all__ = ["check_output", "write_batches", "write_table"]

_Path = str | os.PathLike[str]
_PIECE = 20_000
# Names that no reader, this one included, could take for a delimiter, a quote or a hint.
_PLAIN_NAME = re.compile(r"[\w .()/-]+")


def write_table(
    table: pa.Table, path: _Path, *, guard: bool = True, dialect: Dialect = PLAIN
) -> None:
    """Write a table to a file, whole or not at all.

    Parameters
    ----------
    table
        The table. In CSV, TSV and workbooks, lists and records are written as JSON text and
        nulls as empty cells.
    path
        A file whose extension says its format: ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``
        (each also with ``.gz``), ``.parquet`` or ``.xlsx``; or ``-``, CSV on standard output.
    guard
        Whether text in CSV, TSV and workbooks that a spreadsheet would run as a formula gets an
        apostrophe in front. `read_table` takes it off again.
    dialect
        How CSV is written: what separates cells, whether it begins with a byte order mark, and
        whether decimals have a comma. TSV has tabs.

    Raises
    ------
    InputError
        If the file cannot be written; before anything else happens.
    TableError
        If the format cannot hold the table.

    Notes
    -----
    CSV and TSV are UTF-8, with quotes where they are needed. NUL, which no
    CSV reader is glad to see, becomes U+FFFD.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "scored.csv")
    >>> write_table(pa.table({"judul": ["-50% hoodie"], "score": [0.97]}), file)
    >>> print(file.read_text().rstrip())
    judul,score
    '-50% hoodie,0.97
    """
    write_batches([table], path, guard=guard, dialect=dialect)


def write_batches(
    tables: Iterable[pa.Table], path: _Path, *, guard: bool = True, dialect: Dialect = PLAIN
) -> None:
    """Write tables below one another to one file, whole or not at all.

    Parameters
    ----------
    tables
        At least one. They may come from a generator and are then held one at a time. The columns
        are those of the first; a later table may lack some.
    path, guard, dialect
        As for `write_table`.

    Raises
    ------
    InputError
        As `write_table`, or if there is no table.
    TableError
        If the format cannot hold a table, or a later table has a column that the first has not
        (only JSON Lines can hold it).

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "all.csv")
    >>> write_batches((pa.table({"judul": [t]}) for t in ("Hoodie", "Kaos")), file)
    >>> file.read_text().split()
    ['judul', 'Hoodie', 'Kaos']
    """
    check_output(path)
    source = iter(tables)
    first = next(source, None)
    if first is None:
        raise InputError("there is no table to write; at least one is needed")
    joined = chain([first], source)
    kind = format_of(path)
    name = "standard output" if is_standard_stream(path) else os.fspath(path)
    check_header(first.column_names, name)
    same = joined if kind is Format.JSONL else _aligned(joined, first.schema, name)
    if is_standard_stream(path):
        _write_text(same, kind, binary_stream("stdout"), guard=guard, dialect=dialect)
        return
    with atomic_path(path) as part:
        if kind is Format.PARQUET:
            write_parquet(same, part, name)
        elif kind is Format.XLSX:
            write_workbook(same, part, name, guard=guard)
        else:
            with _open_bytes(part, packed=compression(path) is not None) as stream:
                _write_text(same, kind, stream, guard=guard, dialect=dialect)


def check_output(path: _Path) -> None:
    """Make sure that a table can be written, before the work that produces it starts.

    Raises
    ------
    TableError
        If the extension is not that of a table.
    InputError
        If the file cannot be written, or its format needs a package that is not installed.

    Examples
    --------
    >>> check_output("-")
    """
    kind = format_of(path)
    if kind not in WRITTEN:
        raise TableError(f"{kind} is read but not written; accepted: {ACCEPTED_OUT}", path=path)
    if kind is Format.XLSX:
        check_openpyxl()
    check_writable(path)


def _aligned(tables: Iterator[pa.Table], schema: pa.Schema, name: str) -> Iterator[pa.Table]:
    """Give every table the columns of the first, in its order."""
    if not schema.names:
        raise TableError("a table without columns can only be written to .jsonl", path=name)
    for table in tables:
        if new := [name for name in table.column_names if name not in schema.names]:
            raise TableError(
                "this column is not in the first rows, where the header was written; "
                "write to .jsonl, or read the whole table first (read_table)",
                path=name,
                column=new[0],
            )
        missing = {name for name in schema.names if name not in table.column_names}
        columns = [
            pa.nulls(table.num_rows, field.type) if field.name in missing else table[field.name]
            for field in schema
        ]
        yield pa.table(columns, names=schema.names)


def _write_text(
    tables: Iterator[pa.Table], kind: Format, stream: BinaryIO, *, guard: bool, dialect: Dialect
) -> None:
    if kind is Format.JSONL:
        for table in tables:
            for piece in _pieces(table):
                lines = (f"{json_line(row)}\n" for row in piece.to_pylist())
                stream.write("".join(lines).encode())
    else:
        written = replace(dialect, delimiter="\t") if kind is Format.TSV else dialect
        _write_delimited(tables, stream, written, guard=guard)
    stream.flush()


def _write_delimited(
    tables: Iterator[pa.Table], stream: BinaryIO, dialect: Dialect, *, guard: bool
) -> None:
    for place, table in enumerate(tables):
        if place == 0:
            mark = "\ufeff" if dialect.mark else ""
            stream.write((mark + _header(table.column_names, dialect, guard=guard)).encode())
        for piece in _pieces(table):
            columns = [_csv_column(column, dialect, guard=guard) for column in piece.columns]
            alone = len(columns) == 1
            cells = [_quoted(column, dialect.delimiter, alone=alone) for column in columns]
            stream.write(_lines(cells, dialect))


def _header(names: Sequence[str], dialect: Dialect, *, guard: bool) -> str:
    """Write the names of the columns as a line."""
    plain = all(_PLAIN_NAME.fullmatch(name) for name in names)
    cells = [name.replace("\0", "\ufffd") for name in names]
    cells = [guard_cell(cell) for cell in cells] if guard else cells
    if not plain:
        cells = ['"{}"'.format(cell.replace('"', '""')) for cell in cells]
    return dialect.delimiter.join(cells) + dialect.line_end


def _csv_column(column: pa.ChunkedArray, dialect: Dialect, *, guard: bool) -> pa.ChunkedArray:
    kind = column.type
    column = to_text(column).fill_null("")
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pc.replace_substring(column, ".", ",") if dialect.decimal_comma else column
    if pa.types.is_primitive(kind):
        return column
    if pc.any(pc.match_substring(column, "\0")).as_py():
        column = pc.replace_substring(column, "\0", "\ufffd")
    return guard_column(column) if guard else column


def _quoted(column: pa.ChunkedArray, delimiter: str, *, alone: bool) -> pa.ChunkedArray:
    """Put quotes round the cells that need them; of a column alone also round an empty one."""
    needs = pc.match_substring_regex(column, f'[{delimiter}"\n\r]' + ("|^$" if alone else ""))
    if not pc.any(needs).as_py():
        return column
    inner = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), column)


def _lines(cells: Sequence[pa.ChunkedArray], dialect: Dialect) -> bytes:
    """Join the cells of each row, and the rows, without a Python object for any of them."""
    # Offsets of 64 bits: together, the cells of a piece may have more than 2 GiB.
    wide = [column.cast(pa.large_string()) for column in cells]
    ends = dialect.delimiter, "", dialect.line_end
    between, none, end = (pa.scalar(text, pa.large_string()) for text in ends)
    rows = pc.binary_join_element_wise(pc.binary_join_element_wise(*wide, between), none, end)
    return b"".join(map(_contents, rows.chunks))


def _contents(rows: pa.LargeStringArray) -> bytes:
    _, offsets, data = rows.buffers()
    first, last = np.frombuffer(offsets, np.int64)[[rows.offset, rows.offset + len(rows)]].tolist()
    return b"" if data is None else bytes(data.slice(first, last - first))


def _pieces(table: pa.Table) -> Iterator[pa.Table]:
    # Python values take ten times the memory of Arrow's; only a piece of them is alive at once.
    for start in range(0, table.num_rows, _PIECE):
        yield table.slice(start, _PIECE)


def _open_bytes(path: Path, *, packed: bool) -> BinaryIO:
    if not packed:
        return path.open("wb")
    # Without name and time in its head, so that the same table gives the same bytes.
    return cast("BinaryIO", _GzipFile(path))


class _GzipFile(gzip.GzipFile):
    """A gzip file that closes the file under it."""

    def __init__(self, path: Path) -> None:
        self._under = path.open("wb")
        super().__init__("", "wb", fileobj=self._under, mtime=0)

    def close(self) -> None:
        super().close()
        self._under.close()
