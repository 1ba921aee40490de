"""The physical lines of a text file, numbered, within limits, and able to go back."""

import gzip
import io
import os
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.files.encoding import Encoding, find_encoding, marked_encoding
from thriftwatch.files.formats import (
    binary_stream,
    check_text,
    compression,
    display_name,
    empty_file,
    is_standard_stream,
    unpacked_limit,
)
from thriftwatch.notes import Note

__all__ = ["MAX_LINE", "Lines", "RecordTooLongError", "open_lines"]

MAX_LINE = 8 * 2**20
"""Characters in the longest line, and about those in the longest record, that are kept."""

_BUFFER = 2**20
_HEAD = 4096
_NEWLINE = re.compile(rb"\r\n|\r|\n")


class RecordTooLongError(Exception):
    """A parser asked for yet another line of a record that is too long already."""


class Lines(Iterator[str]):
    r"""Lines of a file, remembered until the record they belong to is done.

    A record (a CSV row, a JSON object) is *taken* one or more lines at a time. When it turns out
    to be broken, all lines but the first can be given back and read again as something else.

    Parameters
    ----------
    text
        The open file; it must not translate line endings.
    name
        Its name, for messages.
    encoding
        How it is decoded.

    Attributes
    ----------
    taken : list of str
        The lines of the current record.
    size : int
        Their length in characters.
    start : int
        Number of the first of them, counted from 1.
    flaw : str or None
        Why the current record cannot be good, whatever a parser makes of it.
    nul_lines : int
        Lines so far from which NUL characters were taken out.

    Examples
    --------
    >>> lines = Lines(io.StringIO("a\nb\nc\n"), "three.txt")
    >>> next(lines), next(lines)
    ('a\n', 'b\n')
    >>> lines.give_back()
    >>> lines.start, next(lines)
    (2, 'b\n')
    """

    def __init__(self, text: TextIO, name: str, encoding: Encoding | None = None) -> None:
        self.name = name
        self.encoding = encoding or Encoding("utf-8")
        self.taken: list[str] = []
        self.size = 0
        self.start = 1
        self.flaw: str | None = None
        self.nul_lines = 0
        self._text = text
        self._ahead: deque[str] = deque()

    def __next__(self) -> str:
        if self.size > MAX_LINE:
            raise RecordTooLongError("longest record exceeded")
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self.size += len(line)
        if "\0" in line:
            # It is no character of any text, and a row is not passed over for it.
            line = line.replace("\0", "")
            self.nul_lines += 1
        if len(line) >= MAX_LINE:
            self.flaw = Note("flaw-long-line", MAX_LINE)
        self.taken.append(line)
        return line

    def done(self) -> None:
        """Let go of the current record; the next line starts another."""
        self.start += len(self.taken)
        self.taken = []
        self.size = 0
        self.flaw = None

    def give_back(self, keep: int = 1) -> None:
        """Let go of the first lines of the current record and return the others."""
        self._ahead.extendleft(reversed(self.taken[keep:]))
        self.taken = self.taken[:keep]
        self.done()

    def look_ahead(self, count: int) -> list[str]:
        """Return the next lines, up to `count`, and leave them to be read."""
        ahead: list[str] = []
        while len(ahead) < count and self.size <= min(_BUFFER, MAX_LINE):
            line = next(self, None)
            if line is None:
                break
            ahead.append(line)
        self.give_back(keep=0)
        return ahead

    def _read(self) -> str:
        try:
            line = self._text.readline(MAX_LINE)
            if len(line) >= MAX_LINE and not line.endswith(("\n", "\r")):
                self._skip_line()
        except UnicodeDecodeError as error:
            raise self._not_decodable(error) from error
        return line

    def _skip_line(self) -> None:
        while (more := self._text.readline(MAX_LINE)) and not more.endswith(("\n", "\r")):
            pass

    def _not_decodable(self, error: UnicodeDecodeError) -> TableError:
        # Complete lines are handed out before more bytes are decoded, so the lines between the
        # last one handed out and the bad byte are all in the bytes the decoder was given.
        skipped = len(_NEWLINE.findall(error.object[: error.start]))
        line = self.start + len(self.taken) + skipped
        byte = error.object[error.start]
        if not error.encoding.startswith("utf-8"):
            return TableError(
                f"byte 0x{byte:02x} is not valid in {error.encoding}; pass another --encoding",
                path=self.name,
                line=line,
            )
        return TableError(
            f"byte 0x{byte:02x} is not UTF-8; save the file as UTF-8 or pass "
            "--encoding latin-1 (or cp1252)",
            path=self.name,
            line=line,
        )


