"""Families of re-posts: listings that are near one of them, the core.

Links are never chained: that A is near B and B near C does not put A and C into one family, as it
would hang whole catalogues together. The listing with the most near ones becomes a core first, and
every listing belongs to the core that it is most similar to (star clustering: Aslam, Pelekhov and
Rus 2004, *The star clustering algorithm*).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.watch.listing_words import Longs

__all__ = ["Family", "Member", "find_families"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """A listing of a family.

    Parameters
    ----------
    row
        How many listings the index had been given before it.
    id
        Its id.
    similarity
        How near it is to the core, in [0, 1]; the core itself has 1.
    seller, platform, date
        Who posted it, where and when; empty where nobody says.
    title, description
        What it says.
    """

    row: int
    id: str
    similarity: float
    seller: str
    platform: str
    date: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Listings that are re-posts of one another: an indication for a human reviewer.

    Parameters
    ----------
    members
        The core first, then the nearest.

    Examples
    --------
    >>> one = Member(0, "a1", 1.0, "bdg.second", "shopee", "2026-03-01")
    >>> two = Member(7, "b9", 0.9, "second.bdg", "tokopedia", "2026-02-11")
    >>> family = Family((one, two))
    >>> family.core.id, family.first_seen, family.last_seen, family.sellers
    ('a1', '2026-02-11', '2026-03-01', ('bdg.second', 'second.bdg'))
    """

    members: tuple[Member, ...]

    @property
    def core(self) -> Member:
        """The listing that all others are near."""
        return self.members[0]

    @property
    def first_seen(self) -> str:
        """The earliest date, as text; dates must sort as text does (2026-03-01)."""
        return min((one.date for one in self.members if one.date), default="")

    @property
    def last_seen(self) -> str:
        """The latest date, as text."""
        return max((one.date for one in self.members if one.date), default="")

    @property
    def sellers(self) -> tuple[str, ...]:
        """Who posted them, in order of the alphabet."""
        return tuple(sorted({one.seller for one in self.members if one.seller}))

    @property
    def platforms(self) -> tuple[str, ...]:
        """Where they were posted, in order of the alphabet."""
        return tuple(sorted({one.platform for one in self.members if one.platform}))


def find_families(
    size: int,
    one: Longs,
    two: Longs,
    similarity: Floats,
    threshold: float,
    compare: Callable[[Longs, Longs], Floats],
) -> tuple[Longs, Floats]:
    """Find the core that each listing belongs to.

    Parameters
    ----------
    size
        How many listings there are.
    one, two
        int64, shape (pairs,): listings that were compared.
    similarity
        float64, shape (pairs,): how similar they are.
    threshold
        Similarity from which two are near.
    compare
        Gives the similarity of pairs that were not compared yet.

    Returns
    -------
    core
        int64, shape (size,): the core of each listing; a listing without others is its own.
    nearness
        float64, shape (size,): the similarity to it.

    Examples
    --------
    A chain is no family: 0 and 2 are near 1, and 3 is near 2 alone.

    >>> table = np.zeros((4, 4))
    >>> table[0, 1] = table[1, 2] = 0.9
    >>> table[2, 3] = 0.8
    >>> table += table.T
    >>> one, two = np.nonzero(table)
    >>> core, _ = find_families(
    ...     4, one, two, table[one, two], 0.5, lambda one, two: table[one, two]
    ... )
    >>> core.tolist()
    [1, 1, 1, 3]
    """
    near = np.flatnonzero((similarity >= threshold) & (one != two))
    left = np.concatenate([one[near], two[near]])
    right = np.concatenate([two[near], one[near]])
    weight = np.concatenate([similarity[near]] * 2)
    left, right, weight = _once(left, right, weight, size)
    core = _cores(left, right, weight, size)
    nearness = np.where(core == np.arange(size), 1.0, 0.0)
    return _nearest_core(core, nearness, left, right, threshold, compare)


def _once(left: Longs, right: Longs, weight: Floats, size: int) -> tuple[Longs, Longs, Floats]:
    """Return each pair once in each direction, in order, as similar as either way says."""
    order = np.lexsort((-weight, right, left))
    _, first = np.unique((left * size + right)[order], return_index=True)
    kept = order[first]
    return left[kept], right[kept], weight[kept]


def _cores(left: Longs, right: Longs, weight: Floats, size: int) -> Longs:
    """Make cores, those with the most near listings first; whatever is near one is none."""
    starts = np.searchsorted(left, np.arange(size + 1))
    degree = np.bincount(left, weight, size)
    core = np.arange(size)
    taken = np.zeros(size, np.bool_)
    for listing in np.lexsort((core, -degree)).tolist():
        if degree[listing] == 0:
            break
        if taken[listing]:
            continue
        around = right[starts[listing] : starts[listing + 1]]
        free = around[~taken[around]]
        core[free] = listing
        taken[free] = taken[listing] = True
    return core


def _nearest_core(
    core: Longs,
    nearness: Floats,
    left: Longs,
    right: Longs,
    threshold: float,
    compare: Callable[[Longs, Longs], Floats],
) -> tuple[Longs, Floats]:
    """Let each listing belong to the nearest of the cores that it or its near ones belong to."""
    size = len(core)
    is_core = np.zeros(size, np.bool_)
    is_core[core[core != np.arange(size)]] = True
    # A listing alone joins, too: it may be near a core that it was not compared with.
    asked = np.concatenate([left, np.arange(size)])
    offered = np.concatenate([core[right], core])
    open_ = ~is_core[asked] & (asked != offered)
    pairs = np.unique(asked[open_] * size + offered[open_])
    asked, offered = pairs // size, pairs % size
    alike = compare(asked, offered)
    order = np.lexsort((offered, -alike, asked))
    first = order[np.flatnonzero(np.diff(asked[order], prepend=-1))]
    core = core.copy()
    free = np.flatnonzero(~is_core)
    core[free], nearness[free] = free, 1.0
    joins = first[alike[first] >= threshold]
    core[asked[joins]], nearness[asked[joins]] = offered[joins], alike[joins]
    return core, nearness
