"""The words of listings as an index takes them: the one reading's, each once, in order.

A word is what the `Document` reads, disguises undone. It goes by a keyed-length hash of its letters
(BLAKE2b, 64 bits), which nobody can make two words share on purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import exp
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.model.batch import Block
from thriftwatch.model.model import Model
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names

__all__ = [
    "MOST_WORDS", "Background", "Longs", "WordReader", "Words", "ends_of", "key_of", "ranges",
]  # fmt: skip

MOST_WORDS = 4096
"""Distinct words of a listing that are indexed; no honest one has as many."""

_MOST_KEPT = 1 << 20
_GOODS = frozenset({"garment", "adjacent", "goods"})
_ANY_GARMENT = b"baju"
"""*Baju* and its synonyms may be any garment, and so tell no two apart."""

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The distinct words of listings, in order of first appearance.

    Attributes
    ----------
    word
        int32, shape (words of all listings,): the number of each.
    starts
        int64, shape (listings + 1,): where those of each listing begin, and the end of the last.
    titled
        int32, shape (listings,): how many of them stand in the title.
    """

    word: Ints
    starts: Longs
    titled: Ints

    def __len__(self) -> int:
        return len(self.titled)

    def numbered(self, numbers: Ints) -> "Words":
        """Return the same words under other numbers."""
        return replace(self, word=numbers[self.word])

    @classmethod
    def joined(cls, parts: "Sequence[Words]") -> "Words":
        """Return the words of all parts, one behind the other."""
        nothing = np.empty(0, np.int32)
        return cls(
            np.concatenate([nothing, *(part.word for part in parts)]),
            ends_of(np.concatenate([nothing, *(np.diff(part.starts) for part in parts)])),
            np.concatenate([nothing, *(part.titled for part in parts)]),
        )

    def take(self, rows: Longs) -> "Words":
        """Return the words of some listings, in the order given."""
        lengths = np.diff(self.starts)[rows]
        places = ranges(self.starts[:-1][rows], lengths)
        return Words(self.word[places], ends_of(lengths), self.titled[rows])


def ends_of(lengths: NDArray[Any]) -> Longs:
    """Return where parts of these lengths begin, and the end of the last."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def ranges(firsts: NDArray[Any], lengths: NDArray[Any]) -> Longs:
    """Return the whole numbers from each first one on, so many, one range after the other.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    found: Longs = np.arange(total) + np.repeat(firsts - (ends - lengths), lengths)
    return found


def key_of(word: bytes) -> int:
    """Return the key that a word goes by in every index."""
    return int.from_bytes(blake2b(word, digest_size=8).digest(), "little")


class Background(NamedTuple):
    """What a model knows of words, so that a small index knows common words from rare ones.

    Attributes
    ----------
    listings
        How many listings the model was trained with.
    counts
        In how many of them each word stood.
    goods
        For each word that names goods, which.
    """

    listings: float
    counts: dict[bytes, float]
    goods: dict[bytes, int]

    @classmethod
    def of(cls, model: Model) -> "Background":
        """Read it off a model: from idf, ``log((listings + 1) / (count + 1)) + 1``, to counts."""
        listings = exp(model.tables.unseen_idf - 1.0) - 1.0
        idf: Any = memoryview(model.tables.word_idf).tolist()
        counts = {
            word: (listings + 1.0) / exp(value - 1.0) - 1.0
            for word, value in zip(model.tables.words, idf, strict=True)
        }
        vocabulary = model.vocabulary
        terms = {word: vocabulary.single[number] for word, number in vocabulary.words.items()}
        any_garment = terms.get(_ANY_GARMENT)
        goods = {
            word: term
            for word, term in terms.items()
            if term >= 0 and vocabulary.class_names[term] in _GOODS and term != any_garment
        }
        return cls(listings, counts, goods)


class WordReader:
    """Reads listings to words, and remembers what it learned of each word.

    Parameters
    ----------
    model
        Its vocabulary is what is read with.

    Attributes
    ----------
    key
        The key of each word by its number.
    count
        In how many listings of the model's training each stood.
    goods
        Which goods each names; -1 for none.
    """

    def __init__(self, model: Model) -> None:
        self._document = Document(model.vocabulary, Names(model.vocabulary, {}))
        self.background = Background.of(model)
        self._forget()

    def _forget(self) -> None:
        self._number: dict[bytes, int] = {}
        self.key: list[int] = []
        self.count: list[float] = []
        self.goods: list[int] = []
        self._forget_cache()

    def _forget_cache(self) -> None:
        self._of_cached: list[int] = []
        self._generation = self._document.generation

    def read(self, block: Block) -> Words:
        """Read listings; the numbers of their words hold until the next call.

        Parameters
        ----------
        block
            The listings, as the loop that scores takes them.
        """
        if len(self.key) > _MOST_KEPT:
            self._forget()
        document, of_cached = self._document, self._of_cached
        every: list[int] = []
        lengths: list[int] = []
        titled: list[int] = []
        offsets, borders = block.offsets.tolist(), block.borders.tolist()
        for row, border in enumerate(borders):
            document.read_part(block.texts, offsets[row], border, offsets[row + 1])
            if document.generation != self._generation:
                self._forget_cache()
                of_cached = self._of_cached
            while len(of_cached) < document.words_known:
                of_cached.append(self._learned(document.reads(len(of_cached))))
            tokens = list(map(of_cached.__getitem__, document.token[: document.count]))
            distinct = list(dict.fromkeys(tokens))[:MOST_WORDS]
            every += distinct
            lengths.append(len(distinct))
            titled.append(min(len(set(tokens[: document.titled])), MOST_WORDS))
        return Words(
            np.array(every, np.int32), ends_of(np.array(lengths)), np.array(titled, np.int32)
        )

    def _learned(self, word: bytes) -> int:
        """Return the number of a word; a new one is learned."""
        number = self._number.get(word)
        if number is None:
            number = self._number[word] = len(self.key)
            self.key.append(key_of(word))
            self.count.append(self.background.counts.get(word, 0.0))
            self.goods.append(self.background.goods.get(word, -1))
        return number

    def spans(self, title: bytes, description: bytes) -> "list[tuple[int, bool, int, int]]":
        """Read one listing to all its words, and where each was written.

        Returns
        -------
        list of (key, in the title, start, end)
            Places are in the folded text of its field.
        """
        document = self._document
        document.read(title, description)
        behind = document.border + 1
        found = []
        for at in range(min(document.count, MOST_WORDS)):
            in_title = at < document.titled
            offset = 0 if in_title else behind
            place = document.starts[at] - offset, document.ends[at] - offset
            found.append((key_of(document.reads(document.token[at])), in_title, *place))
        return found
