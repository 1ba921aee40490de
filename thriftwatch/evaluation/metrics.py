"""The figures a model is judged by, with weights and exact ties.

Everything here is numpy alone and agrees with scikit-learn where scikit-learn has the figure.
All functions take ``labels`` (0 or 1, shape (n,)), ``scores`` (higher means more likely 1, shape
(n,)) and optional ``weights`` (not negative, shape (n,)). A row of weight 2 counts as two rows.
A score is above a threshold when it is greater than *or equal to* it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.evaluation.calibration import calibration_bins
from thriftwatch.evaluation.checks import checked_column, checked_probabilities, checked_table
from thriftwatch.evaluation.curves import Curve, RankedRows, expected_precision

__all__ = [
    "RecallAtPrecision",
    "average_precision",
    "brier",
    "calibration_error",
    "precision_at_prevalence",
    "precision_at_threshold",
    "recall_at_precision",
    "recall_at_threshold",
    "roc_auc",
    "threshold_at_false_positive_rate",
]


class RecallAtPrecision(NamedTuple):
    """The best recall at a demanded precision, and the score that gives it.

    Attributes
    ----------
    recall : float
        Share of positives at or above the threshold; 0 where no threshold is precise enough.
    threshold : float
        Score to act on; infinity, which selects nothing, where none is precise enough.
    """

    recall: float
    threshold: float


def average_precision(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Area under the precision-recall curve, as the step sum of scikit-learn.

    The mean of the precision at each threshold, weighted by the recall gained there; rows of
    equal score are one threshold. No interpolation, which would be optimistic.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module.

    Returns
    -------
    float
        In (0, 1]; a random order gives the share of positives.

    Raises
    ------
    InputError
        If shapes differ, a value is not finite or a label not 0 or 1, or only one class has
        weight.

    Examples
    --------
    >>> round(average_precision([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8]), 3)
    0.833
    """
    return _curve(labels, scores, weights).average_precision()


