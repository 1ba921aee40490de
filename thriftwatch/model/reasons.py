"""Why a score is what it is: exact contributions, as spans of the seller's own text.

Up to the heads everything is linear, so what a word adds to a head is known exactly: contributions
and intercept add up to the head's log-odds. A word's weight as a reason is what it adds to the
score's log-odds: its contributions to the heads, each times how much that head moves the score
(`Interaction.direction`), with the sign that the law gives it. The heads of the facts say which
fact a word bears on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thriftwatch.model.model import OUTPUTS
from thriftwatch.result import Reason
from thriftwatch.text.features import PAIRS, Features
from thriftwatch.text.hashing import counted_up
from thriftwatch.text.lexicon import NAMES, Term
from thriftwatch.text.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from thriftwatch.model.model import HeadScores, Model
    from thriftwatch.text.blocks import Block

__all__ = ["Contributions", "contributions", "find_reasons"]

Floats = NDArray[np.float64]

_FACTS = {"goods": "barang sandang", "worn": "bekas pakai", "foreign": "asal luar negeri"}
_FACTS_EN = {"goods": "clothing or household linen", "worn": "worn", "foreign": "foreign origin"}
_LAWFUL = frozenset({"new", "own", "domestic", "brand_local", "wanted", "service", "notthing"})
_SPEAK_AGAINST = ("R0", "R3", "R6", "R7")
"""Rules of the guideline under which a listing is labelled 0."""
_ALONE = NAMES | {"garment", "adjacent", "goods", "size", "unit"}
"""Classes that name goods, makers and places: never merged into a phrase with their neighbours."""
_FAINTEST = 0.1
"""Log-odds below which a word is no reason."""
_JOINED = 0.25
"""Share of the stronger neighbour's weight from which two words are one phrase."""
_LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Contributions:
    """What every word of a listing adds to the log-odds of every head.

    Attributes
    ----------
    intercept
        float64, shape (heads,).
    words
        float64, shape (words, heads). ``intercept + words.sum(axis=0)`` are the log-odds.
    """

    intercept: Floats
    words: Floats


def contributions(model: "Model", features: Features, found: "HeadScores") -> Contributions:
    """Share the heads' log-odds of a block of one listing out over its words.

    Parameters
    ----------
    model
        The model.
    features
        Features of a block of one listing.
    found
        What `Model.head_scores` returned for them.

    Returns
    -------
    Contributions
    """
    words = np.zeros((len(features.words), len(model.heads)))
    words[features.counted] = found.word_parts / found.norm[0]
    first, last = features.signals.first, features.signals.last
    paired = np.isin(features.signals.kind, PAIRS)
    # A pair rests on its two ends, any other signal on every word it covers.
    sizes = np.where(paired, 2, last - first + 1)
    of = np.repeat(np.arange(len(sizes)), sizes)
    step = counted_up(sizes)
    at = first[of] + np.where(paired[of], step * (last - first)[of], step)
    np.add.at(words, at, found.signal_parts[of] / sizes[of, None])
    return Contributions(model.tables.bias.astype(np.float64), words)


@dataclass(slots=True)
class _Phrase:
    first: int
    last: int
    weights: Floats  # on the score, then on the facts
    alone: bool


def find_reasons(
    model: "Model",
    block: "Block",
    features: Features,
    found: "HeadScores",
    policy: str,
    limit: int,
) -> tuple[Reason, ...]:
    """Return the words that decide the score of a block of one listing, strongest first.

    Parameters
    ----------
    model, block, features, found
        The model, and what it made of the listing.
    policy
        Which score to explain.
    limit
        How many reasons to give at most.

    Returns
    -------
    tuple of Reason
        Spans lie in the original text and do not overlap.
    """
    to_heads = contributions(model, features, found).words
    direction = _sensible(
        model.interaction.direction(OUTPUTS.index(policy), found.heads[0]), model.heads
    )
    facts = [model.heads.index(name) for name in _FACTS]
    weights = np.column_stack((to_heads @ direction, to_heads[:, facts]))
    terms = dict(_terms(features))
    disguised = features.disguised
    phrases = [
        phrase
        for phrase in _phrases(features, weights, terms)
        if abs(phrase.weights[0]) >= _FAINTEST and _is_reason(phrase, features, terms)
    ]
    # What the goods are called comes after what is said of them.
    phrases.sort(key=lambda phrase: -abs(phrase.weights[0]) * (0.5 if phrase.alone else 1.0))
    reasons: list[Reason] = []
    said: set[str] = set()
    for phrase in phrases:
        reason = _reason(block, features, phrase, terms, disguised)
        if reason.text.lower() not in said and not any(_overlap(reason, one) for one in reasons):
            said.add(reason.text.lower())
            reasons.append(reason)
        if len(reasons) == limit:
            break
    return tuple(reasons)


def _is_reason(phrase: _Phrase, features: Features, terms: dict[int, tuple[int, Term]]) -> bool:
    """Return whether a reviewer may be given a phrase as a reason.

    The name of a brand or a place is evidence of nothing, and a word that says "new" or "my own"
    is no reason to suspect anybody, whatever weight the company it keeps has given it. A stray
    letter or two tell a person nothing.
    """
    found = [terms[at][1].word_class for at in range(phrase.first, phrase.last + 1) if at in terms]
    if phrase.alone and set(found) <= NAMES:
        return False
    words = features.words
    if not found and words.span_ends[phrase.last] - words.span_starts[phrase.first] < 3:
        return False
    return phrase.weights[0] < 0 or not found or not set(found) <= _LAWFUL


