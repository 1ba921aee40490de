"""Many figures of the same rows, with intervals, from one set of resamples.

A *measure* turns "how often is each group drawn" into a row of figures. All measures are shown
the same draws, so differences between two of them are paired.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.intervals import Interval, draw_groups

__all__ = ["Measure", "bound_of_none", "interval_of", "intervals_of", "resample"]

_MOST_UNDEFINED = 0.1


class Measure(Protocol):
    """Figures of a set of rows."""

    names: tuple[str, ...]

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return the figures, NaN where undefined, when group g is drawn ``counts[g]`` times."""

    def floor_and_ceiling(self, name: str, level: float) -> tuple[float, float]:
        """Return what the interval must reach at least, where resamples cannot show it.

        A figure of 100% that no resample changes is not certain: so many groups were seen, and a
        first exception may be the next one. NaN where nothing is known.
        """


def resample(
    measures: Sequence[Measure],
    groups: int,
    *,
    samples: int,
    seed: int,
    on_done: Callable[[int], object] = lambda samples: None,
) -> list[FloatArray]:
    """Compute measures in every resample of the groups.

    Parameters
    ----------
    measures
        What to compute.
    groups
        Number of groups.
    samples
        Number of resamples.
    seed
        The same seed gives the same resamples.
    on_done
        Called with the number of resamples just done.

    Returns
    -------
    list of ndarray of float64, shape (samples, figures)
        One for each measure.
    """
    random = np.random.default_rng(seed)
    drawn = [np.empty((samples, len(measure.names))) for measure in measures]
    for sample in range(samples):
        counts = draw_groups(random, groups).astype(np.float64)
        for measure, figures in zip(measures, drawn, strict=True):
            figures[sample] = measure(counts)
        on_done(1)
    return drawn


def intervals_of(
    measure: Measure, drawn: FloatArray, groups: int, level: float
) -> dict[str, Interval]:
    """Return every figure of a measure with its interval.

    Parameters
    ----------
    measure
        The measure.
    drawn
        What `resample` returned for it.
    groups
        Number of groups.
    level
        Confidence level.
    """
    values = measure(np.ones(groups))
    return {
        name: interval_of(
            float(value),
            column,
            level,
            *measure.floor_and_ceiling(name, level),
            reverse=name.startswith("calibration_error"),
        )
        for name, value, column in zip(measure.names, values, drawn.T, strict=True)
    }


def interval_of(
    value: float,
    drawn: FloatArray,
    level: float,
    floor: float = float("nan"),
    ceiling: float = float("nan"),
    *,
    reverse: bool = False,
) -> Interval:
    """Return the percentile interval of one figure.

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
        the figure (the basic bootstrap; Efron and Tibshirani 1993, section 13.4).

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
    low = high = float("nan")
    if np.isfinite(value) and len(defined) >= max((1 - _MOST_UNDEFINED) * len(drawn), 2):
        low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
        if reverse:
            low, high = max(2 * value - high, 0.0), max(2 * value - low, value)
        low, high = np.fmin(low, floor), np.fmax(high, ceiling)
    return Interval(value, float(low), float(high), level, len(defined))


def bound_of_none(groups: int, level: float) -> float:
    """Return the highest rate at which none in so many independent groups is still likely enough.

    The exact interval of Clopper and Pearson (1934) for a count of 0.

    Examples
    --------
    >>> round(bound_of_none(100, 0.95), 3)
    0.036
    """
    return 1.0 - float(((1 - level) / 2) ** (1 / groups)) if groups else float("nan")
