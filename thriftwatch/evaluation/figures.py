"""The figures of an evaluation: which there are, and how they follow from one curve."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError
from thriftwatch.evaluation.calibration import CalibrationFigures
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.curves import Curve, RankedRows, expected_precision, ratio
from thriftwatch.evaluation.intervals import Measure, bound_of_none

__all__ = ["FLAGGED", "Points", "ScoreFigures", "SliceFigures"]

Marks = npt.NDArray[np.bool_]
Tiers = npt.NDArray[np.int8]

FLAGGED = {"likely": TIERS.index("likely"), "review": TIERS.index("review")}
"""What a reviewer sees: "likely" alone, or "review" and "likely" together."""
_OF_A_TIER = ("precision", "recall", "false_positive_rate")
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Points:
    """Where figures are read off the curves.

    Parameters
    ----------
    scores
        Thresholds: precision, recall and F1 of what scores at least as high.
    precisions
        Recall where so large a share of what is shown is positive.
    rates
        Recall at these false-positive rates.
    recalls
        False-positive rate and listings to read per hit where so many positives are found.
    tops
        Precision of so many highest rows.
    prevalences
        Shares of positives among all listings for which precision is worked out.

    Raises
    ------
    InputError
        If a share is not above 0 and at most 1, or a top is not a whole number above 0.

    Examples
    --------
    >>> Points(scores=(0.5,)).recalls
    (0.5, 0.8, 0.9, 0.95)
    """

    scores: tuple[float, ...] = (0.25, 0.5, 0.75, 0.9)
    precisions: tuple[float, ...] = (0.9, 0.95, 0.98)
    rates: tuple[float, ...] = (0.001, 0.01)
    recalls: tuple[float, ...] = (0.5, 0.8, 0.9, 0.95)
    tops: tuple[int, ...] = (50, 100, 500)
    prevalences: tuple[float, ...] = (0.001, 0.005, 0.02, 0.1)

    def __post_init__(self) -> None:
        for name in ("precisions", "rates", "recalls", "prevalences"):
            for share in getattr(self, name):
                if not 0 < share <= 1:
                    raise InputError(
                        f"{name} must be shares above 0 and at most 1, such as 0.05, not {share!r}"
                    )
        for top in self.tops:
            if top < 1 or top != int(top):
                raise InputError(f"tops must be numbers of listings, such as 100, not {top!r}")


class ScoreFigures(Measure):
    """Everything that follows from how a set of rows is ordered and put in tiers.

    Parameters
    ----------
    labels
        0 or 1, shape (rows,).
    scores
        Shape (rows,).
    group
        The group of each row.
    tiers
        Place in `TIERS`, shape (rows,); None where there are none.
    points
        Where to read figures off; None for the areas and the tiers alone.
    probabilities
        Whether scores are probabilities, so that they can be calibrated.

    Examples
    --------
    >>> figures = ScoreFigures([0, 1], np.array([0.2, 0.9]), np.arange(2), points=None)
    >>> dict(zip(figures.names, figures(np.ones(2)), strict=True))
    {'average_precision': np.float64(1.0), 'roc_auc': np.float64(1.0)}
    """

    def __init__(
        self,
        labels: npt.ArrayLike,
        scores: FloatArray,
        group: npt.NDArray[np.int64],
        *,
        tiers: Tiers | None = None,
        points: Points | None,
        probabilities: bool = False,
    ) -> None:
        self.ranked = RankedRows.of(labels, scores)
        order = self.ranked.order
        self.group = group[order]
        self._points = points
        y = self.ranked.labels
        self._flagged: dict[str, tuple[FloatArray, FloatArray]] = {}
        if tiers is not None:
            for name, lowest in FLAGGED.items():
                shown = (tiers[order] >= lowest).astype(np.float64)
                self._flagged[name] = (shown * y, shown * (1 - y))
        self._places = self.ranked.places(points.scores) if points else np.zeros(0, np.int64)
        self._calibration = (
            CalibrationFigures({"": (y, scores[order])}, self.group)
            if probabilities and points
            else None
        )
        groups = int(group.max()) + 1 if len(group) else 0
        self._values = dict(self._figures(np.ones(groups)))
        self.names = tuple(self._values)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return the figures when group g is drawn ``counts[g]`` times."""
        return np.array([value for _, value in self._figures(counts)])

    def floor_and_ceiling(self, name: str, level: float) -> tuple[float, float]:
        """Return what an interval must reach where no exception was seen."""
        value = self._values[name]
        figure, _, point = name.partition("@")
        if figure == "expected_precision":
            return self._floor_of_expected(point, level), _NAN
        share = figure in {"precision", "recall", "false_positive_rate"}
        if not share or value not in {0.0, 1.0}:
            return _NAN, _NAN
        bound = bound_of_none(self._groups_behind(figure, point), level)
        return (1 - bound, _NAN) if value == 1 else (_NAN, bound)

    def _floor_of_expected(self, point: str, level: float) -> float:
        """Return the least precision that no false positive at all can vouch for."""
        where, _, prevalence = point.partition(",prevalence=")
        y = self.ranked.labels
        if where in self._flagged:
            true_positives, false_positives = (
                float(column.sum()) for column in self._flagged[where]
            )
            recall = ratio(true_positives, float(y.sum()))
        else:
            recall = float(where.partition("=")[2])
            false_positives = self.ranked.curve(np.ones(len(y))).rate_at_recall(recall)
        if false_positives != 0 or not y.any():
            return _NAN
        rate = bound_of_none(self._groups_in(y == 0), level)
        return expected_precision(recall, rate, float(prevalence))

    def _groups_behind(self, figure: str, point: str) -> int:
        y = self.ranked.labels
        if figure != "precision":
            return self._groups_in(y == (figure == "recall"))
        if point in self._flagged:
            true_positives, false_positives = self._flagged[point]
            return self._groups_in(true_positives + false_positives > 0)
        kind, _, number = point.partition("=")
        if kind == "top":
            return self._groups_in(np.arange(len(y)) < float(number))
        place = int(self.ranked.places([float(number)])[0])
        ends = np.arange(len(y))[self.ranked.ends]
        return self._groups_in(np.arange(len(y)) <= (ends[place - 1] if place else -1))

    def _groups_in(self, rows: Marks) -> int:
        return len(np.unique(self.group[rows]))

    def _figures(self, counts: FloatArray) -> Iterator[tuple[str, float]]:
        weights = counts.take(self.group)
        curve = self.ranked.curve(weights)
        yield "average_precision", curve.average_precision()
        yield "roc_auc", curve.roc_auc()
        rates: dict[str, tuple[float, float]] = {}
        for tier, (true, false) in self._flagged.items():
            true_positives, false_positives = float(weights @ true), float(weights @ false)
            yield from _at(tier, true_positives, false_positives, curve)
            rate = ratio(false_positives, curve.negatives)
            yield f"false_positive_rate@{tier}", rate
            rates[tier] = (ratio(true_positives, curve.positives), rate)
        if self._points:
            yield from self._read_off(curve, rates)
        if self._calibration:
            yield from self._calibration.of_rows(weights)

    def _read_off(
        self, curve: Curve, rates: dict[str, tuple[float, float]]
    ) -> Iterator[tuple[str, float]]:
        points = self._points
        assert points is not None
        if self._calibration:
            for threshold, true_positives, false_positives in zip(
                points.scores, *curve.at_score(self._places), strict=True
            ):
                point = f"score={threshold:g}"
                yield from _at(point, float(true_positives), float(false_positives), curve)
                yield f"false_positive_rate@{point}", ratio(float(false_positives), curve.negatives)
        for precision in points.precisions:
            yield f"recall@precision={precision:g}", curve.recall_at_precision(precision)[0]
        for rate in points.rates:
            yield f"recall@false_positive_rate={rate:g}", curve.recall_at_rate(rate)
        for top in points.tops:
            if top <= len(self.group):
                yield f"precision@top={top}", curve.precision_at_top(top)
        for recall in points.recalls:
            point = f"recall={recall:g}"
            rates[point] = (recall, curve.rate_at_recall(recall))
            yield f"false_positive_rate@{point}", rates[point][1]
            precision = curve.precision_at_recall(recall)
            yield f"read_per_hit@{point}", 1 / precision if precision > 0 else _NAN
        for point, (recall, rate) in rates.items():
            for prevalence in points.prevalences:
                name = f"expected_precision@{point},prevalence={prevalence:g}"
                yield name, expected_precision(recall, rate, prevalence)


