"""What is handed over: listings to look at, platform by platform, with what is known of them."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from thriftwatch.domain import FIELDS, TIERS
from thriftwatch.errors import InputError, not_one_of
from thriftwatch.files.evidence import REASONS, WIB, listing_evidence
from thriftwatch.files.links import PLATFORM_NAMES
from thriftwatch.files.values import read_date
from thriftwatch.handover.decisions import KEEP, TAKEDOWN, UNSURE, Decision, read_decisions
from thriftwatch.handover.earlier import Earlier, History, identity_of, read_earlier
from thriftwatch.handover.rows import Row, Source, merge, read_rows, score_rows
from thriftwatch.model.model import Model
from thriftwatch.scoring import check_options, explain_all
from thriftwatch.sellers import Offers, rank_sellers, shop_key, stated_prevalence

__all__ = ["LISTED_TIERS", "Handover", "Item", "gather", "place_of"]

LISTED_TIERS = TIERS[:0:-1]
"""The lowest tier that is handed over can be one of these."""

_DECIDED = {TAKEDOWN: (0.99, "likely"), KEEP: (0.01, "clear")}
"""What a decision says of a listing where its shop is estimated: a person has looked at it."""

_Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Item:
    """A listing that is handed over.

    Attributes
    ----------
    row
        What the files have.
    rank
        Its place among those of its platform, from 1.
    evidence
        What the evidence record says of it; contacts are hidden there unless they are to be kept.
    decision
        What was decided, if anything was.
    status, before
        Whether it is new, and which listing of the last hand-over it was; empty and None without
        a last hand-over.
    first
        When it was handed over first.
    """

    row: Row
    rank: int
    evidence: Mapping[str, Any]
    decision: Decision | None
    status: str
    before: Earlier | None
    first: date


@dataclass(frozen=True, slots=True, eq=False)
class Handover:
    """What is handed over, and what it was made of.

    Attributes
    ----------
    items
        The listings, platform by platform, the highest score first.
    sellers : pyarrow.Table
        The shops of these listings, as `thriftwatch.score_sellers` describes them.
    left
        Listings of the last hand-over that are not in this one, and what became of each.
    sources
        The files.
    reviewed, since
        The files of the decisions and of the last hand-over, if there were.
    counts
        How many listings there are, by platform and tier.
    decided
        How many listings have each decision.
    nameless
        How many listings tell no shop.
    tier
        The lowest tier that is listed.
    model, policy, moment
        What they were scored with, and when.
    contacts_kept
        Whether phone numbers and addresses are kept.
    """

    items: tuple[Item, ...]
    sellers: pa.Table
    left: tuple[tuple[Earlier, str], ...]
    sources: tuple[Source, ...]
    reviewed: Source | None
    since: str | None
    counts: Mapping[tuple[str, str], int]
    decided: Mapping[str, int]
    nameless: int
    tier: str
    model: str
    policy: str
    moment: datetime
    contacts_kept: bool

    @property
    def read(self) -> tuple[Source, ...]:
        """All files with listings."""
        return self.sources + ((self.reviewed,) if self.reviewed else ())

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(source.rows for source in self.read)

    @property
    def listings(self) -> int:
        """How many different listings they have."""
        return sum(self.counts.values())


def gather(
    paths: Sequence[_Path],
    model: Model,
    *,
    moment: datetime,
    policy: str = "imported",
    tier: str = "review",
    reviewed: _Path | None = None,
    since: _Path | None = None,
    keep_contacts: bool = False,
    on_rows: Callable[[int], object] = lambda rows: None,
    encoding: str | None = None,
    **how: Any,
) -> Handover:
    """Read files of listings and put together what is handed over.

    Parameters
    ----------
    paths
        The files, of whatever formats. None are needed if there are decisions.
    model, policy
        What to score with.
    moment
        Now, with a time zone.
    tier
        The lowest tier that is listed, one of `LISTED_TIERS`.
    reviewed
        A file of decisions. Then the recommended takedowns are listed, whatever their tier, and
        nothing else.
    since
        The workbook of the last hand-over.
    keep_contacts
        Whether phone numbers and addresses are kept.
    on_rows
        Called with the number of rows of every batch that was read.
    encoding
        Encoding of text files; None finds it.
    **how
        How else the files of listings are read: ``columns``, ``sheet`` and ``header_row`` of
        `thriftwatch.ranking.read_listings`.

    Returns
    -------
    Handover

    Raises
    ------
    InputError
        If there is nothing to read, or an argument is not accepted.
    TableError
        If a file is not what it says it is.
    ColumnError
        If a file has no title, or not a column that was asked for.
    """
    check_options(policy)
    if tier not in LISTED_TIERS:
        raise not_one_of("tier", tier, LISTED_TIERS)
    if not paths and reviewed is None:
        raise InputError("there is nothing to hand over: give files of listings, or decisions")
    history = read_earlier(since) if since is not None else None
    rows: list[Row] = []
    sources = []
    for path in paths:
        own, read = read_rows(path, on_rows=on_rows, encoding=encoding, **how)
        rows += own
        sources.append(Source(os.fspath(path), len(own), read.rejected))
    decisions: dict[tuple[str, ...], list[Decision]] = {}
    decided_in = None
    if reviewed is not None:
        own, told, decided_in = read_decisions(reviewed, encoding=encoding, on_rows=on_rows)
        for row, decision in zip(own, told, strict=True):
            decisions.setdefault(row.identity, []).append(decision)
        rows += own
    every = merge(score_rows(rows, model, policy))
    agreed = [_agreed(decisions.get(row.identity, ())) for row in every]
    listed = [
        (row, decision)
        for row, decision in zip(every, agreed, strict=True)
        if (
            TIERS.index(row.tier) >= TIERS.index(tier)
            if reviewed is None
            else decision is not None and decision.decision == TAKEDOWN
        )
    ]
    items = _items(listed, model, policy, moment, history, keep_contacts=keep_contacts)
    sellers = _sellers(every, agreed, items, stated_prevalence(model, policy))
    identities = {identity_of(row.link, row.copy) for row in every}
    now = {identity_of(item.row.link, item.row.copy) for item in items}
    return Handover(
        items=items,
        sellers=sellers,
        left=tuple(history.left(now, identities)) if history else (),
        sources=tuple(sources),
        reviewed=decided_in,
        since=None if since is None else os.fspath(since),
        counts=Counter((row.platform, row.tier) for row in every),
        decided=Counter(decision.decision for decision in agreed if decision),
        nameless=sum(not shop_key(row.listing.shop) for row in every),
        tier=tier,
        model=model.id,
        policy=policy,
        moment=moment,
        contacts_kept=keep_contacts,
    )


def _agreed(decisions: Sequence[Decision]) -> Decision | None:
    """Return the last decision if all say the same; where they differ nothing is decided."""
    if not decisions:
        return None
    if len({one.decision for one in decisions}) > 1:
        return Decision(UNSURE)
    return decisions[-1]


def _items(
    listed: Iterable[tuple[Row, Decision | None]],
    model: Model,
    policy: str,
    moment: datetime,
    history: History | None,
    *,
    keep_contacts: bool,
) -> tuple[Item, ...]:
    """Explain what is listed, platform by platform."""
    ordered = sorted(listed, key=lambda pair: (place_of(pair[0].platform), -pair[0].score))
    texts = ([getattr(row.listing, field) for row, _ in ordered] for field in FIELDS)
    every = explain_all(model, *texts, policy=policy, reasons=REASONS)
    ranks: Counter[str] = Counter()
    items = []
    for (row, decision), found in zip(ordered, every, strict=True):
        ranks[row.platform] += 1
        status, before = history.status(row.link, row.copy) if history else ("", None)
        evidence = listing_evidence(row.listing, found, link=row.link, keep_contacts=keep_contacts)
        first = before.first if before and before.first else moment.astimezone(WIB).date()
        rank = ranks[row.platform]
        items.append(Item(row, rank, evidence, decision, status, before, first))
    return tuple(items)


def place_of(platform: str) -> tuple[int, str]:
    """Return where a platform stands: the known ones first, listings of no platform last."""
    known = list(PLATFORM_NAMES)
    if platform in known:
        return known.index(platform), ""
    return len(known) + (not platform), platform.casefold()


def _sellers(
    every: Sequence[Row],
    agreed: Sequence[Decision | None],
    items: Sequence[Item],
    prevalence: float,
) -> pa.Table:
    """Estimate the shops of all listings, and keep those of which something is handed over."""
    judged = [
        _DECIDED.get(decision.decision if decision else "", (row.score, row.tier))
        for row, decision in zip(every, agreed, strict=True)
    ]
    reasons = {id(item.row): [one["note"] for one in item.evidence["reasons"]] for item in items}
    offers = Offers(
        shop=[row.listing.shop for row in every],
        platform=[row.platform for row in every],
        score=np.array([score for score, _ in judged]),
        tier=[tier for _, tier in judged],
        copy=[row.copy for row in every],
        reasons=[reasons.get(id(row), ()) for row in every],
        day=[read_date(row.day) for row in every],
    )
    found = rank_sellers(offers, prevalence)
    shops = {(shop_key(item.row.listing.shop), item.row.platform.casefold()) for item in items}
    keys = zip(found["shop"].to_pylist(), found["platform"].to_pylist(), strict=True)
    kept = [(shop_key(shop), platform.casefold()) in shops for shop, platform in keys]
    return found.filter(pa.array(kept, pa.bool_()))
