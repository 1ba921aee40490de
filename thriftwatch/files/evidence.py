"""A record of what was seen, scored and decided, in which a change shows.

Each line hangs together with the one before; `thriftwatch.files.chain` says how. The header names
the files and what was done with contacts. A listing has

- ``title``, ``description``, ``shop``, ``link``: as the seller wrote them, contacts hidden;
- ``sha256``: that of the canonical JSON (RFC 8785) of ``[title, description, shop]``, the texts as
  they were, before contacts were hidden;
- ``score``, ``tier``, ``facts``, ``reasons``, ``model``, ``policy``: what was found;
- ``scored``, ``decided``: when, in UTC and in WIB; ``decision``, ``reviewer``: what and by whom.
  Nothing is decided by a score: there the three are null.

Hiding protects from whoever reads along, not from whoever guesses: with the rest of a text at
hand, the hash of the whole tells which of some thousand million phone numbers was in it.

A score is an indication for a reviewer, a decision is a recommendation of the reviewer who is
named: nothing here is a finding about a person.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thriftwatch import __version__
from thriftwatch.domain import FACTS, FIELDS, RESULT_COLUMNS
from thriftwatch.errors import InputError
from thriftwatch.files.chain import canonical_hash, verify_evidence, write_chain
from thriftwatch.files.contacts import hide, hide_contacts
from thriftwatch.files.formats import display_name, is_standard_stream
from thriftwatch.listing import Listing, well_formed
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN, ListingScore, Reason

if TYPE_CHECKING:
    from thriftwatch.ranking import Ranking

__all__ = [
    "DECISIONS",
    "FORMAT",
    "REASONS",
    "WIB",
    "Evidence",
    "both_times",
    "file_hash",
    "listing_evidence",
    "listing_hash",
    "source_of",
    "verify_evidence",
    "write_evidence",
    "write_ranking",
]

FORMAT = "thriftwatch-evidence/1"
DECISIONS = ("recommend takedown", "keep", "unsure")
"""What a reviewer can decide."""
REASONS = 8
"""How many reasons are recorded at most."""

_DECIMALS = 6
WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence file that was written.

    Parameters
    ----------
    listings
        How many listings it records.
    head
        The hash of its last line, to be kept somewhere else.
    """

    listings: int
    head: str


def listing_hash(listing: Listing) -> str:
    """Return the SHA-256 of a listing's texts as they are.

    Examples
    --------
    >>> listing_hash(Listing("Hoodie second import"))[:16]
    '82a82aced03d2b4e'
    """
    return canonical_hash([listing.title, listing.description, listing.shop])


def listing_evidence(
    listing: Listing, found: ListingScore, *, link: str = "", keep_contacts: bool = False
) -> dict[str, Any]:
    """Return what is recorded of a listing and its score.

    Parameters
    ----------
    listing
        The listing.
    found
        What was found for it.
    link
        Where it is offered; empty if that is not known.
    keep_contacts
        Whether phone numbers, e-mail addresses and street addresses are kept.

    Returns
    -------
    dict
        JSON-ready; numbers have six decimals at most.

    Examples
    --------
    >>> found = ListingScore(0.97, "likely", {"goods": 0.99, "worn": 0.98, "foreign": 0.99})
    >>> listing_evidence(Listing("Hoodie, WA 0812-3456-7890"), found)["title"]
    'Hoodie, WA ••••-••••-••••'
    """
    texts = {name: getattr(listing, name) for name in FIELDS}
    seen = texts if keep_contacts else {name: hide_contacts(text) for name, text in texts.items()}
    return {
        "sha256": listing_hash(listing),
        **seen,
        "link": link if keep_contacts else _hide_if_contact(link),
        "score": round(float(found.score), _DECIMALS),
        "tier": found.tier,
        "facts": {name: round(float(value), _DECIMALS) for name, value in found.facts.items()},
        "reasons": [_reason(reason, seen[reason.field]) for reason in found.reasons],
        "model": found.model,
        "policy": found.policy,
    }


def both_times(moment: datetime) -> dict[str, str]:
    """Write a moment in UTC and in Western Indonesian Time.

    Examples
    --------
    >>> both_times(datetime(2026, 3, 31, 20, 15, tzinfo=UTC))
    {'utc': '2026-03-31T20:15:00Z', 'wib': '2026-04-01T03:15:00+07:00'}
    """
    utc, wib = (moment.astimezone(zone).isoformat(timespec="seconds") for zone in (UTC, WIB))
    return {"utc": utc.replace("+00:00", "Z"), "wib": wib}


