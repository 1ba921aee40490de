"""Curves on a fixed grid, so that resamples of the rows give a band round each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.curves import RankedRows
from thriftwatch.evaluation.intervals import Measure

__all__ = ["Band", "CurveBands"]

_EVERY_HUNDREDTH = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A curve on a grid, with its interval; every array has shape (grid points,).

    Attributes
    ----------
    grid
        Shares, from 0 to 1.
    value, low, high
        The curve, and the ends of its interval at each point.
    """

    grid: FloatArray
    value: FloatArray
    low: FloatArray
    high: FloatArray


class CurveBands(Measure):
    """Precision by recall, recall by false-positive rate and recall by share read, of some rows.

    Parameters
    ----------
    ranked
        The rows.
    group
        The group of each row, in the order in which they were ranked.
    grid
        Shares, from 0 to 1.
    """

    CURVES = ("precision_by_recall", "recall_by_rate", "recall_by_read")

    def __init__(
        self,
        ranked: RankedRows,
        group: npt.NDArray[np.int64],
        grid: Sequence[float] | FloatArray = _EVERY_HUNDREDTH,
    ) -> None:
        self.grid = np.asarray(grid, np.float64)
        self._ranked = ranked
        self._group = group
        self.names = tuple(f"{curve}@{x:g}" for curve in self.CURVES for x in self.grid)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return precision at each recall, recall at each rate and at each share read."""
        curve = self._ranked.curve(counts.take(self._group))
        if not curve.has_both:
            return np.full(len(self.names), np.nan)
        last = len(curve.true_positives) - 1
        # At recall 0 the curve starts with its first hit.
        wanted = np.maximum(self.grid * curve.positives - 1e-9, 1e-9)
        found = np.minimum(np.searchsorted(curve.true_positives, wanted), last)
        precision = curve.true_positives[found] / (
            curve.true_positives[found] + curve.false_positives[found]
        )
        allowed = np.searchsorted(
            curve.false_positives, self.grid * curve.negatives + 1e-9, side="right"
        )
        recall, _ = curve.at_score(allowed)
        shown = curve.true_positives + curve.false_positives
        read = np.interp(
            self.grid * shown[-1], np.append(0.0, shown), np.append(0.0, curve.true_positives)
        )
        return np.concatenate((precision, recall / curve.positives, read / curve.positives))

    def bands(self, groups: int, drawn: FloatArray | None, level: float) -> dict[str, Band]:
        """Return each curve with its band; without resamples the bands have no ends (NaN).

        Parameters
        ----------
        groups
            Number of groups.
        drawn
            What `thriftwatch.evaluation.intervals.Bootstrap.draw` returned for this measure.
        level
            Confidence level.
        """
        value = self(np.ones(groups)).reshape(len(self.CURVES), -1)
        low = high = np.full(value.shape, np.nan)
        # A resample without both labels has no curve at all.
        if drawn is not None and (defined := drawn[np.isfinite(drawn).all(axis=1)]).size:
            ends = [(1 - level) / 2, (1 + level) / 2]
            low, high = np.quantile(defined, ends, axis=0).reshape(2, *value.shape)
        return {
            name: Band(self.grid, value[place], low[place], high[place])
            for place, name in enumerate(self.CURVES)
        }
