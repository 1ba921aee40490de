"""Taken-down listings, and which new ones are one of them come back.

Every listing is read as scoring reads it, disguises undone, and its words are weighed by rarity: in
the index, and among the listings the model was trained with, so that a small index knows common
words, too. A new listing is looked up by its rarest words; the few listings that share most of
their weight are then compared with it word by word (`thriftwatch.watch.comparison`), and what is
reported can be shown in both texts (`thriftwatch.watch.phrases`).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from thriftwatch.errors import InputError, listed, shown
from thriftwatch.model.artifact import VOCABULARY
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model
from thriftwatch.watch.comparison import similarity
from thriftwatch.watch.families import Family, Member, find_families
from thriftwatch.watch.index_files import read_index, write_index
from thriftwatch.watch.index_store import IndexStore, Related
from thriftwatch.watch.listing_words import Longs
from thriftwatch.watch.phrases import SharedPhrase, shared_phrases
from thriftwatch.watch.posts import read_posts

__all__ = ["THRESHOLD", "Match", "Pairs", "RepostIndex"]

THRESHOLD = 0.5
"""Similarity from which a pair is reported: more likely one listing than two."""


class Pairs(NamedTuple):
    """Pairs of a new listing and a known one, by row of the new one.

    Attributes
    ----------
    new
        int64: row of the new listing.
    known
        int64: place of the known one in the index.
    similarity
        float64 in [0, 1].
    """

    new: Longs
    known: Longs
    similarity: NDArray[np.float64]


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

    Notes
    -----
    An index is changed by one thread of one process at a time. Any number of processes may read the
    folder of one, also while it is saved.

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
        self._store = IndexStore(as_model(model))
        self._has_ids = False
        self._relatives: tuple[Longs, Longs, NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        """Return how many listings are in the index."""
        return len(self._store)

    @property
    def model(self) -> Model:
        """The model whose vocabulary listings are read with."""
        return self._store.model

    @property
    def given(self) -> int:
        """How many listings it was given so far, those included that were removed."""
        return self._store.given

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
            posts = posts.numbered(self.given)
        ids = posts.checked_ids()
        if known := self._store.find(ids)[0].tolist():
            raise InputError(
                f"these ids are in the index already: {listed(ids[row].as_py() for row in known)}; "
                "remove them first, or give the new listings other ids"
            )
        self._store.append(posts)
        self._has_ids = self._has_ids or came_with_ids
        self._relatives = None

    def remove(self, ids: Iterable[str]) -> None:
        """Remove listings by their ids.

        Raises
        ------
        InputError
            If an id is not in the index. Nothing is removed then.
        """
        asked = pa.array(ids, pa.large_string())
        found, segment, row = self._store.find(asked)
        if missing := sorted(set(range(len(asked))) - set(found.tolist())):
            raise InputError(
                f"these ids are not in the index: {listed(asked[one].as_py() for one in missing)}; "
                "nothing was removed"
            )
        self._store.remove(segment, row)
        self._relatives = None

    def with_listings(self, listings: Any) -> "RepostIndex":
        """Return an index with more listings; this one stays as it is.

        Parameters
        ----------
        listings
            As for `add`. They are called by their numbers, whatever their ids.
        """
        index = RepostIndex(self.model)
        index._store, index._has_ids = self._store.copy(), self._has_ids
        index._store.append(read_posts(listings).numbered(self.given))
        return index

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
        store = self._store
        header = {
            **_reading(self.model),
            "model": self.model.id,
            "given": store.given,
            "has_ids": self._has_ids,
        }
        write_index(folder, store.segments, store.vocabulary, header)

    @classmethod
    def load(
        cls, folder: str | os.PathLike[str], model: Model | str | os.PathLike[str] | None = None
    ) -> "RepostIndex":
        """Read an index from a folder; its arrays stay there and are mapped into memory.

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
        segments, vocabulary, header = read_index(folder, _reading(index.model))
        index._store = IndexStore(index.model, segments, vocabulary, int(header["given"]))
        index._has_ids = bool(header["has_ids"])
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
            How many known listings to report of each new one at most; no more than eight are
            compared.
        phrases
            How many phrases in common to give at most. Finding them takes longer than the rest.

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
        new, known, alike = self.pairs(posts)
        order = np.lexsort((known, -alike, new))
        rank = np.arange(len(new)) - np.searchsorted(new[order], new[order])
        order = order[(rank < most) & (alike[order] >= threshold)]
        order = order[np.argsort(-alike[order], kind="stable")]
        weigh = self._store.weigher()
        matches = []
        for row, place, probability in zip(
            new[order].tolist(), known[order].tolist(), alike[order].tolist(), strict=True
        ):
            number, there = self._store.listing(place)
            texts = [
                (posts.texts[name][row].as_py(), there[name]) for name in ("title", "description")
            ]
            one, two = zip(*texts, strict=True)
            shared = (
                shared_phrases(self._store.reader, self.model.vocabulary, one, two, weigh, phrases)
                if phrases
                else ()
            )
            sellers = posts.texts["seller"][row].as_py(), there["seller"]
            matches.append(Match(row, number, there["id"], probability, shared, *sellers))
        return matches

    def pairs(self, listings: Any) -> Pairs:
        """Compare new listings with the known ones that share most of their weight.

        Parameters
        ----------
        listings
            As for `add`.

        Returns
        -------
        Pairs
            At most eight of each new listing, whatever their similarity.
        """
        row, place, measured = self.comparisons(listings)
        return Pairs(row, place, similarity(measured))

    def comparisons(self, listings: Any) -> Related:
        """Return what `pairs` is made of, to which the probability of a re-post is fitted.

        Returns
        -------
        row, place
            As `Pairs.new` and `Pairs.known`.
        measured
            What was measured of each pair.
        """
        return self._store.related(read_posts(listings))

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
        store = self._store
        if self._relatives is None:
            self._relatives = store.relatives()
        size = sum(map(len, store.segments))
        core, nearness = find_families(size, *self._relatives, threshold, store.similarity_of)
        members = np.lexsort((-nearness, np.arange(size) != core, core))
        starts = np.flatnonzero(np.diff(core[members], prepend=-1))
        families = [
            Family(tuple(self._member(place, float(nearness[place])) for place in part.tolist()))
            for part in np.split(members, starts[1:])
            if len(part) > 1
        ]
        return sorted(families, key=lambda family: (-len(family.members), family.core.row))

    def _member(self, place: int, nearness: float) -> Member:
        number, texts = self._store.listing(place)
        names = "seller", "platform", "date", "title", "description"
        return Member(number, texts["id"], nearness, **{name: texts[name] for name in names})


def _reading(model: Model) -> dict[str, Any]:
    """Return what the words of an index depend on: two models may share it."""
    return {"reading": model.card["files"][VOCABULARY]}


def _check(threshold: float, most: int, phrases: int) -> None:
    if not 0 < threshold <= 1:
        raise InputError(f"threshold must be above 0 and at most 1, not {shown(threshold)}")
    for name, value, least in (("most", most, 1), ("phrases", phrases, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise InputError(f"{name} must be a whole number from {least} on, not {shown(value)}")
