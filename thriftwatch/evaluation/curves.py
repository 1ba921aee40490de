"""Rows in falling order of score, and the curve that any weights of them make.

A bootstrap weighs the same rows a thousand times. `RankedRows` sorts them once; each resample is
then two cumulative sums, a `Curve`, from which every figure that depends on an order is read.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from thriftwatch.evaluation.checks import FloatArray

__all__ = ["Curve", "RankedRows", "expected_precision", "falling", "ratio", "tie_ends"]

_ROUNDING = 1e-9
"""Undoes rounding in a product such as 0.29 * 100, which is 28.999999999999996."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Weight of positives and negatives at or above each distinct score, highest first.

    Every figure is NaN where the weights leave it undefined.

    Attributes
    ----------
    thresholds, true_positives, false_positives : ndarray of float64, shape (distinct scores,)
    """

    thresholds: FloatArray
    true_positives: FloatArray
    false_positives: FloatArray

    @property
    def positives(self) -> float:
        """Weight of all positives."""
        return float(self.true_positives[-1])

    @property
    def negatives(self) -> float:
        """Weight of all negatives."""
        return float(self.false_positives[-1])

    @property
    def has_both(self) -> bool:
        """Whether rows of both labels have weight."""
        return self.positives > 0 and self.negatives > 0

    @cached_property
    def precision(self) -> FloatArray:
        """Precision at each threshold; 0 where nothing is shown yet."""
        shown = self.true_positives + self.false_positives
        # Where rows of weight 0 lead, nothing is shown yet: 0 as in scikit-learn, no warning.
        return np.divide(self.true_positives, shown, out=np.zeros_like(shown), where=shown > 0)

    def average_precision(self) -> float:
        """Return the area under the precision-recall steps."""
        if not self.has_both:
            return float("nan")
        gained = np.diff(self.true_positives, prepend=0.0)
        return float(gained @ self.precision / self.positives)

    def roc_auc(self) -> float:
        """Return the probability that a positive scores above a negative, a tie one half."""
        if not self.has_both:
            return float("nan")
        new_false = np.diff(self.false_positives, prepend=0.0)
        new_true = np.diff(self.true_positives, prepend=0.0)
        area = new_false @ (self.true_positives - new_true / 2)
        return float(area / (self.positives * self.negatives))

    def recall_at_precision(self, precision: float) -> tuple[float, float]:
        """Return the best recall at a demanded precision, and the highest score that gives it."""
        if not self.has_both:
            return float("nan"), float("nan")
        # Hits only grow, so the last precise place has the best recall.
        precise = np.flatnonzero(self.precision >= precision)
        most = self.true_positives[precise[-1]] if len(precise) else 0.0
        if most == 0:
            return 0.0, float("inf")
        # The first of equals is the highest threshold.
        best = precise[np.searchsorted(self.true_positives[precise], most)]
        return float(most / self.positives), float(self.thresholds[best])

    def recall_at_rate(self, rate: float) -> float:
        """Return the recall where at most `rate` of the negatives are shown."""
        if not self.has_both:
            return float("nan")
        allowed = rate * self.negatives + _ROUNDING
        place = int(np.searchsorted(self.false_positives, allowed, side="right")) - 1
        return float(self.true_positives[place]) / self.positives if place >= 0 else 0.0

    def rate_at_recall(self, recall: float) -> float:
        """Return the false-positive rate at the highest threshold with this recall."""
        if not self.has_both:
            return float("nan")
        return float(self.false_positives[self._reaching(recall)]) / self.negatives

    def precision_at_recall(self, recall: float) -> float:
        """Return the precision at the highest threshold with this recall."""
        if not self.has_both:
            return float("nan")
        place = self._reaching(recall)
        return float(
            self.true_positives[place] / (self.true_positives[place] + self.false_positives[place])
        )

    def precision_at_top(self, rows: float) -> float:
        """Return the precision of the `rows` highest rows; within a tie, of a random order."""
        shown = self.true_positives + self.false_positives
        if not 0 < rows <= shown[-1]:
            return float("nan")
        found = np.interp(rows, np.append(0.0, shown), np.append(0.0, self.true_positives))
        return float(found / rows)

    def at_score(self, places: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return true and false positives above the first `places` distinct scores."""
        index = np.asarray(places)
        above = np.maximum(index - 1, 0)
        return np.where(index > 0, self.true_positives[above], 0.0), np.where(
            index > 0, self.false_positives[above], 0.0
        )

    def _reaching(self, recall: float) -> int:
        wanted = recall * self.positives - _ROUNDING
        return min(int(np.searchsorted(self.true_positives, wanted)), len(self.true_positives) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class RankedRows:
    """Rows by falling score.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        The rows, the highest score first.
    labels : ndarray of float64, shape (n,)
        0 or 1, in this order.
    thresholds : ndarray of float64, shape (distinct scores,)
    ends
        Last position of every run of equal scores, as an index.

    Examples
    --------
    >>> rows = RankedRows.of(np.array([0, 1, 1]), np.array([0.2, 0.9, 0.2]))
    >>> rows.curve(np.ones(3)).average_precision()
    0.8333333333333333
    """

    order: npt.NDArray[np.int64]
    labels: FloatArray
    thresholds: FloatArray
    ends: npt.NDArray[np.int64] | slice

    @classmethod
    def of(cls, labels: npt.ArrayLike, scores: FloatArray) -> "RankedRows":
        """Sort rows."""
        order = falling(scores)
        ranked = scores[order]
        ends = tie_ends(ranked)
        return cls(order, np.asarray(labels, np.float64)[order], ranked[ends], ends)

    def curve(self, weights: FloatArray) -> Curve:
        """Return the curve of the rows under weights, given in falling order of score."""
        positive = weights * self.labels
        true_positives, false_positives = np.cumsum(positive), np.cumsum(weights - positive)
        return Curve(self.thresholds, true_positives[self.ends], false_positives[self.ends])

    def places(self, thresholds: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return how many distinct scores are at or above each threshold, for `Curve.at_score`."""
        return np.searchsorted(-self.thresholds, -np.asarray(thresholds), side="right")


def falling(scores: FloatArray) -> npt.NDArray[np.int64]:
    """Return the rows by falling score; a bootstrap of sorted rows does not sort again."""
    if np.all(scores[:-1] >= scores[1:]):
        return np.arange(len(scores))
    return np.argsort(-scores, kind="stable")


def tie_ends(s: FloatArray) -> npt.NDArray[np.int64] | slice:
    """Return the last position of every run of equal scores, as an index."""
    differs = s[:-1] != s[1:]
    if differs.all():
        return slice(None)  # no ties, the common case: no copies either
    return np.append(np.flatnonzero(differs), len(s) - 1)


def ratio(part: float, whole: float) -> float:
    """Return a part of a whole; NaN where there is no whole."""
    return part / whole if whole > 0 else float("nan")


def expected_precision(recall: float, rate: float, prevalence: float) -> float:
    """Return the precision where `prevalence` of the listings are positive; NaN if unknown."""
    found = recall * prevalence
    return ratio(found, found + rate * (1 - prevalence))
