"""Split one listing into words, and find the chains that hide one.

`thriftwatch.text.tokens` does the same for a whole block, with arrays.
"""

from collections.abc import Mapping
from itertools import compress, pairwise

from thriftwatch.text.fold import fold_text
from thriftwatch.text.tokens import (
    CHAIN_BYTES,
    HASHTAG,
    LINKS,
    LOWER_WORD_BYTES,
    SENTENCE_ENDS,
    SYMBOLS_BEFORE,
    SYMBOLS_BEHIND,
)
from thriftwatch.text.unmask import unmask_spelled

__all__ = ["split_listing", "take_apart_in_one"]


def _each(characters: bytes) -> frozenset[bytes]:
    return frozenset(bytes((code,)) for code in characters)


_WORDS_APART = LOWER_WORD_BYTES.replace(b"\0", b" ")
_WHITE, _NO_WHITE = b" \t\n\r\v\f", b"\xa0\x89\x8a\x8d\x8b\x8c"
_GAPS_APART = bytes(
    ord(" ") if of_word else code
    for of_word, code in zip(LOWER_WORD_BYTES, bytes.maketrans(_WHITE, _NO_WHITE), strict=True)
)
"""What is left when text is split at white space are the gaps, their own white space replaced."""
_AS_WRITTEN = bytes.maketrans(_NO_WHITE, _WHITE)
_SPACE = b" ".translate(_GAPS_APART)
_LINKS = _each(LINKS) | {b"*%c" % code for code in range(128)}
_SENTENCE_ENDS, _SYMBOLS_BEFORE, _SYMBOLS_BEHIND = map(
    _each, (SENTENCE_ENDS, SYMBOLS_BEFORE, SYMBOLS_BEHIND)
)
_SHORT_GAP, _MOST_GAPS = 3, 1 << 14
_BORDER = b"\x80"
"""Stands between title and description; no folded text has it."""
_BREAKS, _TITLE_ENDS, _LINKED, _OPENS, _CLOSES = (1 << bit for bit in range(5))
"""What a gap between words may do: end a sentence, end the title, link its neighbours to a chain,
hold the first letter of the chain behind it or the last one of the chain before it."""
_IN_CHAINS = _LINKED | _OPENS | _CLOSES


def split_listing(title: str, description: str) -> tuple[list[bytes], list[bytes], list[bool], int]:
    """Split a listing into words, chains of pieces put together where they hide a word.

    Returns
    -------
    words, gaps
        The words, and what stands before each and behind the last.
    breaks
        Whether a sentence or the text ends behind each word.
    titled
        How many of the words stand in the title.
    """
    text = fold_text(title).encode() + _BORDER + fold_text(description).encode()
    words = text.translate(_WORDS_APART).split()
    gaps = text.translate(_GAPS_APART).split()  # one before each word, and one behind the last
    if text[:1].isalnum():
        gaps.insert(0, b"")
    if text[-1:].isalnum():
        gaps.append(b"")
    breaks, titled = [False] * len(gaps), 0
    roles = {at: role for at, role in enumerate(map(_ROLES.__getitem__, gaps)) if role}
    for at, role in roles.items():
        if role & _BREAKS:
            breaks[at] = True
        if role & _TITLE_ENDS:
            titled = at
    breaks[-1] = True
    in_chains = {at: role for at, role in roles.items() if role & _IN_CHAINS}
    if hidden := _hidden_words(words, gaps, in_chains):
        kept = [True] * len(gaps)
        for first, last, word in hidden:
            words[first] = word
            kept[first + 1 : last + 1] = [False] * (last - first)
        titled -= sum(last - first for first, last, _ in hidden if last < titled)
        words, gaps = list(compress(words, kept)), list(compress(gaps, kept))
        breaks = list(compress(breaks, kept))
    return words, gaps, breaks[1:], titled


class _Roles(dict[bytes, int]):
    """What a gap does, as the sum of the constants above; that of short ones is remembered."""

    def __missing__(self, gap: bytes) -> int:
        written = gap.translate(_AS_WRITTEN)
        first, last, is_border = written[:1], written[-1:], _BORDER in gap
        breaks = is_border or first in _SENTENCE_ENDS or (first == b"." and len(gap) > 1)
        role = _BREAKS * breaks | _TITLE_ENDS * is_border | _LINKED * (written in _LINKS)
        role |= _OPENS * (last in _SYMBOLS_BEFORE) | _CLOSES * (first in _SYMBOLS_BEHIND)
        if len(gap) <= _SHORT_GAP:
            if len(self) >= _MOST_GAPS:
                self.clear()
            self[gap] = role
        return role


_ROLES = _Roles()


def _hidden_words(
    words: list[bytes], gaps: list[bytes], roles: dict[int, int]
) -> list[tuple[int, int, bytes]]:
    """Return first and last word of each chain that hides a word, and that word."""
    linked = _linked(words, gaps, roles)
    if not linked and not roles:
        return []
    opened = {at for at, role in roles.items() if role & _OPENS}
    closed = {at for at, role in roles.items() if role & _CLOSES}
    starts = opened.union(at - 1 for at in linked | closed) - linked
    found: list[tuple[int, int, bytes]] = []
    for first in sorted(starts):
        if not 0 <= first < len(words):
            continue
        last = first
        while last + 1 in linked:
            last += 1
        pieces = [gaps[first][-1:] if first in opened else b"", words[first]]
        for at in range(first + 1, last + 1):
            pieces += gaps[at], words[at]
        pieces.append(gaps[last + 1][:1] if last + 1 in closed else b"")
        chain = b"".join(pieces).translate(_AS_WRITTEN)
        # Without a letter (9/10) it hides nothing.
        if len(chain) <= CHAIN_BYTES and chain.islower():
            hidden = unmask_spelled(chain)
            if hidden is not None:
                word, before, behind = hidden
                found.append((first + before, last - behind, word))
    return found


def _linked(words: list[bytes], gaps: list[bytes], roles: dict[int, int]) -> set[int]:
    """Return the gaps that link the word before them to the one behind them."""
    linked = {at for at, role in roles.items() if role & _LINKED and 0 < at < len(words)}
    single = [at for at, word in enumerate(words) if len(word) == 1]
    if len(single) <= 1:
        return linked
    spelled = [
        at
        for before, at in pairwise(single)
        if before == at - 1 and gaps[at] == _SPACE
        # Spelled letters end where a chain of another kind begins: "t.h.r.i.f.t b a l".
        if before not in linked and at + 1 not in linked
    ]
    return linked.union(spelled)


def take_apart_in_one(
    words: list[bytes],
    compounds: Mapping[int, tuple[bytes, ...]],
    gaps: list[bytes],
    breaks: list[bool],
    titled: int,
) -> tuple[list[bytes], list[bytes], list[bool], int]:
    """Put the pieces of compounds in their place, but for hashtags."""
    new_words: list[bytes] = []
    new_gaps = gaps[:1]
    new_breaks: list[bool] = []
    new_titled = titled
    for at, word in enumerate(words):
        is_hashtag = gaps[at].endswith(HASHTAG)
        pieces = (word,) if is_hashtag else compounds.get(at, (word,))
        glued = len(pieces) - 1
        new_words += pieces
        new_gaps += [*[b""] * glued, gaps[at + 1]]
        new_breaks += [*[False] * glued, breaks[at]]
        new_titled += glued if at < titled else 0
    return new_words, new_gaps, new_breaks, new_titled