def _overlap(one: Reason, two: Reason) -> bool:
    """Return whether two reasons share a character: ``¼`` folds to two words."""
    return one.field == two.field and one.start < two.end and two.start < one.end


def _sensible(direction: Floats, heads: tuple[str, ...]) -> Floats:
    """Keep wear from speaking against, and own use from speaking for, whatever was learned."""
    against = np.isin(heads, _SPEAK_AGAINST)
    return np.where(against, np.minimum(direction, 0.0), np.maximum(direction, 0.0))


def _terms(features: Features) -> Iterator[tuple[int, tuple[int, Term]]]:
    """Yield the first word of each lexicon term found, with its last word and the term."""
    vocabulary = load_vocabulary()
    for term, first, last in zip(
        features.hits.term.tolist(),
        features.hits.first.tolist(),
        (features.hits.first + features.hits.length - 1).tolist(),
        strict=True,
    ):
        yield first, (last, vocabulary.terms[term])


def _phrases(
    features: Features, weights: Floats, terms: dict[int, tuple[int, Term]]
) -> Iterator[_Phrase]:
    """Merge words into lexicon phrases, and neighbours that pull the same way into one phrase."""
    current: _Phrase | None = None
    place = 0
    while place < len(weights):
        last, term = terms.get(place, (place, None))
        alone = term is not None and term.word_class in _ALONE
        piece = _Phrase(place, last, weights[place : last + 1].sum(axis=0), alone)
        place = last + 1
        if current is not None and _belong(features, current, piece):
            current.last = piece.last
            current.weights = current.weights + piece.weights
            continue
        if current is not None:
            yield current
        current = piece
    if current is not None:
        yield current


def _belong(features: Features, one: _Phrase, two: _Phrase) -> bool:
    words = features.words
    if one.alone or two.alone or words.breaks[one.last]:
        return False
    if words.span_starts[two.first] - words.span_ends[one.last] > 2:
        return False
    a, b = abs(one.weights[0]), abs(two.weights[0])
    return bool(
        one.weights[0] * two.weights[0] > 0
        and min(a, b) >= max(_FAINTEST, _JOINED * max(a, b))
        and two.last - one.first < _LONGEST_PHRASE
    )


def _reason(
    block: "Block",
    features: Features,
    phrase: _Phrase,
    terms: dict[int, tuple[int, Term]],
    disguised: NDArray[np.bool_],
) -> Reason:
    words = features.words
    text_number = int(words.text[phrase.first])
    start, end, text = _original(
        block,
        features,
        text_number,
        int(words.span_starts[phrase.first]),
        int(words.span_ends[phrase.last]),
    )
    weight = float(phrase.weights[0])
    facts = phrase.weights[1:] * np.sign(weight)
    fact = list(_FACTS)[int(np.argmax(facts))] if facts.max() > 0 else "score"
    meant = [
        term
        for first, (_, term) in terms.items()
        if phrase.first <= first <= phrase.last and term.meaning_id
    ]
    meant.sort(key=lambda term: -term.strength)
    note, note_en = _sentences(
        text,
        fact,
        weight,
        meant[0] if meant else None,
        bool(disguised[phrase.first : phrase.last + 1].any()),
    )
    field = "title" if text_number == 0 else "description"
    return Reason(field, start, end, text, fact, weight, note, note_en)


def _sentences(
    text: str, fact: str, weight: float, term: Term | None, disguised: bool
) -> tuple[str, str]:
    """Say the reason in Indonesian and in English."""
    quoted = " ".join(text.split())
    note, note_en = f'menyebut "{quoted}"', f'says "{quoted}"'
    if disguised:
        note, note_en = f"{note} (ditulis tersamar)", f"{note_en} (disguised)"
    if term is not None:
        note, note_en = f"{note}: {term.meaning_id}", f"{note_en}: {term.meaning_en}"
    elif fact in _FACTS:
        sign, sign_en = (
            ("petunjuk", "a sign of") if weight > 0 else ("bukan petunjuk", "no sign of")
        )
        note, note_en = f"{note}: {sign} {_FACTS[fact]}", f"{note_en}: {sign_en} {_FACTS_EN[fact]}"
    if weight < 0:
        note, note_en = f"{note} (meringankan)", f"{note_en} (speaks against)"
    return note, note_en


def _original(
    block: "Block", features: Features, text_number: int, start: int, end: int
) -> tuple[int, int, str]:
    """Return where folded bytes stand in the original text, in code points, and that text."""
    raw = block.data[block.offsets[text_number] : block.offsets[text_number + 1]].tobytes()
    origin = features.folded.origin
    if origin is None:
        first, last = start, end - 1
    else:
        first, last = int(origin[start]), int(origin[end - 1])
    first -= int(block.offsets[text_number])
    last -= int(block.offsets[text_number])
    # ``last`` is where the last character starts; every byte up to there decodes whole.
    low = len(raw[:first].decode("utf-8", "ignore"))
    high = len(raw[:last].decode("utf-8", "ignore")) + 1
    return low, high, raw.decode("utf-8")[low:high]
