"""Choose the scores from which a listing is "review" and "likely", and keep what they let through.

Both are chosen on rows that the model did not see. What is kept suffices to choose them again for
another prevalence (`thriftwatch.model.prevalence`).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import OUTPUTS, POLICIES, log_odds_of, may_be_likely, probability_of
from thriftwatch.evaluation.metrics import recall_at_precision
from thriftwatch.model.model import Model
from thriftwatch.model.prevalence import Curve, expected_precision

__all__ = ["LIKELY_PRECISION", "REVIEW_RECALL", "choose_tiers", "operating_points"]

LIKELY_PRECISION = 0.98
REVIEW_RECALL = 0.95
_HIGHEST, _LOWEST = 0.995, 0.02
"""Thresholds stay between these, or above the share of positives where that is lower still."""


def choose_tiers(
    labels: NDArray[np.int8],
    scores: NDArray[np.float64],
    *,
    precision: float = LIKELY_PRECISION,
    recall: float = REVIEW_RECALL,
) -> dict[str, float]:
    """Choose the thresholds of the tiers from scores of rows the model did not see.

    Parameters
    ----------
    labels
        0 or 1, shape (rows,). Uncertain rows belong in here as 0: they must not be "likely".
    scores
        Shape (rows,).
    precision
        What share of the rows in "likely" must be positive.
    recall
        What share of the positives must be in "review" or "likely".

    Returns
    -------
    dict
        ``{"review": .., "likely": ..}``, review below likely. Where all rows have one label
        there is nothing to choose by, and the highest thresholds are given.

    Examples
    --------
    >>> labels = np.array([0, 0, 1, 1], np.int8)
    >>> choose_tiers(labels, np.array([0.1, 0.2, 0.6, 0.9]), precision=1.0, recall=1.0)
    {'review': 0.6, 'likely': 0.6001}
    """
    if labels.size == 0 or labels.min() == labels.max():
        return {"review": round(_HIGHEST - 0.01, 4), "likely": _HIGHEST}
    likely = float(recall_at_precision(labels, scores, precision=precision).threshold)
    lowest = min(_LOWEST, float(labels.mean()))
    likely = float(np.clip(likely, lowest, _HIGHEST))
    positives = np.sort(scores[labels == 1])
    review = float(positives[int((1.0 - recall) * (len(positives) - 1))])
    review = float(np.clip(review, lowest, _HIGHEST - 0.01))
    return {"review": _rounded(review), "likely": _rounded(max(likely, review + 1e-4))}


def _rounded(threshold: float) -> float:
    # Four digits, not four decimals: where positives are rare, thresholds are small.
    return float(f"{threshold:.4g}")


def operating_points(
    target: NDArray[np.int8],
    weight: NDArray[np.float64],
    log_odds: NDArray[np.float64],
    base: Model | None,
) -> dict[str, Any]:
    """Return what a model's card says of its tiers.

    Parameters
    ----------
    target, weight
        What `output_targets` returned, shape (rows, outputs).
    log_odds
        The same rows judged by models that did not see them.
    base
        The earlier model, which tells of a policy that the rows say nothing about.

    Returns
    -------
    dict
        ``tiers``, and for each policy the counts of held-out rows (``curve``), the share of
        positives that the score was calibrated on (``prevalence``), and ``expected_precision``.
    """
    probability = probability_of(log_odds)
    part: dict[str, Any] = {"tiers": {}, "curve": {}, "prevalence": {}}
    for policy in POLICIES:
        place = OUTPUTS.index(policy)
        used = weight[:, place] > 0
        if base is not None and not used.any():
            for key, values in part.items():
                values.update(
                    {policy: base.card[key][policy]} if policy in base.card.get(key, {}) else {}
                )
            continue
        labels = target[used, place]
        tier = choose_tiers(labels, probability[used, place])
        part["tiers"][policy] = tier
        outputs = dict(zip(OUTPUTS, probability[used].T, strict=True))
        may = np.broadcast_to(may_be_likely(outputs, policy), len(labels))
        thresholds = [log_odds_of(threshold) for threshold in tier.values()]
        curve = Curve.count(labels, log_odds[used, place], may, thresholds)
        share = round(float(np.average(labels, weights=weight[used, place])), 6)
        part["curve"][policy] = curve.to_card()
        part["prevalence"][policy] = {"training": share, "stated": share}
    part["expected_precision"] = expected_precision(part)
    return part
