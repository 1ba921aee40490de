"""How likely a shop trades in prohibited goods at all, from the scores of its listings.

Enforcement acts on shops, and a shop is more than the mean of its scores: one unclear listing is
no trade, and one text posted for every size is one piece of evidence. So near-copies count once,
and the shops of a table are estimated together, by `thriftwatch.trading`.

A figure here is an indication for a reviewer, never a finding about a seller.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from thriftwatch.copies import near_copy_key
from thriftwatch.domain import ELEMENTS, GOODS, TIERS
from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.files.cells import to_text
from thriftwatch.files.links import platform_of
from thriftwatch.files.values import read_date
from thriftwatch.frames import Frame, as_frame
from thriftwatch.listing import find_column
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model, check_options
from thriftwatch.trading import estimate_trading

if TYPE_CHECKING:
    from thriftwatch.ranking import Ranking

__all__ = [
    "Offers",
    "offers_of",
    "offers_of_ranking",
    "rank_sellers",
    "score_sellers",
    "shop_key",
    "stated_prevalence",
]

ONE_TO_REVIEW = 0.5
"""What a shop with a single listing at review, and none at likely, does not pass."""

_DECIMALS = 6
_RECURRING = 3
_SORT = next(element for element in ELEMENTS if element.name == GOODS)
# What speaks against it, and what only says what sort of goods it is.
_TELLS_NOTHING = re.compile(
    rf"\((?:meringankan|speaks against)\)\Z|: (?:petunjuk {_SORT.sign}|a sign of {_SORT.sign_en})\Z"
)
# A reason quotes words and says what they mean; that part is what recurs in other words.
_SAYS = re.compile(
    r'(?:menyebut|says) "(.*)"(?: \((?:ditulis tersamar|disguised)\))?: (.*)', re.DOTALL
)
_NEXT_REASON = re.compile(r'; (?=(?:menyebut|nama toko memuat|says|the shop\'s name has) ")')


@dataclass(frozen=True, slots=True)
class Offers:
    """Scored listings, as `rank_sellers` looks at them: equally long columns.

    Attributes
    ----------
    shop, platform
        Who offers, and where; a listing without the name of a shop belongs to none.
    score, tier
        What was found.
    copy
        The same for near-copies.
    reasons
        Sentences for each listing.
    day
        When it was seen or posted, if that is known.
    """

    shop: Sequence[str]
    platform: Sequence[str]
    score: NDArray[np.float64]
    tier: Sequence[str]
    copy: Sequence[str]
    reasons: Sequence[Sequence[str]]
    day: Sequence[date | None]


def score_sellers(
    scored: Any,
    *,
    shop: str = "shop",
    platform: str = "platform",
    title: str = "title",
    description: str = "description",
    url: str = "url",
    day: str = "date",
    model: Model | str | os.PathLike[str] | None = None,
    policy: str = "imported",
) -> Any:
    """Estimate for each shop how likely it trades in prohibited goods at all.

    Parameters
    ----------
    scored
        A table that `score_listings` returned, or what ``thriftwatch score`` wrote: pandas or
        polars data frame, pyarrow table, DuckDB relation. Its ``score`` and ``tier`` are used, and
        ``reasons`` where it has them.
    shop, platform, title, description, url, day
        Names of its columns. Unless given they are found by their usual names. Shop and title
        have to be there. Without a platform the link tells it.
    model
        What the listings were scored with; None is the bundled model. It tells for which share of
        positives the scores are stated.
    policy
        As for `score_listings`.

    Returns
    -------
    table
        The same kind of table, a row for each shop and platform, the most likely first:

        - ``shop``, ``platform``: as first written;
        - ``listings``, ``distinct``: how many, and how many without near-copies;
        - ``likely``, ``review``: how many of the listings are in these tiers;
        - ``share``, ``share_low``, ``share_high``: the estimated share of such goods among its
          distinct listings, and where it lies with a probability of 90%;
        - ``trading``: the probability that it trades in such goods at all;
        - ``evidence``: what recurs in the reasons, in which words, and in how many of the distinct;
        - ``first_seen``, ``last_seen``: dates.

        Listings without the name of a shop belong to none.

    Raises
    ------
    InputError
        If `scored` is no table.
    ColumnError
        If a column that is needed is not there.
    TableError
        If scores or tiers are none.

    Notes
    -----
    The estimate is that of `thriftwatch.trading.estimate_trading`, with near-copies counted once.
    Whatever it says, a shop with a single listing at review and none at likely stays at
    `ONE_TO_REVIEW` or below: a person has to look at that listing first.

    Examples
    --------
    >>> import pandas as pd
    >>> from thriftwatch import score_listings
    >>> bales = [f"Buka bal {goods} ex Jepang, isi 200 pcs" for goods in ("hoodie", "kemeja")]
    >>> shops = ["Raja Bal", "RAJA BAL", "Rumah Batik"]
    >>> frame = pd.DataFrame({"title": [*bales, "Kemeja batik baru"], "shop": shops})
    >>> sellers = score_sellers(score_listings(frame))
    >>> sellers[["shop", "listings", "likely"]].values.tolist()
    [['Raja Bal', 2, 2], ['Rumah Batik', 1, 0]]
    >>> [bool(probability > 0.5) for probability in sellers["trading"]]
    [True, False]
    """
    check_options(policy)
    frame = as_frame(scored)
    if frame is None:
        kind = type(scored).__name__
        raise InputError(f"scored must be a table that score_listings returned, not {kind}")
    given = {
        "shop": shop,
        "platform": platform,
        "title": title,
        "description": description,
        "url": url,
        "date": day,
        **{name: name for name in ("score", "tier", "reasons")},
    }
    columns = {
        field: values
        for field, name in given.items()
        if (values := _column(frame, field, None if name == field else name)) is not None
    }
    offers = offers_of(columns, frame.kind)
    return frame.replaced(rank_sellers(offers, stated_prevalence(as_model(model), policy)))


def stated_prevalence(model: Model, policy: str) -> float:
    """Return the share of positives that the scores of a model are stated for."""
    return float(model.card["prevalence"][policy]["stated"])


def shop_key(name: str) -> str:
    """Return what is the same for all spellings of a shop's name.

    Examples
    --------
    >>> shop_key("  Raja  BAL ") == shop_key("raja bal")
    True
    """
    return " ".join(name.split()).casefold()


_NEEDED = ("shop", "title", "score", "tier")


def _column(frame: Frame, field: str, explicit: str | None) -> list[Any] | None:
    """Return the values of a column of a table, as text; None if it has no such column."""
    name = find_column(
        field, frame.names, explicit, required=field in _NEEDED, where=frame.kind,
        named_by=f"{field}=..." if field == "shop" else None,
    )  # fmt: skip
    if name is None:
        return None
    values = frame.values(name)
    if field == "reasons":
        return list(values.to_pylist())
    return list(to_text(values).fill_null("").to_pylist())


def offers_of(columns: Mapping[str, Sequence[Any]], where: str) -> Offers:
    """Make offers of the columns of a scored table.

    Parameters
    ----------
    columns
        By the names of the arguments of `score_sellers`, besides ``score``, ``tier`` and
        ``reasons``; equally long, of text but for scores and reasons. Those that are not there are
        empty.
    where
        The table, for messages.

    Raises
    ------
    TableError
        If a score or a tier is none.
    """
    titles = columns["title"]
    empty = [""] * len(titles)

    def column(name: str) -> Sequence[Any]:
        return columns.get(name, empty)

    try:
        score = np.array([float(value) for value in column("score")])
    except ValueError as error:
        raise TableError(
            f"a score is none: {error}; score the listings again", path=where
        ) from None
    if not ((score >= 0) & (score <= 1)).all():
        raise TableError("scores lie between 0 and 1; score the listings again", path=where)
    if others := set(column("tier")) - set(TIERS):
        raise TableError(
            f"{shown(min(others))} is no tier (accepted: {', '.join(TIERS)}); "
            "score the listings again",
            path=where,
        )
    places = zip(column("platform"), column("url"), strict=True)
    return Offers(
        shop=column("shop"),
        platform=[platform or platform_of(link) for platform, link in places],
        score=score,
        tier=column("tier"),
        copy=[near_copy_key(t, d) for t, d in zip(titles, column("description"), strict=True)],
        reasons=[_sentences(value) for value in column("reasons")],
        day=[read_date(text) for text in column("date")],
    )


def offers_of_ranking(ranking: "Ranking") -> Offers:
    """Return the offers of what was scored and sorted."""
    table = ranking.table
    columns = {name: ranking.texts[name].to_pylist() for name in ranking.texts.column_names}
    served = {name: ranking.served[name] for name in ("platform", "url", "date")}
    found = {name: table[name] for name in ("score", "tier", "reasons")}
    for name, values in (served | found).items():
        columns[name] = to_text(values).fill_null("").to_pylist()
    return offers_of(columns, "the listings")


def _sentences(reasons: Any) -> Sequence[str]:
    """Take reasons apart that ``thriftwatch score`` wrote in one cell."""
    if isinstance(reasons, str):
        return _NEXT_REASON.split(reasons) if reasons else ()
    return reasons or ()


def rank_sellers(offers: Offers, prevalence: float) -> pa.Table:
    """Estimate all shops of some offers, the most likely to trade first.

    Parameters
    ----------
    offers
        The scored listings.
    prevalence
        The share of positives that their scores are stated for.

    Returns
    -------
    pyarrow.Table
        As `score_sellers` describes it.
    """
    shops: dict[tuple[str, str], list[int]] = {}
    for row, (shop, platform) in enumerate(zip(offers.shop, offers.platform, strict=True)):
        if key := shop_key(shop):
            shops.setdefault((key, platform.casefold()), []).append(row)
    distinct = [_distinct(rows, offers) for rows in shops.values()]
    kept = np.array([row for rows in distinct for row in rows], np.int64)
    of_shop = np.repeat(np.arange(len(shops)), [len(rows) for rows in distinct])
    found = estimate_trading(offers.score[kept], of_shop, len(shops), prevalence)
    unclear = np.array(
        [_one_to_review(offers.tier[row] for row in rows) for rows in distinct], bool
    )
    trading = np.where(unclear, np.minimum(found.trading, ONE_TO_REVIEW), found.trading)

    every = list(shops.values())
    days = [[day for row in rows if (day := offers.day[row])] for rows in every]
    table = pa.table(
        {
            "shop": pa.array([offers.shop[rows[0]].strip() for rows in every], pa.string()),
            "platform": pa.array([offers.platform[rows[0]] for rows in every], pa.string()),
            "listings": pa.array([len(rows) for rows in every], pa.int64()),
            "distinct": pa.array([len(rows) for rows in distinct], pa.int64()),
            **{
                tier: pa.array([sum(offers.tier[row] == tier for row in rows) for rows in every])
                for tier in ("likely", "review")
            },
            "share": np.round(found.share, _DECIMALS),
            "share_low": np.round(found.low, _DECIMALS),
            "share_high": np.round(found.high, _DECIMALS),
            "trading": np.round(trading, _DECIMALS),
            "evidence": pa.array([_evidence(rows, offers) for rows in distinct], pa.string()),
            "first_seen": pa.array([min(seen, default=None) for seen in days], pa.date32()),
            "last_seen": pa.array([max(seen, default=None) for seen in days], pa.date32()),
        }
    )  # fmt: skip
    return table.take(np.lexsort((-found.share, -trading)))


def _distinct(rows: Sequence[int], offers: Offers) -> list[int]:
    """Of near-copies keep the one whose score is in the middle."""
    copies: dict[str, list[int]] = {}
    for row in rows:
        copies.setdefault(offers.copy[row], []).append(row)
    return [
        sorted(same, key=lambda row: (offers.score[row], row))[len(same) // 2]
        for same in copies.values()
    ]


def _one_to_review(tiers: Iterable[str]) -> bool:
    counts = Counter(tiers)
    return not counts["likely"] and counts["review"] == 1


def _evidence(rows: Sequence[int], offers: Offers) -> str:
    """Name what recurs, in whatever words, with the number of listings that say it."""
    counts: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for row in rows:
        told = [reason for reason in offers.reasons[row] if not _TELLS_NOTHING.search(reason)]
        parts = [_SAYS.fullmatch(reason) for reason in told]
        said = [(part[2], part[1].casefold()) for part in parts if part]
        counts.update({meaning for meaning, _ in said})
        for meaning, quoted in said:
            words.setdefault(meaning, Counter())[quoted] += 1
    often = sorted(counts, key=lambda meaning: (-counts[meaning], meaning))[:_RECURRING]
    return "; ".join(
        f"{meaning}: {', '.join(_most_common(words[meaning]))} ({counts[meaning]}×)"
        for meaning in often
    )


def _most_common(words: Counter[str]) -> list[str]:
    """Quote the most common words; of equally common ones the first of the alphabet."""
    often = sorted(words, key=lambda word: (-words[word], word))[:_RECURRING]
    return [f'"{word}"' for word in often]
