"""What is known of every written word, remembered from one block to the next.

Listings repeat their words: a few thousand make up most of a catalogue. All that depends on the
word alone (what it hides, its place in the lexicon, its n-grams, what it adds to the heads) is
worked out once. Remembering never changes a result: it is a function of the word's letters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import (
    LONGEST_WORD,
    PADDING,
    HashTable,
    counted_up,
    distinct,
    gram_hashes,
    hash_words,
    mix,
    word_blocks,
    word_hash,
    word_hashes,
)
from thriftwatch.text.lexicon import NAMES
from thriftwatch.text.shapes import number_kinds
from thriftwatch.text.unmask import misspellings, unmask_word
from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["MOST_WORDS", "NewWords", "WordStore"]

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_HIGH_BITS = np.uint64(0x4040404040404040)  # set in letters, clear in digits
_ONES = np.full(PADDING, 0xFF, np.uint8)
MOST_WORDS = 1 << 17
_COLUMNS = {
    "canonical": np.uint64,
    "lexicon_number": np.int64,
    "term": np.int64,
    "number_kind": np.int64,
    "is_ten": np.bool_,
    "unmasked": np.bool_,
}


@dataclass(frozen=True, slots=True)
class NewWords:
    """Words met for the first time, by their numbers ``first_number``, ``first_number + 1``, ...

    Attributes
    ----------
    first_number
        Number of the first of them in the store.
    canonical
        uint64, shape (words,): hash of what the word reads as.
    gram_hashes
        uint64, shape (grams,): n-grams of the first word, then of the second, ...; names have none.
    gram_first
        int64, shape (words + 1,): where the n-grams of each word start.
    """

    first_number: int
    canonical: Hashes
    gram_hashes: Hashes
    gram_first: Ints


class WordStore:
    """Written words by number, and what each of them is.

    Parameters
    ----------
    on_new
        Called with every batch of `NewWords`, before `number` returns their numbers.

    Attributes
    ----------
    canonical
        uint64: hash of what each word reads as. Columns have room for words to come.
    lexicon_number, term, number_kind
        int64: word number and single-word term in the `Vocabulary`, and what kind
        of number it is (see `thriftwatch.text.shapes`).
    is_ten, unmasked
        bool: whether it reads ``10``, and whether it hid another word.
    """

    __slots__ = ("_count", "_on_new", "_table", *_COLUMNS)

    canonical: Hashes
    lexicon_number: Ints
    term: Ints
    number_kind: Ints
    is_ten: NDArray[np.bool_]
    unmasked: NDArray[np.bool_]

    def __init__(self, on_new: Callable[[NewWords], None] | None = None) -> None:
        self._on_new = on_new
        self.clear()

    def clear(self) -> None:
        """Forget every word."""
        self._table = HashTable(np.zeros(0, np.uint64))
        self._count = 0
        self._resize(1 << 10)

    def _resize(self, size: int) -> None:
        for name, kind in _COLUMNS.items():
            column: NDArray[Any] = np.zeros(size, kind)
            column[: self._count] = getattr(self, name, column)[: self._count]
            setattr(self, name, column)

    def number(
        self, data: NDArray[np.uint8], starts: Ints, lengths: Ints, stretched: NDArray[np.bool_]
    ) -> Ints:
        """Return the number of each written word; unknown ones get the next numbers.

        Parameters
        ----------
        data, starts, lengths
            Where the words lie, as for `thriftwatch.text.hashing.word_hashes`.
        stretched
            bool, shape (words,): whether a letter stands three times in a row.

        Returns
        -------
        ndarray
            int64, shape (words,).
        """
        if self._table.count > MOST_WORDS:
            self.clear()
        lengths = np.minimum(lengths, LONGEST_WORD)
        hashes = word_hashes(data, starts, lengths)
        numbers = self._table.find(hashes)
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            new = unknown[distinct(hashes[unknown])]
            self._learn(data, starts[new], lengths[new], hashes[new], stretched[new])
            numbers[unknown] = self._table.find(hashes[unknown])
        return numbers

    def _learn(
        self,
        data: NDArray[np.uint8],
        starts: Ints,
        lengths: Ints,
        hashes: Hashes,
        stretched: NDArray[np.bool_],
    ) -> None:
        first_number = self._count
        data, starts, lengths, meant, unmasked = _read(data, starts, lengths, hashes, stretched)
        vocabulary = load_vocabulary()
        number = vocabulary.numbers(meant)
        term = vocabulary.single_terms(number)
        framed, frame_starts, frame_lengths = _framed(data, starts, lengths)
        canonical = word_hashes(framed, frame_starts + 1, frame_lengths - 2)
        word_class = np.where(term >= 0, vocabulary.word_class[term], -1)
        for name in NAMES:  # all of a class read the same
            place = vocabulary.places[name]
            named = word_class == place
            canonical[named] = mix(np.array([place], np.uint64))[0]
            frame_lengths = np.where(named, 0, frame_lengths)
        grams, gram_first = gram_hashes(framed, frame_starts, frame_lengths)
        end = first_number + len(hashes)
        if end > len(self.canonical):
            self._resize(2 * end)
        self.canonical[first_number:end] = canonical
        self.lexicon_number[first_number:end] = number
        self.term[first_number:end] = term
        self.number_kind[first_number:end] = number_kinds(canonical)
        self.is_ten[first_number:end] = meant == _ten()
        self.unmasked[first_number:end] = unmasked
        if self._on_new is not None:
            gram_first = np.append(gram_first, len(grams))
            self._on_new(NewWords(first_number, canonical, grams, gram_first))
        # Last, so that an interruption leaves no word with a number and nothing behind it.
        self._table.add(hashes, first_number + np.arange(len(hashes)))
        self._count = end


@cache
def _ten() -> np.uint64:
    return np.uint64(word_hash(b"10"))


@cache
def _misspelt() -> tuple[HashTable, list[bytes]]:
    found = misspellings()
    return HashTable(hash_words(list(found))), list(found.values())


def _read(
    data: NDArray[np.uint8],
    starts: Ints,
    lengths: Ints,
    hashes: Hashes,
    stretched: NDArray[np.bool_],
) -> tuple[NDArray[np.uint8], Ints, Ints, Hashes, NDArray[np.bool_]]:
    """Read disguised words as what they hide: where the words lie now, and which were disguised."""
    unmasked = np.zeros(len(starts), bool)
    replaced: dict[int, bytes] = {}
    suspicious = stretched | _mixes_letters_and_digits(data, starts, lengths)
    for place in np.flatnonzero(suspicious).tolist():
        start = int(starts[place])
        word = unmask_word(data[start : start + int(lengths[place])].tobytes())
        if word is not None:
            replaced[place] = word
    misspelt, meant = _misspelt()
    found = misspelt.find(hashes)
    for place in np.flatnonzero(found >= 0).tolist():
        replaced.setdefault(place, meant[int(found[place])])
    if not replaced:
        return data, starts, lengths, hashes, unmasked
    places = np.array(list(replaced), np.int64)
    sizes = np.array([len(word) for word in replaced.values()], np.int64)
    base = len(data) - PADDING
    appended = np.frombuffer(b"".join(replaced.values()) + bytes(PADDING), np.uint8)
    data = np.concatenate((data[:base], appended))
    starts, lengths, hashes = starts.copy(), lengths.copy(), hashes.copy()
    starts[places] = base + np.cumsum(sizes) - sizes
    lengths[places] = sizes
    hashes[places] = word_hashes(data, starts[places], sizes)
    unmasked[places] = True
    return data, starts, lengths, hashes, unmasked


def _mixes_letters_and_digits(
    data: NDArray[np.uint8], starts: Ints, lengths: Ints
) -> NDArray[np.bool_]:
    has_letter = np.zeros(len(starts), bool)
    has_digit = np.zeros(len(starts), bool)
    at_zero = np.zeros(len(starts), np.int64)
    for block in (0, 1):
        letters = word_blocks(data, starts, lengths, block)
        inside = word_blocks(_ONES, at_zero, np.clip(lengths - 8 * block, 0, 8), 0)
        has_letter |= (letters & _HIGH_BITS) != 0
        has_digit |= (~letters & inside & _HIGH_BITS) != 0
    mixed: NDArray[np.bool_] = has_letter & has_digit & (lengths >= 3) & (lengths <= 16)
    return mixed


def _framed(
    data: NDArray[np.uint8], starts: Ints, lengths: Ints
) -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Copy words into a text of their own, as ``<word>``, with every digit as 0."""
    frame_lengths = lengths + 2
    frame_starts = np.cumsum(frame_lengths) - frame_lengths
    framed = np.zeros(int(frame_lengths.sum()) + PADDING, np.uint8)
    framed[frame_starts] = ord("<")
    framed[frame_starts + lengths + 1] = ord(">")
    within = counted_up(lengths)
    letters = data[np.repeat(starts, lengths) + within]
    letters[(letters >= ord("0")) & (letters <= ord("9"))] = ord("0")
    framed[np.repeat(frame_starts + 1, lengths) + within] = letters
    return framed, frame_starts, frame_lengths
