"""What is known of a word, how many features terms tell, and how much room arrays have.

The names are in a module of their own, because compiled modules take them over as C constants, and
those cannot be imported from one another.
"""

LONGEST_WORD = 32
"""Letters of a word that are read."""
MOST_CACHED = 1 << 17
"""Words that a cache holds; past that it is emptied, so that memory has a bound."""
ROOM, WORD_ROOM = 1 << 10, 1 << 14
"""Tokens of a listing, and words of a cache, that arrays have room for at first."""
MOST_ROOM = 1 << 16
"""Tokens past which arrays are not kept for the next listing: few are as long as a book."""

IN_WORD, LINK, ENDS_CLAUSE, BEFORE, BEHIND, NOT_ASCII = (1 << bit for bit in range(6))
"""What a character may do: be in a word, hold pieces of one together, end a clause, be the first
letter of a word, or its last; or it has to be folded first."""


def _roles() -> bytes:
    roles = bytearray(128) + bytes([NOT_ASCII]) * 128
    for bit, characters in (
        (IN_WORD, b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        (LINK, b"./-_*|~'`!@$+^=\\,&#:"),
        (ENDS_CLAUSE, b"\n\r;!?"),
        (BEFORE, b"@$!"),
        (BEHIND, b"@$"),
    ):
        for character in characters:
            roles[character] |= bit
    return bytes(roles)


ROLES = _roles()
LETTERS = bytes(
    byte if role & IN_WORD else 0
    for byte, role in zip(bytes(range(256)).lower(), ROLES, strict=True)
)
"""For each byte the letter or digit that it is, lower case; 0 for any other."""

FIELDS = 10
FLAGS, WORD, LEXICON, TERM, CLASS, KIND = range(FIELDS - 6, FIELDS)
"""What `thriftwatch.text.scan.Scanner.known` holds of a word: first its letters, where that is
compiled; flags; which word it counts as, its number in the `Vocabulary` (0 for none), the term it
is by itself and the class of that (-1 for none), and what kind of number it is (see
`thriftwatch.text.shapes`)."""
(
    OPENS, FOLLOWS, IS_TEN, DISGUISED, COMPOUND, IS_TERM, IS_NUMBER, IS_SIZE, OF_LOGISTICS,
    COUNTS_AS_OTHER, SILENT, JOINED,
) = (1 << bit for bit in range(12))  # fmt: skip
"""Flags of a word: phrases begin with it, or go on with it; it reads ``10``; it reads as another
word than the one written, or as several; it is a term, a kind of number, a size, of logistics; it
counts as another word. And of a token: it does not count, it was put together from pieces. Most
words have no flag, so that most tokens are passed over by looking at it."""

OF_A_TERM = 4
"""A term tells its family, its class, its strength and, in a title, its class once more."""
OF_A_PAIR = 3
"""A pair of terms tells both classes, the first family with the class, and the class with the
second family."""
UNKNOWN = -2
"""The number of a feature that nobody has asked for yet; -1 is one that does not count."""
