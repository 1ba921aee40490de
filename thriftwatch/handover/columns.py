"""What the sheets of a hand-over show: their columns, one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from thriftwatch.domain import FACTS, GOODS
from thriftwatch.files import RejectedRow
from thriftwatch.files.contacts import hide_contacts
from thriftwatch.files.evidence import WIB
from thriftwatch.files.links import PLATFORM_NAMES
from thriftwatch.files.values import read_date, read_price
from thriftwatch.handover.earlier import Earlier
from thriftwatch.handover.gathering import Handover, Item
from thriftwatch.language import Texts

__all__ = [
    "Column",
    "earlier_columns",
    "list_columns",
    "platform_label",
    "reject_columns",
    "seller_columns",
    "seller_rows",
]

_REASONS = 3
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes
    ----------
    name
        What `thriftwatch.language.Texts` calls its heading: ``handover-column-..``.
    width
        In characters.
    kind
        How it is shown: ``"text"``, ``"number"``, ``"score"``, ``"share"``, ``"price"``,
        ``"date"``, ``"tier"``, ``"open"`` (a link to follow; LibreOffice prints no more of it than
        fits on a line, so the address stands beside it as text) or ``"choice"`` (to be filled in).
    value
        From what a row is about to its cell; text where a number or a date could not be read.
    printed
        Whether it is for people; others stand on the right, outside of what is printed.
    """

    name: str
    width: float
    kind: str
    value: Callable[[Any], Any]
    printed: bool = True

    def heading(self, texts: Texts) -> str:
        """Return its heading."""
        return texts[f"handover-column-{self.name}"]


def list_columns(handover: Handover, texts: Texts) -> Sequence[Column]:
    """Return the columns of the listings; each is made of an `Item`."""
    note = "note" if texts.language == "id" else "note_en"

    def reasons(item: Item) -> str:
        # What sort of goods it is matters, but it rarely misleads.
        every = sorted(item.evidence["reasons"], key=lambda one: one["fact"] == GOODS)
        return "\n".join(f"• {one[note]}" for one in every[:_REASONS])

    def text(name: str) -> Callable[[Item], str]:
        return lambda item: _one_line(item.evidence[name])

    def fact(name: str) -> Callable[[Item], float]:
        return lambda item: item.evidence["facts"][name]

    columns = [
        Column("platform", 9, "text", lambda item: platform_label(item.row.platform, texts)),
        Column("rank", 4, "number", lambda item: item.rank),
        Column("score", 5, "score", lambda item: item.evidence["score"]),
        Column("tier", 10.5, "tier", lambda item: texts[f"tier-{item.evidence['tier']}"]),
        *(Column(name, 7, "share", fact(name)) for name in FACTS),
        Column("reasons", 35, "text", reasons),
        Column("open", 5, "open", lambda item: item.evidence["link"]),
        Column("link", 23, "text", lambda item: item.evidence["link"]),
        Column("shop", 13, "text", text("shop")),
        Column("title", 25, "text", text("title")),
        Column("price", 10.5, "price", lambda item: _price(item.row.price)),
        Column("city", 10, "text", lambda item: _one_line(item.row.city)),
        Column("date", 10, "date", lambda item: read_date(item.row.day) or _one_line(item.row.day)),
    ]
    if handover.since is not None:
        status = Column("status", 8.5, "text", lambda i: texts[f"handover-status-{i.status}"])
        columns.append(status)
    if handover.reviewed is not None:
        columns += [
            Column("reviewer", 10, "text", lambda item: item.decision.reviewer),
            Column("decided", 10, "date", _decided),
        ]
    columns.append(Column("follow-up", 11, "choice", lambda item: ""))
    if handover.since is not None:
        columns.append(Column("was", 30, "text", _other_link, printed=False))
    return [
        *columns,
        Column("times", 8, "number", lambda item: item.row.times, printed=False),
        Column("first", 12, "date", lambda item: item.first, printed=False),
        Column("copy", 14, "text", lambda item: item.row.copy, printed=False),
    ]


def _other_link(item: Item) -> str:
    """Return the link that a listing had in the last hand-over, if it was another one."""
    before = item.before.link if item.before else ""
    return "" if before == item.row.link else before


def _decided(item: Item) -> date | None:
    moment = item.decision.moment if item.decision else None
    return moment.astimezone(WIB).date() if moment else None


def seller_columns(texts: Texts) -> Sequence[Column]:
    """Return the columns of the shops; each is made of a row of `seller_rows`."""

    def of(name: str) -> Callable[[Mapping[str, Any]], Any]:
        return lambda row: row[name]

    return [
        Column("rank", 5, "number", of("rank")),
        Column("shop", 22, "text", of("shop")),
        Column("platform", 12, "text", of("platform")),
        Column("trading", 11, "share", of("trading")),
        Column("listings", 8, "number", of("listings")),
        Column("distinct", 9, "number", of("distinct")),
        Column("likely", 12, "number", of("likely")),
        Column("review", 9, "number", of("review")),
        Column("share", 10, "share", of("share")),
        Column("share-low", 8, "share", of("share_low")),
        Column("share-high", 8, "share", of("share_high")),
        Column("evidence", 52, "text", of("evidence")),
        Column("first-seen", 11, "date", of("first_seen")),
        Column("last-seen", 11, "date", of("last_seen")),
    ]


def seller_rows(handover: Handover, texts: Texts) -> Iterator[dict[str, Any]]:
    """Yield the shops, ranked, as they are shown."""
    for rank, row in enumerate(handover.sellers.to_pylist(), start=1):
        shop = row["shop"] if handover.contacts_kept else hide_contacts(row["shop"])
        platform = platform_label(row["platform"], texts)
        evidence = row["evidence"].replace("×); ", "×)\n")
        yield row | {
            "rank": rank,
            "shop": _one_line(shop),
            "platform": platform,
            "evidence": evidence,
        }


def earlier_columns(texts: Texts) -> Sequence[Column]:
    """Return the columns of what only the last hand-over lists, each with its state."""

    def of(name: str) -> Callable[[tuple[Earlier, str]], Any]:
        return lambda pair: getattr(pair[0], name)

    return [
        Column("status", 24, "text", lambda pair: texts[f"handover-status-{pair[1]}"]),
        Column("platform", 12, "text", of("platform")),
        Column("open", 6, "open", of("link")),
        Column("link", 46, "text", of("link")),
        Column("shop", 20, "text", of("shop")),
        Column("title", 44, "text", of("title")),
        Column("first", 12, "date", of("first")),
        Column("copy", 14, "text", of("copy"), printed=False),
    ]


def reject_columns() -> Sequence[Column]:
    """Return the columns of rows that could not be read; each is made of a `RejectedRow`."""

    def text(name: str) -> Callable[[RejectedRow], str]:
        return lambda row: _one_line(getattr(row, name))

    return [
        Column("file", 30, "text", text("file")),
        Column("line", 8, "number", lambda row: row.line),
        Column("why", 50, "text", text("reason")),
        Column("raw", 60, "text", text("raw")),
    ]


def platform_label(platform: str, texts: Texts) -> str:
    """Return what a platform is called."""
    return PLATFORM_NAMES.get(platform) or _one_line(platform) or texts["handover-no-platform"]


def _price(text: str) -> int | str:
    found = read_price(text)
    return _one_line(text) if found is None else found


def _one_line(text: str) -> str:
    line = " ".join(text[: 4 * _LONGEST].split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