@contextmanager
def open_lines(path: str | os.PathLike[str], encoding: str | None = None) -> Iterator[Lines]:
    """Open a text file, plain or gzip, or ``-`` for standard input.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding; None finds it, see `thriftwatch.files.encoding`.

    Yields
    ------
    Lines
        Its lines, from the first.

    Raises
    ------
    TableError
        If the file is empty, not text, not in this encoding, or unpacks to far too much.
    InputError
        If there is no such encoding.
    """
    with _open_bytes(path) as stream:
        head = stream.peek(_HEAD)[:_HEAD]
        if not head:
            raise empty_file(path)
        found = _encoding(path, encoding, head, stream)
        if not found.name.lower().startswith(("utf-16", "utf-32", "utf16", "utf32")):
            check_text(head, path)
        try:
            text = io.TextIOWrapper(stream, encoding=found.name, errors=found.errors, newline="")
        except LookupError as error:
            raise InputError(
                f"there is no text encoding {shown(encoding)}; "
                "accepted: utf-8, utf-16, latin-1, cp1252, ..."
            ) from error
        with text:
            yield Lines(text, display_name(path), found)


def _encoding(
    path: str | os.PathLike[str],
    asked: str | None,
    head: bytes,
    stream: "io.BufferedReader[_Source]",
) -> Encoding:
    """Find the encoding that is to be used; a mark in the file overrules UTF-8."""
    name = display_name(path)
    if asked is not None and asked.lower().replace("_", "-") not in {"utf-8", "utf8"}:
        return Encoding(asked)
    if asked is not None:
        return Encoding(marked_encoding(head) or asked)
    if is_standard_stream(path):  # it cannot be read twice: what is there already has to do
        start = stream.peek(_BUFFER)
        return find_encoding([start[: start.rfind(b"\n") + 1] or start], name)
    with _open_bytes(path) as whole:
        return find_encoding(iter(lambda: whole.read(_BUFFER), b""), name)


@contextmanager
def _open_bytes(path: str | os.PathLike[str]) -> "Iterator[io.BufferedReader[_Source]]":
    if is_standard_stream(path):
        with io.BufferedReader(_Source(binary_stream("stdin"), path), _BUFFER) as buffered:
            yield buffered
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise TableError(f"cannot be opened ({error.strerror})", path=path) from error
    with file:
        if compression(path) is None:
            source = _Source(file, path)
        else:
            limit = unpacked_limit(os.fstat(file.fileno()).st_size)
            source = _Source(gzip.GzipFile(fileobj=file), path, limit)
        with io.BufferedReader(source, _BUFFER) as buffered:
            yield buffered


class _Source(io.RawIOBase):
    """Bytes from a stream that is not ours to close, up to a limit."""

    def __init__(
        self,
        stream: BinaryIO | gzip.GzipFile,
        path: str | os.PathLike[str],
        limit: int | None = None,
    ) -> None:
        self._stream = stream
        self._path = path
        self._limit = limit
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:  # gzip raises all three
            raise TableError(
                f"it is damaged or cut off ({error}); fetch it again", path=display_name(self._path)
            ) from error
        self._count += len(data)
        if self._limit is not None and self._count > self._limit:
            raise TableError(
                f"it unpacks to more than {self._limit // 2**20:,} MiB, far more than its size "
                "on disk explains; unpack it yourself if you trust it",
                path=self._path,
            )
        buffer[: len(data)] = data
        return len(data)
