"""A part of an index, which never changes.

New listings make a new segment; small segments are merged (O'Neil et al. 1996, *The log-structured
merge-tree*). Each holds the words of its listings, in order, and for each word the listings that it
stands in: an inverted index. Everything is plain arrays, so that it can be mapped from a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from thriftwatch.errors import InputError
from thriftwatch.watch.listing_words import Words
from thriftwatch.watch.posts import COLUMNS

__all__ = ["Segment", "Texts", "merged"]

_MOST_WORDS = (1 << 31) - 1
"""Words of all listings of a segment: places among them are four bytes."""
_GROWTH = 2
"""A segment is merged with those behind it once they hold more than half as many listings."""

Texts = Mapping[str, pa.Array]


@dataclass(slots=True, eq=False)
class Segment:
    """Some listings of an index.

    Parameters
    ----------
    words
        Their words, by the numbers of the index.
    texts
        Their `COLUMNS`.
    number
        int64, shape (listings,): how many listings the index had been given before each.
    bounds, holders
        int32: ``holders[bounds[w]:bounds[w + 1]]`` are the listings that word ``w`` stands in.
    alive
        bool, shape (listings,): which were not removed.
    """

    words: Words
    texts: Texts
    number: NDArray[np.int64]
    bounds: NDArray[np.int32]
    holders: NDArray[np.int32]
    alive: NDArray[np.bool_]
    _counts: NDArray[np.int64] | None = field(default=None, init=False)
    _matrix: Any = field(default=None, init=False)

    @classmethod
    def of(cls, words: Words, texts: Texts, number: NDArray[np.int64]) -> "Segment":
        """Make a segment of new listings."""
        if len(words.word) > _MOST_WORDS:
            raise InputError(
                f"{len(words):,} listings have {len(words.word):,} words, and {_MOST_WORDS:,} are "
                "accepted at a time; add them in smaller parts"
            )
        rows = len(words)
        width = int(words.word.max()) + 1 if len(words.word) else 0
        ones = np.ones(len(words.word), np.int8)
        table = sparse.csr_matrix((ones, words.word, words.starts.astype(np.int32)), (rows, width))
        held = table.tocsc()
        return cls(words, texts, number, held.indptr, held.indices, np.ones(rows, np.bool_))

    @classmethod
    def merged(cls, parts: "Sequence[Segment]") -> "Segment":
        """Make one segment of several, without the listings that were removed."""
        kept = [np.flatnonzero(part.alive) for part in parts]
        words = [
            part.words if len(rows) == len(part) else part.words.take(rows)
            for part, rows in zip(parts, kept, strict=True)
        ]
        return cls.of(
            Words.joined(words),
            {
                name: pa.concat_arrays(
                    [
                        part.texts[name].take(pa.array(rows))
                        for part, rows in zip(parts, kept, strict=True)
                    ]
                )
                for name in COLUMNS
            },
            np.concatenate([part.number[rows] for part, rows in zip(parts, kept, strict=True)]),
        )

    def __len__(self) -> int:
        return len(self.alive)

    def without(self, rows: NDArray[np.int64]) -> "Segment":
        """Return the segment without some listings; all else is shared."""
        alive = self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)

    def counts(self, width: int) -> NDArray[np.int64]:
        """Return in how many of its listings each word stands, shape (width,)."""
        if self._counts is None:
            counts = np.diff(self.bounds).astype(np.int64)
            gone = self.words.take(np.flatnonzero(~self.alive)).word
            self._counts = counts - np.bincount(gone, minlength=len(counts))
        return np.pad(self._counts, (0, width - len(self._counts)))

    def nearest(self, asked: sparse.csr_matrix, most: int, threads: int) -> sparse.csr_matrix:
        """Return for each question the listings that share most of its weight with it.

        Parameters
        ----------
        asked
            float32, shape (questions, words): the weights of their words.
        most
            How many to return at most.
        threads
            How many threads to use.
        """
        if self._matrix is None:
            holds = self.alive[self.holders].astype(np.float32)
            shape = len(self.bounds) - 1, len(self)
            self._matrix = sparse.csr_matrix((holds, self.holders, self.bounds), shape)
        width = self._matrix.shape[0]
        if asked.shape[1] > width:
            asked = asked[:, :width]  # words that came later stand in none of these
        elif asked.shape[1] < width:
            parts = asked.data, asked.indices, asked.indptr
            asked = sparse.csr_matrix(parts, (asked.shape[0], width))
        return sp_matmul_topn(asked, self._matrix, most, threshold=0.0, n_threads=threads)


def merged(segments: Sequence[Segment], most: int) -> list[Segment]:
    """Merge segments until each holds twice as many listings as all behind it together.

    Parameters
    ----------
    segments
        The oldest first.
    most
        How many listings a segment may hold.
    """
    found = [segment for segment in segments if len(segment)]
    for place in range(len(found) - 2, -1, -1):
        behind = sum(map(len, found[place + 1 :]))
        words = sum(len(segment.words.word) for segment in found[place:])
        fits = len(found[place]) + behind <= most and words <= _MOST_WORDS
        if len(found[place]) < _GROWTH * behind and fits:
            found[place:] = [Segment.merged(found[place:])]
    return found
