"""Does a stated probability come true as often as it says: Brier score and calibration error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.curves import falling, ratio, tie_ends
from thriftwatch.evaluation.intervals import Measure

__all__ = ["CalibrationFigures", "calibration_bins", "calibration_gap"]

_BINS = 15


class CalibrationFigures(Measure):
    """Brier score and calibration error of probabilities, the score's or the facts'.

    Parameters
    ----------
    columns
        For each name labels (0 or 1) and probabilities, shape (rows,); NaN labels are left out.
    group
        The group of each row.

    Notes
    -----
    The bins are those of `thriftwatch.evaluation.metrics.calibration_error` on the data themselves
    and stay so in every resample.
    """

    def __init__(
        self,
        columns: Mapping[str, tuple[FloatArray, FloatArray]],
        group: npt.NDArray[np.int64],
    ) -> None:
        self._group = group
        self._columns = {
            name: _Calibrated.of(labels, scores) for name, (labels, scores) in columns.items()
        }
        self.names = tuple(name for name, _ in self.of_rows(np.ones(len(group))))

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return the figures when group g is drawn ``counts[g]`` times."""
        return np.array([value for _, value in self.of_rows(counts.take(self._group))])

    def of_rows(self, weights: FloatArray) -> Iterator[tuple[str, float]]:
        """Yield the figures under weights of the rows."""
        for name, column in self._columns.items():
            used = weights if len(column.rows) == len(weights) else weights.take(column.rows)
            total = used.sum()
            suffix = f"@{name}" if name else ""
            yield f"brier{suffix}", ratio(float(used @ column.squared), total)
            gaps = np.bincount(column.bins, used * column.gap, minlength=_BINS)
            yield f"calibration_error{suffix}", ratio(float(np.abs(gaps).sum()), total)


@dataclass(frozen=True, slots=True)
class _Calibrated:
    rows: npt.NDArray[np.int64]
    bins: npt.NDArray[np.int64]
    gap: FloatArray
    squared: FloatArray

    @classmethod
    def of(cls, labels: FloatArray, scores: FloatArray) -> "_Calibrated":
        rows = np.flatnonzero(np.isfinite(labels))
        gap = labels[rows] - scores[rows]
        return cls(rows, calibration_bins(scores[rows]), gap, np.square(gap))


def calibration_bins(
    scores: FloatArray, bins: int = _BINS, weights: FloatArray | None = None
) -> npt.NDArray[np.int64]:
    """Return the bin of each row: parts of equal weight by falling score, ties kept together.

    Examples
    --------
    >>> calibration_bins(np.array([0.1, 0.1, 0.8, 0.8]), bins=2)
    array([1, 1, 0, 0])
    """
    order = falling(scores)
    ends = np.arange(len(scores))[tie_ends(scores[order])]
    weight = np.ones(len(scores)) if weights is None else weights[order]
    upto = np.cumsum(weight)[ends]
    middle = upto - np.diff(upto, prepend=0.0) / 2
    of_tie = np.minimum((middle / upto[-1:] * bins).astype(np.int64), bins - 1)
    found = np.empty(len(scores), np.int64)
    found[order] = np.repeat(of_tie, np.diff(ends, prepend=-1))
    return found


def calibration_gap(
    labels: FloatArray, scores: FloatArray, bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return mean score, share of positives and rows of each bin, for a reliability diagram."""
    of = calibration_bins(scores, bins)
    return [
        (float(scores[of == one].mean()), float(labels[of == one].mean()), int((of == one).sum()))
        for one in np.unique(of)[::-1]
    ]
