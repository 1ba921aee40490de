"""What a shop or account name tells about its trade."""

import re
from functools import lru_cache
from string import ascii_lowercase, digits

from thriftwatch.text.fold import fold_text, fold_with_origin

__all__ = ["shop_hint", "trade_word_span"]

_TRADE_WORDS = re.compile(
    r"thri(?!ll|v)|trift"
    r"|(?<!3)(?<!3[ ._-])(?<!three)sec[o0]nd"  # 3Second is an Indonesian brand
    r"|sek[ae]?n(?!ario|tau)|sekend|prelo|2nd|loak|monza|awul|lelong"
    r"|bekas(?!i(?!mpor|ndo|d\b))"  # Bekasi is a city of millions
    r"|babebo|balpres|\bbal\b|karungan|rombeng|vintage|(?<![a-z])used"
)


class _TellingWords:
    """What turned words of a name are read as, for a name has no lexicon."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, bytes) and _TRADE_WORDS.search(word.decode()) is not None


_WORDS = _TellingWords()
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
    return bool(name) and _TRADE_WORDS.search(fold_text(name, _WORDS).lower()) is not None


def trade_word_span(name: str) -> tuple[int, int] | None:
    """Return where the word of a shop's name stands that tells of second-hand trade.

    Returns
    -------
    (start, end) or None
        Code points of the name; None where there is no `shop_hint`.

    Examples
    --------
    >>> [trade_word_span(name) for name in ("bdg.secondbrand", "𝓽𝓱𝓻𝓲𝓯𝓽 corner", "Jaya")]
    [(4, 15), (0, 6), None]
    """
    folded, starts, ends = fold_with_origin(name, _WORDS)
    text = folded.lower()
    match = _TRADE_WORDS.search(text)
    if match is None:
        return None
    before = text[max(match.start() - _LONGEST, 0) : match.start()]
    behind = text[match.end() : match.end() + _LONGEST]
    first = match.start() - (len(before) - len(before.rstrip(_LETTERS)))
    last = match.end() + len(behind) - len(behind.lstrip(_LETTERS)) - 1
    return starts[first], ends[last]
