"""What is known of every written word, remembered from one block to the next.

Listings repeat their words: a few thousand make up most of a catalogue. All that depends on the
word alone (what it hides, its place in the lexicon, its n-grams, what it adds to the heads) is
worked out once. Remembering never changes a result: it is a function of the word's letters.
"""

from collections.abc import Callable, Sequence
from itertools import filterfalse
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import LONGEST_WORD, Hashes, HashTable, distinct, word_keys
from thriftwatch.text.reading import Reading, read_words

__all__ = ["MOST_WORDS", "WordLearner", "WordStore"]

Ints = NDArray[np.int64]

MOST_WORDS = 1 << 17
_AT_ONCE = 1 << 9  # their n-grams fit the processor's cache
_COLUMNS = {
    "lexicon_number": np.int64,
    "term": np.int64,
    "number_kind": np.int64,
    "is_ten": np.bool_,
    "unmasked": np.bool_,
    "is_compound": np.bool_,
    "row": np.int64,
}
_READ = ("lexicon_number", "term", "number_kind", "is_ten", "unmasked")
"""The columns that are fields of a `Reading`."""
_ORDINARY = Reading(b"")
"""What is known of a word of which there is nothing to say."""


class WordLearner(Protocol):
    """Who is told of new words, and keeps a row for each."""

    def learn_words(self, forms: Sequence[bytes]) -> int:
        """Keep the next rows for new words, given what they read as (see `Reading.form`).

        Returns the first of the rows.
        """

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
    is_ten, unmasked, is_compound
        bool: whether it reads ``10``, whether it hid another word, and whether it is several words
        that were glued together.
    pieces
        Those words, by the number of the compound.
    row
        int64: the learner's row of what the word reads as; words that read the same share it.
    """

    __slots__ = (
        "_before_forgetting", "_count", "_learner", "_rows", "_table", "pieces", *_COLUMNS
    )  # fmt: skip

    lexicon_number: Ints
    term: Ints
    number_kind: Ints
    is_ten: NDArray[np.bool_]
    unmasked: NDArray[np.bool_]
    is_compound: NDArray[np.bool_]
    row: Ints

    def __init__(self, learner: WordLearner | None = None) -> None:
        self._learner = learner
        self._before_forgetting: list[Callable[[], None]] = []
        self._start()
        self._resize(1 << 10)

    def make_room(self) -> None:
        """Forget every word if there are too many of them."""
        if self._table.count > MOST_WORDS:
            self.clear()

    def clear(self) -> None:
        """Forget every word."""
        # In this order, so that an interruption leaves no word with another's row.
        for let_go in self._before_forgetting:
            let_go()
        self._start()
        if self._learner is not None:
            self._learner.forget()

    def before_forgetting(self, let_go: Callable[[], None]) -> None:
        """Have somebody called who remembers rows, before they are given to other words."""
        self._before_forgetting.append(let_go)

    def _start(self) -> None:
        self._table = HashTable(np.zeros(0, np.uint64))
        self._rows: dict[bytes, int] = {}
        self.pieces: dict[int, tuple[bytes, ...]] = {}
        self._count = 0  # columns keep their room

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
            Where the words lie, as for `thriftwatch.text.hashing.word_keys`.

        Returns
        -------
        ndarray
            int64, shape (words,).
        """
        lengths = np.minimum(lengths, LONGEST_WORD)
        keys = word_keys(data, starts, lengths)
        numbers = self._table.find(keys)
        unknown = np.flatnonzero(numbers < 0)
        if len(unknown):
            new = unknown[distinct(keys[unknown])]
            text, begins = data.tobytes(), starts[new]
            spans = zip(begins.tolist(), (begins + lengths[new]).tolist(), strict=True)
            self._learn([text[begin:end] for begin, end in spans], keys[new])
            numbers[unknown] = self._table.find(keys[unknown])
        return numbers

    def rows(self, forms: Sequence[bytes]) -> list[int]:
        """Return the learner's row of each `Reading.form`; unknown ones get the next rows."""
        known = self._rows
        unknown = list(filterfalse(known.__contains__, dict.fromkeys(forms)))
        if len(unknown) > _AT_ONCE:
            unknown.sort(key=len)  # words of about one length are learned faster
        for start in range(0, len(unknown), _AT_ONCE):
            new = unknown[start : start + _AT_ONCE]
            first = self._next_rows(new)
            known.update(zip(new, range(first, first + len(new)), strict=True))
        return list(map(known.__getitem__, forms))

    def row_of(self, form: bytes) -> int:
        """Return the learner's row of one `Reading.form`: what `rows` does, in fewer steps."""
        row = self._rows.get(form)
        if row is None:
            row = self._rows[form] = self._next_rows([form])
        return row

    def _next_rows(self, forms: list[bytes]) -> int:
        return len(self._rows) if self._learner is None else self._learner.learn_words(forms)

    def _learn(self, words: list[bytes], keys: Hashes) -> None:
        forms, telling = read_words(words)
        end = self._count + len(words)
        if end > len(self.row):
            self._resize(2 * end)
        new = slice(self._count, end)
        self.row[new] = self.rows(forms)
        told, readings = list(telling), zip(*telling.values(), strict=True)
        every = dict(zip(Reading._fields, readings, strict=False))  # empty where nothing is told
        for name in _READ:
            column = getattr(self, name)[new]
            column[:] = getattr(_ORDINARY, name)
            column[told] = every.get(name, ())
        self.is_compound[new] = False
        for place, reading in telling.items():
            if reading.pieces:
                self.is_compound[self._count + place] = True
                self.pieces[self._count + place] = reading.pieces
        # Last, so that an interruption leaves no word with a number and nothing behind it, and no
        # number to two words.
        numbers = np.arange(self._count, end)
        self._count = end
        self._table.add(keys, numbers)
