"""From characters to words, and to what is cached of each: the innermost loop.

``scan.pyx`` is its compiled twin, which goes letter by letter over flat arrays and runs where there
was a compiler. This one is the reference and runs everywhere else. One suite holds them together.
"""

import re
from functools import reduce
from operator import or_

from thriftwatch.text.fields import BEFORE, FIELDS, FLAGS, LONGEST_WORD, NOT_ASCII

__all__ = ["Scanner", "runs_of"]

_NOT_ASCII = re.compile(rb"([\x80-\xff]+)")
_BEFORE = re.compile(rb"[@$!]")  # those that have this role
_WORD = re.compile(rb"[a-z0-9]+")


class Scanner:
    """Finds the words of one listing at a time, and knows those that it has met.

    Attributes
    ----------
    text, start, size
        What is read, and which part of it is the listing; places count from there.
    count
        How many tokens there are.
    token
        What each is: the number of its word among the cached ones, or -1 for a word that is met for
        the first time. Arrays may have room for more.
    starts, ends
        Where each was written.
    flags
        What is known of each, as bits.
    unknown
        How many tokens are met for the first time.
    flags_seen
        The bits of all of them.
    words_known
        How many words the cache holds.
    known
        What is known of each: `FIELDS` numbers.
    breaks, links
        Room for what stands behind each.
    """

    def __init__(self) -> None:
        self.text = b""
        self.start = self.size = self.count = self.unknown = self.flags_seen = 0
        self.clear()

    def clear(self) -> None:
        """Empty the cache."""
        self.words_known = 0
        self._written: list[bytes] = []
        self._numbers: dict[bytes, int] = {}
        self.known: list[int] = []

    def begin(self, text: bytes, start: int, end: int) -> None:
        """Take the listing in ``text[start:end]``, and make room for its tokens."""
        if not 0 <= start < end <= len(text):
            raise IndexError(f"a listing from {start} to {end} in a text of {len(text)} bytes")
        self.text = text
        self.start, self.size = start, end - start
        self.count = self.unknown = self.flags_seen = 0
        self._spelled: list[bytes] = []
        room = [0] * (self.size // 2 + 2)
        self.token, self.starts, self.ends, self.flags, self.breaks, self.links = (
            room.copy() for _ in range(6)
        )

    def scan(self, start: int, end: int) -> int:
        """Find the words of a part of the listing, behind those that are found already.

        Returns the `ROLES` that its other characters may have, as bits. If any is not ASCII, it has
        to be folded first.
        """
        part, count = self.text[self.start + start : self.start + end], self.count
        if not part.isascii():
            return NOT_ASCII
        for found in _WORD.finditer(part.lower()):
            self.starts[count], self.ends[count] = found.start() + start, found.end() + start
            self._spelled.append(found[0][:LONGEST_WORD])
            count += 1
        self.count = count
        return ~NOT_ASCII if _BEFORE.search(part) else ~(NOT_ASCII | BEFORE)

    def look_up(self) -> None:
        """Find the words of the listing in the cache."""
        get, known, count = self._numbers.get, self.known, self.count
        token = [get(word, -1) for word in self._spelled]
        flags = [known[FIELDS * number + FLAGS] if number >= 0 else 0 for number in token]
        self.token[:count], self.flags[:count] = token, flags
        self.flags_seen, self.unknown = reduce(or_, set(flags), 0), token.count(-1)

    def place(self, at: int, number: int) -> None:
        """Let a token be a cached word."""
        self.token[at] = number
        self.flags[at] = self.known[FIELDS * number + FLAGS]
        self.flags_seen |= self.flags[at]

    def written_at(self, at: int) -> bytes:
        """Return the letters of a token."""
        start, end = self.start + self.starts[at], self.start + self.ends[at]
        return self.text[start : min(end, start + LONGEST_WORD)].lower()

    def find(self, word: bytes) -> int:
        """Return the number of a word in the cache, or -1."""
        return self._numbers.get(word, -1)

    def keep(self, word: bytes) -> int:
        """Make room for what is known of a word that is not in the cache; return its number."""
        number = self.words_known
        self._written.append(word)
        self.known += [0] * FIELDS
        if word.isalnum():  # what words count as need not be one: <place>
            self._numbers[word] = number
        self.words_known = number + 1
        return number

    def written(self, word: int) -> bytes:
        """Return the letters of a cached word."""
        return self._written[word]


def runs_of(text: bytes) -> list[bytes]:
    r"""Cut a text into runs of bytes that are ASCII, and of such that are not, in turns.

    Examples
    --------
    >>> runs_of("½ bal".encode())
    [b'', b'\xc2\xbd', b' bal']
    """
    return _NOT_ASCII.split(text)
