"""What a shop or account name tells about its trade."""

import re
from functools import lru_cache
from string import ascii_lowercase, digits

import numpy as np

from thriftwatch.text.fold import fold_bytes, fold_text

__all__ = ["shop_hint", "telling_part"]

_TELLING = re.compile(
    r"thri(?!ll|v)|trift"
    r"|(?<!3)(?<!3[ ._-])(?<!three)sec[o0]nd"  # 3Second is an Indonesian brand
    r"|sek[ae]?n(?!ario|tau)|sekend|prelo|2nd|loak|monza|awul|lelong"
    r"|bekas(?!i(?!mpor|ndo|d\b))"  # Bekasi is a city of millions
    r"|babebo|balpres|\bbal\b|karungan|rombeng|vintage|(?<![a-z])used"
)
_LETTERS = ascii_lowercase + digits
_LONGEST = 50  # of a longer word, however long, so much on either side will do


@lru_cache(maxsize=1 << 16)
def shop_hint(name: str) -> bool:
    """Return whether a shop's name tells of second-hand trade.

    A name is a hint, never evidence: see `Model`.

    Examples
    --------
    >>> shop_hint("bdg.secondbrand"), shop_hint("GottaThrift"), shop_hint("Toko Berkah Jaya")
    (True, True, False)
    >>> shop_hint("Kaos Bekas Bekasi"), shop_hint("Kaos Bekasi"), shop_hint("3Second Store")
    (True, False, False)
    """
    return bool(name) and _TELLING.search(fold_text(name).lower()) is not None


def telling_part(name: str) -> tuple[int, int] | None:
    """Return where the word of a shop's name stands that tells of second-hand trade.

    Returns
    -------
    (start, end) or None
        Code points of the name; None where there is no `shop_hint`.

    Examples
    --------
    >>> telling_part("bdg.secondbrand"), telling_part("𝓽𝓱𝓻𝓲𝓯𝓽 corner"), telling_part("Jaya")
    ((4, 15), (0, 6), None)
    """
    raw = name.encode("utf-8", "replace")
    folded = fold_bytes(np.frombuffer(raw, np.uint8), np.array([0, len(raw)]))
    text = folded.data.tobytes().decode("ascii").lower()
    match = _TELLING.search(text)
    if match is None:
        return None
    before = text[max(match.start() - _LONGEST, 0) : match.start()]
    behind = text[match.end() : match.end() + _LONGEST]
    first = match.start() - (len(before) - len(before.rstrip(_LETTERS)))
    last = match.end() + len(behind) - len(behind.lstrip(_LETTERS)) - 1
    places = folded.written(np.array([first]), np.array([last]))
    start, end = (len(raw[: place.item()].decode()) for place in places)
    return start, end + 1
