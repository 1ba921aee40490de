"""Taken-down listings, and which new ones are one of them come back.

Every listing is read as scoring reads it, disguises undone, and its words are weighed by rarity: in
the index, and among the listings the model was trained with, so that a small index knows common
words, too. A new listing is looked up by its rarest words; the few listings that share most of
their weight are then compared with it word by word (`thriftwatch.watch.comparison`), and what is
reported can be shown in both texts (`thriftwatch.watch.phrases`).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.errors import InputError, listed, shown
from thriftwatch.model.artifact import VOCABULARY
from thriftwatch.model.batch import AT_ONCE, blocks_of
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model
from thriftwatch.watch.comparison import Comparison, Weights, compare, similarity
from thriftwatch.watch.families import Family, Member, find_families
from thriftwatch.watch.index_files import read_index, write_index
from thriftwatch.watch.index_segment import Segment
from thriftwatch.watch.index_vocabulary import IndexVocabulary, Known
from thriftwatch.watch.listing_words import Longs, WordReader, Words, ends_of
from thriftwatch.watch.phrases import SharedPhrase, shared_phrases
from thriftwatch.watch.posts import Posts, read_posts

__all__ = ["THRESHOLD", "Match", "Pairs", "RepostIndex"]

THRESHOLD = 0.5
"""Similarity from which a pair is reported: more likely one listing than two."""
CANDIDATES = 8
"""Known listings that a new one is compared with."""

_MOST_LOOKED_AT = 1 << 13
"""Entries of the inverted index that a question may look at, rarest words first: what makes the
time of a question independent of how many listings there are."""
_RELATIVES = 16
"""Known listings that a known one is compared with, to find families."""
_LEAST_OF_BEST = 0.2
"""Part of the best candidate's weight below which another one is not compared."""
_PAIRS_AT_ONCE = 1 << 10
_MOST_IN_SEGMENT = 1 << 20
_GROWTH = 4
"""A segment is merged with those behind it once they hold a quarter as many listings."""


class Pairs(NamedTuple):
    """Pairs of a new listing and a known one.

    Attributes
    ----------
    new
        int64: row of the new listing.
    known
        int64: row of the known one, counted through all segments.
    similarity
        float64 in [0, 1].
    """

    new: Longs
    known: Longs
    similarity: NDArray[np.float64]

    def above(self, threshold: float) -> "Pairs":
        """Return the pairs from a similarity on, row by row, the most similar first."""
        kept = np.flatnonzero(self.similarity >= threshold)
        order = kept[np.lexsort((self.known[kept], -self.similarity[kept], self.new[kept]))]
        return Pairs(*(column[order] for column in self))


@dataclass(frozen=True, slots=True)
class Match:
    """A new listing that may be a known one come back: an indication for a human reviewer.

    Parameters
    ----------
    new_row
        Row of the new listing, counted from 0.
    known_row
        How many listings the index had been given before the known one.
    known_id
        Its id.
    similarity
        Probability in [0, 1]: the share of true re-posts among such pairs on the benchmark.
    phrases
        What they have in common, what tells most first.
    seller_new, seller_known
        Who posted each; empty where nobody says.
    """

    new_row: int
    known_row: int
    known_id: str
    similarity: float
    phrases: tuple[SharedPhrase, ...]
    seller_new: str
    seller_known: str


