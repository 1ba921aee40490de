"""The features of one listing, word by word.

`thriftwatch.text.features` works on whole blocks; for one listing its hundreds of array calls cost
more than the work. This module does the same with plain Python and remembered words. Both follow
one specification, and one property-based suite holds them together.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import compress
from operator import not_
from typing import NamedTuple, Protocol, cast

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
    ROUTINE,
    SHAPE,
    SILENT,
    STRENGTH,
    TITLE,
    UNTELLING,
)
from thriftwatch.text.hashing import LONGEST_WORD, signal_code
from thriftwatch.text.lexicon import CLASS_NUMBERS
from thriftwatch.text.reading import Reading, may_tell, read_word, read_words
from thriftwatch.text.shapes import IN_SHAPES, Told, shapes_in_one
from thriftwatch.text.split import split_listing, take_apart_in_one
from thriftwatch.text.vocabulary import Hit, load_vocabulary
from thriftwatch.text.wordstore import MOST_WORDS, WordStore

__all__ = ["Scanner"]

_MOST_SIGNALLING = 1 << 14
_FEW_WORDS = 3  # sooner learned one by one
_HALF_BITS = 12  # of what a term is in a pair: more than there are families, negated or not
_HALF, _KIND_BITS = (1 << _HALF_BITS) - 1, 2 * _HALF_BITS


def _numbers_of(names: Iterable[str]) -> frozenset[int]:
    return frozenset(map(CLASS_NUMBERS.__getitem__, names))


_GARMENT, _NEGATOR, _ROUTINE = (CLASS_NUMBERS[name] for name in (GARMENT, "negator", ROUTINE))
_DENIABLE, _DENIALS, _HOLDING = map(_numbers_of, (DENIABLE, DENIALS, HOLDS_GARMENTS))
_SILENT, _UNTELLING = map(_numbers_of, (SILENT, UNTELLING))
_ALONE = _SILENT | _numbers_of(NOT_PAIRED)


class Telling(NamedTuple):
    """A word of which more is known than its row.

    Attributes
    ----------
    row
        Its row.
    reads
        The word it hides, or itself.
    term
        The term it is by itself.
    told
        What shapes ask of it.
    pieces
        The words it is made of if it is several.
    """

    row: int
    reads: bytes
    term: int | None
    told: Told | None
    pieces: tuple[bytes, ...]


Known = int | Telling
"""What is known of a word: its row, and for few words more."""


class SignalRows(Protocol):
    """Who has a row for each signal."""

    def signal_rows(self, codes: Sequence[int]) -> tuple[int, ...]:
        """Return the rows of signals, to each its own; those that count for nothing have none."""


class Scanner:
    """Finds the features of one listing at a time.

    Parameters
    ----------
    store
        What is known of words; new ones are added.
    signals
        Has the rows of signals.
    """

    __slots__ = (
        "_known",
        "_rows_of_pair",
        "_rows_of_shape",
        "_rows_of_term",
        "_store",
        "_vocabulary",
    )

    def __init__(self, store: WordStore, signals: SignalRows) -> None:
        self._store = store
        self._known: dict[bytes, Known] = {}
        self._rows_of_shape, self._rows_of_term, self._rows_of_pair = (
            _Rows(codes, signals) for codes in (_shape_codes, _term_codes, _pair_codes)
        )
        self._vocabulary = load_vocabulary()
        store.before_forgetting(self.forget)

    def forget(self) -> None:
        """Forget every word and signal, because their rows are gone."""
        for known in (self._known, self._rows_of_shape, self._rows_of_term, self._rows_of_pair):
            known.clear()

    def scan(self, title: str, description: str) -> tuple[list[int], list[int]]:
        """Return the rows of the distinct words of a listing, and of its signals.

        Parameters
        ----------
        title, description
            The listing.

        Returns
        -------
        words
            One row for each distinct word.
        signals
            One row for each distinct signal.
        """
        words, gaps, breaks, titled = split_listing(title, description)
        if not words:
            return [], []
        words, known = self._read(words)
        telling = [(at, word) for at, word in enumerate(known) if type(word) is Telling]
        if compounds := {at: word.pieces for at, word in telling if word.pieces}:
            words, gaps, breaks, titled = take_apart_in_one(words, compounds, gaps, breaks, titled)
            words, known = self._read(words)
            telling = [(at, word) for at, word in enumerate(known) if type(word) is Telling]
        rows = cast("list[int]", known)
        terms, told = {}, {}
        for at, (row, reads, term, asked, _) in telling:
            rows[at], words[at] = row, reads
            if term is not None:
                terms[at] = term
            if asked:
                told[at] = asked
        hits = self._vocabulary.find_in_one(words, terms, breaks)
        negated = self._negated(hits, breaks)
        signals = self._rows_of_signals(hits, negated, terms, titled)
        for shape, argument in shapes_in_one(told, gaps[1:], titled, self._vocabulary):
            signals += self._rows_of_shape[signal_code(SHAPE, shape, argument)]
        for at in self._denied(hits, negated, terms):
            rows[at] = 0
        for at in self._shop_talk(hits, terms, breaks, titled):
            rows[at] = 0
        counted = dict.fromkeys(rows)
        counted.pop(0, None)
        return list(counted), list(dict.fromkeys(signals))

    def _read(self, words: list[bytes]) -> tuple[list[bytes], list[Known]]:
        """Return words cut to the longest that is read, and what is known of them.

        New ones are learned.
        """
        known = list(map(self._known.get, words))
        if all(known):
            return words, cast("list[Known]", known)
        new = dict.fromkeys(compress(words, map(not_, known)))
        if max(map(len, new)) > LONGEST_WORD:  # longer ones are never known
            words = [word[:LONGEST_WORD] for word in words]
            new = dict.fromkeys(word for word in words if word not in self._known)
        if len(self._known) > MOST_WORDS:
            self._store.clear()
            new = dict.fromkeys(words)
        self._learn_words(list(new))
        return words, list(map(self._known.__getitem__, words))

    def _learn_words(self, new: list[bytes]) -> None:
        """Learn all new words of a listing at once."""
        if len(new) <= _FEW_WORDS:
            self._known.update([(word, self._learn_word(word)) for word in new])
            return
        forms, telling = read_words(new)
        rows = self._store.rows(forms)
        learned: dict[bytes, Known] = dict(zip(new, rows, strict=True))
        for place, reading in telling.items():
            learned[new[place]] = self._known_of(new[place], reading, rows[place])
        self._known.update(learned)  # all at once, whenever there is an interruption

    def _learn_word(self, word: bytes) -> Known:
        if not may_tell(word):
            return self._store.row_of(word)
        reading = read_word(word)
        return self._known_of(word, reading, self._store.row_of(reading.form))

    def _known_of(self, written: bytes, reading: Reading, row: int) -> Known:
        classes = self._vocabulary.class_list
        term = None if reading.term < 0 else reading.term
        told = _told(reading, -1 if term is None else classes[term])
        reads = self._vocabulary.words[reading.lexicon_number] or written
        known = Telling(row, reads, term, told, reading.pieces)
        return row if known == (row, written, None, None, ()) else known

    def _negated(self, hits: list[Hit], breaks: list[bool]) -> set[int]:
        """Return the first words of the terms that a negator stands before."""
        classes = self._vocabulary.class_list
        negators = {first + length - 1 for first, length, term in hits if classes[term] == _NEGATOR}
        if not negators:
            return set()
        return {first for first, _, _ in hits if _negated(first, breaks, negators)}

    def _denied(
        self, hits: list[Hit], negated: set[int], terms: Mapping[int, int]
    ) -> Iterator[int]:
        """Yield the words that a denial takes back."""
        classes = self._vocabulary.class_list
        for first, length, term in hits:
            if (first in negated and classes[term] in _DENIABLE) or (
                length > 1
                and classes[term] in _DENIALS
                and first in terms
                and classes[terms[first]] == _NEGATOR
            ):
                yield from range(first, first + length)

    def _shop_talk(
        self, hits: list[Hit], terms: Mapping[int, int], breaks: list[bool], titled: int
    ) -> Iterator[int]:
        """Yield the words of sentences on shipping, payment and manners, which do not count."""
        classes = self._vocabulary.class_list
        routines = [at for at, term in terms.items() if classes[term] == _ROUTINE]
        if not routines:
            return
        telling = [first for first, _, term in hits if classes[term] not in _UNTELLING]
        end = titled
        for at in routines:
            if at < end:
                continue
            start = max((back for back in range(end, at) if breaks[back]), default=end - 1) + 1
            end = breaks.index(True, at) + 1
            next_telling = bisect_left(telling, start)
            if next_telling == len(telling) or telling[next_telling] >= end:
                yield from range(start, end)

    def _rows_of_signals(
        self, hits: list[Hit], negations: set[int], terms: Mapping[int, int], titled: int
    ) -> list[int]:
        """Return the rows of what terms signal, alone and with the next one."""
        classes, paired = self._vocabulary.class_list, _paired_as()
        of_term, of_pair = self._rows_of_term, self._rows_of_pair
        rows: list[int] = []
        last, before = -PAIR_WINDOW - 1, 0
        for first, length, term in hits:
            negated, in_title = first in negations, first < titled
            rows += of_term[4 * term + 2 * negated + in_title]
            if length > 1 and classes[term] in _HOLDING:
                for inside in filter(terms.__contains__, range(first, first + length)):
                    if classes[terms[inside]] == _GARMENT:
                        rows += of_term[4 * terms[inside] + in_title]
            if (kind := paired[2 * term + negated]) >= 0:
                if first - last <= PAIR_WINDOW and (last < titled) == in_title:
                    rows += of_pair[before << _KIND_BITS | kind]
                last, before = first + length - 1, kind
        return rows


class _Rows(dict[int, tuple[int, ...]]):
    """Rows of signals by the number of what signals them, looked up once."""

    def __init__(self, codes: Callable[[int], tuple[int, ...]], source: SignalRows) -> None:
        super().__init__()
        self._codes, self._source = codes, source

    def __missing__(self, number: int) -> tuple[int, ...]:
        if len(self) >= _MOST_SIGNALLING:
            self.clear()
        rows = self[number] = self._source.signal_rows(self._codes(number))
        return rows


def _shape_codes(number: int) -> tuple[int, ...]:
    return (number,)


def _term_codes(number: int) -> tuple[int, ...]:
    """Return what a term signals by itself: four times the term, 2 if negated, 1 in a title."""
    vocabulary = load_vocabulary()
    term, negated, in_title = number >> 2, number >> 1 & 1, number & 1
    if vocabulary.class_list[term] in _SILENT:
        return ()
    word_class = vocabulary.class_list[term] * 2 + negated
    codes = (
        signal_code(FAMILY, vocabulary.family_list[term] * 2 + negated, 0),
        signal_code(CLASS, word_class, 0),
        signal_code(STRENGTH, word_class, vocabulary.strength_list[term]),
    )
    return (*codes, signal_code(TITLE, word_class, 0)) if in_title else codes


@cache
def _paired_as() -> list[int]:
    """Return what each term is in a pair, at two places: as it is and negated; -1 for nothing.

    It is class and family, each doubled and one more where the term is negated.
    """
    vocabulary = load_vocabulary()
    of_terms = zip(vocabulary.class_list, vocabulary.family_list, strict=True)
    return [
        -1
        if word_class in _ALONE
        else (2 * word_class + negated) << _HALF_BITS | 2 * family + negated
        for word_class, family in of_terms
        for negated in (False, True)
    ]


def _pair_codes(number: int) -> tuple[int, int, int]:
    """Return what two neighbouring terms signal, given what they are in a pair."""
    word_class, family = number >> 3 * _HALF_BITS, number >> _KIND_BITS & _HALF
    next_class, next_family = number >> _HALF_BITS & _HALF, number & _HALF
    return (
        signal_code(CLASS_PAIR, word_class, next_class),
        signal_code(FAMILY_CLASS, family, next_class),
        signal_code(CLASS_FAMILY, word_class, next_family),
    )


def _told(word: Reading, word_class: int) -> Told | None:
    """Return what shapes ask of a word of this class; None where they ask nothing."""
    if not word.number_kind and word_class not in IN_SHAPES:
        return None
    return Told(word.term, word_class, word.number_kind, word.is_ten)


def _negated(first: int, breaks: list[bool], negators: set[int]) -> bool:
    for at in range(first - 1, first - 1 - NEGATION_REACH, -1):
        if at < 0 or breaks[at]:
            return False
        if at in negators:
            return True
    return False
