"""Split a block of folded texts into words, and find the chains that may hide one word.

A word is a run of ASCII letters and digits. A *chain* is a run of words held together by single
symbols (``t.h.r.i.f.t``, ``thr/ift``, ``th**ft``) or single letters held apart by single spaces
(``b a l``); `thriftwatch.text.unmask` decides whether a chain is one word in disguise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import PADDING, counted_up
from thriftwatch.text.unmask import may_hide

__all__ = ["Chain", "Words", "chains", "replace_chains", "split_words", "take_apart"]


def _table(characters: bytes) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[list(characters)] = True
    return table


def _among(table: NDArray[np.bool_], characters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Look bytes up, several times as fast as by indexing."""
    return np.frombuffer(bytearray(characters).translate(table.tobytes()), np.bool_)


LOWER_WORD_BYTES = bytes(
    ord(chr(b).lower()) if b < 128 and chr(b).isalnum() else 0 for b in range(256)
)
LINKS = b"./-_*|~'`!@$+^=\\,&#:"
SYMBOLS_BEFORE, SYMBOLS_BEHIND = b"@$!", b"@$"
"""Symbols that may be the first or the last letter of a word."""
SENTENCE_ENDS = b"\n\r;!?"
HASHTAG = b"#"
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
        uint8, shape (words,): the byte behind the word (0 at the end of the text, and between the
        pieces of a compound).
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

    def without(self, before: int, behind: int) -> "Chain":
        """Return the chain without so many spelled characters before and behind."""
        start, end = 2 * before, len(self.text) - 2 * behind
        return Chain(
            self.first + before,
            self.last - behind,
            self.span_start + start,
            self.span_start + end,
            self.text[start:end],
        )


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
    padded = b"".join((data.data, bytes(PADDING)))
    lower = np.frombuffer(padded.translate(LOWER_WORD_BYTES), np.uint8)
    inside = lower[:size] != 0
    begins, ends = inside.copy(), inside.copy()
    begins[1:] &= ~inside[:-1]
    ends[:-1] &= ~inside[1:]
    edges = offsets[(offsets > 0) & (offsets < size)]
    begins[edges] = inside[edges]
    ends[edges - 1] = inside[edges - 1]
    starts = np.flatnonzero(begins)
    stops = np.flatnonzero(ends) + 1
    bounds = np.searchsorted(starts, offsets)
    text = np.repeat(np.arange(len(offsets) - 1), np.diff(bounds))
    last = bounds[1:][bounds[1:] > bounds[:-1]] - 1
    gap = np.frombuffer(padded, np.uint8).take(stops)
    gap[last[stops[last] == offsets[text[last] + 1]]] = 0
    breaks = _among(_SENTENCE_ENDS, gap)
    dots = np.flatnonzero(gap[:-1] == ord("."))
    breaks[dots[starts[dots + 1] - stops[dots] > 1]] = True
    breaks[last] = True
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
        Only chains that are short enough and have the letters to be one word in disguise.
    """
    if not len(words):
        return []
    linked, before, behind = _links(words, data, offsets)
    starts_chain = linked.copy()
    starts_chain[before] = starts_chain[behind] = True
    starts_chain[1:] &= ~linked[:-1]
    firsts = np.flatnonzero(starts_chain)
    lasts = firsts.copy()  # a chain ends at the first word without a link behind it
    lasts[linked[firsts]] = np.flatnonzero(linked[:-1] & ~linked[1:]) + 1
    opened, closed = np.zeros((2, len(words)), bool)
    opened[before] = closed[behind] = True
    lows = words.starts[firsts] - opened[firsts]
    highs = words.span_ends[lasts] + closed[lasts]
    chosen = np.flatnonzero(highs - lows <= CHAIN_BYTES)
    chosen = chosen[may_hide(data, lows[chosen], highs[chosen])]
    return [
        Chain(first, last, low, high, data[low:high].tobytes().lower())
        for first, last, low, high in zip(
            *(places[chosen].tolist() for places in (firsts, lasts, lows, highs)), strict=True
        )
    ]


def _links(
    words: Words, data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Return whether each word is linked to the next, and which have a symbol before or behind.

    Only a symbol that links nothing is one behind.
    """
    symbol = _among(_LINKS, words.gap)
    single = words.lengths == 1
    at = np.flatnonzero(symbol | (single & (words.gap == ord(" "))))
    after = np.minimum(at + 1, len(words) - 1)
    width = (words.starts[after] - words.span_ends[at]) * (words.text[after] == words.text[at])
    by_symbol = symbol[at] & ((width == 1) | (width == 2) & (words.gap[at] == ord("*")))
    spelled = at[~symbol[at] & (width == 1) & single[after]]
    linked = np.zeros(len(words) + 1, bool)
    linked[at[by_symbol]] = True
    # Spelled letters end where a chain of another kind begins: "t.h.r.i.f.t b a l".
    linked[spelled[~linked[spelled - 1] & ~linked[spelled + 1]]] = True
    before = np.flatnonzero(_among(_SYMBOLS_BEFORE, data.take(words.starts - 1)))
    before = before[words.starts[before] > offsets[words.text[before]]]
    behind = at[_SYMBOLS_BEHIND[words.gap[at]]]
    return linked[:-1], before, behind[~linked[behind]]


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


def take_apart(
    words: Words, compounds: NDArray[np.int64], pieces: Sequence[Sequence[bytes]]
) -> tuple[Words, NDArray[np.int64], NDArray[np.int64]]:
    """Put the words that a compound is made of in its place.

    Parameters
    ----------
    words
        The words of the block.
    compounds
        int64, shape (compounds,): which of them are compounds, ascending.
    pieces
        What each is made of.

    Returns
    -------
    words
        The words of the block, pieces in the place of compounds.
    owner
        int64: which of the earlier words each of them is, or is a piece of.
    placed
        int64: which of them are pieces, ascending.
    """
    counts = np.ones(len(words), np.int64)
    counts[compounds] = [len(of_one) for of_one in pieces]
    owner = np.repeat(np.arange(len(words)), counts)
    before, lengths = np.zeros(len(owner), np.int64), words.lengths[owner]
    first = np.cumsum(counts) - counts
    placed = np.repeat(first[compounds], counts[compounds]) + counted_up(counts[compounds])
    lengths[placed] = [len(piece) for of_one in pieces for piece in of_one]
    before[placed] = np.concatenate([np.cumsum([0, *map(len, one[:-1])]) for one in pieces])
    span_starts, span_ends = words.span_starts[owner], words.span_ends[owner]
    # What a chain hid has other letters than were written: its pieces rest on all of it.
    as_written = placed[(span_ends - span_starts)[placed] == words.lengths[owner[placed]]]
    span_starts[as_written] += before[as_written]
    span_ends[as_written] = span_starts[as_written] + lengths[as_written]
    is_last = np.append(owner[1:] != owner[:-1], True)
    apart = Words(
        words.data,
        words.starts[owner] + before,
        lengths,
        words.text[owner],
        span_starts,
        span_ends,
        words.breaks[owner] & is_last,
        words.gap[owner] * is_last,
    )
    return apart, owner, placed
