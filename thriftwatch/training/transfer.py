"""Transfer the heads of an earlier model to labels that do not state the facts.

Whoever labels listings 0 or 1 need not say which are worn or foreign: the heads of the bundled
model judge that, and its label head joins as ``prior``. New words get their own idf; where the
earlier model knew a word or n-gram its idf stays, so that the transferred heads say what they said.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from thriftwatch.domain import probability_of
from thriftwatch.model.heads import Heads, Lookup
from thriftwatch.model.model import Model
from thriftwatch.model.tables import MOST_WORDS, WORD_STEP, Interaction, Tables, with_arrays
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.training.heads import OutOfFold
from thriftwatch.training.interaction import Joined
from thriftwatch.training.matrix import GRAM_BITS, Frequencies, gram_parts, whole

__all__ = [
    "Transferred",
    "known_frequencies",
    "shrink_to_earlier",
    "transfer_heads",
    "transfer_outputs",
]

Floats = NDArray[np.float64]
_LABEL, _PRIOR = "label", "prior"
_PARTS = ("bias", "linear", "pairs", "undecided")
_START = np.array([1.0, 0.3, 0.0])
"""Where the mixture with the earlier model starts. Without a share of the new from the start a
reviewer's twenty decisions would shift all scores and teach nothing."""
_HOLD = np.array([30.0, 30.0, 1.0])
"""How firmly the mixture is held there. Chosen by experiment: with 10 some thirty rows that are no
fair sample do harm, with 60 a label that means something else is learned late."""
_HOLD_OF_FEW = np.array([0.0, 0.0, 200.0])
"""What is added, divided by the number of rows: few reviewed rows were chosen by their scores and
say nothing of how common positives are."""
_LIMIT = 12.0
"""Log-odds beyond this are kept from deciding a mixture alone."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """Heads of an earlier model, as part of a new one.

    Attributes
    ----------
    names
        The transferred heads; the earlier label head is ``prior``.
    tables
        Their numbers, over the new model's idf.
    log_odds
        float64, shape (listings, transferred heads).
    """

    names: tuple[str, ...]
    tables: Tables
    log_odds: Floats

    def joined_to(self, own: Tables) -> Tables:
        """Return the tables of the new model's own heads and, behind them, these."""
        weights: dict[str, Any] = {
            name: np.concatenate((getattr(own, name), getattr(self.tables, name)), axis=-1)
            for name in ("word_weights", "gram_weights", "feature_weights", "bias")
        }
        return replace(own, **weights)


def known_frequencies(counted: Frequencies, base: Model) -> Frequencies:
    """Return the earlier model's idf where it has one, and the newly counted idf elsewhere."""
    tables = base.tables
    idf = dict(zip(counted.words, counted.word_idf.tolist(), strict=True))
    known = dict(zip(tables.words, np.asarray(tables.word_idf).tolist(), strict=True))
    new = sorted(idf.keys() - known.keys(), key=lambda word: (idf[word], word))
    idf = {word: idf[word] for word in new[: MOST_WORDS - len(known)]} | known
    words = sorted(idf)
    gram_idf = counted.gram_idf.copy()
    gram_idf[np.asarray(tables.gram_buckets)] = tables.gram_idf
    features = dict(zip(counted.features, counted.feature_idf.tolist(), strict=True))
    names = sorted({*features, *tables.features})
    return Frequencies(
        words,
        np.array([idf[word] for word in words]),
        gram_idf,
        names,
        np.array([features.get(name, 0.0) for name in names]),
        max(counted.unseen_idf, tables.unseen_idf),
    )


def transfer_heads(
    base: Model,
    own_heads: Sequence[str],
    frequencies: Frequencies,
    vocabulary: Vocabulary,
    titles: Sequence[str],
    descriptions: Sequence[str],
) -> Transferred:
    """Take over the heads of ``base`` that the new model does not have itself.

    Parameters
    ----------
    base
        The earlier model.
    own_heads
        The heads that the new labels suffice for.
    frequencies
        What `known_frequencies` returned.
    vocabulary
        The lexicon of the new model.
    titles, descriptions
        The listings to judge.

    Returns
    -------
    Transferred
    """
    places = [n for n, name in enumerate(base.heads) if name == _LABEL or name not in own_heads]
    old = base.tables
    buckets = np.flatnonzero(frequencies.gram_idf)
    gram_weights = _moved(
        np.asarray(old.gram_buckets).tolist(), old.gram_weights, buckets.tolist(), places
    )
    # A word that the earlier model did not see is to its heads what its n-grams are.
    word_weights = whole(gram_parts(frequencies, buckets, gram_weights), WORD_STEP)
    known = np.isin(frequencies.words, old.words)
    word_weights[known] = _moved(old.words, old.word_weights, frequencies.words, places)[known]
    tables = Tables(
        words=frequencies.words,
        word_idf=frequencies.word_idf.astype(np.float32),
        word_weights=word_weights,
        gram_buckets=buckets.astype(np.int32),
        gram_bits=GRAM_BITS,
        gram_idf=frequencies.gram_idf[buckets].astype(np.float32),
        gram_weights=gram_weights,
        features=frequencies.features,
        feature_weights=_moved(old.features, old.feature_weights, frequencies.features, places),
        bias=np.asarray(old.bias)[places],
        unseen_idf=float(np.float32(frequencies.unseen_idf)),
    )
    names = tuple(_PRIOR if base.heads[n] == _LABEL else base.heads[n] for n in places)
    return Transferred(names, tables, _heads_of(tables, vocabulary, titles, descriptions))


