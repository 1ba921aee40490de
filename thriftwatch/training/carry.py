"""Carry the heads of an earlier model over to labels that do not state the facts.

Whoever labels listings 0 or 1 need not say which are worn or foreign: the heads of the bundled
model judge that, and its label head joins as ``prior``. New words get their own idf; where the
earlier model knew a word or n-gram its idf stays, so that the carried heads say what they said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from thriftwatch.domain import probability_of
from thriftwatch.model.model import Interaction, Model, Tables
from thriftwatch.text.blocks import blocks_of
from thriftwatch.training.heads import OutOfFold
from thriftwatch.training.interaction import Joined
from thriftwatch.training.matrix import Frequencies

__all__ = ["Carried", "carry_outputs", "carry_over", "judge_with", "known_frequencies", "lean_on"]

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
class Carried:
    """Heads of an earlier model, as part of a new one.

    Attributes
    ----------
    names
        The carried heads; the earlier label head is ``prior``.
    tables
        Their numbers, over the new model's idf.
    log_odds
        float64, shape (listings, carried heads).
    """

    names: tuple[str, ...]
    tables: Tables
    log_odds: Floats

    def joined_to(self, own: Tables) -> Tables:
        """Return the tables of the new model's own heads and, behind them, the carried heads."""

        def both(name: str) -> NDArray[Any]:
            joined: NDArray[Any] = np.concatenate(
                (getattr(own, name), getattr(self.tables, name)), axis=-1
            )
            return joined

        return Tables(
            word_idf=own.word_idf,
            word_weights=both("word_weights"),
            gram_idf=own.gram_idf,
            gram_weights=both("gram_weights"),
            signal_weights=both("signal_weights"),
            bias=both("bias"),
            unseen_idf=own.unseen_idf,
        )


def known_frequencies(counted: Frequencies, base: Model) -> Frequencies:
    """Return the earlier model's idf where it has one, and the newly counted idf elsewhere."""
    tables = base.tables
    return Frequencies(
        np.where(tables.word_idf > 0, tables.word_idf, counted.word).astype(np.float64),
        np.where(tables.gram_idf > 0, tables.gram_idf, counted.gram).astype(np.float64),
        counted.signal,
        max(counted.unseen_word, tables.unseen_idf),
    )


def carry_over(
    base: Model,
    own_heads: Sequence[str],
    frequencies: Frequencies,
    titles: Sequence[str],
    descriptions: Sequence[str],
) -> Carried:
    """Take over the heads of ``base`` that the new model does not have itself.

    Parameters
    ----------
    base
        The earlier model.
    own_heads
        The heads that the new labels suffice for.
    frequencies
        What `known_frequencies` returned.
    titles, descriptions
        The listings to judge.

    Returns
    -------
    Carried
    """
    places = [n for n, name in enumerate(base.heads) if name == _LABEL or name not in own_heads]
    old = base.tables
    tables = Tables(
        word_idf=frequencies.word.astype(np.float16),
        word_weights=old.word_weights[:, places],
        gram_idf=frequencies.gram.astype(np.float16),
        gram_weights=old.gram_weights[:, places],
        signal_weights=old.signal_weights[:, places],
        bias=old.bias[places],
        unseen_idf=float(np.float16(frequencies.unseen_word)),
    )
    names = tuple(_PRIOR if base.heads[n] == _LABEL else base.heads[n] for n in places)
    judge = Model(base.card, names, tables, base.interaction)
    return Carried(names, tables, judge_with(judge, titles, descriptions))


def judge_with(model: Model, titles: Sequence[str], descriptions: Sequence[str]) -> Floats:
    """Return the log-odds of a model's heads, shape (listings, heads)."""
    log_odds = [
        model.head_scores(model.features(block)).heads
        for block in blocks_of(titles, descriptions, [""] * len(titles))
    ]
    return np.concatenate(log_odds)


def carry_outputs(
    joined: Joined, judged: OutOfFold, heads: Sequence[str], base: Model, outputs: Sequence[int]
) -> Joined:
    """Replace outputs that the new labels say nothing about by those of the earlier model.

    Parameters
    ----------
    joined
        The new interaction.
    judged
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
    new = joined.interaction
    changed = Interaction(
        new.bias.copy(), new.linear.copy(), new.pairs.copy(), new.undecided.copy()
    )
    for output in outputs:
        for name in _PARTS:
            getattr(changed, name)[output] = getattr(earlier, name)[output]
    log_odds = joined.log_odds.copy()
    log_odds[:, outputs] = earlier(judged.plain()[: len(log_odds)])[:, outputs]
    return Joined(changed, log_odds)


def lean_on(
    joined: Joined,
    judged: OutOfFold,
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
    judged
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
    before = earlier(judged.plain()[: len(target)])
    mixed = {name: getattr(new, name).copy() for name in _PARTS}
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
            mixed[name][output] = np.round(
                a * getattr(earlier, name)[output] + b * getattr(new, name)[output], 6
            )
        mixed["bias"][output] += round(c, 6)
        log_odds[:, output] = a * before[:, output] + b * own + c
    return Joined(Interaction(**mixed), log_odds)


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
    old = base.interaction
    outputs, size = len(old.bias), len(heads)
    linear, undecided = np.zeros((outputs, size)), np.zeros((outputs, size))
    pairs = np.zeros((outputs, size, size))
    linear[:, at], undecided[:, at] = old.linear, old.undecided
    pairs[np.ix_(range(outputs), at, at)] = old.pairs
    return Interaction(old.bias, linear, pairs, undecided)
