"""The scorer: text -> heads -> facts and score, with numpy alone.

A *head* is a linear model over the features of a listing: one for the label, one for each legal
fact and one for each rule of the labelling guideline. The law is a conjunction, so the score is
not linear in the words: it is a logistic function of the heads' log-odds and of their pairwise
products. Everything that leads to a head is linear, which is why reasons can be exact.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, GOODS, OUTPUTS, probability_of, tier_of
from thriftwatch.text.blocks import Block, blocks_of
from thriftwatch.text.features import Features, extract
from thriftwatch.text.hashing import (
    gram_rows,
    gram_rows_of_one,
    mix_one,
    rows,
    word_row,
    word_rows,
)
from thriftwatch.text.reading import spellings
from thriftwatch.text.scan import Scanner
from thriftwatch.text.shops import shop_hint
from thriftwatch.text.wordstore import WordStore

if TYPE_CHECKING:
    from os import PathLike

    from thriftwatch.result import Reason

__all__ = ["BatchScores", "HeadScores", "Model", "Tables"]

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Ints = NDArray[np.int64]

LOGIT_LIMIT = 8.0
"""Log-odds of the heads are kept within this limit before they are multiplied."""
_UNTHREADED = 256
"""Listings whose heads make so small a product that BLAS starts no threads, which would keep every
core of the machine busy for a few microseconds of work."""
_OWN_SHARE = 0.25
"""How far `Interaction.direction` leans from undecided listings to the listing itself."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The numbers of the linear heads, in hashed rows.

    Attributes
    ----------
    word_idf
        float16, shape (2**word_bits,): inverse document frequency; 0 for rows never seen.
    word_weights, gram_weights
        float16, shape (rows, heads): weight times idf of each feature, 0 for rows never seen.
    gram_idf
        float16, shape (2**gram_bits,).
    signal_weights
        float32, shape (2**signal_bits, heads); may be given as float16.
    bias
        float32, shape (heads,).
    unseen_idf
        The idf of a word never seen in training.
    is_signal
        One byte for each row of ``signal_weights``, 0 for empty ones.
    words
        ``word_weights``, and the idf a word counts with, as they are looked up.
    grams
        ``gram_weights``, and squared idf.
    """

    word_idf: Halves
    word_weights: Halves
    gram_idf: Halves
    gram_weights: Halves
    signal_weights: Floats
    bias: Floats
    unseen_idf: float
    is_signal: bytes = field(init=False, repr=False)
    words: "_FilledRows" = field(init=False, repr=False)
    grams: "_FilledRows" = field(init=False, repr=False)
    _both: "_FilledRows" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        squared = np.square(self.gram_idf, dtype=np.float32)
        both = _filled_rows(self.gram_weights, squared, 0.0).followed_by(
            _filled_rows(self.word_weights, self.word_idf, self.unseen_idf)
        )
        values = {
            "grams": _FilledRows(both.places[: len(squared)], both.values),
            "words": _FilledRows(both.places[len(squared) :], both.values),
            "_both": both,
            "signal_weights": np.asarray(self.signal_weights, np.float32),
            "is_signal": self.signal_weights.any(axis=1).tobytes(),
            "bias": np.asarray(self.bias, np.float32),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def grams_and_word(self, grams: list[int], word: int) -> Floats:
        """Return rows of `grams`, then a row of `words`, all looked up at once."""
        return self._both.take([*grams, len(self.gram_idf) + word])

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


class _FilledRows(NamedTuple):
    """A table without its empty rows, to stay in the processor's cache.

    ``places[row]`` is where a row stands in ``values``; the empty ones of a table share a row.
    """

    places: NDArray[np.int32]
    values: Floats

    def take(self, rows: Ints | list[int]) -> Floats:
        """Return rows of the whole table."""
        return self.values.take(self.places.take(rows), axis=0)

    def followed_by(self, other: "_FilledRows") -> "_FilledRows":
        """Put another table behind this one."""
        places = np.append(self.places, other.places + np.int32(len(self.values)))
        return _FilledRows(places, np.concatenate((self.values, other.values)))


def _filled_rows(weights: Halves, idf: Halves | Floats, empty: float) -> _FilledRows:
    """Join weights with idf as their last column; that of empty rows is given."""
    filled = np.flatnonzero(idf)
    places = np.zeros(len(idf), np.int32)
    places[filled] = np.arange(1, len(filled) + 1)
    values = np.zeros((len(filled) + 1, weights.shape[1] + 1), np.float32)
    values[1:, :-1], values[1:, -1] = weights.take(filled, axis=0), idf.take(filled)
    values[0, -1] = empty
    return _FilledRows(places, values)


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
    _joined: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        size = 1 + self.linear.shape[1]
        joined = np.zeros((len(self.bias), size, size))
        joined[:, 0, 0], joined[:, 0, 1:], joined[:, 1:, 1:] = self.bias, self.linear, self.pairs
        object.__setattr__(self, "_joined", joined.reshape(-1, size))

    def __call__(self, heads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds of every output, shape (listings, outputs)."""
        starts = range(0, max(len(heads), 1), _UNTHREADED)
        return np.concatenate([self._of_few(heads[at : at + _UNTHREADED]) for at in starts])

    def _of_few(self, heads: NDArray[np.float64]) -> NDArray[np.float64]:
        z = _limited(heads)
        size = z.shape[1]
        spread = z @ self.pairs.transpose(1, 0, 2).reshape(size, -1)
        quadratic = np.einsum("nok,nk->no", spread.reshape(len(z), -1, size), z)
        result: NDArray[np.float64] = quadratic + z @ self.linear.T + self.bias
        return result

    def of_one(self, heads: list[float]) -> list[float]:
        """Return log-odds of every output for one listing, in fewer steps."""
        if max(heads) > LOGIT_LIMIT or min(heads) < -LOGIT_LIMIT:
            heads = [min(max(head, -LOGIT_LIMIT), LOGIT_LIMIT) for head in heads]
        z = np.array([1.0, *heads])
        result: list[float] = self._joined.dot(z).reshape(-1, len(z)).dot(z).tolist()
        return result

    def direction(self, output: int, heads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a unit of each head adds to an output's log-odds, shape (..., heads).

        It is the slope between the listing and the listings that the output is undecided on: at
        the listing itself the products of far-off heads would dominate, and one slope for all
        would not know that wear beyond doubt needs no further word.
        """
        z = _limited(heads)
        between = (1 - _OWN_SHARE) * self.undecided[output] + _OWN_SHARE * z
        slope: NDArray[np.float64] = self.linear[output] + 2 * between @ self.pairs[output]
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


_FIRST_SIGNAL = 2
_LEAST_SQUARE = 1e-6
_FEW_WORDS = 3  # sooner added up one by one


class _Memory:
    """What a thread remembers of words and signals: what each adds to the heads, by row.

    The last column is the squared idf of a word: words count divided by the root of its sum.
    Row 0 is empty, row 1 is the bias; then come the signals of the tables, then words as they are
    met, and copies for signals that share a row of the tables with another.
    """

    __slots__ = (
        "_count", "_first_word", "_rows", "_signals", "_tables", "_taken", "scanner", "store",
    )  # fmt: skip

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._first_word = _FIRST_SIGNAL + len(tables.signal_weights)
        self._rows = np.zeros((self._first_word + (1 << 10), len(tables.bias) + 1), np.float32)
        self._rows[1, :-1] = tables.bias
        self._rows[_FIRST_SIGNAL : self._first_word, :-1] = tables.signal_weights
        self._count = self._first_word
        self._signals: dict[int, int] = {}
        self._taken: set[int] = set()
        self.store = WordStore(self)
        self.scanner = Scanner(self.store, self)

    def take(self, numbers: Ints | list[int]) -> Floats:
        """Return rows of words and signals, shape (numbers, heads + 1)."""
        return self._rows.take(numbers, axis=0)

    def learn_words(self, forms: Sequence[bytes]) -> int:
        """Work out the rows of words met for the first time."""
        if len(forms) <= _FEW_WORDS:
            return self._keep([self._parts_of_one(form) for form in forms])
        tables = self._tables
        grams, first = gram_rows(spellings(forms), tables.gram_bits)
        summed = _sums(tables.grams.take(grams), first)
        own = tables.words.take(word_rows(forms, tables.word_bits))
        idf, squares = (column[:, -1:].astype(np.float64) for column in (own, summed))
        parts = summed * (idf / np.sqrt(np.maximum(squares, _LEAST_SQUARE))) + own
        parts[:, -1:] = idf * idf
        return self._keep(parts)

    def _parts_of_one(self, form: bytes) -> list[float]:
        """Work out the row of one word: the same numbers, in fewer steps."""
        tables = self._tables
        (spelling,) = spellings([form])
        grams = gram_rows_of_one(spelling, tables.gram_bits)
        values = tables.grams_and_word(grams, word_row(form, tables.word_bits))
        parts, own = np.add.reduceat(values, (0, len(grams))).tolist()
        idf = own[-1]
        if grams:
            scale = idf / sqrt(max(parts[-1], _LEAST_SQUARE))
            own = [part * scale + alone for part, alone in zip(parts, own, strict=True)]
        return [*own[:-1], idf * idf]

    def signal_rows(self, codes: Sequence[int]) -> tuple[int, ...]:
        """Return the rows of signals, to each its own; those that count for nothing have none.

        Where several have one row of the tables, it is copied for all but the first.
        """
        known = self._signals
        rows = [known[code] if code in known else self._learn_signal(code) for code in codes]
        return tuple(filter(None, rows))

    def _learn_signal(self, code: int) -> int:
        place = mix_one(code) >> 64 - self._tables.signal_bits
        row = _FIRST_SIGNAL + place if self._tables.is_signal[place] else 0
        if row in self._taken:
            row = self._keep(self._rows[row : row + 1])
        elif row:
            self._taken.add(row)
        self._signals[code] = row
        return row

    def forget(self) -> None:
        """Forget every word, and the rows that signals got."""
        self._signals.clear()
        self._taken.clear()
        self._count = self._first_word

    def _keep(self, parts: NDArray[np.floating[Any]] | list[list[float]]) -> int:
        first, end = self._count, self._count + len(parts)
        if end > len(self._rows):
            grown = np.zeros((2 * end, self._rows.shape[1]), np.float32)
            grown[:first] = self._rows[:first]
            self._rows = grown
        self._rows[first:end] = parts
        self._count = end
        return first


class Scores(NamedTuple):
    """Scores of one listing: the fields of `BatchScores` as plain numbers."""

    score: float
    facts: tuple[float, ...]
    tier: int


@dataclass(frozen=True, slots=True)
class BatchScores:
    """Scores of a batch, in row order.

    Attributes
    ----------
    score
        float64 in [0, 1], shape (listings,): probability that a careful reviewer labels the
        listing 1.
    facts
        float64 in [0, 1], shape (listings, facts): probability of each of `FACTS`.
    tier
        int8, shape (listings,): place in `TIERS`.
    """

    score: NDArray[np.float64]
    facts: NDArray[np.float64]
    tier: NDArray[np.int8]

    def by_fact(self) -> dict[str, NDArray[np.float64]]:
        """Return the probabilities of each fact by its name, shape (listings,)."""
        return dict(zip(FACTS, self.facts.T, strict=True))


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

    def _memory(self) -> _Memory:
        """Return what this thread remembers."""
        memory: _Memory | None = getattr(self._local, "memory", None)
        if memory is None:
            memory = self._local.memory = _Memory(self.tables)
        return memory

    def features(self, block: Block) -> Features:
        """Extract the features of a block of listings."""
        return extract(block.data, block.offsets, self._memory().store)

    def head_scores(self, features: Features) -> HeadScores:
        """Compute the log-odds of every head for a block of listings."""
        tables, n, signals = self.tables, features.listings, features.signals
        counted = features.counted
        memory = self._memory()
        parts = memory.take(memory.store.row.take(features.numbers.take(counted)))
        by_text = _sums(parts, _bounds(features.words.text.take(counted), 2 * n))
        sums = by_text[:n] + by_text[n:]
        norm = np.sqrt(np.maximum(sums[:, -1], np.float32(1.0)))
        signal_rows = rows(signals.hashes, tables.signal_bits)
        signal_parts = tables.signal_weights.take(signal_rows, axis=0)
        by_signal = _sums(signal_parts, _bounds(signals.listing, n))
        heads = sums[:, :-1] / norm[:, None] + by_signal + tables.bias
        return HeadScores(heads.astype(np.float64), parts[:, :-1], norm, signal_parts)

    def _heads_of_one(self, title: str, description: str) -> list[float]:
        """Compute what `head_scores` does for one listing."""
        memory = self._memory()
        words, signals = memory.scanner.scan(title, description)
        parts = memory.take([0, *words, 1, *signals])  # row 0, because there may be no word
        by_word, by_signal = np.add.reduceat(parts, (0, len(words) + 1)).tolist()
        norm = sqrt(max(by_word.pop(), 1.0))
        pairs = zip(by_word, by_signal, strict=False)
        return [word / norm + signal for word, signal in pairs]

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
            one = self.score_one(title, description, shop, policy=policy)
            score, facts = np.array([one.score]), np.array([one.facts])
            return BatchScores(score, facts, np.array([one.tier], np.int8))
        n = len(titles)
        scores = BatchScores(np.empty(n), np.empty((n, len(FACTS))), np.empty(n, np.int8))
        start = 0
        for block in blocks_of(titles, descriptions, shops):
            part = self._score_block(block, policy)
            for name in BatchScores.__slots__:
                getattr(scores, name)[start : start + len(part.score)] = getattr(part, name)
            start += len(part.score)
        return scores

    def _score_block(self, block: Block, policy: str) -> BatchScores:
        heads = self.head_scores(self.features(block)).heads
        return self.decide(heads, block.shops, policy)

    def score_one(self, title: str, description: str, shop: str, *, policy: str) -> Scores:
        """Score one listing: what `score_batch` gives it, without arrays around it."""
        heads = self._heads_of_one(title, description)
        log_odds = self.interaction.of_one(heads)
        outputs = dict(zip(OUTPUTS, map(probability_of, log_odds), strict=True))
        score = outputs[policy]
        thresholds = self.card["tiers"][policy]
        if shop_hint(shop):
            score = float(_lifted_by_shop(score, outputs[GOODS], thresholds))
        tier = tier_of(score, outputs, thresholds, policy)
        return Scores(score, tuple(outputs[name] for name in FACTS), tier)

    def decide(self, heads: NDArray[np.float64], shops: Sequence[str], policy: str) -> BatchScores:
        """Turn heads and shop names into facts, score and tier."""
        return self.judge(probability_of(self.interaction(heads)), shops, policy)

    def judge(
        self, probability: NDArray[np.float64], shops: Sequence[str], policy: str
    ) -> BatchScores:
        """Turn the probabilities of `OUTPUTS` into facts, score and tier."""
        outputs = dict(zip(OUTPUTS, probability.T, strict=True))
        score = outputs[policy]
        thresholds = self.card["tiers"][policy]
        if any(shops):
            hinted = np.fromiter(map(shop_hint, shops), bool, len(shops))
            score = np.where(hinted, _lifted_by_shop(score, outputs[GOODS], thresholds), score)
        tier = tier_of(score, outputs, thresholds, policy).astype(np.int8)
        return BatchScores(score, np.column_stack([outputs[name] for name in FACTS]), tier)

    def explain(
        self, title: str, description: str, shop: str, *, policy: str = "imported", limit: int = 5
    ) -> tuple[BatchScores, tuple["Reason", ...]]:
        """Score one listing and give the reasons, strongest first."""
        block = self.explain_blocks([title], [description], [shop], policy=policy, limit=limit)
        ((scores, (reasons,)),) = block
        return scores, reasons

    def explain_blocks(
        self,
        titles: Any,
        descriptions: Any,
        shops: Any,
        *,
        policy: str = "imported",
        limit: int = 5,
    ) -> Iterator[tuple[BatchScores, list[tuple["Reason", ...]]]]:
        """Score many listings and give the reasons of each, strongest first.

        Parameters
        ----------
        titles, descriptions, shops, policy
            As for `score_batch`.
        limit
            How many reasons to give at most for each listing.

        Yields
        ------
        scores : BatchScores
            Scores of the next listings, in row order.
        reasons : list of tuple of Reason
            One tuple for each of these listings.
        """
        from thriftwatch.model.reasons import find_reasons, with_shops

        for block in blocks_of(titles, descriptions, shops):
            features = self.features(block)
            found = self.head_scores(features)
            reasons = find_reasons(self, block, features, found, policy, limit)
            probability = probability_of(self.interaction(found.heads))
            scores = self.judge(probability, block.shops, policy)
            if any(block.shops):
                by_text = probability[:, OUTPUTS.index(policy)]
                reasons = with_shops(reasons, block.shops, by_text, scores.score, limit)
            yield scores, reasons

    def with_prevalence(
        self,
        prevalence: float,
        *,
        policy: str = "imported",
        precision: float | None = None,
        review_load: float | None = None,
    ) -> "Model":
        """Return the model for a market where another share of the listings is positive.

        The score of that policy and its tiers change: the score's log-odds all move by the same
        step, "likely" starts where the stated precision is expected, and "review" holds what it
        held before, or what `review_load` allows. The order of listings by their text, the
        facts, the reasons and the other policy stay as they are.

        Parameters
        ----------
        prevalence
            Share of the listings that a careful reviewer would label 1, such as 0.005.
        policy
            ``"imported"`` or ``"all-used"``: what the prevalence is of.
        precision
            Share of the listings in "likely" that should be positive. By default that of the
            model's training or, where the held-out rows cannot promise it, the highest they can.
        review_load
            Largest share of all listings that may be in "review" or "likely".

        Returns
        -------
        Model
            A new model with an id of its own; `save` keeps it.

        Raises
        ------
        InputError
            If a share is not between 0 and 1, or cannot be promised.
        ModelError
            If the model was made by a version that kept no held-out counts.

        Notes
        -----
        The shift assumes that listings of a label look as they did in training (Saerens, Latinne
        and Decaestecker 2002). Labelled listings tend to be hard ones, so that in a catalogue
        fewer lawful listings reach a threshold than is expected here.

        Examples
        --------
        >>> from thriftwatch import load_model
        >>> rare = load_model().with_prevalence(0.005)  # doctest: +SKIP
        >>> rare.card["expected_precision"]["imported"]["review"]  # doctest: +SKIP
        """
        from thriftwatch.model.prevalence import restate

        return restate(
            self, prevalence, policy=policy, precision=precision, review_load=review_load
        )

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


def _bounds(owners: Ints, count: int) -> Ints:
    """Return where the rows of each of ``count`` owners start, and the end of the last."""
    return np.append(0, np.cumsum(np.bincount(owners, minlength=count)))


def _sums(values: Floats, bounds: Ints) -> Floats:
    """Sum rows ``bounds[i]:bounds[i + 1]`` for each i; empty ranges sum to 0."""
    filled = np.flatnonzero(bounds[1:] > bounds[:-1])
    if len(filled) == len(bounds) - 1 > 0:
        return np.add.reduceat(values, bounds[:-1], axis=0)
    sums = np.zeros((len(bounds) - 1, values.shape[1]), np.float32)
    if len(filled):
        sums[filled] = np.add.reduceat(values, bounds[filled], axis=0)
    return sums


def _lifted_by_shop(score: Any, goods: Any, thresholds: Mapping[str, float]) -> Any:
    """Lift clothing of a shop whose name tells a trade to "review", never to "likely"."""
    floor = thresholds["review"] + 0.5 * (thresholds["likely"] - thresholds["review"])
    lifted = np.minimum(score + thresholds["review"] * np.sqrt(goods), floor)
    return np.where(goods >= 0.5, np.maximum(score, lifted), score)


def _limited(heads: NDArray[np.float64]) -> NDArray[np.float64]:
    limited: NDArray[np.float64] = np.minimum(np.maximum(heads, -LOGIT_LIMIT), LOGIT_LIMIT)
    return limited
