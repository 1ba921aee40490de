"""One specification of how words, character n-grams and signals become table rows.

Specification, version 3 (all arithmetic modulo 2**64, all loads little-endian)
    word
        The CRC-32 of what a word reads as, its top ``bits`` bits.
    character n-gram
        3 or 5 bytes of ``<word>``, read as one number ``g``: the top bits of
        ``g * 0xD6E8FEB86659FD93``.
    signal
        A kind and two small numbers as one code: the top bits of
        ``mix(kind << 48 | first << 24 | second)``.
    ``mix(x)``
        ``x ^= x >> 32; x *= 0x9E3779B97F4A7C15; x ^= x >> 29``
    key of a written word
        Tells one word from another in memory; no model depends on it. The first 32 bytes,
        zero-padded to blocks of 8 bytes ``b0, b1, ..``:
        ``h = mix(b0 + 0xC2B2AE3D27D4EB4F * length)``; then for each further block that the word
        reaches, ``h = mix(h ^ b_k * 0x165667B19E3779F9)``.

Words are read eight bytes at a time through an unaligned view of the text, which is why every
text buffer ends in `PADDING` zero bytes.
"""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "GOLDEN",
    "GRAM_SIZES",
    "LONGEST_WORD",
    "PADDING",
    "HashTable",
    "Hashes",
    "counted_up",
    "distinct",
    "eight_bytes",
    "gram_rows",
    "gram_rows_of_one",
    "mix",
    "mix_one",
    "rows",
    "signal_code",
    "signal_hash",
    "word_keys",
    "word_row",
    "word_rows",
]

GRAM_SIZES = (3, 5)
"""4 and 6 besides, as in version 2, double the work on a new word and judge no better."""
LONGEST_WORD = 32
PADDING = LONGEST_WORD + 8

_ALL_BITS = (1 << 64) - 1
_GOLDEN_INT = 0x9E3779B97F4A7C15
GOLDEN, _LENGTH = np.uint64(_GOLDEN_INT), np.uint64(0xC2B2AE3D27D4EB4F)
_BLOCK = np.uint64(0x165667B19E3779F9)
_GRAM_INT = 0xD6E8FEB86659FD93
_GRAM = np.uint64(_GRAM_INT)
_S29, _S32 = np.uint64(29), np.uint64(32)
_LOW_BYTES = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)
_GRAM_MASKS = _LOW_BYTES.take(GRAM_SIZES)[:, None]
_GRAMS_WITHIN = np.array(
    [
        [[start + size <= length for start in range(LONGEST_WORD)] for size in GRAM_SIZES]
        for length in range(LONGEST_WORD + 3)
    ]
)
"""By length of a framed word, size and start: whether there is such an n-gram."""
_GRAM_COUNTS = _GRAMS_WITHIN.sum(axis=(1, 2))

Hashes: TypeAlias = NDArray[np.uint64]


def mix(values: Hashes) -> Hashes:
    """Spread the information of every bit over all bits (a multiply-xorshift finaliser)."""
    values = values ^ (values >> _S32)
    values *= GOLDEN
    values ^= values >> _S29
    return values


def mix_one(value: int) -> int:
    """Do what `mix` does to one number, cut to 64 bits."""
    value &= _ALL_BITS
    value = (value ^ value >> 32) * _GOLDEN_INT & _ALL_BITS
    return value ^ value >> 29


def rows(hashes: Hashes, bits: int) -> NDArray[np.int64]:
    """Return the table row of each hash, the top ``bits`` bits."""
    return (hashes >> np.uint64(64 - bits)).view(np.int64)


def eight_bytes(data: NDArray[np.uint8]) -> Hashes:
    """Return a view in which element ``i`` is bytes ``i`` to ``i + 7`` as one number."""
    return np.ndarray((len(data) - 7,), "<u8", buffer=data, strides=(1,))


