"""Listings of several files as one list, in which every listing stands once."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from thriftwatch.copies import near_copy_key
from thriftwatch.domain import FIELDS, TIERS
from thriftwatch.files import RejectedRow
from thriftwatch.files.links import canonical_link, names_listing, platform_named, platform_of
from thriftwatch.listing import Listing
from thriftwatch.model.model import Model
from thriftwatch.ranking import Listings, read_listings

__all__ = ["Row", "Source", "merge", "read_rows", "score_rows"]

_FILLED = ("platform", "price", "city", "day")


@dataclass(frozen=True, slots=True)
class Row:
    """A listing as a file has it, and later as all files together have it.

    Attributes
    ----------
    listing
        What the seller wrote.
    link
        Its canonical link; empty if there is none.
    platform
        One of `thriftwatch.files.links.PLATFORM_NAMES`, or the file's own name for another one.
    price, city, day
        As the file has them.
    source
        The file.
    copy
        The same for near-copies.
    score, tier
        What was found.
    times
        In how many rows it was.
    """

    listing: Listing
    link: str
    platform: str
    price: str
    city: str
    day: str
    source: str
    copy: str
    score: float = 0.0
    tier: str = TIERS[0]
    times: int = 1

    @property
    def length(self) -> int:
        """How much the seller wrote."""
        return len(self.listing.title) + len(self.listing.description)

    @property
    def identity(self) -> tuple[str, ...]:
        """What rows of the same listing share.

        A link that names a listing is enough. Another one (of a shop, of a search) may stand in
        many rows, and where there is none only the same text of the same shop is the same listing.
        """
        if names_listing(self.link):
            return (self.link,)
        texts = (getattr(self.listing, field) for field in FIELDS)
        return (self.link, self.platform, *texts)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    Attributes
    ----------
    path
        Where it is.
    rows
        How many listings it has.
    rejected
        The rows that could not be read.
    """

    path: str
    rows: int
    rejected: tuple[RejectedRow, ...]


def read_rows(
    path: str | os.PathLike[str],
    *,
    on_rows: Callable[[int], object] = lambda rows: None,
    **how: Any,
) -> tuple[list[Row], Listings]:
    """Read a file of listings.

    Parameters
    ----------
    path
        The file.
    on_rows
        Called with the number of rows of every batch that was read.
    **how
        How it is read: the other arguments of `thriftwatch.ranking.read_listings`.

    Returns
    -------
    list of Row and Listings
        The rows, and the table that they are from.
    """
    read = read_listings([path], on_rows=on_rows, **how)
    rows = []
    for texts, served in zip(read.texts.to_pylist(), read.served.to_pylist(), strict=True):
        link = canonical_link(served["url"])
        platform = served["platform"]
        rows.append(
            Row(
                listing=Listing(**texts),
                link=link,
                platform=platform_of(link) or platform_named(platform) or platform.strip(),
                price=served["price"].strip(),
                city=served["region"].strip(),
                day=served["date"].strip(),
                source=os.fspath(path),
                copy=near_copy_key(texts["title"], texts["description"]),
            )
        )
    return rows, read


def score_rows(rows: Sequence[Row], model: Model, policy: str) -> list[Row]:
    """Score rows, in order."""
    if not rows:
        return []
    texts = ([getattr(row.listing, field) for row in rows] for field in FIELDS)
    scores = model.score_batch(*texts, policy=policy)
    return [
        replace(row, score=float(score), tier=TIERS[tier])
        for row, score, tier in zip(rows, scores.score, scores.tier, strict=True)
    ]


def merge(rows: Sequence[Row]) -> list[Row]:
    """Merge the rows of each listing.

    Of several the one in the highest tier stands for the listing, and of these the one with the
    most text, as a file with titles alone knows less; what it lacks is filled in from the others.

    Returns
    -------
    list of Row
        The highest score first; rows of equal score stay in order.

    Examples
    --------
    >>> link = "https://shopee.co.id/product/1/2"
    >>> row = Row(Listing("Hoodie"), link, "shopee", "", "", "", "a.csv", "")
    >>> merged = merge([row, replace(row, price="50rb", source="b.csv")])
    >>> [(one.price, one.times) for one in merged]
    [('50rb', 2)]
    """
    same: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        same.setdefault(row.identity, []).append(row)
    return sorted(map(_merged, same.values()), key=lambda row: -row.score)


def _merged(group: list[Row]) -> Row:
    if len(group) == 1:
        return group[0]
    group.sort(key=lambda row: (-TIERS.index(row.tier), -row.length, -row.score))
    first = group[0]
    filled: dict[str, Any] = {
        name: next((value for row in group if (value := getattr(row, name))), "")
        for name in _FILLED
    }
    shop = next((row.listing.shop for row in group if row.listing.shop), "")
    filled["listing"] = replace(first.listing, shop=shop)
    return replace(first, times=len(group), **filled)
