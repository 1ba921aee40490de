"""What the last hand-over listed, and what became of it: new, still there, gone, back again."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from thriftwatch.errors import TableError
from thriftwatch.files.formats import check_source
from thriftwatch.files.guard import unguard_cell
from thriftwatch.files.links import names_listing
from thriftwatch.files.xlsx_source import numbered_rows, open_workbook
from thriftwatch.language import LANGUAGES, Texts

__all__ = [
    "BACK",
    "BELOW",
    "DOWN",
    "GONE",
    "NEW",
    "SEEN",
    "Earlier",
    "History",
    "identity_of",
    "read_earlier",
]

NEW, SEEN, BACK = "new", "seen", "back"
"""What a listing can be: not in the last hand-over, in it, or back after it was gone."""
GONE, DOWN, BELOW = "gone", "down", "below"
"""What became of one that is no longer listed: it is not in the files, the platform says that it
took it down, or it is still there."""

LIST_SHEET, EARLIER_SHEET = "Daftar", "Sebelumnya"
_FIELDS = ("link", "platform", "shop", "title", "copy", "first", "status", "follow-up")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A listing of the last hand-over.

    Attributes
    ----------
    link, platform, shop, title, copy
        As it stood there.
    first
        When it was handed over first.
    down
        Whether it was gone or taken down before this hand-over.
    follow_up
        Whether the platform said that it took it down.
    """

    link: str
    platform: str
    shop: str
    title: str
    copy: str
    first: date | None
    down: bool
    follow_up: bool

    @property
    def identity(self) -> str:
        """What it is known by in another hand-over."""
        return identity_of(self.link, self.copy)


def identity_of(link: str, copy: str) -> str:
    """Return what a listing is known by in another hand-over: its link, or what copies share."""
    return link if names_listing(link) else copy


class History:
    """The listings of the last hand-over, to be compared with those of this one.

    Parameters
    ----------
    earlier
        Its listings.

    Examples
    --------
    >>> link = "https://shopee.co.id/product/1/2"
    >>> history = History([Earlier(link, "shopee", "Bal", "Hoodie", "c0", None, True, False)])
    >>> history.status(link, "c0")[0], history.status("", "c1")[0]
    ('back', 'new')
    """

    def __init__(self, earlier: Iterable[Earlier]) -> None:
        self.listings: Mapping[str, Earlier] = {one.identity: one for one in earlier}
        self._gone = {one.copy: one for one in self.listings.values() if one.down and one.copy}

    def status(self, link: str, copy: str) -> tuple[str, Earlier | None]:
        """Tell what a listing of this hand-over is, and which of the last one it was.

        A near-copy of a listing that was gone is that listing again, under another link.
        """
        known = self.listings.get(identity_of(link, copy))
        if known is not None:
            return (BACK if known.down else SEEN), known
        if (again := self._gone.get(copy)) is not None:
            return BACK, again
        return NEW, None

    def left(
        self, listed: Collection[str], present: Collection[str]
    ) -> Iterator[tuple[Earlier, str]]:
        """Yield the listings of the last hand-over that this one does not list, and their state.

        Parameters
        ----------
        listed, present
            Identities of what is listed, and of all that was read.
        """
        for identity, one in self.listings.items():
            if identity in listed:
                continue
            if identity in present:
                yield one, BELOW
            else:
                yield one, DOWN if one.follow_up else GONE


def read_earlier(path: str | os.PathLike[str]) -> History:
    """Read the workbook of the last hand-over.

    Parameters
    ----------
    path
        A workbook that ``thriftwatch handover`` wrote; platforms may have filled in what they did.

    Returns
    -------
    History

    Raises
    ------
    TableError
        If it is no workbook, or not one of a hand-over.
    """
    check_source(path)
    earlier: list[Earlier] = []
    with open_workbook(path) as book:
        if LIST_SHEET not in book.sheetnames:
            raise TableError(
                f"this is no hand-over: it has no sheet {LIST_SHEET}; give a workbook that "
                "thriftwatch handover wrote",
                path=path,
            )
        for name in (LIST_SHEET, EARLIER_SHEET):
            if name in book.sheetnames:
                earlier += _listings(numbered_rows(book[name], path), name, path)
    return History(earlier)


def _listings(
    rows: Iterator[tuple[int, Sequence[Any]]], sheet: str, path: str | os.PathLike[str]
) -> Iterator[Earlier]:
    _, first = next(rows, (0, ()))
    header = [str(value or "") for value in first]
    places = {field: _place(header, field) for field in _FIELDS}
    if places["link"] is None or places["copy"] is None:
        raise TableError(
            f"the sheet {sheet} lacks the columns of a hand-over; give the workbook as it was "
            "written",
            path=path,
        )
    for _, row in rows:
        cells = {
            field: None if place is None or place >= len(row) else row[place]
            for field, place in places.items()
        }
        texts = {
            field: unguard_cell(str(value)).strip() if value is not None else ""
            for field, value in cells.items()
        }
        if not (texts["link"] or texts["copy"]):
            continue
        said_down = _means(texts["follow-up"], "handover-follow-up-down", "handover-follow-up-gone")
        yield Earlier(
            link=texts["link"],
            platform=texts["platform"],
            shop=texts["shop"],
            title=texts["title"],
            copy=texts["copy"],
            first=_day(cells["first"]),
            down=said_down
            or _means(texts["status"], f"handover-status-{GONE}", f"handover-status-{DOWN}"),
            follow_up=said_down or _means(texts["status"], f"handover-status-{DOWN}"),
        )


def _place(header: Sequence[str], field: str) -> int | None:
    headings = {Texts(language)[f"handover-column-{field}"] for language in LANGUAGES}
    return next((place for place, name in enumerate(header) if name in headings), None)


def _means(text: str, *names: str) -> bool:
    """Tell whether a cell has one of these texts, in any language."""
    said = text.casefold()
    return bool(said) and any(
        said == Texts(language)[name].casefold() for name in names for language in LANGUAGES
    )


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
