"""The features of one listing, word by word.

`thriftwatch.text.features` works on whole blocks; for one listing its hundreds of array calls cost
more than the work. This module does the same with plain Python and remembered words. Both follow
one specification, and one property-based suite holds them together.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from thriftwatch.text.features import (
    CLASS,
    CLASS_FAMILY,
    CLASS_PAIR,
    DENIABLE,
    DENIALS,
    FAMILY,
    FAMILY_CLASS,
    GARMENT,
    HOLDS_GARMENTS,
    NEGATION_REACH,
    NOT_PAIRED,
    PAIR_WINDOW,
    SHAPE,
    SILENT,
    STRENGTH,
    TITLE,
)
from thriftwatch.text.fold import fold_character, fold_text, has_flags
from thriftwatch.text.hashing import LONGEST_WORD, PADDING
from thriftwatch.text.shapes import shapes_in_one
from thriftwatch.text.tokens import (
    CHAIN_BYTES,
    LINKS,
    SENTENCE_ENDS,
    SYMBOLS_BEFORE,
    SYMBOLS_BEHIND,
)
from thriftwatch.text.unmask import unmask_chain
from thriftwatch.text.vocabulary import load_vocabulary
from thriftwatch.text.wordstore import MOST_WORDS, WordStore

__all__ = ["KnownWord", "Scanner"]

_WORD = re.compile(r"[a-z0-9]+")
_STRETCHED = re.compile(r"([a-z])\1\1")
_LINKS, _SENTENCE_ENDS = frozenset(LINKS.decode()), frozenset(SENTENCE_ENDS.decode())
_SYMBOLS_BEFORE = frozenset(SYMBOLS_BEFORE.decode())
_SYMBOLS_BEHIND = frozenset(SYMBOLS_BEHIND.decode())


SignalKey = tuple[int, int, int]
Hit = tuple[int, int, int]
"""First word, number of words and term."""


class KnownWord(NamedTuple):
    """What the `WordStore` knows of a word, as plain numbers."""

    number: int
    canonical: int
    lexicon_number: int
    term: int
    number_kind: int
    is_ten: bool


class _Word(NamedTuple):
    word: str
    in_title: bool
    gap: str  # first character behind the word; empty at the end of the text
    breaks: bool


class Scanner:
    """Finds the features of one listing at a time.

    Parameters
    ----------
    store
        What is known of words; new ones are added.
    """

    __slots__ = (
        "_deniable",
        "_denials",
        "_holding",
        "_known",
        "_paired",
        "_silent",
        "_store",
        "_vocabulary",
    )

    def __init__(self, store: WordStore) -> None:
        self._store = store
        self._known: dict[str, KnownWord] = {}
        vocabulary = self._vocabulary = load_vocabulary()
        number = vocabulary.places
        self._silent = frozenset(number[name] for name in SILENT)
        self._deniable = frozenset(number[name] for name in DENIABLE)
        self._denials = frozenset(number[name] for name in DENIALS)
        self._holding = frozenset(number[name] for name in HOLDS_GARMENTS)
        self._paired = frozenset(number.values()) - {number[name] for name in NOT_PAIRED}

    def forget(self) -> None:
        """Forget every word, because the store did."""
        self._known.clear()

    def scan(self, title: str, description: str) -> tuple[list[int], set[SignalKey]]:
        """Return the distinct words of a listing, by number, and its signals.

        Parameters
        ----------
        title, description
            The listing.

        Returns
        -------
        words
            One word number for each distinct canonical word.
        signals
            Kind and the two numbers of each signal.
        """
        words = [*_words(title, True), *_words(description, False)]
        try:
            known = [self._known[word.word] for word in words]
        except KeyError:
            self._learn(sorted({word.word for word in words}))
            known = [self._known[word.word] for word in words]
        breaks = [word.breaks for word in words]
        hits = self._vocabulary.find_in_one([entry.lexicon_number for entry in known], breaks)
        negated = self._negated(hits, breaks)
        denied = self._denied(hits, negated, known)
        distinct = {
            entry.canonical: entry.number for at, entry in enumerate(known) if at not in denied
        }
        return list(distinct.values()), set(self._signals(words, known, hits, negated))

    def _learn(self, words: list[str]) -> None:
        """Ask the store for all words of a listing at once; it may forget others for them."""
        data = np.frombuffer("".join(words).encode() + bytes(PADDING), np.uint8)
        lengths = np.array([len(word) for word in words], np.int64)
        stretched = np.array([_STRETCHED.search(word) is not None for word in words])
        store = self._store
        numbers = store.number(data, np.cumsum(lengths) - lengths, lengths, stretched)
        if len(self._known) > MOST_WORDS:
            self._known.clear()
        columns = (
            store.canonical,
            store.lexicon_number,
            store.term,
            store.number_kind,
            store.is_ten,
        )
        facts = (column.take(numbers).tolist() for column in columns)
        for word, *known in zip(words, numbers.tolist(), *facts, strict=True):
            self._known[word] = KnownWord(*known)

    def _negated(self, hits: list[Hit], breaks: list[bool]) -> set[int]:
        """Return the first words of the terms that a negator stands before."""
        classes, negator = self._vocabulary.class_list, self._vocabulary.places["negator"]
        negators = {first + length - 1 for first, length, term in hits if classes[term] == negator}
        if not negators:
            return set()
        return {first for first, _, _ in hits if _negated(first, breaks, negators)}

    def _denied(self, hits: list[Hit], negated: set[int], known: list[KnownWord]) -> set[int]:
        """Return the words that a denial takes back."""
        classes, negator = self._vocabulary.class_list, self._vocabulary.places["negator"]
        denied: set[int] = set()
        for first, length, term in hits:
            opening = known[first].term
            if (first in negated and classes[term] in self._deniable) or (
                length > 1
                and opening >= 0
                and classes[opening] == negator
                and classes[term] in self._denials
            ):
                denied.update(range(first, first + length))
        return denied

    def _signals(
        self, words: list[_Word], known: list[KnownWord], hits: list[Hit], negations: set[int]
    ) -> Iterator[SignalKey]:
        vocabulary = self._vocabulary
        classes, families = vocabulary.class_list, vocabulary.family_list
        before: tuple[int, int, int, bool] | None = None
        for first, length, term in hits:
            plain_class = classes[term]
            if plain_class in self._silent:
                continue
            negated = first in negations
            word_class, family = plain_class * 2 + negated, families[term] * 2 + negated
            in_title = words[first].in_title
            yield from self._term_signals(term, negated, in_title)
            if length > 1 and plain_class in self._holding:
                yield from self._garments(words[first : first + length], known[first:])
            if plain_class in self._paired:
                if before is not None:
                    last, other_class, other_family, same = before
                    if first - last <= PAIR_WINDOW and same == in_title:
                        yield CLASS_PAIR, other_class, word_class
                        yield FAMILY_CLASS, other_family, word_class
                        yield CLASS_FAMILY, other_class, family
                before = first + length - 1, word_class, family, in_title
        for kind, argument in shapes_in_one(
            [entry.number_kind for entry in known],
            [entry.term for entry in known],
            [entry.is_ten for entry in known],
            [word.gap for word in words],
            [word.in_title for word in words],
            vocabulary,
        ):
            yield SHAPE, kind, argument

    def _term_signals(self, term: int, negated: bool, in_title: bool) -> Iterator[SignalKey]:
        """Yield what a term signals by itself."""
        vocabulary = self._vocabulary
        word_class = vocabulary.class_list[term] * 2 + negated
        yield FAMILY, vocabulary.family_list[term] * 2 + negated, 0
        yield CLASS, word_class, 0
        yield STRENGTH, word_class, vocabulary.strength_list[term]
        if in_title:
            yield TITLE, word_class, 0

    def _garments(self, words: list[_Word], known: list[KnownWord]) -> Iterator[SignalKey]:
        """Yield the signals of garments that a longer phrase covers."""
        vocabulary = self._vocabulary
        garment = vocabulary.places[GARMENT]
        for word, entry in zip(words, known, strict=False):
            if entry.term >= 0 and vocabulary.class_list[entry.term] == garment:
                yield from self._term_signals(entry.term, False, word.in_title)


def _negated(first: int, breaks: list[bool], negators: set[int]) -> bool:
    for at in range(first - 1, first - 1 - NEGATION_REACH, -1):
        if at < 0 or breaks[at]:
            return False
        if at in negators:
            return True
    return False


def _words(text: str, in_title: bool) -> list[_Word]:
    """Split one text into words, chains of pieces put together where they hide a word."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
        if has_flags(text):
            text = fold_text(text)
        else:
            text = "".join(c if c < "\x80" else fold_character(c) for c in text)
    low = text.lower()
    found = list(_WORD.finditer(low))
    words: list[_Word] = []
    spans = [match.span() for match in found]
    last = len(spans) - 1
    at = 0
    while at <= last:
        end, joined = _chain(low, spans, at)
        stop = spans[end][1]
        gap = low[stop] if stop < len(low) else ""
        breaks = (
            end == last or gap in _SENTENCE_ENDS or (gap == "." and spans[end + 1][0] - stop > 1)
        )
        word = found[at].group() if joined is None else joined
        words.append(_Word(word[:LONGEST_WORD], in_title, gap, breaks))
        at = end + 1
    return words


