"""Split a block of folded texts into words, and find the chains that may hide one word.

A word is a run of ASCII letters and digits. A *chain* is a run of words held together by single
symbols (``t.h.r.i.f.t``, ``thr/ift``, ``th**ft``) or single letters held apart by single spaces
(``b a l``); `thriftwatch.text.unmask` decides whether a chain is one word in disguise.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import PADDING

__all__ = ["Chain", "Words", "chains", "replace_chains", "split_words"]


def _table(characters: bytes) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[list(characters)] = True
    return table


_LOWER_WORD_BYTES = bytes(
    ord(chr(b).lower()) if b < 128 and chr(b).isalnum() else 0 for b in range(256)
)
LINKS = b"./-_*|~'`!@$+^=\\,&#:"
SYMBOLS_BEFORE, SYMBOLS_BEHIND = b"@$!", b"@$"
"""Symbols that may be the first or the last letter of a word."""
SENTENCE_ENDS = b"\n\r;!?"
CHAIN_BYTES = 64
"""Longer chains are not one word."""
_LINKS, _SENTENCE_ENDS = _table(LINKS), _table(SENTENCE_ENDS)
_SYMBOLS_BEFORE, _SYMBOLS_BEHIND = _table(SYMBOLS_BEFORE), _table(SYMBOLS_BEHIND)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a block of texts, in order.

    Attributes
    ----------
    data
        uint8: lower-case bytes the words are read from; ends in `PADDING` zero bytes.
    starts, lengths
        int64, shape (words,): where each word is read from in ``data``.
    text
        int64, shape (words,): which text of the block the word stands in.
    span_starts, span_ends
        int64, shape (words,): where the seller wrote the word, in folded text.
    breaks
        bool, shape (words,): whether a sentence or the text ends behind the word.
    gap
        uint8, shape (words,): the byte behind the word (0 at the end of the text).
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    text: NDArray[np.int64]
    span_starts: NDArray[np.int64]
    span_ends: NDArray[np.int64]
    breaks: NDArray[np.bool_]
    gap: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.starts)


class Chain(NamedTuple):
    """Words ``first`` to ``last`` (inclusive) and the text they span, lower case."""

    first: int
    last: int
    span_start: int
    span_end: int
    text: bytes


def split_words(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> Words:
    """Split folded texts into words.

    Parameters
    ----------
    data
        uint8, shape (m,): ASCII.
    offsets
        int64, shape (texts + 1,): where each text starts, and the end of the last.

    Returns
    -------
    Words
    """
    size = len(data)
    lower = np.frombuffer(data.tobytes().translate(_LOWER_WORD_BYTES) + bytes(PADDING), np.uint8)
    inside = lower[:size] != 0
    begins, ends = inside.copy(), inside.copy()
    begins[1:] &= ~inside[:-1]
    ends[:-1] &= ~inside[1:]
    edges = offsets[(offsets > 0) & (offsets < size)]
    begins[edges] = inside[edges]
    ends[edges - 1] = inside[edges - 1]
    starts = np.flatnonzero(begins)
    stops = np.flatnonzero(ends) + 1
    per_text = np.diff(np.searchsorted(starts, offsets))
    text = np.repeat(np.arange(len(offsets) - 1), per_text)
    last = np.append(text[1:] != text[:-1], True) if len(text) else np.zeros(0, bool)
    gap = np.where(stops < offsets[text + 1], np.append(data, np.uint8(0))[stops], np.uint8(0))
    wide = np.append(starts[1:] - stops[:-1] > 1, True) if len(text) else last
    breaks = last | _SENTENCE_ENDS[gap] | ((gap == ord(".")) & wide)
    return Words(lower, starts, stops - starts, text, starts, stops, breaks, gap)


def chains(words: Words, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[Chain]:
    """Find the chains of a block.

    Parameters
    ----------
    words
        What `split_words` returned for ``data``.
    data, offsets
        The folded bytes and where each text starts, as `split_words` had them.

    Returns
    -------
    list of Chain
        Only chains that hold a letter and are short enough to be one word in disguise.
    """
    if not len(words):
        return []
    stops, single = words.span_ends, words.lengths == 1
    inner = np.append(words.text[1:] == words.text[:-1], False)  # not the last word of its text
    width = np.append(words.starts[1:] - stops[:-1], 0) * inner
    by_symbol = (width == 1) & _LINKS[words.gap] | (width == 2) & (words.gap == ord("*"))
    spelled = (width == 1) & (words.gap == ord(" ")) & single & np.append(single[1:], False)
    # Spelled letters end where a chain of another kind begins: "t.h.r.i.f.t b a l".
    spelled[1:] &= ~by_symbol[:-1]
    spelled[:-1] &= ~by_symbol[1:]
    linked = by_symbol | spelled
    earlier = np.where(np.append(False, inner[:-1]), np.append(0, stops[:-1]), offsets[words.text])
    before = (words.starts > earlier) & _SYMBOLS_BEFORE[data[np.maximum(words.starts - 1, 0)]]
    behind = ~linked & _SYMBOLS_BEHIND[words.gap]
    starts_chain = (linked | before | behind) & ~np.append(False, linked[:-1])
    found: list[Chain] = []
    firsts = np.flatnonzero(starts_chain)
    if not len(firsts):
        return found
    unlinked = np.flatnonzero(~linked)  # a chain ends at the first word without a link behind it
    lasts = unlinked[np.searchsorted(unlinked, firsts)]
    lows = words.starts[firsts] - before[firsts]
    highs = stops[lasts] + behind[lasts]
    content = data.tobytes()
    usable = highs - lows <= CHAIN_BYTES
    for first, last, low, high in zip(
        firsts[usable].tolist(),
        lasts[usable].tolist(),
        lows[usable].tolist(),
        highs[usable].tolist(),
        strict=True,
    ):
        text = content[low:high].lower()
        if text.islower():
            found.append(Chain(first, last, low, high, text))
    return found


def replace_chains(words: Words, unmasked: list[tuple[Chain, bytes]]) -> Words:
    """Put one word in the place of each chain.

    Parameters
    ----------
    words
        The words of the block.
    unmasked
        Chains that do not overlap, in order, each with the word it hides.

    Returns
    -------
    Words
        The first word of each chain reads the hidden word; the others are gone.
    """
    firsts = np.array([chain.first for chain, _ in unmasked])
    lasts = np.array([chain.last for chain, _ in unmasked])
    sizes = np.array([len(word) for _, word in unmasked], np.int64)
    base = len(words.data) - PADDING
    appended = b"".join(word for _, word in unmasked) + bytes(PADDING)
    data = np.concatenate((words.data[:base], np.frombuffer(appended, np.uint8)))
    starts, lengths = words.starts.copy(), words.lengths.copy()
    span_starts, span_ends = words.span_starts.copy(), words.span_ends.copy()
    breaks, gap = words.breaks.copy(), words.gap.copy()
    starts[firsts] = base + np.cumsum(sizes) - sizes
    lengths[firsts] = sizes
    span_starts[firsts] = [chain.span_start for chain, _ in unmasked]
    span_ends[firsts] = [chain.span_end for chain, _ in unmasked]
    breaks[firsts], gap[firsts] = words.breaks[lasts], words.gap[lasts]
    covered = np.zeros(len(words) + 1, np.int64)
    np.add.at(covered, firsts + 1, 1)
    np.add.at(covered, lasts + 1, -1)
    kept = np.cumsum(covered)[:-1] == 0
    return Words(
        data,
        starts[kept],
        lengths[kept],
        words.text[kept],
        span_starts[kept],
        span_ends[kept],
        breaks[kept],
        gap[kept],
    )
