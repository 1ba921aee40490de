"""Why scores are what they are: exact contributions, as spans of the sellers' own texts.

Up to the heads everything is linear, so what a word adds to a head is known exactly: contributions
and intercept add up to the head's log-odds. A word's weight as a reason is its contributions to
the heads, each times how much that head matters: how far it moves the score
(`Interaction.direction`), with the sign that the law gives it, and how likely it is the rule of the
guideline under which the listing is labelled 1, for who is asked why marks the words that decided
the rule. The heads of the facts say which fact a word bears on.

A block of listings is explained at once: contributions and phrases of all its words are arrays,
and only what becomes a reason becomes an object. A single listing is a block of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import ELEMENTS, FACTS, OUTPUTS, log_odds_of
from thriftwatch.model.model import LOGIT_LIMIT
from thriftwatch.model.phrases import Phrases, find_phrases
from thriftwatch.result import Reason
from thriftwatch.text.features import PAIRS, TITLE, Features
from thriftwatch.text.hashing import counted_up
from thriftwatch.text.lexicon import Term
from thriftwatch.text.shops import telling_part
from thriftwatch.text.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from thriftwatch.model.model import HeadScores, Model
    from thriftwatch.text.blocks import Block

__all__ = ["LONGEST_QUOTE", "Contributions", "contributions", "find_reasons", "with_shops"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.floating]
Ints = NDArray[np.int64]

LONGEST_QUOTE = 200
"""Characters that a reason covers at most; of a longer word, however long, it is the beginning."""

_SIGNS = {element.name: (element.sign, element.sign_en) for element in ELEMENTS}
_NAMES = (*FACTS, "score")
_PAIRED = np.isin(np.arange(TITLE + 1), PAIRS)
_FOR, _AGAINST = ("R1", "R2", "R4", "R5"), ("R0", "R3", "R6", "R7")
"""Rules of the guideline under which a listing is labelled 1, and 0."""
_RULE_SHARE = 0.5
"""How much the rule that decides counts for the weight of a word where it is one that labels the
listing 1; the rest is the score."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """What every word of a block of listings adds to the log-odds of every head.

    Attributes
    ----------
    intercept
        float64, shape (heads,).
    words
        float64, shape (words, heads). ``intercept`` and the rows of a listing's words add up to
        its log-odds.
    listing
        int64, shape (words,): the listing each word belongs to.
    """

    intercept: Floats
    words: Floats
    listing: Ints

    def totals(self, listings: int) -> Floats:
        """Add up the log-odds of every head, shape (listings, heads)."""
        sums = np.tile(self.intercept, (listings, 1))
        np.add.at(sums, self.listing, self.words)
        return sums


def contributions(model: "Model", features: Features, found: "HeadScores") -> Contributions:
    """Share the heads' log-odds of a block of listings out over its words.

    Parameters
    ----------
    model
        The model.
    features
        Features of the block.
    found
        What `Model.head_scores` returned for them.

    Returns
    -------
    Contributions
    """
    words = _by_word(features, _normed(features, found), found.signal_parts)
    listing = features.listing_of(np.arange(len(features.words)))
    return Contributions(model.tables.bias.astype(np.float64), words, listing)


def find_reasons(
    model: "Model",
    block: "Block",
    features: Features,
    found: "HeadScores",
    policy: str,
    limit: int,
) -> list[tuple[Reason, ...]]:
    """Return the words that decide the score of each listing of a block, strongest first.

    Parameters
    ----------
    model, block, features, found
        The model, and what it made of the listings.
    policy
        Which score to explain.
    limit
        How many reasons to give at most for each.

    Returns
    -------
    list of tuple of Reason
        One tuple for each listing. Spans lie in the original text, do not overlap and are
        `LONGEST_QUOTE` characters long at most.
    """
    phrases = find_phrases(features, _weights(model, features, found, policy))
    if not len(phrases):
        return [()] * features.listings
    order = _strongest_first(features, phrases)
    quotes = _quotes(block, features, phrases, order)
    bounds = np.searchsorted(quotes.listing, np.arange(features.listings + 1)).tolist()
    return [tuple(quotes.reasons(range(start, end), limit)) for start, end in pairwise(bounds)]


def with_shops(
    reasons: list[tuple[Reason, ...]],
    shops: Sequence[str],
    by_text: Floats,
    scores: Floats,
    limit: int,
) -> list[tuple[Reason, ...]]:
    """Add the names of shops to the reasons of the listings whose scores they lifted.

    Parameters
    ----------
    reasons
        Those of each listing, strongest first.
    shops
        Names of the shops.
    by_text, scores
        Shape (listings,): the score of the text alone, and with the shop's name.
    limit
        How many reasons to give at most for each; the shop is always among them.
    """
    result = list(reasons)
    for place in np.flatnonzero(scores > by_text).tolist() if limit else ():
        reason = _shop_reason(
            shops[place], log_odds_of(scores[place]) - log_odds_of(by_text[place])
        )
        others = reasons[place][: limit - 1]
        stronger = sum(abs(other.weight) > reason.weight for other in others)
        result[place] = (*others[:stronger], reason, *others[stronger:])
    return result


def _shop_reason(name: str, weight: float) -> Reason:
    part = telling_part(name)
    if part is None:
        raise ValueError(f"no part of {name!r} lifts a score")
    text = name[slice(*part)]
    return Reason(
        "shop",
        *part,
        text,
        "score",
        weight,
        f'nama toko memuat "{text}": petunjuk dagangan bekas, bukan bukti',
        f'the shop\'s name has "{text}": a hint of second-hand trade, no evidence',
    )


def _weights(model: "Model", features: Features, found: "HeadScores", policy: str) -> Floats:
    """Return the weight of each word as a reason, and what it adds to each fact."""
    directions = _directions(model, found.heads, policy)
    facts = [model.heads.index(name) for name in FACTS]

    def weighed(parts: Numbers, listing: Ints) -> Floats:
        weight = np.einsum("ph,ph->p", parts, directions.take(listing, axis=0))
        return np.column_stack((weight, parts[:, facts]))

    of_words = weighed(_normed(features, found), features.listing_of(features.counted))
    of_signals = weighed(found.signal_parts, features.signals.listing)
    return _by_word(features, of_words, of_signals)


def _directions(model: "Model", heads: Floats, policy: str) -> Floats:
    """Return how much a unit of each head matters, shape (listings, heads)."""
    against, rules = _roles(model.heads)
    slope = model.interaction.direction(OUTPUTS.index(policy), heads)
    # Wear never speaks against, and own use never for, whatever was learned.
    slope = np.where(against == (slope < 0.0), slope, 0.0)
    odds = np.exp(np.clip(heads[:, rules], -LOGIT_LIMIT, LOGIT_LIMIT))
    decides = np.zeros_like(slope)
    decides[:, rules] = _RULE_SHARE * odds / odds.sum(axis=1, keepdims=True)
    decides[:, against] = 0.0
    result: Floats = (1.0 - decides.sum(axis=1, keepdims=True)) * slope + decides
    return result


@cache
def _roles(heads: tuple[str, ...]) -> tuple[NDArray[np.bool_], Ints]:
    """Return which heads are those of rules that speak against, and the places of all rules."""
    against = np.array([head in _AGAINST for head in heads])
    rules = [place for place, head in enumerate(heads) if head in _FOR + _AGAINST]
    return against, np.array(rules, np.int64)


def _normed(features: Features, found: "HeadScores") -> Numbers:
    """Return what each word that counts adds to the heads."""
    norm = found.norm.take(features.listing_of(features.counted))
    return found.word_parts / norm[:, None]


def _by_word(features: Features, of_words: Numbers, of_signals: Numbers) -> Floats:
    """Add up by word what words that count and signals contribute, shape (words, columns).

    A pair rests on its two ends, any other signal on every word it covers.
    """
    signals = features.signals
    reach = signals.last - signals.first
    paired = _PAIRED.take(signals.kind)
    sizes = np.where(paired, 2, reach + 1)
    of = np.repeat(np.arange(len(sizes)), sizes)
    step = counted_up(sizes)
    at = signals.first.take(of) + np.where(paired.take(of), step * reach.take(of), step)
    shares = (of_signals / sizes[:, None]).take(of, axis=0)
    result = np.zeros((len(features.words), of_words.shape[1]))
    for column, share in enumerate(shares.T):
        result[:, column] = np.bincount(at, share, len(features.words))
    result[features.counted] += of_words
    return result


def _strongest_first(features: Features, phrases: Phrases) -> Ints:
    """Return the phrases fit to be reasons, those of each listing from the strongest down."""
    fit = np.flatnonzero(phrases.fit_to_quote(features.words))
    listing = features.listing_of(phrases.first.take(fit))
    return fit.take(np.lexsort((-phrases.strengths().take(fit), listing)))


@dataclass(frozen=True, slots=True)
class _Quotes:
    """Phrases as the sellers wrote them: everything a `Reason` needs, in plain lists."""

    data: bytes
    listing: Ints
    in_title: list[bool]
    bytes_first: list[int]
    bytes_end: list[int]
    start: list[int]
    end: list[int]
    weight: list[float]
    fact: list[int]
    disguised: list[bool]
    terms: list[list[int]]

    def reasons(self, places: range, limit: int) -> list[Reason]:
        """Make reasons of the strongest phrases, none twice and none across another."""
        found: list[Reason] = []
        said: set[str] = set()
        for place in places:
            if len(found) >= limit:
                break
            text = self.data[self.bytes_first[place] : self.bytes_end[place]].decode()
            known = text.lower()
            if known in said or self._crosses(place, found):
                continue
            said.add(known)
            found.append(self._reason(place, text))
        return found

    def _crosses(self, place: int, others: list[Reason]) -> bool:
        """Return whether a phrase shares a character with a reason: ``¼`` folds to two words."""
        field, start, end = self._field(place), self.start[place], self.end[place]
        return any(
            other.field == field and start < other.end and other.start < end for other in others
        )

    def _field(self, place: int) -> str:
        return "title" if self.in_title[place] else "description"

    def _reason(self, place: int, text: str) -> Reason:
        fact, weight = _NAMES[self.fact[place]], self.weight[place]
        note, note_en = _sentences(
            text, fact, weight, _meant(self.terms[place]), self.disguised[place]
        )
        return Reason(
            self._field(place),
            self.start[place],
            self.end[place],
            text,
            fact,
            weight,
            note,
            note_en,
        )


def _quotes(block: "Block", features: Features, phrases: Phrases, order: Ints) -> _Quotes:
    """Find phrases in the original texts."""
    words = features.words
    first, last = phrases.first.take(order), phrases.last.take(order)
    text = words.text.take(first)
    begins, ends = words.span_starts.take(first), words.span_ends.take(last) - 1
    begins, ends = features.folded.written(begins, ends)
    # Where characters start: counting them turns places of bytes into places of characters.
    characters = np.flatnonzero((block.data & 0xC0) != 0x80)
    start = np.searchsorted(characters, begins)
    end = np.minimum(np.searchsorted(characters, ends) + 1, start + LONGEST_QUOTE)
    before = np.searchsorted(characters, block.offsets.take(text))
    disguised = np.append(0, np.cumsum(features.disguised))
    terms = phrases.terms.tolist()
    term_first = phrases.term_first.tolist()
    return _Quotes(
        data=block.data.tobytes(),
        listing=text % features.listings,
        in_title=(text < features.listings).tolist(),
        bytes_first=begins.tolist(),
        bytes_end=np.append(characters, len(block.data)).take(end).tolist(),
        start=(start - before).tolist(),
        end=(end - before).tolist(),
        weight=phrases.weights[:, 0].take(order).tolist(),
        fact=phrases.fact.take(order).tolist(),
        disguised=(disguised.take(last + 1) > disguised.take(first)).tolist(),
        terms=[terms[term_first[place] : term_first[place + 1]] for place in order.tolist()],
    )


def _meant(terms: list[int]) -> Term | None:
    """Return the term that says most, of those that can be put into words."""
    every = load_vocabulary().terms
    telling = [every[term] for term in terms if term >= 0 and every[term].meaning_id]
    return max(telling, key=lambda term: term.strength) if telling else None


def _sentences(
    text: str, fact: str, weight: float, term: Term | None, disguised: bool
) -> tuple[str, str]:
    """Say the reason in Indonesian and in English."""
    quoted = " ".join(text.split())
    note, note_en = f'menyebut "{quoted}"', f'says "{quoted}"'
    if disguised:
        note, note_en = f"{note} (ditulis tersamar)", f"{note_en} (disguised)"
    if term is not None:
        meaning = term.meaning_id.removeprefix("menyebut ")
        note, note_en = f"{note}: {meaning}", f"{note_en}: {term.meaning_en}"
    elif fact in _SIGNS:
        sign, sign_en = (
            ("petunjuk", "a sign of") if weight > 0 else ("bukan petunjuk", "no sign of")
        )
        of, of_en = _SIGNS[fact]
        note, note_en = f"{note}: {sign} {of}", f"{note_en}: {sign_en} {of_en}"
    if weight < 0:
        note, note_en = f"{note} (meringankan)", f"{note_en} (speaks against)"
    return note, note_en
