"""Confidence intervals from resampling groups of rows that belong together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.evaluation.checks import FloatArray, checked_table

__all__ = ["Interval", "Metric", "bootstrap_interval", "draw_groups", "group_numbers"]

#: A figure of (labels, scores, weights); anything of this shape can be bootstrapped.
Metric = Callable[[FloatArray, FloatArray, FloatArray], float]


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

    def to_dict(self) -> dict[str, float | None]:
        """Return value and ends as JSON-ready values; None where undefined."""
        return {
            name: float(number) if np.isfinite(number) else None
            for name, number in (("value", self.value), ("low", self.low), ("high", self.high))
        }


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
    >>> from thriftwatch.evaluation.metrics import roc_auc
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
    y, s, w = checked_table(labels, scores, weights)
    group, count = group_numbers(groups, len(y))
    order = np.argsort(-s, kind="stable")
    y, s, w, group = y[order], s[order], w[order], group[order]
    value = metric(y, s, w)
    if not np.isfinite(value):
        raise InputError("The figure is undefined on these rows, so it has no interval.")
    random = np.random.default_rng(seed)
    figures = np.array(
        [_figure(metric, y, s, w * draw_groups(random, count)[group]) for _ in range(samples)]
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


def draw_groups(random: np.random.Generator, groups: int) -> npt.NDArray[np.int64]:
    """Return how often each group is drawn, in as many draws as there are groups."""
    # A multinomial, by counting, which is the fastest way.
    return np.bincount(random.integers(groups, size=groups), minlength=groups)


def _figure(metric: Metric, labels: FloatArray, scores: FloatArray, weights: FloatArray) -> float:
    try:
        return metric(labels, scores, weights)
    except InputError:  # the resample lost one class; the caller counts these
        return float("nan")


def group_numbers(groups: npt.ArrayLike | None, rows: int) -> tuple[npt.NDArray[np.int64], int]:
    """Return the group of every row as a number from 0, and how many groups there are."""
    if groups is None:
        return np.arange(rows), rows
    names = np.asarray(groups)
    if names.shape != (rows,):
        raise InputError(f"groups must have shape ({rows},) like labels, not {names.shape}.")
    distinct, number = np.unique(names, return_inverse=True)
    return number, len(distinct)