class RepostIndex:
    """An index of taken-down listings that finds them when they come back.

    Parameters
    ----------
    model
        A model or the path of a model folder, whose vocabulary listings are read with; None is the
        bundled model.

    Examples
    --------
    >>> index = RepostIndex()
    >>> index.add([{
    ...     "id": "a1", "toko": "bdg.secondbrand", "judul": "Hoodie Uniqlo second import abu",
    ...     "deskripsi": "ex bal Jepang, kondisi 9/10, kantong kiri bolong kecil, ambil di Cimol",
    ... }])
    >>> found = index.query([(
    ...     "H00die Uniqlo s.e.c.o.n.d imp0rt warna abu",
    ...     "Ready kak! ex b4l Jepang kondisi 9/10, kantong kiri ada bolong kecil, COD Cimol",
    ... )])
    >>> found[0].known_id, found[0].similarity > 0.5
    ('a1', True)
    >>> found[0].phrases[0].known.text
    'ex bal Jepang, kondisi 9/10, kantong kiri'
    """

    def __init__(self, model: Model | str | os.PathLike[str] | None = None) -> None:
        self._model = as_model(model)
        self._reader = WordReader(self._model)
        self._vocabulary = IndexVocabulary()
        self._segments: list[Segment] = []
        self._given = 0
        self._has_ids = False
        self._own: tuple[Longs, Longs, NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        """Return how many listings are in the index."""
        return sum(int(segment.alive.sum()) for segment in self._segments)

    @property
    def model(self) -> Model:
        """The model whose vocabulary listings are read with."""
        return self._model

    @property
    def given(self) -> int:
        """How many listings it was given so far, those included that were removed."""
        return self._given

    @property
    def has_ids(self) -> bool:
        """Whether its listings came with ids; else they are called by their numbers."""
        return self._has_ids

    # --- what is in it ------------------------------------------------------------------------

    def add(self, listings: Any) -> None:
        """Add listings; those that are there stay as they are.

        Parameters
        ----------
        listings
            A path, a table (pandas, polars, pyarrow, DuckDB), or an iterable of `Listing`,
            mappings or ``(title, description[, shop])`` tuples. Columns are found by their
            usual names, English or Indonesian: title, description, shop, id, platform, date.
            Without ids the listings are numbered as they come.

        Raises
        ------
        InputError
            If an id comes twice, is empty, or is in the index already. Nothing is added then.
        """
        posts = read_posts(listings)
        came_with_ids = posts.has_ids
        if not came_with_ids:
            posts = posts.numbered(self._given)
        ids = posts.checked_ids()
        if known := self._places(ids)[0].tolist():
            there = [ids[row].as_py() for row in known]
            raise InputError(
                f"these ids are in the index already: {listed(there)}; remove them first, or "
                "give the new listings other ids"
            )
        self._append(posts)
        self._has_ids = self._has_ids or came_with_ids

    def _append(self, posts: Posts) -> None:
        """Add listings whose ids were checked."""
        segments = []
        for start in range(0, len(posts), _MOST_IN_SEGMENT):
            part = posts.slice(start, _MOST_IN_SEGMENT)
            numbers = self._given + start + np.arange(len(part))
            segments.append(Segment.of(self._read_known(part), part.texts, numbers))
        self._segments = _merged([*self._segments, *segments])
        self._own = None
        self._given += len(posts)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove listings by their ids.

        Raises
        ------
        InputError
            If an id is not in the index. Nothing is removed then.
        """
        asked = pa.array(ids, pa.large_string())
        found, segment, row = self._places(asked)
        if missing := sorted(set(range(len(asked))) - set(found.tolist())):
            raise InputError(
                f"these ids are not in the index: {listed(asked[one].as_py() for one in missing)}"
            )
        for number, part in enumerate(self._segments):
            rows = row[segment == number]
            if len(rows):
                part.remove(rows)
        self._segments = [part for part in self._segments if part.alive.any()]
        self._own = None

    def with_listings(self, listings: Any) -> "RepostIndex":
        """Return an index with more listings; this one stays as it is.

        Parameters
        ----------
        listings
            As for `add`. They are called by their numbers, whatever their ids.
        """
        more = read_posts(listings)
        index = RepostIndex(self._model)
        index._segments, index._given = list(self._segments), self._given
        index._vocabulary = IndexVocabulary(self._vocabulary.known)
        index._append(more.numbered(self._given))
        return index

    def _places(self, ids: pa.Array) -> tuple[Longs, Longs, Longs]:
        """Return which of some ids are in the index, in which segments, and at which rows."""
        found: list[tuple[Longs, Longs, Longs]] = [(np.empty(0, np.int64),) * 3]
        for number, part in enumerate(self._segments):
            rows = pc.index_in(ids, part.texts["id"]).fill_null(-1).to_numpy(zero_copy_only=False)
            there = np.flatnonzero((rows >= 0) & part.alive[rows])
            found.append((there, np.full(len(there), number), rows[there].astype(np.int64)))
        asked, segment, row = (np.concatenate(column) for column in zip(*found, strict=True))
        return asked, segment, row

    def _read(self, posts: Posts) -> Iterator[Words]:
        for block in blocks_of(posts.texts["title"], posts.texts["description"]):
            yield self._reader.read(block)

    def _read_known(self, posts: Posts) -> Words:
        """Read listings to words, and add these to the vocabulary."""
        parts = []
        for read in self._read(posts):
            words, more = self._vocabulary.number(read, self._reader)
            self._vocabulary.add(more)
            parts.append(words)
        return Words.joined(parts)

    # --- files --------------------------------------------------------------------------------

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the index to a folder, all or nothing.

        Arrays that are there already are not written again, so that a save after a few additions
        is fast. A process that is killed leaves the old index.

        Parameters
        ----------
        folder
            Where to write it; an older index there is replaced.

        Raises
        ------
        InputError
            If the folder holds anything that is not an index's, or cannot be written.
        """
        header = {**_reading(self._model), "model": self._model.id, "given": self._given}
        header["has_ids"] = self._has_ids
        write_index(folder, self._segments, self._vocabulary, header)

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        model: Model | str | os.PathLike[str] | None = None,
    ) -> "RepostIndex":
        """Read an index from a folder. Any number of processes may read one at the same time.

        Parameters
        ----------
        folder
            Where `save` wrote it.
        model
            As for `RepostIndex`; its vocabulary must be the one that the index was made with.

        Raises
        ------
        ModelError
            If it is missing, damaged, too new, or was made with another vocabulary.
        """
        index = cls(model)
        segments, vocabulary, header = read_index(folder, _reading(index._model))
        index._segments, index._vocabulary = segments, vocabulary
        index._given, index._has_ids = int(header["given"]), bool(header["has_ids"])
        return index

    # --- what comes back ----------------------------------------------------------------------

    def query(
        self, listings: Any, *, threshold: float = THRESHOLD, most: int = 5, phrases: int = 3
    ) -> list[Match]:
        """Find the known listings that new ones may be, come back.

        Parameters
        ----------
        listings
            As for `add`.
        threshold
            Similarity in (0, 1] from which a pair is reported.
        most
            How many known listings to report of each new one at most, up to `CANDIDATES`.
        phrases
            How many phrases in common to give at most. Finding them takes as long as the rest.

        Returns
        -------
        list of Match
            The most similar first.

        Raises
        ------
        InputError
            If an argument is not accepted.
        """
        _check(threshold, most, phrases)
        posts = read_posts(listings)
        pairs = self.pairs(posts).above(threshold)
        rank = np.arange(len(pairs.new)) - np.searchsorted(pairs.new, pairs.new)
        kept = np.flatnonzero(rank < most)
        order = kept[np.argsort(-pairs.similarity[kept], kind="stable")]
        weigh = self._weigher()
        return [
            self._match(posts, *pair, phrases, weigh)
            for pair in zip(*(column[order].tolist() for column in pairs), strict=True)
        ]

    def pairs(self, listings: Any) -> Pairs:
        """Compare new listings with the known ones that share most of their weight.

        Parameters
        ----------
        listings
            As for `add`.

        Returns
        -------
        Pairs
            At most `CANDIDATES` of each new listing, whatever their similarity.
        """
        row, place, compared = self.comparisons(listings)
        return Pairs(row, place, similarity(compared))

    def comparisons(self, listings: Any) -> tuple[Longs, Longs, Comparison]:
        """Return what `pairs` is made of: rows of both sides, and what was measured of each pair.

        The share of re-posts among pairs is fitted to it.
        """
        posts = read_posts(listings)
        start = 0
        parts: list[tuple[Longs, Longs, Comparison]] = []
        counts = self._counts(len(self._vocabulary))
        for read in self._read(posts):
            asked, more = self._vocabulary.number(read, self._reader)
            weights = self._weights(counts, self._vocabulary.known.joined(more))
            row, place = self._nearest(asked, weights, counts)
            parts.append((row + start, place, self._compare(asked, row, place, weights)))
            start += len(asked)
        rows, places, measures = zip(*parts, strict=True) if parts else ((), (), ())
        return _joined(rows), _joined(places), Comparison.joined(measures)

    def families(self, *, threshold: float = THRESHOLD) -> list[Family]:
        """Find who re-posts whom among the listings of the index.

        Listings are compared once; with another threshold only the families are made anew.

        Parameters
        ----------
        threshold
            Similarity in (0, 1] from which a listing belongs to the core of a family.

        Returns
        -------
        list of Family
            Those of two listings and more, the largest first.
        """
        _check(threshold, 1, 0)
        size = sum(map(len, self._segments))
        if self._own is None:
            self._own = self._own_pairs()
        core, nearness = find_families(size, *self._own, threshold, self._compare_known)
        members = np.lexsort((-nearness, np.arange(size) != core, core))
        starts = np.flatnonzero(np.diff(core[members], prepend=-1))
        families = [
            Family(tuple(self._member(place, float(nearness[place])) for place in part.tolist()))
            for part in np.split(members, starts[1:])
            if len(part) > 1
        ]
        return sorted(families, key=lambda family: (-len(family.members), family.core.row))

    def _own_pairs(self) -> tuple[Longs, Longs, NDArray[np.float64]]:
        """Compare the listings of the index with one another: pairs and their similarity."""
        counts = self._counts(len(self._vocabulary))
        weights = self._weights(counts, self._vocabulary.known)
        alive = np.concatenate([np.empty(0, np.bool_), *(part.alive for part in self._segments)])
        places = np.flatnonzero(alive)
        found = []
        for start in range(0, len(places), AT_ONCE):
            some = places[start : start + AT_ONCE]
            asked = self._words_of(some)
            row, place = self._nearest(asked, weights, counts, most=_RELATIVES)
            other = np.flatnonzero(some[row] != place)
            row, place = row[other], place[other]
            alike = similarity(self._compare(asked, row, place, weights))
            found.append((some[row], place, alike))
        one, two, alike = zip(*found, strict=True) if found else ((), (), ())
        return _joined(one), _joined(two), _joined(alike).astype(np.float64)

    def _compare(self, asked: Words, row: Longs, place: Longs, weights: Weights) -> Comparison:
        """Compare listings with known ones, few at a time: what is at work stays in the cache."""
        parts = []
        for start in range(0, len(row), _PAIRS_AT_ONCE):
            some = slice(start, start + _PAIRS_AT_ONCE)
            rows, which = np.unique(row[some], return_inverse=True)
            known = self._words_of(place[some])
            parts.append(compare(asked.take(rows), which, known, weights))
        return Comparison.joined(parts)

    def _compare_known(self, one: Longs, two: Longs) -> NDArray[np.float64]:
        """Return the similarity of known listings."""
        weights = self._weights(self._counts(len(self._vocabulary)), self._vocabulary.known)
        rows, which = np.unique(one, return_inverse=True)
        return similarity(self._compare(self._words_of(rows), which, two, weights))

    def _member(self, place: int, nearness: float) -> Member:
        segment, row = self._segment_of(place)
        said = {name: segment.texts[name][row].as_py() for name in ("seller", "platform", "date")}
        return Member(int(segment.number[row]), segment.texts["id"][row].as_py(), nearness, **said)

    def _counts(self, width: int) -> Longs:
        """Return in how many listings each word stands."""
        counts = np.zeros(width, np.int64)
        for segment in self._segments:
            counts += segment.counts(width)
        return counts

    def _weights(self, counts: Longs, known: Known) -> Weights:
        """Return what words tell, from where they stand: in the index, and in training."""
        held = np.pad(counts, (0, len(known.key) - len(counts))) + known.count
        total = len(self) + self._reader.background.listings
        return Weights(np.log((total + 1.0) / (held + 0.5)).clip(0.0), known.goods)

    def _nearest(
        self, asked: Words, weights: Weights, counts: Longs, *, most: int = CANDIDATES
    ) -> tuple[Longs, Longs]:
        """Return the known listings that are nearest to new ones: rows of both sides."""
        question = _question(asked, weights, counts)
        rows: list[Longs] = []
        known: list[Longs] = []
        scores: list[NDArray[np.float32]] = []
        first = 0
        for segment in self._segments:
            near = segment.nearest(question, most, _threads())
            rows.append(np.repeat(np.arange(len(asked)), np.diff(near.indptr)))
            known.append(near.indices.astype(np.int64) + first)
            scores.append(near.data)
            first += len(segment)
        row, place, score = _joined(rows), _joined(known), _joined(scores)
        order = np.lexsort((place, -score, row))
        rank = np.arange(len(order)) - np.searchsorted(row[order], row[order])
        best = score[order[np.arange(len(order)) - rank]]
        order = order[(rank < most) & (score[order] >= _LEAST_OF_BEST * best)]
        return row[order], place[order]

    def _words_of(self, places: Longs) -> Words:
        """Return the words of known listings, in the order given."""
        ends = np.cumsum([len(segment) for segment in self._segments])
        of = np.searchsorted(ends, places, side="right")
        order = np.argsort(of, kind="stable")
        parts = [
            segment.words.take(places[of == number] - (ends[number] - len(segment)))
            for number, segment in enumerate(self._segments)
        ]
        return Words.joined(parts).take(np.argsort(order, kind="stable"))

    def _match(
        self,
        posts: Posts,
        new: int,
        known: int,
        alike: float,
        phrases: int,
        weigh: Callable[[int], float],
    ) -> Match:
        segment, row = self._segment_of(known)
        texts = {name: column[row].as_py() for name, column in segment.texts.items()}
        asked = {name: column[new].as_py() for name, column in posts.texts.items()}
        shared: tuple[SharedPhrase, ...] = ()
        if phrases:
            both = ((one["title"], one["description"]) for one in (asked, texts))
            shared = shared_phrases(
                self._reader, self._model.vocabulary, *both, weigh=weigh, most=phrases
            )
        number = int(segment.number[row])
        return Match(new, number, texts["id"], alike, shared, asked["seller"], texts["seller"])

    def _segment_of(self, place: int) -> tuple[Segment, int]:
        for segment in self._segments:
            if place < len(segment):
                return segment, place
            place -= len(segment)
        raise IndexError(place)

    def _weigher(self) -> Callable[[int], float]:
        """Return what gives the weight of a word by its key."""
        known = self._vocabulary.known
        weights = self._weights(self._counts(len(self._vocabulary)), known)
        number = {key: place for place, key in enumerate(known.key.tolist())}
        return lambda key: float(weights.idf[number[key]]) if key in number else 0.0


