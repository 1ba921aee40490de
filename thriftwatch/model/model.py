"""The scorer: text -> heads -> facts and score, with numpy alone.

A *head* is a linear model over the features of a listing: one for the label, one for each legal
fact and one for each rule of the labelling guideline. The law is a conjunction, so the score is
not linear in the words: it is a logistic function of the heads' log-odds and of their pairwise
products. Everything that leads to a head is linear, which is why reasons can be exact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.blocks import Block, blocks_of
from thriftwatch.text.features import Features, extract, grams_of
from thriftwatch.text.hashing import rows
from thriftwatch.text.shops import shop_hint

if TYPE_CHECKING:
    from os import PathLike

    from thriftwatch.result import Reason

__all__ = ["OUTPUTS", "POLICIES", "TIERS", "BatchScores", "HeadScores", "Model", "Tables"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

POLICIES = ("imported", "all-used")
TIERS = ("clear", "review", "likely")
OUTPUTS = ("imported", "all-used", "goods", "worn", "foreign")
"""What is computed from the heads: one score for each policy, and the facts."""
FACTS = OUTPUTS[2:]
LOGIT_LIMIT = 8.0
"""Log-odds of the heads are kept within this limit before they are multiplied."""
_OWN_SHARE = 0.25
"""How far `Interaction.direction` leans from undecided listings to the listing itself."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The numbers of the linear heads, in hashed rows.

    Attributes
    ----------
    word_idf
        float32, shape (2**word_bits,): inverse document frequency; 0 for rows never seen.
    word_weights, gram_weights, signal_weights
        float32, shape (rows, heads): weight times idf of each feature.
    gram_idf
        float32, shape (2**gram_bits,).
    bias
        float32, shape (heads,).
    unseen_idf
        The idf of a word never seen in training.
    """

    word_idf: Floats
    word_weights: Floats
    gram_idf: Floats
    gram_weights: Floats
    signal_weights: Floats
    bias: Floats
    unseen_idf: float

    @property
    def word_bits(self) -> int:
        """Number of bits of a word row."""
        return len(self.word_idf).bit_length() - 1

    @property
    def gram_bits(self) -> int:
        """Number of bits of an n-gram row."""
        return len(self.gram_idf).bit_length() - 1

    @property
    def signal_bits(self) -> int:
        """Number of bits of a signal row."""
        return len(self.signal_weights).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Interaction:
    """A logistic function of the heads and their pairwise products.

    ``logit = bias + linear @ z + z @ pairs @ z``, with ``z`` the heads' log-odds kept within
    `LOGIT_LIMIT`.

    Attributes
    ----------
    bias
        float64, shape (outputs,).
    linear
        float64, shape (outputs, heads).
    pairs
        float64, shape (outputs, heads, heads), symmetric.
    undecided
        float64, shape (outputs, heads): mean heads of listings that each output is undecided on.
    """

    bias: NDArray[np.float64]
    linear: NDArray[np.float64]
    pairs: NDArray[np.float64]
    undecided: NDArray[np.float64]

    def __call__(self, heads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds of every output, shape (listings, outputs)."""
        z = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
        size = z.shape[1]
        spread = z @ self.pairs.transpose(1, 0, 2).reshape(size, -1)
        quadratic = np.einsum("nok,nk->no", spread.reshape(len(z), -1, size), z)
        result: NDArray[np.float64] = quadratic + z @ self.linear.T + self.bias
        return result

    def direction(self, output: int, heads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a unit of each head adds to an output's log-odds.

        It is the slope between the listing and the listings that the output is undecided on: at
        the listing itself the products of far-off heads would dominate, and one slope for all
        would not know that wear beyond doubt needs no further word.
        """
        z = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
        between = (1 - _OWN_SHARE) * self.undecided[output] + _OWN_SHARE * z
        slope: NDArray[np.float64] = self.linear[output] + 2 * self.pairs[output] @ between
        return slope


@dataclass(frozen=True, slots=True)
class HeadScores:
    """Heads of a block, with the parts they are made of (for reasons).

    Attributes
    ----------
    heads
        float64, shape (listings, heads).
    word_parts
        float32, shape (kinds, heads): what one distinct word adds before the norm.
    norm
        float32, shape (listings,): what word parts are divided by.
    signal_parts
        float32, shape (signals, heads).
    """

    heads: NDArray[np.float64]
    word_parts: Floats
    norm: Floats
    signal_parts: Floats


@dataclass(frozen=True, slots=True)
class BatchScores:
    """Scores of a batch, in row order; every array has shape (listings,).

    Attributes
    ----------
    score
        float64 in [0, 1]: probability that a careful reviewer labels the listing 1.
    goods, worn, foreign
        float64 in [0, 1]: probability of each legal fact.
    tier
        int8: place in `TIERS`.
    """

    score: NDArray[np.float64]
    goods: NDArray[np.float64]
    worn: NDArray[np.float64]
    foreign: NDArray[np.float64]
    tier: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A trained model. Load one with `load_model`, make one with `train`.

    Attributes
    ----------
    card
        What is known about the model: version, data, metrics, thresholds (the JSON header).
    heads
        Names of the heads.
    tables, interaction
        The numbers.

    Examples
    --------
    >>> from thriftwatch import load_model
    >>> model = load_model()
    >>> model.id.startswith("thriftwatch-id")
    True
    """

    card: Mapping[str, Any]
    heads: tuple[str, ...]
    tables: Tables
    interaction: Interaction

    @property
    def id(self) -> str:
        """Name, version and content hash, such as ``thriftwatch-id 1.0.0 (sha256:ab12cd34)``."""
        card = self.card
        return f"{card['name']} {card['version']} (sha256:{card['sha256'][:8]})"

    def __repr__(self) -> str:
        return f"<Model {self.id}>"

    def head_scores(self, features: Features) -> HeadScores:
        """Compute the log-odds of every head for a block of listings."""
        tables = self.tables
        parts, idf = _word_parts(features, tables)
        counted = features.counted
        kind = features.kind_of[counted]
        bounds = np.searchsorted(features.words.text[counted], np.arange(2 * features.listings + 1))
        by_text = _sums(parts.take(kind, axis=0), bounds)
        squares = _sums((idf * idf).take(kind)[:, None], bounds)[:, 0]
        n = features.listings
        norm = np.sqrt(np.maximum(squares[:n] + squares[n:], 1.0))
        signal_rows = rows(features.signal_hash, tables.signal_bits)
        signal_parts = tables.signal_weights.take(signal_rows, axis=0)
        signal_bounds = np.searchsorted(features.signal_listing, np.arange(n + 1))
        signals = _sums(signal_parts, signal_bounds)
        heads = (by_text[:n] + by_text[n:]) / norm[:, None] + signals + tables.bias
        return HeadScores(heads.astype(np.float64), parts, norm, signal_parts)

    def score_batch(
        self,
        titles: Any,
        descriptions: Any,
        shops: Any,
        *,
        policy: str = "imported",
    ) -> BatchScores:
        """Score many listings.

        Parameters
        ----------
        titles, descriptions, shops
            Equally long; each a sequence of str, or a pyarrow string array. Nothing is missing.
        policy
            One of `POLICIES`.

        Returns
        -------
        BatchScores
        """
        parts = [self._score_block(block, policy) for block in blocks_of(titles, descriptions, shops)]
        if not parts:
            none = np.zeros(0)
            return BatchScores(none, none, none, none, none.astype(np.int8))
        return BatchScores(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in BatchScores.__slots__)
        )

    def _score_block(self, block: Block, policy: str) -> BatchScores:
        features = extract(block.data, block.offsets)
        return self.decide(self.head_scores(features).heads, block.shops, policy)

    def decide(
        self, heads: NDArray[np.float64], shops: Sequence[str], policy: str
    ) -> BatchScores:
        """Turn heads and shop names into facts, score and tier."""
        probability = _sigmoid(self.interaction(heads))
        thresholds = self.card["tiers"][policy]
        score = probability[:, OUTPUTS.index(policy)]
        score = self._lifted_by_shop(score, probability[:, 2], shops, thresholds)
        tier = (score >= thresholds["review"]).astype(np.int8) + (score >= thresholds["likely"])
        goods, worn, foreign = probability[:, 2:].T
        return BatchScores(score, goods, worn, foreign, tier.astype(np.int8))

    def _lifted_by_shop(
        self,
        score: NDArray[np.float64],
        goods: NDArray[np.float64],
        shops: Sequence[str],
        thresholds: Mapping[str, float],
    ) -> NDArray[np.float64]:
        """Lift clothing of a shop whose name tells a trade to "review", never to "likely"."""
        hinted = np.array([shop_hint(shop) for shop in shops], bool)
        if not hinted.any():
            return score
        floor = thresholds["review"] + 0.5 * (thresholds["likely"] - thresholds["review"])
        lifted = np.minimum(score + thresholds["review"] * np.sqrt(goods), floor)
        return np.where(hinted & (goods >= 0.5), np.maximum(score, lifted), score)

    def explain(
        self, title: str, description: str, shop: str, *, policy: str = "imported", limit: int = 5
    ) -> tuple[BatchScores, tuple["Reason", ...]]:
        """Score one listing and give the reasons, strongest first."""
        from thriftwatch.model.reasons import find_reasons

        (block,) = blocks_of([title], [description], [shop])
        features = extract(block.data, block.offsets)
        found = self.head_scores(features)
        scores = self.decide(found.heads, block.shops, policy)
        if not limit:
            return scores, ()
        return scores, find_reasons(self, block, features, found, policy, limit)

    def save(self, folder: "str | PathLike[str]") -> None:
        """Write the model as a folder of JSON, arrays and a card, all or nothing."""
        from thriftwatch.model.artifact import save_model

        save_model(self, folder)


