"""Prices and dates, as exports and sellers write them."""

import re
from datetime import UTC, date, datetime

__all__ = ["read_date", "read_price"]

_PRICE = re.compile(
    r"(?:(?:rp|idr)\.?\s*)?(\d{1,15}(?:[.,]\d{1,3}){0,4})\s*(rb|ribu|k|jt|juta)?\s*(?:,-|idr)?",
    re.IGNORECASE,
)
_TIMES = {"rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d{1,2})?")
_LONGEST = 40

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4})(?!\d)", re.IGNORECASE)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?(?:\.0)?")
_MONTHS = ("jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des")
_ENGLISH = {"may": 5, "aug": 8, "oct": 10, "dec": 12, "agt": 8, "ags": 8, "peb": 2, "nop": 11}
_CENTURY = 2000


def read_price(text: str) -> int | None:
    """Read a price in rupiah.

    Parameters
    ----------
    text
        One price: ``Rp78.000``, ``45rb``, ``1,2 jt``, ``50000``, ``Rp 60.000,00``.

    Returns
    -------
    int or None
        None if it is none, or two (``15-35rb``).

    Examples
    --------
    >>> [read_price(text) for text in ("Rp78.000", "45rb", "1,2 jt", "50000.0", "15-35rb", "nego")]
    [78000, 45000, 1200000, 50000, None, None]
    """
    found = _PRICE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    number, unit = found[1], _TIMES.get((found[2] or "").lower(), 1)
    if _THOUSANDS.fullmatch(number) and not (
        unit > 1 and number.count(".") + number.count(",") == 1
    ):
        decimals = re.search(r"[.,]\d{1,2}\Z", number)
        whole = number[: decimals.start()] if decimals else number
        return int(re.sub("[.,]", "", whole)) * unit
    try:
        return round(float(number.replace(",", ".")) * unit)
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """Read a day, as exports and people in Indonesia write it.

    Parameters
    ----------
    text
        ``2026-03-12``, with a time or without; ``12/03/2026``, the day first unless it cannot be;
        ``12 Maret 2026``; seconds or milliseconds since 1970, as crawlers write them.

    Returns
    -------
    datetime.date or None
        None if it is no day.

    Examples
    --------
    >>> str(read_date("2026-03-12T08:00:00Z")), str(read_date("12/03/2026"))
    ('2026-03-12', '2026-03-12')
    >>> str(read_date("3 Agustus 2025")), read_date("kemarin")
    ('2025-08-03', None)
    """
    text = text.strip()[:_LONGEST]
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), UTC).date()
    if found := _ISO.match(text):
        return _day(*map(int, found.groups()))
    if found := _DAY_FIRST.match(text):
        day, month, year = map(int, found.groups())
        year += 0 if len(found[3]) > 2 else _CENTURY
        return _day(year, month, day) or _day(year, day, month)
    if found := _NAMED.match(text):
        name = found[2].lower()[:3]
        month = _ENGLISH.get(name) or (_MONTHS.index(name) + 1 if name in _MONTHS else 0)
        return _day(int(found[3]), month, int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