def roc_auc(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Probability that a positive scores above a negative, a tie counting one half.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module.

    Returns
    -------
    float
        In [0, 1]; a random order gives 0.5.

    Raises
    ------
    InputError
        As `average_precision`.

    Examples
    --------
    >>> roc_auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
    0.875
    """
    return _curve(labels, scores, weights).roc_auc()


def recall_at_precision(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    precision: float = 0.95,
) -> RecallAtPrecision:
    """Most positives that can be found while `precision` of what is shown is positive.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module.
    precision : float, optional
        Demanded precision in (0, 1].

    Returns
    -------
    RecallAtPrecision
        Recall and threshold; the highest threshold when several give the same recall.

    Raises
    ------
    InputError
        As `average_precision`, or if `precision` is outside (0, 1].

    Notes
    -----
    The threshold is chosen on the very rows it is judged on, so on few rows the recall is
    optimistic. For a promise, choose it on one fold and use `recall_at_threshold` on another.

    Examples
    --------
    >>> recall_at_precision([0, 1, 0, 1], [0.1, 0.4, 0.3, 0.8], precision=0.9)
    RecallAtPrecision(recall=1.0, threshold=0.4)
    """
    if not 0 < precision <= 1:
        raise InputError(f"precision must be above 0 and at most 1, not {precision!r}.")
    return RecallAtPrecision(*_curve(labels, scores, weights).recall_at_precision(precision))


def recall_at_threshold(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    threshold: float,
) -> float:
    """Share of the positives that score at least `threshold`.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module.
    threshold : float
        Any number, in the unit of the scores.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    InputError
        If shapes differ, a value is not valid, or no positive has weight.

    Examples
    --------
    >>> recall_at_threshold([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8], threshold=0.5)
    0.5
    """
    y, s, w = checked_table(labels, scores, weights)
    positive = w * y
    if not positive.any():
        raise InputError("Recall needs at least one row labelled 1 with weight.")
    return float(positive[s >= threshold].sum() / positive.sum())


def precision_at_threshold(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    threshold: float,
) -> float:
    """Share of positives among the rows that score at least `threshold`.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module.
    threshold : float
        Any number, in the unit of the scores.

    Returns
    -------
    float
        In [0, 1], or NaN where no row scores so high: the precision of nothing is not a number.

    Raises
    ------
    InputError
        If shapes differ or a value is not valid.

    Examples
    --------
    >>> round(precision_at_threshold([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8], threshold=0.4), 3)
    0.667
    """
    y, s, w = checked_table(labels, scores, weights)
    shown = w * (s >= threshold)
    total = shown.sum()
    return float(shown @ y / total) if total > 0 else float("nan")


def threshold_at_false_positive_rate(negative_scores: npt.ArrayLike, rate: float) -> float:
    """Lowest threshold that at most `rate` of the negatives reach.

    Parameters
    ----------
    negative_scores : array_like, shape (m,)
        Scores of lawful listings.
    rate : float
        Accepted false-positive rate in [0, 1], such as 0.001.

    Returns
    -------
    float
        Just above the highest score that must stay below: with 1,000 negatives and a rate of
        0.001, the double that follows the second highest score. Compare it in double precision.
        When ties would exceed the rate, the whole tie stays below.

    Raises
    ------
    InputError
        If there are no scores, one is not finite, or `rate` is outside [0, 1].

    Notes
    -----
    With fewer than ``1 / rate`` negatives no false positive is allowed, and the threshold is a
    guess about a tail that was not observed.

    Examples
    --------
    >>> threshold = threshold_at_false_positive_rate([0.1, 0.2, 0.3, 0.9], rate=0.25)
    >>> 0.3 < threshold < 0.3001
    True
    """
    if not 0 <= rate <= 1:
        raise InputError(f"rate must be between 0 and 1, not {rate!r}.")
    scores = np.sort(checked_column(negative_scores, "negative_scores"))[::-1]
    # The small term undoes rounding in the product: 0.29 * 100 is 28.999999999999996.
    allowed = int(rate * len(scores) + 1e-9)
    if allowed >= len(scores):
        return float(scores[-1])
    return float(np.nextafter(scores[allowed], np.inf))


def calibration_error(
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    bins: int = 15,
) -> float:
    """Mean distance between the stated probability and the observed share of positives.

    The expected calibration error over bins of equal mass. Rows are ordered by score and cut
    into `bins` parts of the same weight; rows of equal score stay together, in the bin where the
    middle of the tie falls, so the result does not depend on the order of rows.

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module; scores are probabilities.
    bins : int, optional
        Number of bins. Fewer are filled when ties are long or rows few.

    Returns
    -------
    float
        In [0, 1]: the weighted mean over bins of |mean label - mean score|.

    Raises
    ------
    InputError
        If shapes differ, a score is outside [0, 1], a label is not 0 or 1, or `bins` is below 1.

    Notes
    -----
    Equal mass rather than equal width (Nixon et al. 2019, "Measuring Calibration in Deep
    Learning"): most listings score near 0, and bins of equal width would be judged on a handful
    of rows. Even a perfectly calibrated model has an error of about
    ``sqrt(bins / n) * mean(sqrt(p * (1 - p))) * 0.8``.

    Examples
    --------
    >>> round(calibration_error([0, 0, 1, 1], [0.1, 0.1, 0.8, 0.8], bins=2), 3)
    0.15
    """
    if bins < 1:
        raise InputError(f"bins must be at least 1, not {bins}.")
    y, s, w = checked_probabilities(labels, scores, weights)
    # The weight of a bin cancels: weight * |mean difference| is |summed difference|.
    gaps = np.bincount(calibration_bins(s, bins, w), w * (y - s))
    return float(np.abs(gaps).sum() / w.sum())


def brier(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Mean squared difference between probability and label (Brier 1950).

    Parameters
    ----------
    labels, scores, weights : array_like, shape (n,)
        See the module; scores are probabilities.

    Returns
    -------
    float
        In [0, 1], lower is better; the constant prevalence p scores ``p * (1 - p)``.

    Raises
    ------
    InputError
        If shapes differ, a score is outside [0, 1], or a label is not 0 or 1.

    Examples
    --------
    >>> round(brier([0, 1], [0.1, 0.8]), 3)
    0.025
    """
    y, s, w = checked_probabilities(labels, scores, weights)
    return float(w @ np.square(s - y) / w.sum())


def precision_at_prevalence(recall: float, false_positive_rate: float, prevalence: float) -> float:
    """Precision a reviewer should expect where `prevalence` of the listings are positive.

    Bayes' rule. Recall and false-positive rate do not depend on how common positives are;
    precision does, and a labelled sample is far richer in positives than a catalogue.

    Parameters
    ----------
    recall, false_positive_rate, prevalence : float
        Shares in [0, 1].

    Returns
    -------
    float
        In [0, 1], or NaN where nothing would be shown.

    Raises
    ------
    InputError
        If a share is outside [0, 1].

    Examples
    --------
    Ten percent of a sample may look fine; at one listing in a thousand a reviewer drowns:

    >>> round(precision_at_prevalence(0.9, 0.01, 0.10), 3)
    0.909
    >>> round(precision_at_prevalence(0.9, 0.01, 0.001), 3)
    0.083
    """
    shares = {
        "recall": recall,
        "false_positive_rate": false_positive_rate,
        "prevalence": prevalence,
    }
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise InputError(f"{name} must be between 0 and 1, not {share!r}.")
    return expected_precision(recall, false_positive_rate, prevalence)


def _curve(labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None) -> Curve:
    y, s, w = checked_table(labels, scores, weights)
    ranked = RankedRows.of(y, s)
    curve = ranked.curve(w[ranked.order])
    if not curve.has_both:
        raise InputError(
            "All rows with weight have the same label; this figure needs rows labelled 0 and 1."
        )
    return curve
