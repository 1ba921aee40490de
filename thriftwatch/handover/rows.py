"""Listings of several files as one list, in which every listing stands once."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from thriftwatch.copies import near_copy_key
from thriftwatch.domain import FIELDS, TIERS
from thriftwatch.files import RejectedRow
from thriftwatch.files.cells import to_text
from thriftwatch.files.links import canonical_link, names_listing, platform_named, platform_of
from thriftwatch.listing import Listing, find_column
from thriftwatch.model.model import Model
from thriftwatch.ranking import Listings, read_listings

__all__ = ["Row", "Source", "merge", "read_rows", "score_rows"]

_DETAILS = ("url", "platform", "price", "region", "date")
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
    columns: Mapping[str, str | None],
    encoding: str = "utf-8",
    on_rows: Callable[[int], object] = lambda rows: None,
) -> tuple[list[Row], Listings]:
    """Read a file of listings.

    Parameters
    ----------
    path
        The file.
    columns
        Names of columns that are not to be found by their usual names.
    encoding
        Encoding of a text file.
    on_rows
        Called with the number of rows of every batch that was read.

    Returns
    -------
    list of Row and Listings
        The rows, and the table that they are from.
    """
    named = {field: columns.get(field) for field in FIELDS}
    read = read_listings([path], columns=named, encoding=encoding, on_rows=on_rows)
    details = {field: _texts(read.table, field, columns.get(field), path) for field in _DETAILS}
    rows = []
    for place, texts in enumerate(read.texts.to_pylist()):
        url, platform, price, city, day = (details[field][place] for field in _DETAILS)
        link = canonical_link(url)
        rows.append(
            Row(
                listing=Listing(**texts),
                link=link,
                platform=platform_of(link) or platform_named(platform) or platform.strip(),
                price=price.strip(),
                city=city.strip(),
                day=day.strip(),
                source=os.fspath(path),
                copy=near_copy_key(texts["title"], texts["description"]),
            )
        )
    return rows, read


def _texts(
    table: pa.Table, field: str, named: str | None, path: str | os.PathLike[str]
) -> Sequence[str]:
    name = find_column(field, table.column_names, named, required=False, where=os.fspath(path))
    if name is None:
        return [""] * table.num_rows
    return list(to_text(table[name]).fill_null("").to_pylist())


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
