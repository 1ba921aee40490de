"""How many listings are positive, and how often a model is wrong: from what chance drew.

The rows that a queue drew at random carry their inclusion weight: how many listings of the pool
each stands for. Rows that were chosen for their score say nothing of the pool.
"""

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError, TableError, shown
from thriftwatch.listing import find_column
from thriftwatch.model.model import Model
from thriftwatch.ranking import read_texts
from thriftwatch.scoring import as_model, check_options
from thriftwatch.training.labelled import read_source

__all__ = ["PoolEstimate", "Share", "estimate_pool", "share_of"]

_FLAGGED = TIERS.index("review")
_LABELS = {"0": False, "0.0": False, "1": True, "1.0": True}


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the pool, estimated from rows that chance drew.

    Attributes
    ----------
    value
        The estimate; NaN without rows.
    low, high
        Its interval.
    rows
        How many rows it rests on.
    """

    value: float
    low: float
    high: float
    rows: int

    def __str__(self) -> str:
        return f"{self.value:.2%} [{self.low:.2%}, {self.high:.2%}] ({self.rows:,} rows)"


@dataclass(frozen=True, slots=True)
class PoolEstimate:
    """What the random rows of labelled queues tell of the pool they were drawn from.

    Attributes
    ----------
    listings
        How many listings the rows stand for.
    prevalence
        Share of the pool that is positive.
    precision
        Share of the positives among what the model puts at "review" or "likely".
    recall
        Share of the positives that it puts there.
    false_positive_rate
        Share of the lawful listings that it puts there.
    unlabelled
        Random rows without a label. Many of them can bias every figure: label them.
    """

    listings: float
    prevalence: Share
    precision: Share
    recall: Share
    false_positive_rate: Share
    unlabelled: int

    def to_dict(self) -> dict[str, Any]:
        """Return the shares by name."""
        names = ("prevalence", "precision", "recall", "false_positive_rate")
        return {name: getattr(self, name) for name in names}


def share_of(holds: npt.ArrayLike, weights: npt.ArrayLike, *, level: float = 0.95) -> Share:
    """Estimate a share from rows with inclusion weights.

    Parameters
    ----------
    holds
        Whether it holds of each row, shape (rows,).
    weights
        How many listings each row stands for, shape (rows,).
    level
        Confidence level of the interval.

    Returns
    -------
    Share

    Notes
    -----
    The estimate is Hájek's ratio of two Horvitz-Thompson totals. Its interval is that of Clopper
    and Pearson with the effective number of rows, the square of the sum of the weights by the sum
    of their squares (Kish 1965; Korn and Graubard 1998, *Survey Methodology* 24: 193-201). With
    equal weights it is exact, so it holds for the few positives of a rare class, too.

    Examples
    --------
    >>> print(share_of([True] + [False] * 99, [50.0] * 100))
    1.00% [0.03%, 5.45%] (100 rows)
    """
    from scipy.stats import beta

    hold, weight = np.asarray(holds, bool), np.asarray(weights, np.float64)
    if not len(hold):
        return Share(float("nan"), 0.0, 1.0, 0)
    value = float(weight[hold].sum() / weight.sum())
    rows = float(weight.sum() ** 2 / (weight**2).sum())
    count, outside = value * rows, (1 - level) / 2
    low = 0.0 if value == 0 else float(beta.ppf(outside, count, rows - count + 1))
    high = 1.0 if value == 1 else float(beta.ppf(1 - outside, count + 1, rows - count))
    return Share(value, low, high, len(hold))


def estimate_pool(
    labelled: object,
    *,
    model: Model | str | PathLike[str] | None = None,
    policy: str = "imported",
    level: float = 0.95,
    encoding: str | None = None,
) -> PoolEstimate:
    """Estimate prevalence and error on a pool from a queue that was labelled.

    Parameters
    ----------
    labelled
        What `thriftwatch.queue` wrote, with labels: a path, or a table in memory. Only rows with a
        ``weight`` count, as chance drew them. Queues of several pools may stand below each other.
    model
        The model whose error is estimated. It should not have learned from these rows.
    policy
        The policy of the labels.
    level
        Confidence level of the intervals.
    encoding
        Encoding of a text file; None finds it.

    Returns
    -------
    PoolEstimate

    Raises
    ------
    ColumnError
        If there is no title, label or weight.
    TableError
        If a label or weight is not accepted.
    InputError
        If no row has both.

    Notes
    -----
    See `share_of`. Precision, recall and the false-positive rate are shares of the rows they are
    about, estimated in the same way.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = pa.table({"title": ["Hoodie second import", "Panci", "Kaos polos baru"],
    ...                  "label": ["1", "0", ""], "weight": ["50", "50", "50"]})
    >>> found = estimate_pool(rows)
    >>> found.prevalence.value, found.recall.value, found.unlabelled
    (0.5, 1.0, 1)
    """
    check_options(policy)
    read = read_source(labelled, encoding)
    texts = read_texts(read)
    cells = {}
    for name in ("label", "weight"):
        column = find_column(name, read.table.column_names, required=True, where=read.file)
        cells[name] = [text.strip() for text in read.text(str(column)).to_pylist()]

    def wrong(row: int, name: str, accepted: str) -> TableError:
        return TableError(
            f"{shown(cells[name][row])} is not accepted; accepted: {accepted}, or nothing",
            path=read.file,
            line=int(read.line_numbers[row]),
            column=name,
        )

    rows: list[int] = []
    weights: list[float] = []
    unlabelled = 0
    for row, (label, weight) in enumerate(zip(cells["label"], cells["weight"], strict=True)):
        if label and label not in _LABELS:
            raise wrong(row, "label", "0 or 1")
        if not weight:
            continue
        stands_for = _positive(weight)
        if stands_for is None:
            raise wrong(row, "weight", "the number of listings that a row stands for")
        if label:
            rows.append(row)
            weights.append(stands_for)
        else:
            unlabelled += 1
    if not rows:
        raise InputError(
            f"{read.file}: no row has both a label and a weight; label the rows that chance drew "
            "(why is random) and keep the column weight"
        )
    taken = texts.take(rows)
    scores = as_model(model).score_batch(*(taken[n] for n in taken.column_names), policy=policy)
    return _estimates(
        np.array([_LABELS[cells["label"][row]] for row in rows]),
        scores.tier >= _FLAGGED,
        np.array(weights),
        unlabelled,
        level,
    )


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _estimates(
    positive: npt.NDArray[np.bool_],
    flagged: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
    unlabelled: int,
    level: float,
) -> PoolEstimate:
    def share(holds: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> Share:
        return share_of(holds[among], weight[among], level=level)

    return PoolEstimate(
        float(weight.sum()),
        share(positive, np.ones(len(positive), bool)),
        share(positive, flagged),
        share(flagged, positive),
        share(flagged, ~positive),
        unlabelled,
    )
