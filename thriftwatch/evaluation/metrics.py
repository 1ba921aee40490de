"""The figures a model is judged by, with weights, exact ties and grouped intervals.

Everything here is numpy alone and agrees with scikit-learn where scikit-learn has the figure.
All functions take ``labels`` (0 or 1, shape (n,)), ``scores`` (higher means more likely 1, shape
(n,)) and optional ``weights`` (not negative, shape (n,)). A row of weight 2 counts as two rows.
A score is above a threshold when it is greater than *or equal to* it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError

__all__ = [
    "Interval",
    "Metric",
    "RecallAtPrecision",
    "average_precision",
    "bootstrap_interval",
    "brier",
    "calibration_error",
    "precision_at_prevalence",
    "precision_at_threshold",
    "recall_at_precision",
    "recall_at_threshold",
    "roc_auc",
    "threshold_at_false_positive_rate",
]

FloatArray = npt.NDArray[np.float64]

#: A figure of (labels, scores, weights); anything of this shape can be bootstrapped.
Metric = Callable[[FloatArray, FloatArray, FloatArray], float]


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


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its bootstrap confidence interval.

    Attributes
    ----------
    value : float
        The figure on the data themselves.
    low, high : float
        Ends of the interval.
    level : float
        Confidence level, such as 0.95.
    samples : int
        Resamples in which the figure was defined, which the ends are computed from.
    """

    value: float
    low: float
    high: float
    level: float
    samples: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


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
    curve = _curve(labels, scores, weights)
    gained = np.diff(curve.hits, prepend=0.0)
    return float(gained @ curve.precision() / curve.hits[-1])


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
    curve = _curve(labels, scores, weights)
    new_alarms = np.diff(curve.alarms, prepend=0.0)
    new_hits = np.diff(curve.hits, prepend=0.0)
    area = new_alarms @ (curve.hits - new_hits / 2)
    return float(area / (curve.hits[-1] * curve.alarms[-1]))


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
    curve = _curve(labels, scores, weights)
    recall = np.where(curve.precision() >= precision, curve.hits / curve.hits[-1], 0.0)
    best = int(np.argmax(recall))  # the first of equals is the highest threshold
    if recall[best] == 0:
        return RecallAtPrecision(0.0, float("inf"))
    return RecallAtPrecision(float(recall[best]), float(curve.thresholds[best]))


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
    y, s, w = _table(labels, scores, weights)
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
    y, s, w = _table(labels, scores, weights)
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
    scores = np.sort(_column(negative_scores, "negative_scores"))[::-1]
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
    y, s, w = _descending(*_probabilities(labels, scores, weights))
    ends = _tie_ends(s)
    upto = np.cumsum(w)[ends]
    mass = np.diff(upto, prepend=0.0)
    gap = np.diff(np.cumsum(w * (y - s))[ends], prepend=0.0)
    middle = (upto - mass / 2) / upto[-1]
    bin_of_tie = np.minimum((middle * bins).astype(np.int64), bins - 1)
    # The weight of a bin cancels: weight * |mean difference| is |summed difference|.
    return float(np.abs(np.bincount(bin_of_tie, gap)).sum() / upto[-1])


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
    y, s, w = _probabilities(labels, scores, weights)
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
    hits = recall * prevalence
    shown = hits + false_positive_rate * (1 - prevalence)
    return hits / shown if shown > 0 else float("nan")


