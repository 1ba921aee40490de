"""How alike two listings are: what they share, weighed by rarity, and what that amounts to.

Every word weighs its squared idf, as in a cosine of tf-idf. Of a pair of listings is measured:

* *containment* and *likeness*: the weight they share, as part of the lighter one and of both
  together; the first sees a shortened or a padded copy, the second a whole one;
* *titles*: how much of each title stands anywhere in the other listing;
* *goods*: whether both titles name goods, and no common ones;
* *evidence*: the weight they share;
* *rest*: what of the lighter one stands in the other besides whole sentences that were copied;
* *copied*: the part of the shared weight that follows the same word in both;
* *spread*: how evenly the shared words are spread over a listing. Whoever rewrites changes a word
  here and there. Two listings of one shop share its template, word by word, and nothing besides.

A logistic regression makes a probability of these: the share of true re-posts among pairs like
this one. It was fitted by ``benchmarks/reposts.py --fit`` on half of the hand-written sample, once
for pairs of described listings and once where one is brief (a title alone, or hardly more).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.watch.listing_words import Longs, Words, ranges

__all__ = [
    "BRIEF",
    "DESCRIBED",
    "MEASURES",
    "PARTS",
    "Comparison",
    "Weights",
    "compare",
    "similarity",
]

PARTS = 4
"""Parts of a listing over which shared words are spread."""
LEAST_WORDS = 12
"""Distinct words below which a listing is brief, as one without a description is."""

MEASURES = (
    "containment", "likeness", "titles", "other goods", "evidence", "spread", "thinnest part",
    "copied", "copied under another title", "fuller title", "rest",
)  # fmt: skip
"""What is measured of a pair, in the order of the coefficients; the constant comes last."""
DESCRIBED = (
    -5.923, 4.211, 1.231, -25.619, 0.626, -0.966, 1.824, 5.705, 2.558, -0.303, 9.084, 10.408,
)  # fmt: skip
BRIEF = (
    0.998, 0.033, 3.757, -7.074, 0.913, -1.772, 4.126, 2.464, 2.710, -0.069, 2.992, 0.295,
)  # fmt: skip

_BLOCK = 8
"""Words that are the same in a row from which on they are a block: a sentence that was copied."""
_REST = 5.0
"""A rest that weighs no more than this proves nothing."""
_USUAL_IDF = 8.0
"""Squared idf is divided by it, so that a weight is about as large as an idf."""
_LEAST_LIKENESS = 0.15
"""Below it less likeness says nothing more: else a copy could be drowned in other text."""
_LEAST_SHARE = 0.02
"""Added to shares before their logarithm is taken."""

Floats = NDArray[np.float64]


class Weights(NamedTuple):
    """What words tell, by their numbers.

    Attributes
    ----------
    idf
        float64: the weight of each.
    goods
        int32: which goods it names; -1 for none.
    """

    idf: Floats
    goods: NDArray[np.int32]


class Comparison(NamedTuple):
    """What was measured of pairs.

    Attributes
    ----------
    measures
        float64, shape (pairs, measures): `MEASURES`; shares as logarithms.
    is_brief
        bool, shape (pairs,): whether one of the two is brief.
    """

    measures: Floats
    is_brief: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: "Sequence[Comparison]") -> "Comparison":
        """Return the pairs of all parts, one behind the other."""
        nothing = cls(np.empty((0, len(MEASURES))), np.empty(0, np.bool_))
        return cls(*(np.concatenate(columns) for columns in zip(nothing, *parts, strict=True)))


class _Coverage(NamedTuple):
    """How much of one listing of each pair stands in the other."""

    total: Floats
    shared: Floats
    title: Floats
    spread: Floats
    thinnest: Floats


def compare(asked: Words, row: Longs, known: Words, weights: Weights) -> Comparison:
    """Measure pairs of listings.

    Parameters
    ----------
    asked
        Listings.
    row
        int64, shape (pairs,): which of them is the first of each pair.
    known
        The second of each pair.
    weights
        Of all words.
    """
    first = asked.take(row)
    weight = weights.idf**2 / _USUAL_IDF
    in_known, in_first, copied, in_blocks = _shared(asked, row, first, known, weight)
    one = _coverage(first, in_known, weight)
    two = _coverage(known, in_first, weight)
    shared = two.shared
    lighter = np.minimum(one.total, two.total)
    both = one.total + two.total - shared
    rest = _REST + lighter - in_blocks, _REST + shared - in_blocks
    measures = np.stack(
        [
            np.log(_LEAST_SHARE + shared / np.maximum(lighter, 1e-9)),
            np.log(np.maximum(shared / np.maximum(both, 1e-9), _LEAST_LIKENESS)),
            np.log(_LEAST_SHARE + one.title * two.title),
            _names_other_goods(first, known, weights.goods),
            np.log1p(shared),
            np.log(_LEAST_SHARE + np.maximum(one.spread, two.spread)),
            np.log(_LEAST_SHARE + np.maximum(one.thinnest, two.thinnest)),
            copied / np.maximum(shared, 1e-9),
            copied / np.maximum(shared, 1e-9) * np.log(_LEAST_SHARE + one.title * two.title),
            np.log(_LEAST_SHARE + np.maximum(one.title, two.title)),
            np.log(rest[1] / rest[0]),
        ],
        axis=1,
    )
    return Comparison(measures, _is_brief(first) | _is_brief(known))


def similarity(compared: Comparison) -> Floats:
    """Return the probability that each pair is one listing and its re-post, shape (pairs,)."""
    described, brief = (
        compared.measures @ np.array(numbers[:-1]) + numbers[-1] for numbers in (DESCRIBED, BRIEF)
    )
    log_odds = np.where(compared.is_brief, brief, described)
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
    return found


def _pair_of(words: Words) -> Longs:
    """Return the pair that each word belongs to."""
    return np.repeat(np.arange(len(words)), np.diff(words.starts))


def _shared(
    asked: Words, row: Longs, first: Words, known: Words, weight: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[Any], NDArray[Any]]:
    """Return which words of the known listings stand in the first ones, and the other way round.

    Then for each pair the weight of those that follow the same word in both, and of blocks.
    """
    pair = _pair_of(known)
    codes = _pair_of(asked) * len(weight) + asked.word
    order = np.argsort(codes)
    codes = np.append(codes[order], -1)
    sought = row[pair] * len(weight) + known.word
    places = np.searchsorted(codes[:-1], sought)
    in_first: NDArray[np.bool_] = codes[places] == sought
    # Where in the first listing of the pair each stands.
    found = np.append(order, 0)[places] + (first.starts[:-1] - asked.starts[row])[pair]
    in_known = np.zeros(len(first.word), np.bool_)
    in_known[found[in_first]] = True
    follows = np.zeros(len(sought), np.bool_)
    follows[1:] = (found[1:] == found[:-1] + 1) & in_first[1:] & in_first[:-1]
    follows[1:] &= pair[1:] == pair[:-1]
    run = np.cumsum(~follows)
    in_block = in_first & (np.bincount(run)[run] >= _BLOCK)
    weights = weight[known.word]
    copied, in_blocks = (
        np.bincount(pair, weights * some, len(known)) for some in (follows, in_block)
    )
    return in_known, in_first, copied, in_blocks


def _coverage(words: Words, is_shared: NDArray[np.bool_], weights: Floats) -> _Coverage:
    pairs, pair = len(words), _pair_of(words)
    weight = weights[words.word]
    held = weight * is_shared
    place = np.arange(len(pair)) - np.repeat(words.starts[:-1], np.diff(words.starts))
    step = PARTS / np.maximum(np.diff(words.starts), 1)
    part = (place * step[pair]).astype(np.int64) + PARTS * pair
    of_parts, of_held = (
        np.bincount(part, some, PARTS * pairs).reshape(pairs, PARTS) for some in (weight, held)
    )
    # A listing of three words has an empty part, which proves nothing.
    shares = np.where(of_parts > 0, of_held / np.maximum(of_parts, 1e-9), 1.0)
    titles = _in_titles(words)
    of_title, title = (np.bincount(pair[titles], some[titles], pairs) for some in (weight, held))
    return _Coverage(
        of_parts.sum(axis=1),
        of_held.sum(axis=1),
        title / np.maximum(of_title, 1e-9),
        shares.prod(axis=1) ** (1.0 / PARTS),
        shares.min(axis=1),
    )


def _in_titles(words: Words) -> Longs:
    """Return which words stand in titles."""
    return ranges(words.starts[:-1], words.titled)


def _names_other_goods(one: Words, two: Words, goods: NDArray[np.int32]) -> Floats:
    """Return 1.0 for pairs whose titles name goods, and no common ones."""
    pairs = len(one)
    named = [_goods_in_title(words, goods) for words in (one, two)]
    width = int(goods.max(initial=0)) + 1
    one_named, two_named = (pair * width + which for pair, which in named)
    common = np.intersect1d(one_named, two_named)
    named_by = [np.bincount(pair, minlength=pairs) > 0 for pair, _ in named]
    agree = np.bincount(common // width, minlength=pairs) > 0
    return (named_by[0] & named_by[1] & ~agree).astype(np.float64)


def _goods_in_title(words: Words, goods: NDArray[np.int32]) -> tuple[Longs, Longs]:
    """Return the pairs that name goods in their title, and which."""
    titles = _in_titles(words)
    which = goods[words.word[titles]].astype(np.int64)
    pair = np.repeat(np.arange(len(words)), words.titled)
    return pair[which >= 0], which[which >= 0]


def _is_brief(words: Words) -> NDArray[np.bool_]:
    lengths = np.diff(words.starts)
    brief: NDArray[np.bool_] = (lengths < LEAST_WORDS) | (words.titled >= lengths)
    return brief
