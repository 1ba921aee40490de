"""What an index holds, and how what is nearest to a listing is looked up and compared."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.model.batch import AT_ONCE, blocks_of
from thriftwatch.model.model import Model
from thriftwatch.watch.comparison import Comparison, Weights, compare, similarity
from thriftwatch.watch.index_segment import Segment, merged
from thriftwatch.watch.index_vocabulary import IndexVocabulary, Known
from thriftwatch.watch.listing_words import Longs, WordReader, Words, ends_of
from thriftwatch.watch.posts import COLUMNS, Posts

__all__ = ["CANDIDATES", "IndexStore", "Related"]

CANDIDATES = 8
"""Known listings that a new one is compared with."""

_RELATIVES = 16
"""Known listings that a known one is compared with, to find families."""
_MOST_LOOKED_AT = 1 << 13
"""Entries of the inverted index that a question may look at, rarest words first: what makes the
time of a question independent of how many listings there are."""
_LEAST_OF_BEST = 0.2
"""Part of the best candidate's weight below which another one is not compared."""
_PAIRS_AT_ONCE = 1 << 10
"""Pairs that are compared together: what is at work stays in the processor's cache."""
_MOST_IN_SEGMENT = 1 << 20

Floats = NDArray[np.float64]
Related = tuple[Longs, Longs, Comparison]
"""Rows of the new listings, places of the known ones, and what was measured of each pair."""