def bootstrap_interval(
    metric: Metric,
    labels: npt.ArrayLike,
    scores: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    samples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Confidence interval of a figure, from resampling groups of rows that belong together.

    Near-copies of a listing succeed and fail together: a thousand rows in a hundred groups carry
    the information of nearer a hundred rows, and an interval from resampled rows is too narrow.

    Parameters
    ----------
    metric : callable
        Function of (labels, scores, weights) that returns a number, such as `roc_auc`. Bind
        options with ``functools.partial``.
    labels, scores : array_like, shape (n,)
        See the module.
    groups : array_like of int or str, shape (n,), optional
        Group of every row, as from `near_duplicate_groups`. Without it every row is a group.
    weights : array_like, shape (n,), optional
        Weights of the rows, kept in every resample.
    samples : int, optional
        Number of resamples, at least 2.
    level : float, optional
        Confidence level in (0, 1).
    seed : int, optional
        The same seed gives the same interval.

    Returns
    -------
    Interval
        The figure and its percentile interval (Efron and Tibshirani 1993, chapter 13).

    Raises
    ------
    InputError
        If an argument is not valid, the figure is undefined on the data, or more than one
        resample in ten leaves it undefined, because positives sit in too few groups.

    Notes
    -----
    Each resample draws as many groups as there are, with replacement, and hands `metric` how
    often every row was drawn as its weight. Rows are put in falling order of score once; the
    figures of this module notice and do not sort again. `metric` must therefore not depend on
    the order of rows. Percentile intervals are a little narrow below about 30 groups of positives.

    Examples
    --------
    >>> labels, scores = [0, 0, 0, 1, 1, 1] * 20, [0.1, 0.3, 0.6, 0.5, 0.7, 0.9] * 20
    >>> groups = [row // 3 for row in range(120)]
    >>> interval = bootstrap_interval(roc_auc, labels, scores, samples=200)
    >>> interval.low < interval.value < interval.high
    True
    """
    if samples < 2:
        raise InputError(f"samples must be at least 2, not {samples}.")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, such as 0.95, not {level!r}.")
    y, s, w = _table(labels, scores, weights)
    group, count = _group_numbers(groups, len(y))
    order = np.argsort(-s, kind="stable")
    y, s, w, group = y[order], s[order], w[order], group[order]
    value = metric(y, s, w)
    if not np.isfinite(value):
        raise InputError("The figure is undefined on these rows, so it has no interval.")
    random = np.random.default_rng(seed)
    figures = np.array(
        [_figure(metric, y, s, w * _draw(random, count)[group]) for _ in range(samples)]
    )
    figures = figures[np.isfinite(figures)]
    if len(figures) < 0.9 * samples:
        raise InputError(
            f"The figure was undefined in {samples - len(figures)} of {samples} resamples: "
            f"a class sits in too few of the {count} groups. Label more listings that are not "
            "copies of each other, or report the figure without an interval."
        )
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high), level, len(figures))


# --- bootstrap ---------------------------------------------------------------------------------


def _draw(random: np.random.Generator, groups: int) -> npt.NDArray[np.int64]:
    """How often each group is drawn: a multinomial, by counting, which is the fastest way."""
    return np.bincount(random.integers(groups, size=groups), minlength=groups)


def _figure(metric: Metric, labels: FloatArray, scores: FloatArray, weights: FloatArray) -> float:
    try:
        return metric(labels, scores, weights)
    except InputError:  # the resample lost one class; the caller counts these
        return float("nan")


def _group_numbers(groups: npt.ArrayLike | None, rows: int) -> tuple[npt.NDArray[np.int64], int]:
    if groups is None:
        return np.arange(rows), rows
    names = np.asarray(groups)
    if names.shape != (rows,):
        raise InputError(f"groups must have shape ({rows},) like labels, not {names.shape}.")
    distinct, number = np.unique(names, return_inverse=True)
    return number, len(distinct)


# --- curves ------------------------------------------------------------------------------------


class _Curve(NamedTuple):
    """Weight of positives and negatives at or above each distinct score, highest first."""

    thresholds: FloatArray
    hits: FloatArray
    alarms: FloatArray

    def precision(self) -> FloatArray:
        shown = self.hits + self.alarms
        # Where rows of weight 0 lead, nothing is shown yet: 0 as in scikit-learn, no warning.
        return np.divide(self.hits, shown, out=np.zeros_like(shown), where=shown > 0)


def _curve(labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None) -> _Curve:
    y, s, w = _descending(*_table(labels, scores, weights))
    ends = _tie_ends(s)
    positive = w * y
    hits = np.cumsum(positive)[ends]
    alarms = np.cumsum(w - positive)[ends]
    if hits[-1] <= 0 or alarms[-1] <= 0:
        raise InputError(
            "All rows with weight have the same label; this figure needs rows labelled 0 and 1."
        )
    return _Curve(s[ends], hits, alarms)


def _descending(
    y: FloatArray, s: FloatArray, w: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows by falling score. Sorted rows pass through: a bootstrap sorts once, not per sample."""
    if np.all(s[:-1] >= s[1:]):
        return y, s, w
    order = np.argsort(-s, kind="stable")
    return y[order], s[order], w[order]


def _tie_ends(s: FloatArray) -> npt.NDArray[np.int64] | slice:
    """Last position of every run of equal scores, as an index."""
    differs = s[:-1] != s[1:]
    if differs.all():
        return slice(None)  # no ties, the common case: no copies either
    return np.append(np.flatnonzero(differs), len(s) - 1)


# --- checks ------------------------------------------------------------------------------------


def _table(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Labels, scores and weights as checked flat arrays of equal length."""
    y, s = _column(labels, "labels"), _column(scores, "scores")
    w = np.ones_like(y) if weights is None else _column(weights, "weights")
    if not len(y) == len(s) == len(w):
        raise InputError(
            f"labels, scores and weights must have equal length, not {len(y)}, {len(s)}, {len(w)}."
        )
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"labels must be 0 or 1; row {row} is {y[row]:g}.")
    if w.min() < 0 or w.max() <= 0:
        raise InputError("weights must not be negative, and at least one must be above 0.")
    return y, s, w


def _probabilities(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    y, s, w = _table(labels, scores, weights)
    if s.min() < 0 or s.max() > 1:
        raise InputError(
            f"scores must be probabilities in [0, 1], but reach from {s.min():g} to {s.max():g}."
        )
    return y, s, w


def _column(values: npt.ArrayLike, name: str) -> FloatArray:
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers: {error}") from error
    if column.ndim != 1 or not column.size:
        raise InputError(f"{name} must be flat and not empty, not of shape {column.shape}.")
    finite = np.isfinite(column)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InputError(f"{name} must be finite; row {row} is {column[row]}.")
    return column