def _moved(
    old: Sequence[Any], weights: Any, new: Sequence[Any], heads: Sequence[int]
) -> NDArray[np.int16]:
    """Return the weights of some heads in the order of other keys; 0 for keys that had none."""
    place = {key: row for row, key in enumerate(new)}
    moved = np.zeros((len(new), len(heads)), np.int16)  # scoring wants row after row
    moved[[place[key] for key in old]] = np.asarray(weights)[:, heads]
    return moved


def _heads_of(
    tables: Tables, vocabulary: Vocabulary, titles: Sequence[str], descriptions: Sequence[str]
) -> Floats:
    """Return the log-odds of heads, shape (listings, heads)."""
    width = len(tables.bias)
    nothing = Interaction(np.zeros(1), *(np.zeros((1,) + (width,) * n) for n in (1, 2, 1)))
    numbers = {name: number for number, name in enumerate(tables.features)}
    heads = Heads(Lookup(tables, nothing), Document(vocabulary, Names(vocabulary, numbers)))
    found = np.empty((len(titles), width))
    for row, (title, description) in enumerate(zip(titles, descriptions, strict=True)):
        heads.score(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
        found[row] = heads.log_odds
    return found


def transfer_outputs(
    joined: Joined, predicted: OutOfFold, heads: Sequence[str], base: Model, outputs: Sequence[int]
) -> Joined:
    """Replace outputs that the new labels say nothing about by those of the earlier model.

    Parameters
    ----------
    joined
        The new interaction.
    predicted
        Log-odds of the new model's heads.
    heads
        Their names.
    base
        The earlier model.
    outputs
        Which outputs to replace.

    Returns
    -------
    Joined
    """
    earlier = _in_heads_of(base, heads)
    changed = deepcopy(joined.interaction)
    for output in outputs:
        for name in _PARTS:
            getattr(changed, name)[output] = getattr(earlier, name)[output]
    log_odds = joined.log_odds.copy()
    log_odds[:, outputs] = earlier(predicted.plain()[: len(log_odds)])[:, outputs]
    return Joined(changed, log_odds)


def shrink_to_earlier(
    joined: Joined,
    predicted: OutOfFold,
    heads: Sequence[str],
    base: Model,
    target: NDArray[np.int8],
    weight: Floats,
) -> Joined:
    """Mix every output with that of the earlier model, as far as the new labels bear it out.

    A few hundred labels are too few for the products of the heads, and must not make worse what
    thousands have taught the earlier model. The log-odds become ``a * earlier + b * new + c``;
    the three numbers are fitted on rows that neither judged before, and stay near `_START`
    unless many rows speak for others.

    Parameters
    ----------
    joined
        The new interaction.
    predicted
        Log-odds of the new model's heads.
    heads
        Their names.
    base
        The earlier model.
    target, weight
        What `output_targets` returned.

    Returns
    -------
    Joined
    """
    earlier, new = _in_heads_of(base, heads), joined.interaction
    before = earlier(predicted.plain()[: len(target)])
    mixed = deepcopy(new)
    log_odds = joined.log_odds.copy()
    for output in range(target.shape[1]):
        own = joined.log_odds[:, output]
        used = weight[:, output] > 0
        if len(np.unique(target[used, output])) < 2:
            continue
        a, b, c = _mixture(
            before[used, output], own[used], target[used, output], weight[used, output]
        )
        for name in ("bias", "linear", "pairs"):
            getattr(mixed, name)[output] = np.round(
                a * getattr(earlier, name)[output] + b * getattr(new, name)[output], 6
            )
        mixed.bias[output] += round(c, 6)
        log_odds[:, output] = a * before[:, output] + b * own + c
    return Joined(mixed, log_odds)


def _mixture(
    earlier: Floats, new: Floats, target: NDArray[np.int8], weight: Floats
) -> tuple[float, float, float]:
    """Fit ``a * earlier + b * new + c`` by penalised likelihood, a and b not negative."""
    # Of few rows that are told apart with ease the new log-odds are boundless, and mean little.
    scale = min(1.0, earlier.std() / max(new.std(), 1e-9))
    inputs = np.column_stack((earlier, new * scale, np.ones(len(new))))
    inputs[:, :2] = np.clip(inputs[:, :2], -_LIMIT, _LIMIT)
    sign = np.where(target == 1, 1.0, -1.0)
    hold = _HOLD + _HOLD_OF_FEW / len(new)

    def loss(mix: Floats) -> tuple[float, Floats]:
        margin = sign * (inputs @ mix)
        off = mix - _START
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * hold @ off**2
        slope = inputs.T @ (-weight * sign * probability_of(-margin)) + hold * off
        return float(value), slope

    bounds = [(0.0, None), (0.0, None), (None, None)]
    found = minimize(loss, _START, jac=True, bounds=bounds, method="L-BFGS-B")
    a, b, c = found.x.tolist()
    return a, b * scale, c


def _in_heads_of(base: Model, heads: Sequence[str]) -> Interaction:
    """Return the interaction of the earlier model over the heads of the new one."""
    at = [heads.index(_PRIOR if name == _LABEL else name) for name in base.heads]
    old = with_arrays(base.interaction)
    outputs, size = len(old.bias), len(heads)
    linear, undecided = np.zeros((outputs, size)), np.zeros((outputs, size))
    pairs = np.zeros((outputs, size, size))
    linear[:, at], undecided[:, at] = old.linear, old.undecided
    pairs[np.ix_(range(outputs), at, at)] = old.pairs
    return Interaction(old.bias, linear, pairs, undecided)
