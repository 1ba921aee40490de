"""Merge the words of a block into the phrases that a person would quote.

Terms of the lexicon stay whole, and neighbours that pull the same way are quoted together. All of
it is arrays: most words of a block are far too faint to be quoted, and cost next to nothing.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, FOREIGN, GOODS, WORN
from thriftwatch.text.features import Features
from thriftwatch.text.hashing import counted_up
from thriftwatch.text.lexicon import CLASS_NUMBERS, NAMES
from thriftwatch.text.tokens import SENTENCE_ENDS, Words
from thriftwatch.text.vocabulary import load_vocabulary

__all__ = ["Phrases", "find_phrases"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FAINTEST = 0.1
"""Log-odds below which a word is no reason."""
_FAINTEST_UNKNOWN = 0.5
"""The same for words that no lexicon term stands by: a filler word convinces nobody."""
_JOINED = 0.1
"""Share of the stronger neighbour's weight from which two words are one phrase."""
_FARTHEST = 2
"""Characters between two words of one phrase, at most."""
_LONGEST = 5
"""Words of a phrase, not counting the rest of a lexicon term that goes beyond them."""
_DIVIDERS = b",:()|"
"""Signs across which words are one phrase only if they bear on the same fact, and terms never."""
_DIVIDES, _ENDS = (np.isin(np.arange(256), list(signs)) for signs in (_DIVIDERS, SENTENCE_ENDS))
_LAWFUL = frozenset({"new", "own", "domestic", "brand_local", "wanted", "service", "notthing"})
_UNTELLING = frozenset({*NAMES, "size", "unit"})
"""Classes that are no reason by themselves."""
_ALONE = _UNTELLING | {"garment", "adjacent", "goods"}
"""Classes that name goods, makers and places: never merged into a phrase with their neighbours."""
_CIRCUMSTANCES = frozenset({"origin", "condition", "style", "trade", "evasion", "market"})
"""Classes that make no case alone: a foreign place, a flaw, a style, a way of selling, a
wink."""
_STATED = {
    GOODS: frozenset({"garment", "adjacent", "goods", "wanted", "service", "notthing"}),
    WORN: frozenset({"used", "condition", "new", "import", "wholesale"}),
    FOREIGN: frozenset({"origin", "domestic", "market", "import", "wholesale"}),
}
"""The classes whose terms say by their meaning which fact they bear on."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of a block, in the order of its words.

    Attributes
    ----------
    first, last
        int64, shape (phrases,): the words (inclusive) of each phrase.
    weights
        float64, shape (phrases, columns): sums of the weights of its words.
    fact
        int64, shape (phrases,): place in `FACTS` of the fact it bears on most, or -1 for none.
    classes
        int64, shape (phrases,): the classes of its lexicon terms, as bits.
    alone
        bool, shape (phrases,): whether it only names goods, a maker or a place.
    terms
        For each phrase the lexicon terms in it: ``terms[term_first[i]:term_first[i + 1]]``; -1
        stands for a word that is in no term.
    term_first
        int64, shape (phrases + 1,).
    """

    first: Ints
    last: Ints
    weights: Floats
    fact: Ints
    classes: Ints
    alone: Flags
    terms: Ints
    term_first: Ints

    def __len__(self) -> int:
        """Return the number of phrases."""
        return len(self.first)

    def fit_to_quote(self, words: Words) -> Flags:
        """Return which phrases a reviewer may be given as reasons.

        A size and the name of a brand or a place are evidence of nothing, and a word that says
        "new" or "my own" is no reason to suspect anybody, whatever weight the company it keeps has
        given it. A stray letter or two tell a person nothing, and neither does a faint word of no
        meaning.
        """
        weight = self.weights[:, 0]
        readable = words.span_ends.take(self.last) - words.span_starts.take(self.first) >= 3
        telling = (self.classes != 0) | (readable & (np.abs(weight) >= _FAINTEST_UNKNOWN))
        unfit = self._are_all(_UNTELLING) | ((weight > 0) & self._are_all(_LAWFUL))
        fit: Flags = telling & ~unfit
        return fit

    def strengths(self) -> Floats:
        """Return how early each phrase is to be named among the reasons, shape (phrases,).

        It is the weight; but among what speaks for, the names under which used imports are sold
        go before circumstances, and what is said of the goods before what sort of goods they are.
        """
        goods = self.alone | (self.fact == FACTS.index(GOODS))
        share = np.where(goods, 0.5, np.where(self._are_all(_CIRCUMSTANCES), 0.75, 1.0))
        weight = self.weights[:, 0]
        strengths: Floats = np.abs(weight) * np.where(weight > 0, share, 1.0)
        return strengths

    def _are_all(self, names: frozenset[str]) -> Flags:
        """Return which phrases hold lexicon terms, and only of these classes."""
        are_all: Flags = (self.classes != 0) & ((self.classes & ~_bits(names)) == 0)
        return are_all


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Single words, and lexicon terms of several words: what phrases are made of."""

    first: Ints
    last: Ints
    weights: Floats
    term: Ints
    classes: Ints


def find_phrases(features: Features, weights: Floats) -> Phrases:
    """Merge the words of a block into phrases.

    Parameters
    ----------
    features
        Features of the block.
    weights
        float64, shape (words, columns): first the weight of each word as a reason, then what it
        adds to each fact.

    Returns
    -------
    Phrases
        None is made of fainter pieces than `FAINTEST`.
    """
    pieces = _strong_pieces(features, weights)
    alone = (pieces.classes & _bits(_ALONE)) != 0
    starts = np.append(True, ~_joined(features, pieces, alone))[: len(alone)]
    # What would be too long is cut, so that no phrase becomes a paragraph.
    opening = pieces.first[np.flatnonzero(starts)].take(np.cumsum(starts) - 1)
    part = (pieces.last - opening) // _LONGEST
    starts[1:] |= part[1:] != part[:-1]
    at = np.flatnonzero(starts)
    ends = np.append(at[1:], len(alone))[: len(at)]
    weights, classes = pieces.weights, pieces.classes
    if len(at):
        weights = np.add.reduceat(weights, at, axis=0)
        classes = np.bitwise_or.reduceat(classes, at)
    return Phrases(
        first=pieces.first.take(at),
        last=pieces.last.take(ends - 1),
        weights=weights,
        fact=_facts(weights, classes),
        classes=classes,
        alone=alone.take(at),
        terms=pieces.term,
        term_first=np.append(at, len(alone)),
    )


def _facts(weights: Floats, classes: Ints) -> Ints:
    """Return which fact each row of weights bears on most, or -1 for none.

    Only where no term says so by its meaning is it left to the weights alone: a garment speaks of
    goods, however often it was worn where the model learned of it.
    """
    stated = np.stack([(classes & _bits(_STATED[name])) != 0 for name in FACTS], axis=1)
    silent = np.logical_not(stated.any(axis=1))
    facts = weights[:, 1:] * np.sign(weights[:, :1])
    open_to = np.where(stated | silent[:, None], facts, -np.inf)
    return np.where(silent & (facts.max(axis=1) <= 0), -1, open_to.argmax(axis=1))


def _strong_pieces(features: Features, weights: Floats) -> _Pieces:
    """Cut the words into pieces and keep those that are not too faint."""
    words, hits = len(features.words), features.hits
    starts = np.ones(words, bool)
    behind = hits.length - 1
    starts[np.repeat(hits.first + 1, behind) + counted_up(behind)] = False
    first = np.flatnonzero(starts)
    last = np.append(first[1:], words)[: len(first)] - 1
    sums = np.add.reduceat(weights, first, axis=0) if words else weights
    kept = np.flatnonzero(np.abs(sums[:, 0]) >= FAINTEST)
    term = np.full(words, -1)
    term[hits.first] = hits.term
    first = first.take(kept)
    term = term.take(first)
    return _Pieces(first, last.take(kept), sums.take(kept, axis=0), term, _bit_of_term().take(term))


def _joined(features: Features, pieces: _Pieces, alone: Flags) -> Flags:
    """Return which pieces are one phrase with the next, shape (pieces - 1,)."""
    words, written = features.words, features.folded.data
    end, begin = pieces.last[:-1], pieces.first[1:]
    weight = pieces.weights[:, 0]
    one, two = np.abs(weight[:-1]), np.abs(weight[1:])
    fact, is_term = _facts(pieces.weights, pieces.classes), pieces.term >= 0
    # The first and the last sign between them: there are hardly more.
    low, high = words.span_ends.take(end), words.span_starts.take(begin) - 1
    behind, before = written.take(low, mode="clip"), written.take(high)
    divided = _DIVIDES.take(behind) | _DIVIDES.take(before)
    joined: Flags = (
        (begin == end + 1)
        & (high - low < _FARTHEST)
        & ~(words.breaks.take(end) | _ENDS.take(behind) | _ENDS.take(before))
        & ~(alone[:-1] | alone[1:])
        & (weight[:-1] * weight[1:] > 0)
        & (np.minimum(one, two) >= _JOINED * np.maximum(one, two))
        & (~divided | ((fact[:-1] == fact[1:]) & ~(is_term[:-1] & is_term[1:])))
    )
    return joined


@cache
def _bit_of_term() -> Ints:
    """Return the class of each term as a bit; at the end, where -1 finds it, none."""
    return np.append(np.int64(1) << load_vocabulary().word_class, np.int64(0))


@cache
def _bits(names: frozenset[str]) -> int:
    return sum(1 << CLASS_NUMBERS[name] for name in names)
