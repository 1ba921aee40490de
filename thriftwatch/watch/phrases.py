"""The words that two listings have in common, and where both sellers wrote them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from thriftwatch.text.disguises import written_at
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.watch.listing_words import WordReader

__all__ = ["Phrase", "SharedPhrase", "shared_phrases"]

_MOST_PLACES = 8
"""Places at which a word that comes again and again is looked at."""


class Phrase(NamedTuple):
    """Where a phrase was written.

    Attributes
    ----------
    field
        ``"title"`` or ``"description"``.
    start, end
        In the original text, in code points.
    text
        As the seller wrote it.
    """

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SharedPhrase:
    """Words that stand in both listings, one after the other.

    Parameters
    ----------
    new, known
        Where each listing has them; the letters may differ where one is disguised.
    weight
        How much they tell, as the sum of the idf of the words.
    """

    new: Phrase
    known: Phrase
    weight: float


class _Reading(NamedTuple):
    """One listing read: the key of each word, and where it was written."""

    keys: list[int]
    places: list[tuple[bool, int, int]]
    texts: tuple[str, str]

    def phrase(self, first: int, last: int) -> Phrase:
        in_title, start, _ = self.places[first]
        end = self.places[last][2]
        text = self.texts[0 if in_title else 1]
        return Phrase("title" if in_title else "description", start, end, text[start:end])


def shared_phrases(
    reader: WordReader,
    vocabulary: Vocabulary,
    new: tuple[str, str],
    known: tuple[str, str],
    weigh: Callable[[int], float],
    most: int,
) -> tuple[SharedPhrase, ...]:
    """Find the phrases that two listings have in common.

    Parameters
    ----------
    reader
        What reads them.
    vocabulary
        What it reads with.
    new, known
        Title and description of each.
    weigh
        From the key of a word to its idf.
    most
        How many phrases to return at most.

    Returns
    -------
    tuple of SharedPhrase
        Those that tell most first. No word is part of two of them.
    """
    one, two = (_read(reader, vocabulary, texts) for texts in (new, known))
    runs = _runs(one, two)
    weight = [0.0]
    for key in one.keys:
        weight.append(weight[-1] + weigh(key))
    runs.sort(key=lambda run: (weight[run[0]] - weight[run[0] + run[2]], run))
    taken: tuple[set[int], set[int]] = (set(), set())
    found: list[SharedPhrase] = []
    for first, second, length in runs:
        if len(found) == most:
            break
        places = range(first, first + length), range(second, second + length)
        if any(not used.isdisjoint(some) for used, some in zip(taken, places, strict=True)):
            continue
        for used, some in zip(taken, places, strict=True):
            used.update(some)
        phrases = one.phrase(first, first + length - 1), two.phrase(second, second + length - 1)
        found.append(SharedPhrase(*phrases, weight[first + length] - weight[first]))
    return tuple(found)


def _read(reader: WordReader, vocabulary: Vocabulary, texts: tuple[str, str]) -> _Reading:
    spans = reader.spans(*(text.encode("utf-8", "replace") for text in texts))
    # Only where something was folded are places of folded text not those of the original.
    origins = [
        None if text.isascii() else written_at(text, vocabulary.words, vocabulary.hidden)
        for text in texts
    ]
    places = []
    for _, in_title, start, end in spans:
        origin = origins[0 if in_title else 1]
        if origin is None:
            places.append((in_title, start, end))
        else:
            places.append((in_title, origin[0][start], origin[1][end - 1]))
    return _Reading([key for key, *_ in spans], places, texts)


def _runs(one: _Reading, two: _Reading) -> list[tuple[int, int, int]]:
    """Return the longest runs of equal words: where each begins in both, and its length."""
    where: dict[int, list[int]] = {}
    for place, key in enumerate(two.keys):
        places = where.setdefault(key, [])
        if len(places) < _MOST_PLACES:
            places.append(place)
    found = []
    lengths: dict[int, int] = {}  # of the runs that end at the word before, by place in `two`
    for place in range(len(one.keys) + 1):
        grown: dict[int, int] = {}
        for other in where.get(one.keys[place], ()) if place < len(one.keys) else ():
            joined = place > 0 and _together(one, place) and _together(two, other)
            grown[other] = lengths.get(other - 1, 0) + 1 if joined else 1
        for other, length in lengths.items():
            if grown.get(other + 1, 0) <= length:
                found.append((place - length, other - length + 1, length))
        lengths = grown
    return found


def _together(reading: _Reading, place: int) -> bool:
    """Return whether a word stands in the same field as the one before it."""
    return place > 0 and reading.places[place][0] == reading.places[place - 1][0]