def file_hash(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_evidence(
    path: str | os.PathLike[str],
    listings: Iterable[Mapping[str, Any]],
    *,
    moment: datetime,
    sources: Iterable[Mapping[str, str]] = (),
    keep_contacts: bool = False,
) -> Evidence:
    """Write an evidence file, whole or not at all.

    Parameters
    ----------
    path
        The file to write.
    listings
        What `listing_evidence` returned for each listing, with ``decided``, ``decision`` and
        ``reviewer`` where a person has decided.
    moment
        When they were scored.
    sources
        The files they are from: ``name`` and ``sha256`` of each.
    keep_contacts
        What `listing_evidence` was told; the header says it.

    Returns
    -------
    Evidence

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "evidence.jsonl")
    >>> found = ListingScore(0.97, "likely", {"goods": 0.99, "worn": 0.98, "foreign": 0.99})
    >>> listing = listing_evidence(Listing("Hoodie second import"), found)
    >>> written = write_evidence(file, [listing], moment=datetime(2026, 3, 31, tzinfo=UTC))
    >>> verify_evidence(file).whole, verify_evidence(file).head == written.head
    (True, True)
    """
    times = both_times(moment)
    undecided = {"scored": times, "decided": None, "decision": None, "reviewer": None}
    header = {
        "format": FORMAT,
        "tool": f"thriftwatch {__version__}",
        "written": times,
        "sources": [dict(source) for source in sources],
        "contacts": "kept" if keep_contacts else "hidden",
        "notice": DISCLAIMER,
        "notice_en": DISCLAIMER_EN,
    }
    return Evidence(*write_chain(path, header, ({**undecided, **one} for one in listings)))


def write_ranking(
    path: str | os.PathLike[str],
    ranking: "Ranking",
    *,
    policy: str,
    sources: Iterable[str | os.PathLike[str]],
    keep_contacts: bool = False,
) -> Evidence:
    """Record the listings of a ranking that are at review or likely.

    Parameters
    ----------
    path
        The file to write.
    ranking
        From `thriftwatch.ranking.rank_listings`, with its reasons kept.
    policy
        What the listings were scored for.
    sources
        The files they are from.
    keep_contacts
        As for `listing_evidence`.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        If the reasons were not kept.
    """
    import pyarrow.compute as pc

    if ranking.kept is None:
        raise InputError("the reasons were not kept; give keep_reasons to rank_listings")
    suspected = pc.not_equal(ranking.table["tier"], "clear")
    table, texts = ranking.table.filter(suspected), ranking.texts.filter(suspected)
    links = ranking.served["url"].filter(suspected).to_pylist()
    found = table.select([*RESULT_COLUMNS, "model"]).to_pylist()

    def listings() -> Iterator[dict[str, Any]]:
        last: dict[str, str] = {}
        rows = zip(texts.to_pylist(), found, ranking.kept or (), links, strict=True)
        for row, said, reasons, link in rows:
            if row != last:  # copies have one score, so they follow one another
                facts = {fact: said[fact] for fact in FACTS}
                values = said["score"], said["tier"], facts, reasons, said["model"], policy
                record = listing_evidence(
                    Listing(**row), ListingScore(*values), keep_contacts=keep_contacts
                )
                last = row
            shown = link if keep_contacts else _hide_if_contact(link)
            yield {**record, "link": shown}

    return write_evidence(
        path,
        listings(),
        moment=datetime.now(UTC),
        sources=[source_of(source) for source in sources],
        keep_contacts=keep_contacts,
    )


def source_of(path: str | os.PathLike[str]) -> dict[str, str]:
    """Name a file that listings are from: its name and the hash of its bytes.

    Examples
    --------
    >>> source_of("-")
    {'name': 'standard input'}
    """
    if is_standard_stream(path):
        return {"name": display_name(path)}
    return {"name": well_formed(Path(path).name), "sha256": file_hash(path)}


def _hide_if_contact(link: str) -> str:
    """Hide a link that is a number to call; that of a product may look like one and is kept."""
    calls = re.match(r"\s*(tel:|mailto:|(https?://)?[^/]*(wa\.me|whatsapp)\b)", link, re.I)
    return link if calls is None else hide_contacts(link)


def _reason(reason: Reason, seen: str) -> dict[str, Any]:
    """Write a reason, its words as they stand in the text with contacts hidden."""
    text = seen[reason.start : reason.end]
    values = {**reason.to_dict(), "text": text, "weight": round(float(reason.weight), _DECIMALS)}
    if text != reason.text:
        quoted = " ".join(reason.text.split())
        for name in ("note", "note_en"):
            values[name] = values[name].replace(quoted, hide(quoted))
    return values
