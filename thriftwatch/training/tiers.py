"""Choose the scores from which a listing is "review" and "likely"."""

import numpy as np
from numpy.typing import NDArray

from thriftwatch.evaluation.metrics import recall_at_precision

__all__ = ["LIKELY_PRECISION", "REVIEW_RECALL", "choose_tiers"]

LIKELY_PRECISION = 0.98
REVIEW_RECALL = 0.95
_HIGHEST, _LOWEST = 0.995, 0.02


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
    likely = float(np.clip(likely, _LOWEST, _HIGHEST))
    positives = np.sort(scores[labels == 1])
    review = float(positives[int((1.0 - recall) * (len(positives) - 1))])
    review = float(np.clip(review, _LOWEST, _HIGHEST - 0.01))
    return {"review": round(review, 4), "likely": round(max(likely, review + 1e-4), 4)}
