"""Is one model better than another, or was it luck? Both judged on the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError, not_one_of
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.intervals import Interval, interval_of
from thriftwatch.evaluation.rows import ScoredRows
from thriftwatch.evaluation.tables import label_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Difference", "Disagreement", "compare"]

_SHOWN = 20
_FIRST = (
    "average_precision",
    "roc_auc",
    "recall@precision=0.95",
    "recall@false_positive_rate=0.001",
    "precision@likely",
    "recall@likely",
    "precision@review",
    "recall@review",
    "brier",
    "calibration_error",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two models.

    Attributes
    ----------
    figure
        Its name in `Evaluation.figures`.
    a, b
        The figure of each.
    difference
        b - a, with the interval of paired resamples.
    b_higher
        Share of the resamples in which b is higher; a tie counts one half.
    """

    figure: str
    a: float
    b: float
    difference: Interval
    b_higher: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A listing on which two models differ.

    Attributes
    ----------
    row
        Place among the judged rows, from 0.
    id, title
        The listing.
    label
        1 where the policy is meant.
    a, b
        The two scores.
    tier_a, tier_b
        The two tiers; empty where there are none.
    """

    row: int
    id: str
    title: str
    label: int
    a: float
    b: float
    tier_a: str
    tier_b: str

    @property
    def better(self) -> str:
        """The one that is nearer to the label: ``"a"`` or ``"b"``."""
        return "b" if abs(self.b - self.label) < abs(self.a - self.label) else "a"

    def to_dict(self) -> dict[str, Any]:
        """Return the disagreement as plain, JSON-ready values."""
        return {name: getattr(self, name) for name in (*self.__slots__, "better")}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations of the same rows.

    Attributes
    ----------
    a, b
        What was compared.
    differences
        For each figure that both have.
    listings
        The listings on which they differ most.
    moved
        How many rows are in another tier, or on the other side of 0.5 where there are no tiers.
    """

    a: str
    b: str
    differences: Mapping[str, Difference]
    listings: tuple[Disagreement, ...]
    moved: int

    def __getitem__(self, figure: str) -> Difference:
        """Return the difference in a figure."""
        return self.differences[figure]

    def to_frame(self, table: str = "figures") -> "pd.DataFrame":
        """Return a table: ``"figures"``, or the ``"listings"`` on which the two differ most."""
        import pandas as pd

        if table == "listings":
            return pd.DataFrame([one.to_dict() for one in self.listings])
        if table != "figures":
            raise not_one_of("table", table, ("figures", "listings"))
        return pd.DataFrame(self.to_dict()["figures"])

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain, JSON-ready values."""
        return {
            "a": self.a,
            "b": self.b,
            "moved": self.moved,
            "figures": [
                {
                    "figure": one.figure,
                    "a": one.a,
                    "b": one.b,
                    "difference": one.difference.value,
                    "low": one.difference.low,
                    "high": one.difference.high,
                    "b_higher": one.b_higher,
                }
                for one in self.differences.values()
            ],
            "listings": [one.to_dict() for one in self.listings],
        }

    def __repr__(self) -> str:
        return f"<Comparison of {self.a} and {self.b}>"

    def __str__(self) -> str:
        lines = [f"a: {self.a}", f"b: {self.b}", f"{self.moved:,} rows in another tier"]
        lines += [
            f"{label_of(name)[1]:<38} a {one.a:.3f}  b {one.b:.3f}  b - a "
            f"{one.difference.value:+.3f} [{one.difference.low:+.3f}, {one.difference.high:+.3f}]"
            for name in _FIRST
            if (one := self.differences.get(name))
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><td style='text-align:left'>{escape(label_of(name)[1])}</td><td>{one.a:.3f}</td>"
            f"<td>{one.b:.3f}</td><td>{one.difference.value:+.3f} [{one.difference.low:+.3f}, "
            f"{one.difference.high:+.3f}]</td><td>{one.b_higher:.0%}</td></tr>"
            for name in _FIRST
            if (one := self.differences.get(name))
        )
        return (
            f"<div>a: {escape(self.a)}<br>b: {escape(self.b)}<table><thead><tr><th></th><th>a</th>"
            f"<th>b</th><th>b − a</th><th>b higher</th></tr></thead><tbody>{body}</tbody></table>"
            f"{self.moved:,} rows in another tier</div>"
        )


def compare(a: Evaluation, b: Evaluation, *, listings: int = _SHOWN) -> Comparison:
    """Compare two evaluations of the same rows by a paired bootstrap over groups.

    Parameters
    ----------
    a, b
        From `thriftwatch.evaluate`, of the same rows, with the same groups, samples and seed.
    listings
        How many of the listings on which they differ to give.

    Returns
    -------
    Comparison
        Differences are b - a: above zero where b is higher.

    Raises
    ------
    InputError
        If rows, groups, samples or seed differ.

    Notes
    -----
    Both were judged on the same resamples, so what makes a resample easy or hard for both cancels:
    the interval of the difference is far narrower than those of the two figures suggest.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from thriftwatch import compare, evaluate
    >>> table = pa.table({"label": [0, 0, 1, 1] * 10})
    >>> one = evaluate(table, scores=[0.1, 0.6, 0.4, 0.9] * 10, samples=100)
    >>> two = evaluate(table, scores=[0.1, 0.2, 0.7, 0.9] * 10, samples=100)
    >>> compare(one, two)["average_precision"].is_clear
    True
    """
    _check_same(a, b)
    drawn_b = dict(zip(_names(b), b.drawn.T, strict=True))
    differences = {}
    for name, of_a in zip(_names(a), a.drawn.T, strict=True):
        if name not in drawn_b:
            continue
        value = b.figures[name].value - a.figures[name].value
        gained = drawn_b[name] - of_a
        differences[name] = Difference(
            name,
            a.figures[name].value,
            b.figures[name].value,
            interval_of(value, gained, a.level),
            float(np.mean((gained > 0) + 0.5 * (gained == 0))),
        )
    moved = _tiers(a.rows) != _tiers(b.rows)
    return Comparison(
        _name(a), _name(b), differences, _disagreements(a.rows, b.rows, listings), int(moved.sum())
    )


def _names(evaluation: Evaluation) -> list[str]:
    return list(evaluation.figures)[: evaluation.drawn.shape[1]]


def _name(evaluation: Evaluation) -> str:
    return f"{evaluation.name} ({evaluation.how})"


def _check_same(a: Evaluation, b: Evaluation) -> None:
    for given in (a, b):
        if not isinstance(given, Evaluation):
            kind = type(given).__name__
            raise InputError(f"a and b must be what thriftwatch.evaluate returned, not {kind}")
    step = "evaluate both on the same table with the same arguments"
    one, two = a.rows, b.rows
    same_rows = (
        len(one) == len(two)
        and one.policy == two.policy
        and np.array_equal(one.target, two.target)
        and np.array_equal(one.counted, two.counted)
        and one.table.texts == two.table.texts
    )
    if not same_rows:
        raise InputError(f"the two evaluations are not of the same rows; {step}")
    if not np.array_equal(one.group, two.group):
        raise InputError(f"the two evaluations have different groups; {step}")
    for name in ("samples", "seed", "level"):
        if getattr(a, name) != getattr(b, name):
            raise InputError(
                f"{name} is {getattr(a, name)} in one evaluation and {getattr(b, name)} in the "
                f"other; {step}"
            )


def _tiers(rows: ScoredRows) -> "np.ndarray[Any, Any]":
    tier = rows.scores.tier
    return rows.scores.score >= 0.5 if tier is None else tier


def _disagreements(a: ScoredRows, b: ScoredRows, limit: int) -> tuple[Disagreement, ...]:
    apart = np.abs(a.scores.score - b.scores.score)
    table = a.table.rows

    def tier(rows: ScoredRows, row: int) -> str:
        return "" if rows.scores.tier is None else TIERS[rows.scores.tier[row]]

    return tuple(
        Disagreement(
            int(row),
            str(table.id[row]),
            str(table.title[row]) if a.table.has_texts else "",
            int(a.target[row]),
            float(a.scores.score[row]),
            float(b.scores.score[row]),
            tier(a, row),
            tier(b, row),
        )
        for row in np.argsort(-apart, kind="stable")[:limit]
        if apart[row] > 0
    )