def _chain(low: str, spans: list[tuple[int, int]], at: int) -> tuple[int, str | None]:
    """Return the last word of the chain that starts at a word, and the word it hides.

    A chain that hides nothing is no chain: the word stands for itself.
    """
    last = len(spans) - 1
    end = at
    while end < last and _linked(low, spans, end):
        end += 1
    start, stop = spans[at][0], spans[end][1]
    before = start > (spans[at - 1][1] if at else 0) and low[start - 1] in _SYMBOLS_BEFORE
    behind = stop < len(low) and low[stop] in _SYMBOLS_BEHIND
    if (end == at and not before and not behind) or (at and _linked(low, spans, at - 1)):
        return at, None
    start, stop = start - before, stop + behind
    if stop - start > CHAIN_BYTES:
        return at, None
    hidden = unmask_chain(low[start:stop].encode())
    return (at, None) if hidden is None else (end, hidden.decode())


def _linked(low: str, spans: list[tuple[int, int]], at: int) -> bool:
    """Return whether a word is linked to the next one."""
    stop, next_start = spans[at][1], spans[at + 1][0]
    if next_start - stop > 2:
        return False
    if _linked_by_symbol(low, spans, at):
        return True
    return (
        next_start - stop == 1
        and low[stop] == " "
        and stop - spans[at][0] == 1
        and spans[at + 1][1] - next_start == 1
        and not (at and _linked_by_symbol(low, spans, at - 1))
        and not (at + 2 < len(spans) and _linked_by_symbol(low, spans, at + 1))
    )


def _linked_by_symbol(low: str, spans: list[tuple[int, int]], at: int) -> bool:
    stop = spans[at][1]
    width = spans[at + 1][0] - stop
    return (width == 1 and low[stop] in _LINKS) or (width == 2 and low[stop] == "*")