def _at(
    point: str, true_positives: float, false_positives: float, curve: Curve
) -> Iterator[tuple[str, float]]:
    yield f"precision@{point}", ratio(true_positives, true_positives + false_positives)
    yield f"recall@{point}", ratio(true_positives, curve.positives)
    # 2 TP / (2 TP + FP + FN): 0, not undefined, where nothing is shown.
    yield (
        f"f1@{point}",
        ratio(2 * true_positives, true_positives + false_positives + curve.positives),
    )


class SliceFigures(Measure):
    """The few figures that every slice gets, as cheaply as they can be had.

    Parameters
    ----------
    labels, scores, group, tiers
        As for `ScoreFigures`.
    """

    def __init__(
        self,
        labels: npt.ArrayLike,
        scores: FloatArray,
        group: npt.NDArray[np.int64],
        *,
        tiers: Tiers | None,
    ) -> None:
        ranked = RankedRows.of(labels, scores)
        self._group, y = group[ranked.order], ranked.labels
        # Average precision needs the curve only where a positive stands: at the end of its tie.
        self._positive = np.flatnonzero(y)
        ends = np.arange(len(y))[ranked.ends]
        self._shown = ends[np.searchsorted(ends, self._positive)]
        self._hits = np.searchsorted(self._positive, self._shown, side="right") - 1
        columns, names = [y, 1 - y], []
        for name, lowest in FLAGGED.items():
            if tiers is not None:
                shown = tiers[ranked.order] >= lowest
                columns += [shown * y, shown * (1 - y)]
                names += [f"{figure}@{name}" for figure in _OF_A_TIER]
        self._columns = np.column_stack(columns).astype(np.float64)
        self.names = ("average_precision", *names)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """Return the figures when group g is drawn ``counts[g]`` times."""
        weights = counts.take(self._group)
        positives, negatives, *flagged = (weights @ self._columns).tolist()
        values = [self._average_precision(weights) if positives and negatives else _NAN]
        for true_positives, false_positives in zip(flagged[::2], flagged[1::2], strict=True):
            values += [
                ratio(true_positives, true_positives + false_positives),
                ratio(true_positives, positives),
                ratio(false_positives, negatives),
            ]
        return np.array(values)

    def floor_and_ceiling(self, name: str, level: float) -> tuple[float, float]:
        """Return what an interval must reach where no exception was seen."""
        figure, _, tier = name.partition("@")
        value = self(np.ones(int(self._group.max()) + 1))[self.names.index(name)]
        if figure not in _OF_A_TIER or value not in {0.0, 1.0}:
            return _NAN, _NAN
        place = 2 + 2 * list(FLAGGED).index(tier)
        behind = {
            "precision": self._columns[:, place] + self._columns[:, place + 1],
            "recall": self._columns[:, 0],
            "false_positive_rate": self._columns[:, 1],
        }[figure]
        bound = bound_of_none(len(np.unique(self._group[behind > 0])), level)
        return (1 - bound, _NAN) if value == 1 else (_NAN, bound)

    def _average_precision(self, weights: FloatArray) -> float:
        gained = weights.take(self._positive)
        true_positives = np.cumsum(gained).take(self._hits)
        shown = np.cumsum(weights).take(self._shown)
        # Where nothing is shown yet nothing is gained either.
        precision = true_positives / np.maximum(shown, 1e-12)
        return float(gained @ precision / true_positives[-1])