def _word_parts(features: Features, tables: Tables) -> tuple[Floats, Floats]:
    """Return what each distinct word adds to every head before the norm, and its idf."""
    word_rows = rows(features.kinds, tables.word_bits)
    idf = tables.word_idf.take(word_rows)
    idf[idf == 0] = tables.unseen_idf
    grams = grams_of(features)
    gram_rows = rows(grams.hashes, tables.gram_bits)
    gram_idf = tables.gram_idf.take(gram_rows)
    sums = _sums(tables.gram_weights.take(gram_rows, axis=0), grams.first)
    length = np.sqrt(np.maximum(_sums((gram_idf * gram_idf)[:, None], grams.first), 1e-6))
    parts = tables.word_weights.take(word_rows, axis=0) + sums / length * idf[:, None]
    return parts, idf


def _sums(values: Floats, bounds: Ints) -> Floats:
    """Sum rows ``bounds[i]:bounds[i + 1]`` for each i; empty ranges sum to 0."""
    sums = np.zeros((len(bounds) - 1, values.shape[1]), np.float32)
    filled = np.flatnonzero(bounds[1:] > bounds[:-1])
    if len(filled):
        sums[filled] = np.add.reduceat(values, bounds[filled], axis=0)
    return sums


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
    return result


def feature_blocks(titles: Any, descriptions: Any) -> Iterator[Features]:
    """Yield the features of each block of a batch (for training)."""
    for block in blocks_of(titles, descriptions, [""] * len(titles)):
        yield extract(block.data, block.offsets)
