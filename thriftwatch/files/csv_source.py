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
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import numpy as np
import pyarrow as pa

from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.files.batch import Layout, RejectedRow, TableRead
from thriftwatch.files.cells import string_column
from thriftwatch.files.dialect import NO_DELIMITER, decimal_comma, leading_rows, sniff
from thriftwatch.files.formats import empty_file
from thriftwatch.files.guard import unguard_cell, unguard_column
from thriftwatch.files.header import check_width, distinct_names, find_header
from thriftwatch.files.lines import MAX_LINE, Lines, RecordTooLongError, open_lines
from thriftwatch.files.plain_csv import PlainRows, read_plain
from thriftwatch.listing import well_formed
from thriftwatch.notes import Note

__all__ = ["MAX_FIELD", "read_delimited"]

MAX_FIELD = 2**20
"""Characters in the longest cell that is read."""

_MAX_BATCH = 64 * 2**20
_MAX_REREAD = 256 * 2**20
_EXCEL_HINT = re.compile(r"sep=([,;\t|])\r?\n?")
_LOOK_AHEAD = 200
_FLAWS: dict[str, tuple[str, tuple[int, ...]]] = {
    "field larger": ("flaw-long-field", (MAX_FIELD,)),
    "unexpected end": ("flaw-open-quote", ()),
    "expected after": ("flaw-text-after-quote", ()),
    "longest record": ("flaw-open-quote-far", (MAX_LINE,)),
}


def read_delimited(
    path: str | os.PathLike[str],
    rows: int,
    *,
    encoding: str | None,
    delimiter: str | None,
    header_row: int | None = None,
    named: Collection[str] = (),
) -> Iterator[TableRead]:
    """Read delimited text in batches.

    Parameters
    ----------
    path
        The file, or ``-`` for standard input.
    rows
        Rows in a batch; fewer when they are very long.
    encoding
        Encoding of the file; None finds it.
    delimiter
        One character; None finds it in the first lines, among comma, semicolon, tab and bar.
    header_row
        The line that names the columns; None finds it.
    named
        Columns that the user named, by which the header is known.

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
        with _field_limit(MAX_FIELD):
            records = _Records(lines, delimiter, header_row, named)
        plain = read_plain(
            path,
            encoding=lines.encoding.name,
            delimiter=records.delimiter,
            columns=len(records.header),
            line=lines.start,
        )
        if plain is not None:
            yield from _batches(plain, rows, records, lines.name)
            return
        more = True
        while more:
            # Held only while parsing: between batches the caller's own csv limit is in force.
            with _field_limit(MAX_FIELD):
                read, more = records.batch(rows)
            yield read


def _batches(plain: PlainRows, rows: int, records: "_Records", name: str) -> Iterator[TableRead]:
    """Cut the rows of a plain file into batches, with the header of the file."""
    columns = [unguard_column(column) for column in plain.table.columns]
    table = pa.table(columns, names=records.header)
    for start in range(0, max(1, table.num_rows), rows):
        part = slice(start, start + rows)
        read = table.slice(start, rows)
        yield TableRead(name, read, plain.line_numbers[part], (), records.layout)


class _Records:
    """The rows of a delimited file: its header, then batch after batch."""

    def __init__(
        self,
        lines: Lines,
        delimiter: str | None,
        header_row: int | None,
        named: Collection[str],
    ) -> None:
        self._lines = lines
        self._reread = _MAX_REREAD
        self.header: list[str] = []
        if hint := _EXCEL_HINT.fullmatch(_first_line(lines)):
            delimiter = delimiter or hint[1]
            lines.done()
            _first_line(lines)
        lines.give_back(keep=0)
        ahead = lines.look_ahead(_LOOK_AHEAD)
        self.delimiter = found = delimiter or sniff(ahead, named)
        above = self._skip_to_header(ahead, found, header_row, named)
        self._reader = csv.reader(lines, delimiter=found, strict=True)
        line = lines.start
        self.header, renamed = distinct_names(self._read_header())
        sample = (row for _, row in leading_rows(ahead, found))
        self.layout = Layout(
            encoding=lines.encoding.name,
            mark=lines.encoding.name in {"utf-8-sig", "utf-16", "utf-32"},
            delimiter=None if found == NO_DELIMITER else found,
            decimal_comma=decimal_comma(chain.from_iterable(sample), found),
            header=line,
            above=above,
            renamed=renamed,
            notes=() if lines.encoding.note is None else (lines.encoding.note,),
        )

    def _skip_to_header(
        self, ahead: list[str], delimiter: str, header_row: int | None, named: Collection[str]
    ) -> int:
        """Go to the line of the header, and return how many rows stand above it."""
        lines = self._lines
        leading = list(leading_rows(ahead, delimiter))
        if header_row is not None:
            skipped = header_row - lines.start
            above = sum(start <= skipped for start, _ in leading)
        else:
            above = find_header([row for _, row in leading], named)
            skipped = leading[above][0] - 1 if leading else 0
        for _ in range(skipped):
            if next(lines, None) is None:
                raise TableError(
                    "the file ends above this line; give another --header-row",
                    path=lines.name,
                    line=header_row,
                )
            lines.done()
        _first_line(lines)  # blank lines may stand between
        lines.give_back(keep=0)
        return above

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
        width = len(self.header)
        if row and width and len(row) > width and not any(row[width:]):
            del row[width:]  # delimiters behind the last cell are no cells
        if flaw is None and row and width and len(row) != width:
            flaw = Note("flaw-fields", len(row), width)
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
        row, flaw = self._next_row()
        if flaw or not row:
            raise TableError(
                f"the header cannot be read: {flaw}", path=lines.name, line=lines.start
            )
        check_width(len(row), lines.name)
        lines.done()
        return [unguard_cell(well_formed(name).removeprefix("\ufeff")) for name in row]

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
            layout=self._noted(),
        )

    def _noted(self) -> Layout:
        """Return the layout, with what reading has shown so far."""
        if not (count := self._lines.nul_lines):
            return self.layout
        note = Note("nul-removed", self._lines.name, count, warns=True)
        return replace(self.layout, notes=(*self.layout.notes, note))


def _first_line(lines: Lines) -> str:
    for line in lines:
        if line.strip("\r\n"):
            return line
        lines.done()
    raise empty_file(lines.name)


def _plain(error: Exception) -> str:
    text = str(error)
    told = next((flaw for sign, flaw in _FLAWS.items() if sign in text), None)
    return text if told is None else Note(told[0], *told[1])


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
