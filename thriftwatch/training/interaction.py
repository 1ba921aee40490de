"""Fit what joins the heads: the conjunction of the law, learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from thriftwatch.domain import ELEMENTS, GOODS, LOGIT_LIMIT, OUTPUTS, POLICY_FACTS
from thriftwatch.model.tables import Interaction
from thriftwatch.training.counterfactuals import Counterfactuals
from thriftwatch.training.heads import BARE_WEIGHT, WANTED_WEIGHT, OutOfFold
from thriftwatch.training.labelled import Labelled

__all__ = ["Joined", "join_heads", "output_targets"]

Floats = NDArray[np.float64]

_C = 0.05
_UNCERTAIN_WEIGHT = 0.04
_OF_THE_LABEL = [OUTPUTS.index("imported"), OUTPUTS.index("certain")]
_OF_AN_OFFER = [OUTPUTS.index("all-used"), OUTPUTS.index(GOODS)]
_JOINED_FROM = {policy: facts for policy, facts in POLICY_FACTS.items() if facts}
"""Outputs that are joined from some heads only. Whether goods are worn does not turn on where they
are from: on the rows origin and wear go together, in a catalogue most of what is foreign is new."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The fitted interaction, and what it would have said of rows it did not see.

    Attributes
    ----------
    interaction
        Fitted on all rows' out-of-fold heads, calibrated.
    log_odds
        float64, shape (rows, outputs): cross-validated and calibrated.
    """

    interaction: Interaction
    log_odds: Floats


def output_targets(rows: Labelled) -> tuple[NDArray[np.int8], Floats]:
    """Return target and weight of every output for every row, shape (rows, outputs)."""
    of_label, everywhere = rows.label == 1, np.ones(len(rows), bool)
    states = {element.name: rows.fact(element) for element in ELEMENTS}
    states["certain"] = of_label & (rows.certainty != "probable"), everywhere
    for policy, facts in POLICY_FACTS.items():
        states[policy] = of_label, everywhere
        if facts:
            holds, stated = zip(*(states[name] for name in facts), strict=True)
            states[policy] = np.all(holds, axis=0), np.all(stated, axis=0)
    columns = np.column_stack([states[name][0] for name in OUTPUTS]).astype(np.int8)
    weight = np.column_stack([states[name][1] for name in OUTPUTS]).astype(np.float64)
    weight[:, unstated_outputs(columns, weight)] = 0.0
    for output in _OF_THE_LABEL:
        weight[rows.certainty == "uncertain", output] = _UNCERTAIN_WEIGHT
    return columns, weight


def unstated_outputs(target: NDArray[np.int8], weight: Floats) -> list[int]:
    """Return the outputs that the rows do not tell both sides of."""
    return [
        output
        for output in range(target.shape[1])
        if len(np.unique(target[weight[:, output] > 0, output])) < 2
    ]


def join_heads(
    predicted: OutOfFold,
    names: Sequence[str],
    target: NDArray[np.int8],
    weight: Floats,
    counterfactuals: Counterfactuals,
) -> Joined:
    """Fit the interaction on out-of-fold heads, judge it by nested folds, and calibrate it.

    Parameters
    ----------
    predicted
        Heads of the rows and then of their counterfactuals.
    names
        Names of the heads.
    target, weight
        What `output_targets` returned for the rows.
    counterfactuals
        What `make_counterfactuals` returned for the rows.

    Returns
    -------
    Joined
    """
    rows, joins = len(target), _joins(names)
    augmented_target = target[counterfactuals.of].copy()
    augmented_target[:, _OF_THE_LABEL] = 0
    augmented_target[:, _OF_AN_OFFER] *= ~counterfactuals.wanted[:, None]
    augmented_weight = WANTED_WEIGHT * weight[counterfactuals.of] * counterfactuals.wanted[:, None]
    augmented_weight[:, _OF_THE_LABEL] += BARE_WEIGHT * ~counterfactuals.wanted[:, None]
    target = np.vstack((target, augmented_target))
    weight = np.vstack((weight, augmented_weight))

    log_odds = np.zeros((rows, len(OUTPUTS)))
    for fold in range(len(predicted.nested)):
        own = predicted.fold == fold
        fitted = _fit(predicted.nested[fold][~own], joins, target[~own], weight[~own])
        tested = np.flatnonzero(own[:rows])
        log_odds[tested] = fitted(predicted.nested[fold][tested])
    slope, shift = _calibration(log_odds, target[:rows], weight[:rows])
    log_odds = log_odds * slope + shift
    heads = predicted.plain()
    final = _fit(heads, joins, target, weight)
    return Joined(
        Interaction(
            np.round(final.bias * slope + shift, 6),
            np.round(final.linear * slope[:, None], 6),
            np.round(final.pairs * slope[:, None, None], 6),
            np.round(_undecided(heads[:rows], log_odds), 6),
        ),
        log_odds,
    )


def _undecided(heads: Floats, log_odds: Floats) -> Floats:
    """Return the mean heads of the rows nearest to even odds, for each output."""
    z = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
    nearest = np.argsort(np.abs(log_odds), axis=0, kind="stable")[: max(len(z) // 10, 1)]
    return np.stack([z[rows].mean(axis=0) for rows in nearest.T])


def _joins(names: Sequence[str]) -> NDArray[np.bool_]:
    """Return which heads each output is joined from, shape (outputs, heads)."""
    return np.array([[name in _JOINED_FROM.get(out, names) for name in names] for out in OUTPUTS])


def _fit(
    heads: Floats, joins: NDArray[np.bool_], target: NDArray[np.int8], weight: Floats
) -> Interaction:
    """Fit a logistic regression on the heads and their products for each output."""
    z = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
    size = z.shape[1]
    first, second = np.triu_indices(size)
    inputs = np.hstack((z, z[:, first] * z[:, second]))
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    scaled = (inputs - mean) / spread
    outputs = target.shape[1]
    bias, linear = np.zeros(outputs), np.zeros((outputs, size))
    pairs = np.zeros((outputs, size, size))
    for output in range(outputs):
        used = weight[:, output] > 0
        if len(np.unique(target[used, output])) < 2:
            bias[output] = -4.0
            continue
        seen = np.concatenate((joins[output], joins[output, first] & joins[output, second]))
        model = LogisticRegression(C=_C, solver="liblinear", tol=1e-5, intercept_scaling=10.0)
        model.fit(
            scaled[np.ix_(used, seen)], target[used, output], sample_weight=weight[used, output]
        )
        weights = np.zeros(len(seen))
        weights[seen] = model.coef_[0] / spread[seen]
        bias[output] = model.intercept_[0] - mean @ weights
        linear[output] = weights[:size]
        pairs[output, first, second] += weights[size:] / 2
        pairs[output, second, first] += weights[size:] / 2
    return Interaction(bias, linear, pairs, np.zeros_like(linear))


def _calibration(
    log_odds: Floats, target: NDArray[np.int8], weight: Floats
) -> tuple[Floats, Floats]:
    """Return slope and shift of Platt's calibration for each output (Platt 1999)."""
    slope, shift = np.ones(log_odds.shape[1]), np.zeros(log_odds.shape[1])
    for output in range(log_odds.shape[1]):
        used = weight[:, output] > 0
        if len(np.unique(target[used, output])) < 2:
            continue
        model = LogisticRegression(C=1e4, solver="liblinear", intercept_scaling=10.0)
        model.fit(
            log_odds[used, output, None], target[used, output], sample_weight=weight[used, output]
        )
        slope[output], shift[output] = model.coef_[0, 0], model.intercept_[0]
    return slope, shift
