"""Confidence intervals from resampling groups of rows that belong together.

Near-copies of a listing succeed and fail together: a thousand rows in a hundred groups carry the
information of nearer a hundred rows, and an interval from resampled rows is too narrow.

A `Measure` turns "how often is each group drawn" into figures. A `Bootstrap` shows all measures
the same draws, so differences between two of them are paired.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.evaluation.checks import FloatArray, checked_table

__all__ = [
    "Bootstrap",
    "Interval",
    "Measure",
    "Metric",
    "bootstrap_interval",
    "bound_of_none",
    "draw_groups",
    "group_numbers",
    "interval_of",
]

#: A figure of (labels, scores, weights); anything of this shape can be bootstrapped.
Metric = Callable[[FloatArray, FloatArray, FloatArray], float]

_MOST_UNDEFINED = 0.1
_NAN = float("nan")


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


class Measure(ABC):
    """Figures of a set of rows.

    Attributes
    ----------
    names
        What the figures are called.
    """

    names: tuple[str, ...]

    @abstractmethod
    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return the figures, NaN where undefined, when group g is drawn ``counts[g]`` times."""

    def floor_and_ceiling(self, name: str, level: float) -> tuple[float, float]:
        """Return what the interval must reach at least, where resamples cannot show it.

        A figure of 100% that no resample changes is not certain: so many groups were seen, and a
        first exception may be the next one. NaN where nothing is known.
        """
        return _NAN, _NAN


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are made.

    Parameters
    ----------
    samples
        Number of resamples, at least 2.
    level
        Confidence level in (0, 1).
    seed
        The same seed gives the same resamples.

    Raises
    ------
    InputError
        If a number is not accepted.
    """

    samples: int = 1000
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if not _is_whole(self.samples) or self.samples < 2:
            raise InputError(
                f"samples must be at least 2 and whole, not {self.samples!r}; 1000 is usual"
            )
        if not isinstance(self.level, float) or not 0 < self.level < 1:
            raise InputError(f"level must be between 0 and 1, such as 0.95, not {self.level!r}")
        if not _is_whole(self.seed) or self.seed < 0:
            raise InputError(f"seed must be 0 or a positive whole number, not {self.seed!r}")

    def draw(
        self,
        measures: Sequence[Callable[[FloatArray], FloatArray]],
        groups: int,
        on_done: Callable[[int, int], object] = lambda done, total: None,
    ) -> list[FloatArray]:
        """Compute measures in every resample of the groups.

        Parameters
        ----------
        measures
            What to compute.
        groups
            Number of groups.
        on_done
            Called with the numbers of resamples done and in all.

        Returns
        -------
        list of ndarray of float64, shape (samples, figures)
            One for each measure.
        """
        random = np.random.default_rng(self.seed)
        drawn: list[list[FloatArray]] = [[] for _ in measures]
        for done in range(1, self.samples + 1):
            counts = draw_groups(random, groups).astype(np.float64)
            for measure, figures in zip(measures, drawn, strict=True):
                figures.append(measure(counts))
            on_done(done, self.samples)
        return [np.array(figures) for figures in drawn]

    def intervals(self, measure: Measure, drawn: FloatArray, groups: int) -> dict[str, Interval]:
        """Return every figure of a measure with its interval.

        Parameters
        ----------
        measure
            The measure.
        drawn
            What `draw` returned for it.
        groups
            Number of groups.
        """
        values = measure(np.ones(groups))
        return {
            name: interval_of(
                float(value),
                column,
                self.level,
                *measure.floor_and_ceiling(name, self.level),
                reverse=name.startswith("calibration_error"),
            )
            for name, value, column in zip(measure.names, values, drawn.T, strict=True)
        }


def interval_of(
    value: float,
    drawn: FloatArray,
    level: float,
    floor: float = _NAN,
    ceiling: float = _NAN,
    *,
    reverse: bool = False,
) -> Interval:
    """Return the percentile interval of one figure (Efron and Tibshirani 1993, chapter 13).

    Parameters
    ----------
    value
        The figure on the data themselves.
    drawn
        The figure in every resample; NaN where undefined.
    level
        Confidence level.
    floor, ceiling
        What the ends must reach at least; NaN for nothing.
    reverse
        For a figure that is not negative and that noise pushes up, such as a calibration error:
        resamples add noise to noise, so they lie too high, and their interval is turned round
        the figure (the basic bootstrap; section 13.4).

    Returns
    -------
    Interval
        Without ends (NaN) where the figure is undefined on the data, or in more than one resample
        in ten.

    Examples
    --------
    >>> print(interval_of(0.5, np.linspace(0.4, 0.6, 101), 0.9))
    0.500 [0.410, 0.590]
    """
    defined = drawn[np.isfinite(drawn)]
    low = high = _NAN
    if np.isfinite(value) and len(defined) >= max((1 - _MOST_UNDEFINED) * len(drawn), 2):
        low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
        if reverse:
            low, high = max(2 * value - high, 0.0), max(2 * value - low, value)
        low, high = np.fmin(low, floor), np.fmax(high, ceiling)
    return Interval(value, float(low), float(high), level, len(defined))


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
    """Confidence interval of one figure, from resampling groups of rows that belong together.

    Parameters
    ----------
    metric : callable
        Function of (labels, scores, weights) that returns a number, such as `roc_auc`. Bind
        options with ``functools.partial``.
    labels, scores : array_like, shape (n,)
        See `thriftwatch.evaluation.metrics`.
    groups : array_like of int or str, shape (n,), optional
        Group of every row, as from `near_duplicate_groups`. Without it every row is a group.
    weights : array_like, shape (n,), optional
        Weights of the rows, kept in every resample.
    samples, level, seed : optional
        As for `Bootstrap`.

    Returns
    -------
    Interval
        The figure and its percentile interval.

    Raises
    ------
    InputError
        If an argument is not valid, the figure is undefined on the data, or more than one
        resample in ten leaves it undefined, because positives sit in too few groups.

    Notes
    -----
    Each resample draws as many groups as there are, with replacement, and hands `metric` how
    often every row was drawn as its weight. Rows are put in falling order of score once, so that
    the figures of `metrics` need not sort; `metric` must not depend on the order of rows.
    Percentile intervals are a little narrow below about 30 groups of positives.

    Examples
    --------
    >>> from thriftwatch.evaluation.metrics import roc_auc
    >>> labels, scores = [0, 0, 0, 1, 1, 1] * 20, [0.1, 0.3, 0.6, 0.5, 0.7, 0.9] * 20
    >>> groups = [row // 3 for row in range(120)]
    >>> interval = bootstrap_interval(roc_auc, labels, scores, samples=200)
    >>> interval.low < interval.value < interval.high
    True
    """
    bootstrap = Bootstrap(samples, level, seed)
    y, s, w = checked_table(labels, scores, weights)
    group, count = group_numbers(groups, len(y))
    order = np.argsort(-s, kind="stable")
    y, s, w, group = y[order], s[order], w[order], group[order]
    value = metric(y, s, w)
    if not np.isfinite(value):
        raise InputError("The figure is undefined on these rows, so it has no interval.")

    def measure(counts: FloatArray) -> FloatArray:
        try:
            return np.array([metric(y, s, w * counts[group])])
        except InputError:  # the resample lost one class
            return np.array([_NAN])

    (drawn,) = bootstrap.draw([measure], count)
    found = interval_of(float(value), drawn[:, 0], level)
    if not np.isfinite(found.low):
        raise InputError(
            f"The figure was undefined in {samples - found.samples} of {samples} resamples: "
            f"a class sits in too few of the {count} groups. Label more listings that are not "
            "copies of each other, or report the figure without an interval."
        )
    return found


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def draw_groups(random: np.random.Generator, groups: int) -> npt.NDArray[np.int64]:
    """Return how often each group is drawn, in as many draws as there are groups."""
    # A multinomial, by counting, which is the fastest way.
    return np.bincount(random.integers(groups, size=groups), minlength=groups)


def group_numbers(groups: npt.ArrayLike | None, rows: int) -> tuple[npt.NDArray[np.int64], int]:
    """Return the group of every row as a number from 0, and how many groups there are."""
    if groups is None:
        return np.arange(rows), rows
    names = np.asarray(groups)
    if names.shape != (rows,):
        raise InputError(f"groups must have shape ({rows},) like labels, not {names.shape}.")
    distinct, number = np.unique(names, return_inverse=True)
    return number, len(distinct)


def bound_of_none(groups: int, level: float) -> float:
    """Return the highest rate at which none in so many independent groups is still likely enough.

    The exact interval of Clopper and Pearson (1934) for a count of 0.

    Examples
    --------
    >>> round(bound_of_none(100, 0.95), 3)
    0.036
    """
    return 1.0 - float(((1 - level) / 2) ** (1 / groups)) if groups else _NAN
