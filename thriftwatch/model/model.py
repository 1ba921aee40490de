"""The scorer: text -> heads -> facts and score, with numpy alone.

A *head* is a linear model over the features of a listing: one for the label, one for each legal
fact and one for each rule of the labelling guideline. The law is a conjunction, so the score is
not linear in the words: it is a logistic function of the heads' log-odds and of their pairwise
products. Everything that leads to a head is linear, which is why reasons can be exact.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.blocks import Block, blocks_of
from thriftwatch.text.features import Features, extract
from thriftwatch.text.hashing import rows, signal_hash
from thriftwatch.text.scan import Scanner, SignalKey
from thriftwatch.text.shops import shop_hint
from thriftwatch.text.wordstore import NewWords, WordStore

if TYPE_CHECKING:
    from os import PathLike

    from thriftwatch.result import Reason

__all__ = ["OUTPUTS", "POLICIES", "TIERS", "BatchScores", "HeadScores", "Model", "Tables"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

POLICIES = ("imported", "all-used")
TIERS = ("clear", "review", "likely")
FACTS = ("goods", "worn", "foreign")
OUTPUTS = (*POLICIES, *FACTS, "certain")
"""What is computed from the heads: a score for each policy, the facts, and whether a reviewer who
labels the listing 1 would be sure of it."""
LOGIT_LIMIT = 8.0
"""Log-odds of the heads are kept within this limit before they are multiplied."""
_SURE = 0.5
"""Probability from which a reviewer is rather sure than not, or foreign origin rather stated."""
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
        float32, shape (counted words, heads): what each word that counts adds, before the norm.
    norm
        float32, shape (listings,): what word parts are divided by.
    signal_parts
        float32, shape (signals, heads).
    """

    heads: NDArray[np.float64]
    word_parts: Floats
    norm: Floats
    signal_parts: Floats


