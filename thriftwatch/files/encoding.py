"""Which encoding a text file has, where nobody said it.

UTF-8 proves itself: other text is hardly ever valid in it. For what is not UTF-8 there is no
proof, and charset-normalizer guesses by what would make readable text. Exports from Indonesia that
are not UTF-8 are nearly all from Excel, so its encoding (Windows-1252) is taken wherever it is as
likely as any other. A guess is always said.
"""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass

from thriftwatch.notes import Note

__all__ = ["Encoding", "find_encoding", "marked_encoding"]

_MARKS = (
    # UTF-32 before UTF-16: the mark of the first begins with that of the second.
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_WINDOWS = "cp1252"
_GUESSED = [_WINDOWS, "gb18030", "big5", "shift_jis", "euc_kr", "cp1251", "cp1256", "cp874"]
_HEAD = 4096
_LOOKED_AT = 32 * 1024
_JUDGED_BY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text.

    Parameters
    ----------
    name
        As Python calls it.
    errors
        What becomes of bytes that are not text in it.
    note
        What is to be said of it, if it was guessed.
    """

    name: str
    errors: str = "strict"
    note: Note | None = None


def find_encoding(pieces: Iterable[bytes], where: str) -> Encoding:
    r"""Find the encoding of a text.

    Parameters
    ----------
    pieces
        Its bytes, in pieces of a megabyte or so. They are read until the answer is sure.
    where
        The file, for what is said.

    Examples
    --------
    >>> find_encoding([b"kaos"], "a.csv").name
    'utf-8'
    >>> print(find_encoding(["judul\nKafé\n".encode("cp1252")], "a.csv").note)
    a.csv: it is not UTF-8; read as cp1252, which is a guess (another one: --encoding)
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    letters = 0
    first = True
    for piece in pieces:
        if first:
            first = False
            if known := _by_head(piece[:_HEAD], where):
                return known
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as error:
            start = max(0, error.start - _LOOKED_AT)
            return _guess(error.object[start : start + _JUDGED_BY], letters, where)
        # A letter beyond ASCII has one to three bytes more than characters.
        letters += (len(piece) - len(text)) // 3
    return Encoding("utf-8")


def marked_encoding(head: bytes) -> str | None:
    r"""Return the encoding that a byte order mark names.

    Examples
    --------
    >>> marked_encoding(b"\xef\xbb\xbfjudul")
    'utf-8-sig'
    """
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def _by_head(head: bytes, where: str) -> Encoding | None:
    """Tell the encoding by its mark, or by where its zeros are."""
    if (marked := marked_encoding(head)) is not None:
        return Encoding(marked)
    pairs = len(head) // 2
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        if pairs and zeros.count(0) * 10 > pairs * 8 and others.count(0) * 10 < pairs:
            return Encoding(name, "replace", Note("encoding-guessed", where, name, warns=True))
    return None


def _guess(data: bytes, letters: int, where: str) -> Encoding:
    """Guess an encoding for bytes that are not UTF-8, after so many letters that were."""
    as_utf_8 = data.decode("utf-8", "replace")
    damaged = as_utf_8.count("\ufffd")
    letters += sum(character > "\x7f" for character in as_utf_8) - damaged
    if letters > 2 * damaged:
        # Every emoji would be garbled if a whole text were read as another for a few bytes.
        return Encoding("utf-8", "replace", Note("encoding-damaged", where, warns=True))
    name = _most_readable(data)
    return Encoding(name, "replace", Note("encoding-guessed", where, name, warns=True))


def _most_readable(data: bytes) -> str:
    from charset_normalizer import from_bytes

    lines = [line for line in data.splitlines() if not line.isascii()]
    found = from_bytes(b"\n".join(lines)[:_LOOKED_AT], cp_isolation=_GUESSED)
    best = found.best()
    if best is None:  # too little to tell
        return _WINDOWS
    readable = {match.encoding for match in found if match.chaos <= best.chaos}
    alike = readable | set(best.could_be_from_charset)
    return _WINDOWS if _WINDOWS in alike else str(best.encoding)