class IndexStore:
    """The listings of an index. Each has a *place*: they are counted through all segments.

    Parameters
    ----------
    model
        Its vocabulary is what listings are read with.
    segments, vocabulary
        What is in it.
    given
        How many listings it was given so far, those included that were removed.
    """

    def __init__(
        self,
        model: Model,
        segments: Sequence[Segment] = (),
        vocabulary: IndexVocabulary | None = None,
        given: int = 0,
    ) -> None:
        self.model = model
        self.reader = WordReader(model)
        self.vocabulary = IndexVocabulary() if vocabulary is None else vocabulary
        self.segments = list(segments)
        self.given = given

    def __len__(self) -> int:
        return sum(int(segment.alive.sum()) for segment in self.segments)

    def copy(self) -> "IndexStore":
        """Return a store of the same listings, to which others can be added."""
        vocabulary = IndexVocabulary(self.vocabulary.known)
        return IndexStore(self.model, self.segments, vocabulary, self.given)

    # --- listings in and out ------------------------------------------------------------------

    def append(self, posts: Posts) -> None:
        """Add listings."""
        new = []
        for start in range(0, len(posts), _MOST_IN_SEGMENT):
            part = posts.slice(start, _MOST_IN_SEGMENT)
            numbers = self.given + start + np.arange(len(part))
            new.append(Segment.of(self._read_known(part), part.texts, numbers))
        self.segments = merged([*self.segments, *new], _MOST_IN_SEGMENT)
        self.given += len(posts)

    def find(self, ids: pa.Array) -> tuple[Longs, Longs, Longs]:
        """Return which of some ids are there, in which segments, and at which of their rows."""
        found: list[tuple[Longs, Longs, Longs]] = []
        for number, part in enumerate(self.segments):
            rows = pc.index_in(ids, part.texts["id"]).fill_null(-1).to_numpy(zero_copy_only=False)
            there = np.flatnonzero((rows >= 0) & part.alive[rows])
            found.append((there, np.full(len(there), number), rows[there].astype(np.int64)))
        asked, segment, row = zip(*found, strict=True) if found else ((), (), ())
        return _joined(asked), _joined(segment), _joined(row)

    def remove(self, segment: Longs, row: Longs) -> None:
        """Remove listings, by segments and rows."""
        parts = [part.without(row[segment == at]) for at, part in enumerate(self.segments)]
        self.segments = [part for part in parts if part.alive.any()]

    def listing(self, place: int) -> tuple[int, dict[str, str]]:
        """Return how many listings were given before the one at a place, and what is kept of it."""
        for segment in self.segments:
            if place < len(segment):
                texts = {name: segment.texts[name][place].as_py() for name in COLUMNS}
                return int(segment.number[place]), texts
            place -= len(segment)
        raise IndexError(place)

    def _read_known(self, posts: Posts) -> Words:
        """Read listings to words, and add these to the vocabulary."""
        parts = []
        for read in self._read(posts):
            words, more = self.vocabulary.number(read, self.reader)
            self.vocabulary.add(more)
            parts.append(words)
        return Words.joined(parts)

    def _read(self, posts: Posts) -> Iterator[Words]:
        for block in blocks_of(posts.texts["title"], posts.texts["description"]):
            yield self.reader.read(block)

    # --- what words tell ----------------------------------------------------------------------

    def counts(self) -> Longs:
        """Return in how many listings each word of the vocabulary stands."""
        counts = np.zeros(len(self.vocabulary), np.int64)
        for segment in self.segments:
            counts += segment.counts(len(counts))
        return counts

    def weights(self, counts: Longs, known: Known | None = None) -> Weights:
        """Return what words tell, from where they stand: in the index, and in training."""
        known = self.vocabulary.known if known is None else known
        held = np.pad(counts, (0, len(known.key) - len(counts))) + known.count
        total = len(self) + self.reader.background.listings
        return Weights(np.log((total + 1.0) / (held + 0.5)).clip(0.0), known.goods)

    def weigher(self) -> Callable[[int], float]:
        """Return what gives the idf of a word by its key; 0 for one that the index has not got."""
        idf = self.weights(self.counts()).idf
        number = {key: place for place, key in enumerate(self.vocabulary.known.key.tolist())}
        return lambda key: float(idf[number[key]]) if key in number else 0.0

    # --- what is near -------------------------------------------------------------------------

    def related(self, posts: Posts) -> Related:
        """Compare new listings with the known ones that share most of their weight."""
        start = 0
        counts = self.counts()
        parts: list[Related] = []
        for read in self._read(posts):
            asked, more = self.vocabulary.number(read, self.reader)
            weights = self.weights(counts, self.vocabulary.known.joined(more))
            row, place = self._nearest(asked, weights, counts, CANDIDATES)
            parts.append((row + start, place, self._compared(asked, row, place, weights)))
            start += len(asked)
        rows, places, measured = zip(*parts, strict=True) if parts else ((), (), ())
        return _joined(rows), _joined(places), Comparison.joined(measured)

    def relatives(self) -> tuple[Longs, Longs, Floats]:
        """Compare known listings with one another; return pairs of places and their similarity."""
        counts = self.counts()
        weights = self.weights(counts)
        places = np.flatnonzero(_joined([segment.alive for segment in self.segments]))
        parts: list[tuple[Longs, Longs, Floats]] = []
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE]
            asked = self._words_of(some)
            row, place = self._nearest(asked, weights, counts, _RELATIVES)
            other = np.flatnonzero(some[row] != place)
            row, place = row[other], place[other]
            alike = similarity(self._compared(asked, row, place, weights))
            parts.append((some[row], place, alike))
        one, two, alike_ones = zip(*parts, strict=True) if parts else ((), (), ())
        return _joined(one), _joined(two), _joined(alike_ones).astype(np.float64)

    def similarity_of(self, one: Longs, two: Longs) -> Floats:
        """Return the similarity of pairs of known listings, by their places."""
        rows, which = np.unique(one, return_inverse=True)
        weights = self.weights(self.counts())
        return similarity(self._compared(self._words_of(rows), which, two, weights))

    def _nearest(
        self, asked: Words, weights: Weights, counts: Longs, most: int
    ) -> tuple[Longs, Longs]:
        """Return the known listings that share most weight with new ones: rows and places."""
        question = _question(asked, weights.idf, counts)
        first = 0
        found: list[tuple[Longs, Longs, NDArray[np.float32]]] = []
        for segment in self.segments:
            near = segment.nearest(question, most, _threads())
            row = np.repeat(np.arange(len(asked)), np.diff(near.indptr))
            found.append((row, near.indices.astype(np.int64) + first, near.data))
            first += len(segment)
        rows, places, scores = zip(*found, strict=True) if found else ((), (), ())
        row, place, score = _joined(rows), _joined(places), _joined(scores)
        order = np.lexsort((place, -score, row))
        rank = np.arange(len(order)) - np.searchsorted(row[order], row[order])
        best = score[order[np.arange(len(order)) - rank]]
        order = order[(rank < most) & (score[order] >= _LEAST_OF_BEST * best)]
        return row[order], place[order]

    def _compared(self, asked: Words, row: Longs, place: Longs, weights: Weights) -> Comparison:
        """Compare listings with known ones, a few pairs at a time."""
        parts = []
        for start in range(0, len(row), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            rows, which = np.unique(row[some], return_inverse=True)
            known = self._words_of(place[some])
            parts.append(compare(asked.take(rows), which, known, weights))
        return Comparison.joined(parts)

    def _words_of(self, places: Longs) -> Words:
        """Return the words of known listings, in the order given."""
        ends = np.cumsum([len(segment) for segment in self.segments], dtype=np.int64)
        of = np.searchsorted(ends, places, side="right")
        parts = [
            segment.words.take(places[of == number] - (ends[number] - len(segment)))
            for number, segment in enumerate(self.segments)
        ]
        order = np.argsort(of, kind="stable")
        return Words.joined(parts).take(np.argsort(order, kind="stable"))


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one behind the other; of none, an empty one of whole numbers."""
    return np.concatenate(parts) if len(parts) else np.empty(0, np.int64)


def _question(asked: Words, idf: Floats, counts: Longs) -> sparse.csr_matrix:
    """Return the weights of the rarest words of listings, which are looked up; float32."""
    held_by = np.append(counts, 0)[np.minimum(asked.word, len(counts))]
    known = np.flatnonzero(held_by)
    row = np.repeat(np.arange(len(asked)), np.diff(asked.starts))[known]
    word, held = asked.word[known], held_by[known]
    order = np.lexsort((word, held, row))
    row, word, held = row[order], word[order], held[order]
    before = np.cumsum(held) - held
    first = np.searchsorted(row, row)
    # The rarest known word of a listing is looked up however common it is.
    is_first = first == np.arange(len(row))
    kept = is_first | (before - before[first] + held <= _MOST_LOOKED_AT)
    starts = ends_of(np.bincount(row[kept], minlength=len(asked)))
    parts = idf[word[kept]].astype(np.float32), word[kept], starts.astype(np.int32)
    return sparse.csr_matrix(parts, (len(asked), len(counts)))


def _threads() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