class _WordParts:
    """What each word of a `WordStore` adds to the heads before the norm, and its squared idf.

    It also remembers what each signal adds, for single listings.
    """

    __slots__ = ("_parts", "_signal_numbers", "_signal_parts", "_tables", "scanner", "store")

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._parts = np.zeros((1 << 12, len(tables.bias) + 1), np.float32)
        self._signal_numbers: dict[SignalKey, int] = {}
        self._signal_parts = np.zeros((1 << 10, len(tables.bias)), np.float32)
        self.store = WordStore(self._learn)
        self.scanner = Scanner(self.store)

    def signals(self, keys: set[SignalKey]) -> Floats:
        """Return what signals add, shape (signals, heads)."""
        numbers = self._signal_numbers
        for key in keys:
            if key not in numbers:
                if len(numbers) == len(self._signal_parts):
                    self._signal_parts = np.concatenate((self._signal_parts,) * 2)
                kind, first, second = key
                hashes = signal_hash(kind, np.array([first]), np.array([second]))
                (row,) = rows(hashes, self._tables.signal_bits).tolist()
                self._signal_parts[len(numbers)] = self._tables.signal_weights[row]
                numbers[key] = len(numbers)
        return self._signal_parts.take([numbers[key] for key in keys], axis=0)

    def take(self, numbers: Ints) -> Floats:
        """Return parts and squared idf of words, shape (words, heads + 1)."""
        return self._parts.take(numbers, axis=0)

    def _learn(self, new: NewWords) -> None:
        if new.first_number == 0:
            self.scanner.forget()
        tables = self._tables
        word_rows = rows(new.canonical, tables.word_bits)
        idf = tables.word_idf.take(word_rows)
        idf[idf == 0] = tables.unseen_idf
        gram_rows = rows(new.gram_hashes, tables.gram_bits)
        gram_idf = tables.gram_idf.take(gram_rows)
        sums = _sums(tables.gram_weights.take(gram_rows, axis=0), new.gram_first)
        squares = _sums((gram_idf * gram_idf)[:, None], new.gram_first)
        length = np.sqrt(np.maximum(squares, np.float32(1e-6)))
        parts = tables.word_weights.take(word_rows, axis=0) + sums / length * idf[:, None]
        end = new.first_number + len(idf)
        if end > len(self._parts):
            grown = np.zeros((2 * end, self._parts.shape[1]), np.float32)
            grown[: len(self._parts)] = self._parts
            self._parts = grown
        self._parts[new.first_number : end, :-1] = parts
        self._parts[new.first_number : end, -1] = idf * idf


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
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def id(self) -> str:
        """Name, version and content hash, such as ``thriftwatch-id 1.0.0 (sha256:ab12cd34)``."""
        card = self.card
        return f"{card['name']} {card['version']} (sha256:{card['sha256'][:8]})"

    def __repr__(self) -> str:
        return f"<Model {self.id}>"

    def _words(self) -> _WordParts:
        """Return what this thread remembers of words."""
        words: _WordParts | None = getattr(self._local, "words", None)
        if words is None:
            words = self._local.words = _WordParts(self.tables)
        return words

    def features(self, block: Block) -> Features:
        """Extract the features of a block of listings."""
        return extract(block.data, block.offsets, self._words().store)

    def head_scores(self, features: Features) -> HeadScores:
        """Compute the log-odds of every head for a block of listings."""
        tables, n, signals = self.tables, features.listings, features.signals
        counted = features.counted
        parts = self._words().take(features.numbers.take(counted))
        bounds = np.searchsorted(features.words.text.take(counted), np.arange(2 * n + 1))
        by_text = _sums(parts, bounds)
        sums = by_text[:n] + by_text[n:]
        norm = np.sqrt(np.maximum(sums[:, -1], np.float32(1.0)))
        signal_rows = rows(signals.hashes, tables.signal_bits)
        signal_parts = tables.signal_weights.take(signal_rows, axis=0)
        by_signal = _sums(signal_parts, np.searchsorted(signals.listing, np.arange(n + 1)))
        heads = sums[:, :-1] / norm[:, None] + by_signal + tables.bias
        return HeadScores(heads.astype(np.float64), parts[:, :-1], norm, signal_parts)

    def _heads_of_one(self, title: str, description: str) -> NDArray[np.float64]:
        """Compute what `head_scores` does for one listing, shape (1, heads)."""
        words = self._words()
        numbers, keys = words.scanner.scan(title, description)
        sums = words.take(np.array(numbers, np.int64)).sum(axis=0)
        norm = np.sqrt(max(sums[-1], np.float32(1.0)))
        heads: NDArray[np.float64] = np.zeros((1, len(self.heads)))
        heads[0] = sums[:-1] / norm + words.signals(keys).sum(axis=0) + self.tables.bias
        return heads

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
        if len(titles) == 1:
            title, description, shop = (str(text[0]) for text in (titles, descriptions, shops))
            return self.decide(self._heads_of_one(title, description), [shop], policy)
        parts = [
            self._score_block(block, policy) for block in blocks_of(titles, descriptions, shops)
        ]
        if not parts:
            none = np.zeros(0)
            return BatchScores(none, none, none, none, none.astype(np.int8))
        return BatchScores(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in BatchScores.__slots__
            )
        )

    def _score_block(self, block: Block, policy: str) -> BatchScores:
        heads = self.head_scores(self.features(block)).heads
        return self.decide(heads, block.shops, policy)

    def decide(self, heads: NDArray[np.float64], shops: Sequence[str], policy: str) -> BatchScores:
        """Turn heads and shop names into facts, score and tier."""
        probability = _sigmoid(self.interaction(heads))
        thresholds = self.card["tiers"][policy]
        score = probability[:, OUTPUTS.index(policy)]
        score = self._lifted_by_shop(
            score, probability[:, OUTPUTS.index("goods")], shops, thresholds
        )
        likely = score >= thresholds["likely"]
        if policy == "imported":
            # "thrift" on a garment and nothing else is a case for review, however clear it is.
            sure = probability[:, [OUTPUTS.index("certain"), OUTPUTS.index("foreign")]] >= _SURE
            likely &= sure.any(axis=1)
        tier = np.where(likely, 2, score >= thresholds["review"]).astype(np.int8)
        goods, worn, foreign = (probability[:, OUTPUTS.index(fact)] for fact in FACTS)
        return BatchScores(score, goods, worn, foreign, tier)

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
        features = self.features(block)
        found = self.head_scores(features)
        scores = self.decide(found.heads, block.shops, policy)
        if not limit:
            return scores, ()
        return scores, find_reasons(self, block, features, found, policy, limit)

    def __getstate__(self) -> tuple[Any, ...]:
        """Leave what a thread remembers behind: a copy in another process starts afresh."""
        return self.card, self.heads, self.tables, self.interaction

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take the numbers over."""
        values = (*state, threading.local())
        names = ("card", "heads", "tables", "interaction", "_local")
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    def save(self, folder: "str | PathLike[str]") -> None:
        """Write the model as a folder of JSON, arrays and a card, all or nothing."""
        from thriftwatch.model.artifact import save_model

        save_model(self, folder)


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
