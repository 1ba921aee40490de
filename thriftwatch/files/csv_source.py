"""Read delimited text, keep every cell as it is and set broken rows aside.

The standard parser does the parsing, strictly. What this module adds is where a row starts, what
is wrong with it in plain words, and how to go on after it: a quote that is opened and not closed
swallows all that follows, so only the line it stands on is set aside, and reading goes on with
the next one.
"""

import csv
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa

from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.files.batch import RejectedRow, TableRead, check_header
from thriftwatch.files.cells import string_column
from thriftwatch.files.formats import empty_file
from thriftwatch.files.guard import unguard_cell, unguard_column
from thriftwatch.files.lines import MAX_LINE, Lines, RecordTooLongError, open_lines
from thriftwatch.files.plain_csv import PlainRows, read_plain
from thriftwatch.listing import well_formed

__all__ = ["MAX_FIELD", "read_delimited"]

MAX_FIELD = 2**20
"""Characters in the longest cell that is read."""

_DELIMITERS = ",;\t|"
_MAX_BATCH = 64 * 2**20
_MAX_REREAD = 256 * 2**20
_QUOTED = re.compile(r'"[^"]*(?:"|\Z)')
_EXCEL_HINT = re.compile(r"sep=([,;\t|])\r?\n?")
_PLAIN_WORDS = {
    "field larger": f"a field is longer than {MAX_FIELD:,} characters",
    "unexpected end": "a quote is opened and never closed",
    "expected after": 'text follows a closing quote; a quote inside quotes is written ""',
    "longest record": f"a quote is opened and not closed within {MAX_LINE:,} characters",
}


def read_delimited(
    path: str | os.PathLike[str], rows: int, *, encoding: str, delimiter: str | None
) -> Iterator[TableRead]:
    """Read delimited text in batches.

    Parameters
    ----------
    path
        The file, or ``-`` for standard input.
    rows
        Rows in a batch; fewer when they are very long.
    encoding
        Encoding of the file.
    delimiter
        One character; None finds it in the header line, among comma, semicolon, tab and bar.

    Yields
    ------
    TableRead
        At least one, so that a table without rows still has its columns.

    Raises
    ------
    TableError
        If the file cannot be read as a table at all.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise InputError(
            f"delimiter must be one character other than a quote, not {shown(delimiter)}; "
            'for example ";"'
        )
    with open_lines(path, encoding) as lines:
        records = _Records(lines, delimiter)
        plain = read_plain(
            path,
            encoding=encoding,
            delimiter=records.delimiter,
            columns=len(records.header),
            line=lines.start,
        )
        if plain is not None:
            yield from _batches(plain, rows, records.header, lines.name)
            return
        more = True
        while more:
            # Held only while parsing: between batches the caller's own csv limit is in force.
            with _field_limit(MAX_FIELD):
                read, more = records.batch(rows)
            yield read


def _batches(plain: PlainRows, rows: int, header: list[str], name: str) -> Iterator[TableRead]:
    """Cut the rows of a plain file into batches, with the header of the file."""
    columns = [unguard_column(column) for column in plain.table.columns]
    table = pa.table(columns, names=header)
    for start in range(0, max(1, table.num_rows), rows):
        part = slice(start, start + rows)
        yield TableRead(name, table.slice(start, rows), plain.line_numbers[part])


class _Records:
    """The rows of a delimited file: its header, then batch after batch."""

    def __init__(self, lines: Lines, delimiter: str | None) -> None:
        self._lines = lines
        self._reread = _MAX_REREAD
        first = _first_line(lines)
        if hint := _EXCEL_HINT.fullmatch(first):
            delimiter = delimiter or hint[1]
            lines.done()
            first = _first_line(lines)
        lines.give_back(keep=0)
        self.delimiter = delimiter or _sniff(first)
        self._reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        self.header: list[str] = []
        self.header = self._read_header()

    def batch(self, rows: int) -> tuple[TableRead, bool]:
        """Read up to `rows` rows, and tell whether there may be more."""
        lines = self._lines
        good: list[list[str]] = []
        starts: list[int] = []
        rejected: list[RejectedRow] = []
        size = 0
        while len(good) < rows and size < _MAX_BATCH:
            row, flaw = self._next_row()
            if row is None and flaw is None:
                return self._read(good, starts, rejected), False
            size += lines.size
            if flaw is not None:
                rejected.append(self._set_aside(flaw, broken=row is None))
                continue
            if row:  # a blank line is not a row
                good.append(row)
                starts.append(lines.start)
            lines.done()
        return self._read(good, starts, rejected), True

    def _next_row(self) -> tuple[list[str] | None, str | None]:
        """Parse a row: its cells, and why they are no good; neither at the end of the file."""
        lines = self._lines
        try:
            row = next(self._reader, None)
        except (csv.Error, RecordTooLongError) as error:
            return None, (lines.flaw if len(lines.taken) == 1 else None) or _plain(error)
        flaw = lines.flaw
        if flaw is None and row and self.header and len(row) != len(self.header):
            flaw = f"it has {_fields(len(row))}, the header has {len(self.header)}"
        return row, flaw

    def _set_aside(self, reason: str, *, broken: bool) -> RejectedRow:
        lines = self._lines
        # Limited, because a hostile file could have each of its lines read to the end of the
        # longest record and given back.
        again = broken and len(lines.taken) > 1 and self._reread > 0
        raw = lines.taken[0] if again else "".join(lines.taken)
        rejected = RejectedRow(lines.name, lines.start, reason, raw.rstrip("\r\n"))
        if again:
            self._reread -= lines.size
            lines.give_back()
        else:
            lines.done()
        return rejected

    def _read_header(self) -> list[str]:
        lines = self._lines
        with _field_limit(MAX_FIELD):
            row, flaw = self._next_row()
        if flaw or not row:
            raise TableError(
                f"the header cannot be read: {flaw}", path=lines.name, line=lines.start
            )
        header = [unguard_cell(well_formed(name)) for name in row]
        check_header(header, lines.name, line=lines.start)
        lines.done()
        return header

    def _read(
        self, good: list[list[str]], starts: list[int], rejected: list[RejectedRow]
    ) -> TableRead:
        cells = zip(*good, strict=True) if good else [()] * len(self.header)
        columns = [unguard_column(pa.chunked_array([string_column(cell)])) for cell in cells]
        return TableRead(
            file=self._lines.name,
            table=pa.table(columns, names=self.header),
            line_numbers=np.array(starts, dtype=np.int64),
            rejected=tuple(rejected),
        )


def _first_line(lines: Lines) -> str:
    for line in lines:
        if line.strip("\r\n"):
            return line
        lines.done()
    raise empty_file(lines.name)


def _sniff(header: str) -> str:
    bare = _QUOTED.sub("", header)
    return max(_DELIMITERS, key=bare.count)  # the first of them where none occurs


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _plain(error: Exception) -> str:
    text = str(error)
    return next((words for sign, words in _PLAIN_WORDS.items() if sign in text), text)


_limit_lock = threading.Lock()
_limit_holders = 0
_limit_before = 0


@contextmanager
def _field_limit(limit: int) -> Iterator[None]:
    """Set the standard parser's limit, which is one for the whole process, and put it back.

    Counted, so that of several threads that read at once the last one puts it back.
    """
    global _limit_holders, _limit_before  # noqa: PLW0603
    with _limit_lock:
        if _limit_holders == 0:
            _limit_before = csv.field_size_limit(limit)
        _limit_holders += 1
    try:
        yield
    finally:
        with _limit_lock:
            _limit_holders -= 1
            if _limit_holders == 0:
                csv.field_size_limit(_limit_before)
