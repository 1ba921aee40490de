"""The words of an index: their keys, and how much each tells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.watch.listing_words import WordReader, Words

__all__ = ["IndexVocabulary", "Known"]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of words, by their numbers.

    Attributes
    ----------
    key
        uint64: the key of each.
    count
        float32: in how many listings of the model's training it stood.
    goods
        int32: which goods it names; -1 for none.
    """

    key: NDArray[np.uint64]
    count: NDArray[np.float32]
    goods: NDArray[np.int32]

    def joined(self, more: "Known") -> "Known":
        """Return both, one behind the other."""
        return Known(
            np.concatenate([self.key, more.key]),
            np.concatenate([self.count, more.count]),
            np.concatenate([self.goods, more.goods]),
        )


class IndexVocabulary:
    """The words that the listings of an index are made of, numbered as they came.

    Parameters
    ----------
    known
        What is known of each.
    """

    def __init__(self, known: Known | None = None) -> None:
        empty = Known(np.empty(0, np.uint64), np.empty(0, np.float32), np.empty(0, np.int32))
        self.known = empty if known is None else known
        self._order = np.argsort(self.known.key)

    def __len__(self) -> int:
        return len(self.known.key)

    def number(self, words: Words, reader: WordReader) -> tuple[Words, Known]:
        """Return words under the numbers of this vocabulary.

        Parameters
        ----------
        words
            As the reader numbers them.
        reader
            The reader.

        Returns
        -------
        words
            The same words. Those that the vocabulary has not got have numbers beyond it.
        more
            What is known of the latter, in order of their numbers.
        """
        used = np.unique(words.word)
        keys = np.array([reader.key[word] for word in used.tolist()], np.uint64)
        found = self._find(keys)
        new = np.flatnonzero(found < 0)
        found[new] = len(self) + np.arange(len(new))
        numbers = np.zeros(len(reader.key), np.int32)
        numbers[used] = found
        rows = used[new].tolist()
        more = Known(
            keys[new],
            np.array([reader.count[row] for row in rows], np.float32),
            np.array([reader.goods[row] for row in rows], np.int32),
        )
        return words.numbered(numbers), more

    def add(self, more: Known) -> None:
        """Add words that `number` found missing."""
        if len(more.key):
            self.known = self.known.joined(more)
            self._order = np.argsort(self.known.key)

    def _find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the numbers of words by their keys; -1 for those that are not there."""
        if not len(self):
            return np.full(len(keys), -1)
        places = np.searchsorted(self.known.key, keys, sorter=self._order)
        numbers = self._order[np.minimum(places, len(self) - 1)]
        return np.where(self.known.key[numbers] == keys, numbers, -1)
