"""What is known of every written word, remembered from one block to the next.

Listings repeat their words: a few thousand make up most of a catalogue. All that depends on the
word alone (what it hides, its place in the lexicon, its n-grams, what it adds to the heads) is
worked out once. Remembering never changes a result: it is a function of the word's letters.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import LONGEST_WORD, Hashes, HashTable, distinct, word_hashes
from thriftwatch.text.reading import find_unusual, framed, hash_frames, read_word

__all__ = ["MOST_WORDS", "NewWords", "WordLearner", "WordStore"]

Ints = NDArray[np.int64]

MOST_WORDS = 1 << 17
_AT_ONCE = 1 << 9  # their n-grams fit the processor's cache
_COLUMNS = {
    "lexicon_number": np.int64,
    "term": np.int64,
    "number_kind": np.int64,
    "is_ten": np.bool_,
    "unmasked": np.bool_,
    "row": np.int64,
    "canonical": np.uint64,
}


_FACTS = {
    "lexicon_number": 0,
    "term": -1,
    "number_kind": 0,
    "is_ten": False,
    "unmasked": False,
}
"""What is known of ordinary words."""


class NewWords(NamedTuple):
    """Words met for the first time.

    Attributes
    ----------
    canonical
        uint64, shape (words,): hash of what the word reads as.
    gram_hashes
        uint64, shape (grams,): n-grams of the first word, then of the second, ...; names have none.
    gram_first
        int64, shape (words + 1,): where the n-grams of each word start, and the end of the last.
    """

    canonical: Hashes
    gram_hashes: Hashes
    gram_first: Ints


class WordLearner(Protocol):
    """Who is told what words are made of, and keeps a row for each."""

    def learn_words(self, new: NewWords) -> int:
        """Keep the next rows for new words, and return the first of them."""

    def forget(self) -> None:
        """Forget every word."""


class WordStore:
    """Written words by number, and what each of them is.

    Parameters
    ----------
    learner
        Is told of new words before anybody gets their rows.

    Attributes
    ----------
    lexicon_number, term, number_kind
        int64: word number and single-word term in the `Vocabulary`, and what kind
        of number it is (see `thriftwatch.text.shapes`). Columns have room for words to come.
    is_ten, unmasked
        bool: whether it reads ``10``, and whether it hid another word.
    row
        int64: the learner's row of what the word reads as.
    canonical
        uint64: hash of what the word reads as.
    """

    __slots__ = ("_canonical", "_count", "_learner", "_rows", "_table", *_COLUMNS)

    lexicon_number: Ints
    term: Ints
    number_kind: Ints
    is_ten: NDArray[np.bool_]
    unmasked: NDArray[np.bool_]
    row: Ints
    canonical: Hashes

    def __init__(self, learner: WordLearner | None = None) -> None:
        self._learner = learner
        self._start()

    def clear(self) -> None:
        """Forget every word."""
        self._start()
        if self._learner is not None:
            self._learner.forget()

    def _start(self) -> None:
        self._table = HashTable(np.zeros(0, np.uint64))
        self._rows: dict[bytes, int] = {}
        self._canonical: dict[bytes, int] = {}
        self._count = 0
        self._resize(1 << 10)

    def _resize(self, size: int) -> None:
        for name, kind in _COLUMNS.items():
            column: NDArray[Any] = np.zeros(size, kind)
            column[: self._count] = getattr(self, name, column)[: self._count]
            setattr(self, name, column)

    def number(self, data: NDArray[np.uint8], starts: Ints, lengths: Ints) -> Ints:
        """Return the number of each written word; unknown ones get the next numbers.

        Parameters
        ----------
        data, starts, lengths
            Where the words lie, as for `thriftwatch.text.hashing.word_hashes`.

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
            text, begins = data.tobytes(), starts[new]
            spans = zip(begins.tolist(), (begins + lengths[new]).tolist(), strict=True)
            self._learn([text[begin:end] for begin, end in spans], hashes[new])
            numbers[unknown] = self._table.find(hashes[unknown])
        return numbers

    def rows(self, frames: Sequence[bytes]) -> list[int]:
        """Return the learner's row of each `Reading.frame`; unknown ones get the next rows."""
        unknown = [frame for frame in dict.fromkeys(frames) if frame not in self._rows]
        for start in range(0, len(unknown), _AT_ONCE):
            new = unknown[start : start + _AT_ONCE]
            words = NewWords(*hash_frames(new))
            first = len(self._rows) if self._learner is None else self._learner.learn_words(words)
            self._canonical.update(zip(new, words.canonical.tolist(), strict=True))
            self._rows.update(zip(new, range(first, first + len(new)), strict=True))
        return [self._rows[frame] for frame in frames]

    def _learn(self, words: list[bytes], hashes: Hashes) -> None:
        frames = [framed(word) for word in words]
        told = find_unusual(words)
        readings = [read_word(words[place]) for place in told]
        for place, reading in zip(told, readings, strict=True):
            frames[place] = reading.frame
        end = self._count + len(words)
        if end > len(self.row):
            self._resize(2 * end)
        new = slice(self._count, end)
        self.row[new] = self.rows(frames)
        self.canonical[new] = [self._canonical[frame] for frame in frames]
        for name, of_ordinary in _FACTS.items():
            column = getattr(self, name)[new]
            column[:] = of_ordinary
            column[told] = [getattr(reading, name) for reading in readings]
        # Last, so that an interruption leaves no word with a number and nothing behind it.
        self._table.add(hashes, np.arange(self._count, end))
        self._count = end
