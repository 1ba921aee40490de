"""How much more labelled rows would help: models of growing parts of the rows, one test part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.evaluation.figures import ScoreFigures
from thriftwatch.evaluation.groups import grouped_folds
from thriftwatch.evaluation.intervals import Bootstrap, Interval
from thriftwatch.evaluation.reading import read_rows
from thriftwatch.evaluation.rows import Table
from thriftwatch.evaluation.splits import Progress, needs_transfer
from thriftwatch.model.model import Model

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["LearningCurve", "LearningPoint", "learning_curve"]

Ints = npt.NDArray[np.int64]

_FOLDS = 5
_SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What a model of so many rows reaches.

    Attributes
    ----------
    rows
        Rows it was trained on.
    average_precision
        On the test part, uncertain rows left out.
    """

    rows: int
    average_precision: Interval


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Average precision by the number of rows trained on.

    Attributes
    ----------
    points
        From few rows to all.
    tested
        Rows of the test part, the same for all.
    level
        Confidence level.
    """

    points: tuple[LearningPoint, ...]
    tested: int
    level: float

    def to_frame(self) -> "pd.DataFrame":
        """Return the points as a data frame."""
        import pandas as pd

        return pd.DataFrame(
            [{"rows": point.rows, **point.average_precision.to_dict()} for point in self.points]
        )

    def plot(self) -> "Figure":
        """Draw the curve; it needs matplotlib."""
        from thriftwatch.evaluation.plots import plot_learning_curve

        return plot_learning_curve(self)


def learning_curve(
    labelled: object,
    *,
    shares: Sequence[float] = _SHARES,
    samples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    jobs: int = 2,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda done, total, what: None,
) -> LearningCurve:
    """Train on growing shares of the rows and test on a fifth that none of them has seen.

    Parameters
    ----------
    labelled, encoding, columns
        As for `thriftwatch.train`.
    shares
        Shares of the rows that are not tested, each above 0 and at most 1.
    samples, level, seed
        As for `thriftwatch.evaluate`.
    jobs
        Threads to train with.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    LearningCurve
        Groups (near-duplicates, pairs) are never cut, and a smaller part is within a larger one.

    Raises
    ------
    InputError
        If a share is not accepted, or too few rows are left to train on.
    """
    from thriftwatch.training import train

    bootstrap = Bootstrap(samples, level, seed)
    if not shares:
        raise InputError("shares must not be empty; for example (0.25, 0.5, 1.0)")
    for share in shares:
        if not 0 < share <= 1:
            raise InputError(f"shares must be above 0 and at most 1, not {share!r}")
    table = read_rows(labelled, encoding=encoding, columns=columns)
    rows, group = table.rows, table.groups(None)
    fold = grouped_folds(group, rows.label.astype(np.int64), _FOLDS, seed, keys=table.texts)
    certain = rows.certainty != "uncertain"
    tested = np.flatnonzero((fold == 0) & certain)
    rank = np.random.default_rng(seed).permutation(int(group.max()) + 1)[group]
    rest = np.flatnonzero(fold != 0)
    rest = rest[np.argsort(rank[rest], kind="stable")]
    carry = needs_transfer(rows)
    points = []
    for step, share in enumerate(sorted(shares)):
        progress(step, len(shares), "training")
        last = rank[rest[max(round(share * len(rest)), 1) - 1]]
        own = rest[rank[rest] <= last]
        model = train(rows.take(own), carry=carry, jobs=jobs).model
        points.append(
            LearningPoint(len(own), _average_precision(model, table, tested, group, bootstrap))
        )
    progress(len(shares), len(shares), "training")
    return LearningCurve(tuple(points), len(tested), level)


def _average_precision(
    model: Model, table: Table, tested: Ints, group: Ints, bootstrap: Bootstrap
) -> Interval:
    rows = table.rows.take(tested)
    score = model.score_batch(rows.title.tolist(), rows.description.tolist(), rows.shop.tolist())
    own = np.unique(group[tested], return_inverse=True)[1]
    measure = ScoreFigures(rows.label, score.score, own, points=None)
    groups = int(own.max()) + 1
    (drawn,) = bootstrap.draw([measure], groups)
    return bootstrap.intervals(measure, drawn, groups)["average_precision"]
