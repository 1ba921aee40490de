"""Whether a new model is better than the one it started from, on rows that neither has seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import OUTPUTS
from thriftwatch.evaluation.intervals import Bootstrap, Interval, group_numbers, interval_of
from thriftwatch.evaluation.metrics import average_precision
from thriftwatch.evaluation.overlap import MUCH_SEEN, seen_share, unseen_rows
from thriftwatch.model.model import Model
from thriftwatch.training.fitting import find_groups
from thriftwatch.training.labelled import Labelled

__all__ = ["Gain", "measure_gain"]

Floats = NDArray[np.float64]

_FEWEST_OF_A_LABEL = 10


@dataclass(frozen=True, slots=True)
class Gain:
    """What a new model gained over an earlier one.

    Attributes
    ----------
    earlier
        Id of the earlier model.
    seen
        Share of the rows that it was trained on, estimated; None where its card does not tell.
    rows
        How many rows neither has seen and are not uncertain; figures are of these.
    before, after
        Average precision of both; None where too few rows of a label are left.
    difference
        after - before, with its interval over resampled groups of near-copies; None where too few
        are left for one.
    carried
        Whether what the earlier model knows is part of the new one.
    """

    earlier: str
    seen: float | None
    rows: int
    before: float | None = None
    after: float | None = None
    difference: Interval | None = None
    carried: bool = True

    @property
    def is_better(self) -> bool:
        """Whether the new model is clearly better: the interval lies above zero."""
        return self.difference is not None and self.difference.low > 0

    @property
    def is_worse(self) -> bool:
        """Whether the new model is clearly worse: the interval lies below zero."""
        return self.difference is not None and self.difference.high < 0

    def __str__(self) -> str:
        lines = []
        if self.seen is None:
            lines.append(
                f"Warning: the card of {self.earlier} does not tell which rows it was trained on; "
                "if these are among them, what is compared here flatters it"
            )
        elif self.seen > MUCH_SEEN and self.carried:
            lines.append(
                f"Warning: {self.earlier}, which carries over, was trained on about "
                f"{self.seen:.0%} of these rows; the figures above flatter"
            )
        lines.append(self._verdict())
        return "\n".join(lines)

    def _verdict(self) -> str:
        if self.difference is None:
            return (
                f"Warning: not compared with {self.earlier}: {self.rows} rows are known to be new "
                f"to it; at least {_FEWEST_OF_A_LABEL} of each label are needed that are no copies "
                "of one another; label more"
            )
        one = self.difference
        figures = (
            f"on {self.rows} rows that neither has seen: average precision {self.after:.3f}, "
            f"before {self.before:.3f} ({one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}])"
        )
        if self.is_better:
            return f"better than {self.earlier} {figures}"
        if self.is_worse:
            return f"Warning: worse than {self.earlier} {figures}; go on using that one"
        return (
            f"Warning: not clearly better than {self.earlier} {figures}; label more before you "
            "replace it"
        )


def measure_gain(
    rows: Labelled, scores: Floats, earlier: Model, *, carried: bool = True, seed: int = 0
) -> Gain:
    """Compare a new model with an earlier one by a paired bootstrap.

    Parameters
    ----------
    rows
        Labelled listings.
    scores
        float64, shape (rows,): what the new model says of each, trained without it.
    earlier
        The earlier model.
    carried
        Whether what it knows is part of the new one.
    seed
        The same seed gives the same interval.
    """
    seen = seen_share(rows, earlier.card)
    judged = np.flatnonzero(unseen_rows(rows, earlier.card) & (rows.certainty != "uncertain"))
    labels = rows.label[judged].astype(np.int64)
    if min(int((labels == label).sum()) for label in (0, 1)) < _FEWEST_OF_A_LABEL:
        return Gain(earlier.id, seen, len(judged), carried=carried)
    kept = rows.take(judged)
    outputs = earlier.outputs(kept.title.tolist(), kept.description.tolist())
    both = outputs[:, OUTPUTS.index("imported")], scores[judged]
    group, groups = group_numbers(find_groups(kept), len(judged))
    bootstrap = Bootstrap(seed=seed)

    def difference(counts: Floats) -> Floats:
        weights = counts[group]
        if len(np.unique(labels[weights > 0])) < 2:
            return np.array([np.nan])
        before, after = (average_precision(labels, one, weights) for one in both)
        return np.array([after - before])

    (drawn,) = bootstrap.draw([difference], groups)
    before, after = (float(average_precision(labels, one)) for one in both)
    interval = interval_of(after - before, drawn[:, 0], bootstrap.level)
    if not np.isfinite(interval.low):  # the rows of a label are copies of too few listings
        return Gain(earlier.id, seen, len(judged), before, after, carried=carried)
    return Gain(earlier.id, seen, len(judged), before, after, interval, carried)
