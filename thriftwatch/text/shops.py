"""What a shop or account name tells about its trade."""

import re
from functools import lru_cache
from string import ascii_lowercase, digits

from thriftwatch.text.fold import fold_text, fold_with_origin

__all__ = ["shop_hint", "trade_word_span"]

_GAP = r"(?:[ ._-]{0,2}|[ ._-][a-z]{1,12}[ ._-])"  # nothing, or one word: second korea import
_TRADE_WORDS = re.compile(
    r"(?<!spend)thrift(?!y|less|free)|(?<![a-z])trift(?!e)"
    r"|monza(?!n|[ ._-]?(?:motor|rac|spare|part|ban|oli|mobil))|(?<![a-z])monja(?![lr])"
    r"|(?<![a-z])(?:ng)?awul(?!i)|lelong|babebo|rombeng"  # kawula are people
    r"|(?<![a-z])cak(?:bor?(?![a-z])|ar[ ._-]?(?:bongkar|makas|kendari|palu|impor))"
    r"|karungan(?!d|[ ._-]?(?:beras|plastik|semen|pakan|goni))"
    r"|ball?[ ._-]?press?|(?<![a-z])bal(?![a-z]|[ ._-]?(?:balan|harbour|karet|gas))"
    r"|bal[ ._-]?segel|(?:open|buka|kode|agen|supplier)[ ._-]?bal(?![a-z])"
    rf"|(?:bekas|second?|sekon|seken|2nd|used){_GAP}impor(?!tan)"
    rf"|impor(?:t|ted)?{_GAP}(?:bekas(?!i)|second|sekon|2nd|used)"
)
"""Words under which used clothes from abroad are traded. *Preloved*, *second*, *vintage* and *used*
are none: whoever sells her own wardrobe is called that, too, and new clothes are."""
_DENIAL = re.compile(r"(?<![a-z])(?:no|non|not|anti|bukan|tanpa)[ ._-]?\Z")


class _TellingWords:
    """What turned words of a name are read as, for a name has no lexicon."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, bytes) and _TRADE_WORDS.search(word.decode()) is not None


_WORDS = _TellingWords()
_LETTERS = ascii_lowercase + digits
_LONGEST = 50  # of a longer word, however long, so much on either side will do
_LONGEST_DENIAL = 8


def shop_hint(name: str) -> bool:
    """Return whether a shop's name tells of the trade in used clothes from abroad.

    A name is a hint, never evidence: see `thriftwatch.model.decision.decide`.

    Examples
    --------
    >>> shop_hint("GottaThrift"), shop_hint("bekasimport.bdg"), shop_hint("Toko Berkah Jaya")
    (True, True, False)
    >>> shop_hint("no thrift"), shop_hint("preloved.mama"), shop_hint("Kaos Bekasi")
    (False, False, False)
    """
    # A longer name hardly comes again, and would be kept.
    return _tells_short(name) if len(name) <= _LONGEST else _tells(name)


def _tells(name: str) -> bool:
    return _find(fold_text(name, _WORDS).lower()) is not None


_tells_short = lru_cache(maxsize=1 << 16)(_tells)


def _find(text: str) -> "re.Match[str] | None":
    """Find the first word that tells of the trade and is not denied, in folded lower case."""
    for found in _TRADE_WORDS.finditer(text):
        if not _DENIAL.search(text, max(found.start() - _LONGEST_DENIAL, 0), found.start()):
            return found
    return None


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
    match = _find(text)
    if match is None:
        return None
    before = text[max(match.start() - _LONGEST, 0) : match.start()]
    behind = text[match.end() : match.end() + _LONGEST]
    first = match.start() - (len(before) - len(before.rstrip(_LETTERS)))
    last = match.end() + len(behind) - len(behind.lstrip(_LETTERS)) - 1
    return starts[first], ends[last]