def _word_blocks(
    data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], block: int
) -> Hashes:
    """Read block ``block`` (8 bytes) of each word, zero beyond the end of the word."""
    size = np.minimum(np.maximum(lengths - 8 * block, 0), 8)
    loaded: Hashes = eight_bytes(data).take(starts + 8 * block)
    loaded &= _LOW_BYTES[size]
    return loaded


def word_keys(
    data: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Hashes:
    """Return the keys of words that lie anywhere in a buffer.

    Parameters
    ----------
    data
        uint8, shape (m,): folded text that ends in `PADDING` zero bytes.
    starts, lengths
        int64, shape (words,): where each word lies; bytes beyond `LONGEST_WORD` do not count.

    Returns
    -------
    ndarray
        uint64, shape (words,).
    """
    lengths = np.minimum(lengths, LONGEST_WORD)
    hashes = mix(_word_blocks(data, starts, lengths, 0) + _LENGTH * lengths.view(np.uint64))
    for block in (1, 2, 3):
        longer = np.flatnonzero(lengths > 8 * block)
        if not len(longer):
            break
        loaded = _word_blocks(data, starts[longer], lengths[longer], block)
        hashes[longer] = mix(hashes[longer] ^ loaded * _BLOCK)
    return hashes


def word_rows(words: Sequence[bytes], bits: int) -> NDArray[np.int64]:
    """Return the table row of each word, given what it reads as.

    Examples
    --------
    >>> word_rows([b"thrift", b"bal"], 16).tolist()
    [27340, 36080]
    """
    return np.fromiter(map(crc32, words), np.int64, len(words)) >> 32 - bits


def word_row(word: bytes, bits: int) -> int:
    """Do what `word_rows` does, without arrays: for one word."""
    return crc32(word) >> 32 - bits


def gram_rows(words: Sequence[bytes], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the table rows of the character n-grams of words.

    Parameters
    ----------
    words
        Each at most `LONGEST_WORD` bytes; an empty one has no n-grams.
    bits
        The table has ``2**bits`` rows.

    Returns
    -------
    rows
        int64, shape (n-grams,): those of the first word, then those of the second, ...
    first
        int64, shape (words + 1,): where the n-grams of each word start, and the end of the last.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    starts = int(lengths.max()) - 2
    slot = starts + 8
    slots = np.array(list(map(b"<%b>".__mod__, words)), f"S{slot}")
    windows = np.ndarray((len(words), 1, starts), "<u8", slots.data, strides=(slot, 0, 1))
    grams = (windows & _GRAM_MASKS)[_GRAMS_WITHIN[:, :, :starts].take(lengths, axis=0)]
    grams *= _GRAM
    return rows(grams, bits), np.append(0, _GRAM_COUNTS.take(lengths).cumsum())


def gram_rows_of_one(word: bytes, bits: int) -> list[int]:
    """Do what `gram_rows` does, without arrays: for one word."""
    framed, shift = int.from_bytes(b"<%b>" % word, "little"), 64 - bits
    return [
        ((framed >> start & mask) * _GRAM_INT & _ALL_BITS) >> shift
        for start, mask in _gram_places(len(word) + 2)
    ]


@cache
def _gram_places(length: int) -> list[tuple[int, int]]:
    """Return the first bit and the mask of each n-gram of a framed word."""
    return [
        (8 * start, (1 << 8 * size) - 1)
        for size in GRAM_SIZES
        for start in range(length - size + 1)
    ]


def signal_code(kind: int, first: int, second: int) -> int:
    """Return the number that stands for a signal."""
    return kind << 48 | first << 24 | second


def signal_hash(kind: int, first: NDArray[np.int64], second: NDArray[np.int64] | int) -> Hashes:
    """Hash signals of one kind, each named by two numbers below 2**24."""
    code = first << 24 | second
    return mix(code.view(np.uint64) | np.uint64(kind << 48))


def counted_up(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count up from 0 within each of several runs, one run after the other.

    Examples
    --------
    >>> counted_up(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) - np.repeat(before, sizes)


class HashTable:
    """Numbers by 64-bit key, looked up for a whole block at once (open addressing).

    Parameters
    ----------
    keys
        uint64, shape (n,): distinct.
    values
        int64, shape (n,), none negative; by default 0, 1, 2, ...

    Examples
    --------
    >>> table = HashTable(np.array([30, 10], np.uint64))
    >>> table.find(np.array([10, 20, 30], np.uint64)).tolist()
    [1, -1, 0]
    """

    __slots__ = ("_bits", "_keys", "_values", "count")

    def __init__(self, keys: Hashes, values: NDArray[np.int64] | None = None) -> None:
        self.count = 0
        self._resize(max(len(keys), 64))
        self.add(keys, np.arange(len(keys)) if values is None else values)

    def _resize(self, count: int) -> None:
        bits = int(4 * count).bit_length()
        keys, values = np.zeros(1 << bits, np.uint64), np.full(1 << bits, -1, np.int64)
        # The size last, so that an interruption leaves no slot beyond the arrays.
        self._keys, self._values = keys, values
        self._bits = bits

    def _slots(self, keys: Hashes) -> NDArray[np.int64]:
        return rows(keys * GOLDEN, self._bits)

    def find(self, keys: Hashes) -> NDArray[np.int64]:
        """Return the value of each key, -1 for keys that are not here."""
        slots = self._slots(keys)
        values: NDArray[np.int64] = self._values.take(slots)
        other = np.flatnonzero((self._keys.take(slots) != keys) & (values >= 0))
        if len(other):
            slots, asked = slots[other], keys[other]
        while len(other):
            slots = (slots + 1) & ((1 << self._bits) - 1)
            found = self._values[slots]
            values[other] = found
            further = (self._keys[slots] != asked) & (found >= 0)
            other, slots, asked = other[further], slots[further], asked[further]
        return values

    def add(self, keys: Hashes, values: NDArray[np.int64]) -> None:
        """Add keys that are not here yet, each once."""
        if self.count + len(keys) > (1 << self._bits) // 3:
            filled = np.flatnonzero(self._values >= 0)
            old_keys, old_values = self._keys[filled], self._values[filled]
            self._resize(2 * (self.count + len(keys)))
            self.count = 0
            self.add(old_keys, old_values)
        self.count += len(keys)
        slots = self._slots(keys)
        while len(keys):
            # Of several keys that want one free slot the last one gets it; the others move on.
            free = np.flatnonzero(self._values[slots] < 0)
            self._keys[slots[free]] = keys[free]
            self._values[slots[free]] = values[free]
            left = np.flatnonzero(self._keys[slots] != keys)
            keys, values = keys[left], values[left]
            slots = (slots[left] + 1) & ((1 << self._bits) - 1)


def distinct(keys: Hashes) -> NDArray[np.int64]:
    """Find the distinct values of ``keys`` by scattering places into a table and comparing.

    Each key writes its place into a slot; who reads back a place with an equal key is done, and
    the few that lost their slot to another key go another round.

    Parameters
    ----------
    keys
        uint64, shape (n,).

    Returns
    -------
    ndarray
        int64, shape (distinct,): for each distinct value the last place where it stands, ascending.

    Examples
    --------
    >>> distinct(np.array([7, 9, 7], np.uint64)).tolist()
    [1, 2]
    """
    is_last = np.zeros(len(keys), bool)
    left, asked = np.arange(len(keys)), keys
    spread = _GOLDEN_INT
    while len(left):
        bits = (2 * len(left)).bit_length()
        slots = rows(asked * np.uint64(spread), bits)
        table = np.empty(1 << bits, np.int64)
        table[slots] = left
        winner = table.take(slots)
        is_last[winner] = True
        lost = np.flatnonzero(keys.take(winner) != asked)
        left, asked = left.take(lost), asked.take(lost)
        spread = mix_one(spread) | 1  # keys that met in one slot part in the next round
    return np.flatnonzero(is_last)
