"""What a shop or account name tells about its trade."""

import re
from functools import lru_cache
from string import ascii_lowercase, digits

from thriftwatch.text.fold import fold_text, fold_with_origin

__all__ = ["shop_hint", "trade_word_span"]

_TRADE_WORDS = re.compile(
    r"(?<!no)(?<!non)(?<!anti)(?<!bukan)(?<!tanpa)th?rift(?!y|less|free)"
    r"|monza(?!n)|monja|awul(?!i)|lelong|babebo|cakbo|\bcakar\b(?!.?ayam)|karungan(?!d)|rombeng"
    r"|balpres|\bbal\b|bal.?segel|(?:open|buka|kode|agen|supplier).?bal(?![a-z])"
    r"|(?:bekas|second?|sekon|seken|2nd|used).?impor|impor[a-z]{0,3}.?(?:bekas|second|sekon|2nd|used)"
)
"""Words under which used clothes from abroad are traded. *Preloved*, *second*, *vintage* and *used*
are none: whoever sells her own wardrobe is called that, too, and new clothes are."""


class _TellingWords:
    """What turned words of a name are read as, for a name has no lexicon."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, bytes) and _TRADE_WORDS.search(word.decode()) is not None


_WORDS = _TellingWords()
_LETTERS = ascii_lowercase + digits
_LONGEST = 50  # of a longer word, however long, so much on either side will do


@lru_cache(maxsize=1 << 16)
def shop_hint(name: str) -> bool:
    """Return whether a shop's name tells of the trade in used clothes from abroad.

    A name is a hint, never evidence: see `thriftwatch.model.decision.decide`.

    Examples
    --------
    >>> shop_hint("GottaThrift"), shop_hint("bekasimport.bdg"), shop_hint("Toko Berkah Jaya")
    (True, True, False)
    >>> shop_hint("thriftless.id"), shop_hint("preloved.mama"), shop_hint("Kaos Bekasi")
    (False, False, False)
    """
    return bool(name) and _TRADE_WORDS.search(fold_text(name, _WORDS).lower()) is not None


def trade_word_span(name: str) -> tuple[int, int] | None:
    """Return where the word of a shop's name stands that tells of the trade.

    Returns
    -------
    (start, end) or None
        Code points of the name; None where there is no `shop_hint`.

    Examples
    --------
    >>> [trade_word_span(name) for name in ("bdg.monzastore", "𝓽𝓱𝓻𝓲𝓯𝓽 corner", "Jaya")]
    [(4, 14), (0, 6), None]
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