def _reading(model: Model) -> dict[str, Any]:
    """Return what the words of an index depend on: two models may share it."""
    return {"reading": model.card["files"][VOCABULARY]}


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays one behind the other; of none, an empty one of whole numbers."""
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _question(asked: Words, weights: Weights, counts: Longs) -> sparse.csr_matrix:
    """Return the weights of the rarest words of listings, which are looked up; float32."""
    known = np.flatnonzero(asked.word < len(counts))
    row = np.repeat(np.arange(len(asked)), np.diff(asked.starts))[known]
    word = asked.word[known]
    held = counts[word]
    order = np.lexsort((word, held, row))
    row, word, held = row[order], word[order], held[order]
    looked_at = np.cumsum(held)
    before = looked_at - held
    firsts = np.searchsorted(row, row)
    kept = (held > 0) & ((looked_at - before[firsts] <= _MOST_LOOKED_AT) | _is_first(row, held))
    starts = ends_of(np.bincount(row[kept], minlength=len(asked)))
    idf = weights.idf[word[kept]].astype(np.float32)
    shape = len(asked), len(counts)
    return sparse.csr_matrix((idf, word[kept], starts.astype(np.int32)), shape)


def _is_first(row: Longs, held: Longs) -> NDArray[np.bool_]:
    """Return which is the rarest known word of its row: it is looked up, however common."""
    rows, first = np.unique(row[held > 0], return_index=True)
    is_first = np.zeros(len(row), np.bool_)
    is_first[np.flatnonzero(held > 0)[first]] = len(rows) > 0
    return is_first


def _merged(segments: Sequence[Segment]) -> list[Segment]:
    """Merge segments until each holds many times as many listings as those behind it together."""
    segments = [segment for segment in segments if len(segment)]
    place = len(segments) - 1
    while place > 0:
        behind = sum(map(len, segments[place:]))
        if len(segments[place - 1]) < _GROWTH * behind <= _MOST_IN_SEGMENT:
            segments[place - 1 :] = [Segment.merged(segments[place - 1 :])]
        place -= 1
    return segments


def _threads() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check(threshold: float, most: int, phrases: int) -> None:
    if not 0 < threshold <= 1:
        raise InputError(f"threshold must be above 0 and at most 1, not {shown(threshold)}")
    for name, value, least in (("most", most, 1), ("phrases", phrases, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise InputError(f"{name} must be a whole number from {least} on, not {shown(value)}")
