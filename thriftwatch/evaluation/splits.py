"""Splits of labelled rows into what is trained on and what is tested.

A split answers a question: how will the model do on a new seller, on another platform, on next
month's listings? A random split answers none: copies of a listing and listings of one seller are
on both sides, so in general it flatters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError, did_you_mean, listed, shown
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups
from thriftwatch.evaluation.overlap import seen_share
from thriftwatch.evaluation.rows import Table
from thriftwatch.model.artifact import load_model
from thriftwatch.training.labelled import Labelled

__all__ = [
    "SPLITS",
    "Split",
    "available_splits",
    "carries_over",
    "make_split",
    "out_of_split",
]

Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int, str], None]

SPLITS = {
    "group": "re-posts and pairs stay together: listings that were not seen before",
    "time": "trained on the past, tested on what came after",
    "seller": "sellers that were not seen before",
    "platform": "each platform by a model that saw none of it",
    "writer": "each writer (part) by a model that saw none of theirs",
    "random": "rows at random: copies and sellers on both sides, optimistic in general",
}
"""The splits there are, in the order they are shown, and what question each answers."""

_FOLDS = 5
_PERIODS = 4
_FEWEST_IN_A_FOLD = 30
_MUCH_SEEN = 0.02
_KEYS = {"time": "date", "seller": "shop", "platform": "platform", "writer": "part"}


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Which rows are tested together.

    Attributes
    ----------
    name
        One of `SPLITS`.
    fold
        int64, shape (rows,): each fold is judged by a model that did not see it.
    tested
        bool, shape (rows,): rows that are judged at all.
    forward
        Whether a fold is judged by a model of the folds before it only.
    """

    name: str
    fold: Ints
    tested: npt.NDArray[np.bool_]
    forward: bool = False


def available_splits(table: Table) -> tuple[str, ...]:
    """Return the splits that the columns of the rows allow, the random one last."""

    def possible(name: str) -> bool:
        try:
            make_split(name, table)
        except InputError:
            return False
        return True

    return tuple(name for name in SPLITS if possible(name))


def make_split(name: str, table: Table, *, seed: int = 0) -> Split:
    """Split rows.

    Parameters
    ----------
    name
        One of `SPLITS`.
    table
        The rows.
    seed
        Which of the possible splits.

    Raises
    ------
    InputError
        If there is no such split, or the rows lack what it needs.
    """
    if name not in SPLITS:
        near = did_you_mean(str(name), SPLITS)
        hint = f". Did you mean {shown(near)}?" if near else ""
        raise InputError(f"split must be one of {listed(SPLITS)}, not {shown(name)}{hint}")
    every = np.ones(len(table), bool)
    if name == "random":
        fold = np.arange(len(table)) % _FOLDS
        return Split(name, np.random.default_rng(seed).permutation(fold), every)
    if name == "group":
        return Split(name, _grouped(table, [], seed), every)
    values = _values(table, name)
    filled = values != ""
    if len(set(values[filled])) < 2:
        raise InputError(
            f"the split {shown(name)} needs a column {shown(_KEYS[name])} with at least two "
            "different values; add it or choose another split"
        )
    if name == "seller":
        return Split(name, _grouped(table, [values.tolist()], seed), filled)
    if name == "time":
        fold = _periods(values)
        return Split(name, fold, fold > 0, forward=True)
    return Split(name, _by_value(values), filled)


def carries_over(rows: Labelled) -> bool:
    """Tell whether cross-validated models may lean on the bundled model, as those of `train` do.

    They may where it is known not to have seen these rows; and they must where the rows alone do
    not tell the facts.

    Raises
    ------
    InputError
        If they must and may not.
    """
    from thriftwatch.training.interaction import output_targets, unstated_outputs

    seen = seen_share(rows, load_model().card)
    if not unstated_outputs(*output_targets(rows)):
        return seen is not None and seen <= _MUCH_SEEN
    if seen is not None and seen > _MUCH_SEEN:
        raise InputError(
            "these rows cannot be cross-validated: they do not tell the facts, so the bundled "
            f"model would carry over, and it was trained on about {seen:.0%} of them; add the "
            "columns goods, worn and origin"
        )
    return True


def out_of_split(
    split: Split, rows: Labelled, *, jobs: int = 2, progress: Progress | None = None
) -> FloatArray:
    """Judge every tested row with a model that did not see its fold.

    Parameters
    ----------
    split
        The split.
    rows
        The rows.
    jobs
        Threads to train with.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    ndarray of float64, shape (rows, outputs)
        Probabilities of `thriftwatch.model.model.OUTPUTS`; NaN for rows that are not tested.
    """
    from thriftwatch.training import out_of_fold_probabilities

    if split.forward:
        return _forward(split, rows, jobs, progress)
    found = out_of_fold_probabilities(
        rows, split.fold, carry=carries_over(rows), jobs=jobs, progress=progress
    )
    found[~split.tested] = np.nan
    return found


def _values(table: Table, name: str) -> npt.NDArray[np.object_]:
    columns = {"shop": table.rows.shop, "part": table.rows.part, **table.columns}
    return np.array([str(value).strip() for value in columns[_KEYS[name]]], object)


def _grouped(table: Table, keys: Sequence[Sequence[str]], seed: int) -> Ints:
    rows = table.rows
    groups = near_duplicate_groups(
        [f"{t}\n{d}" for t, d in zip(rows.title, rows.description, strict=True)],
        extra_keys=[rows.pair.tolist(), *keys],
    )
    return grouped_folds(groups, rows.label.astype(np.int64), _FOLDS, seed, keys=table.texts)


def _by_value(values: npt.NDArray[np.object_]) -> Ints:
    """Make one fold of each value; values with few rows share one."""
    names, number, sizes = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    few = sizes < _FEWEST_IN_A_FOLD
    return np.where(few[number], len(names), number).astype(np.int64)


def _periods(values: npt.NDArray[np.object_]) -> Ints:
    """Cut dates into periods of the same number of rows; rows of one date stay together."""
    import pandas as pd

    dates = pd.to_datetime(pd.Series(values), format="ISO8601", errors="coerce", utc=True)
    wrong = np.flatnonzero(dates.isna().to_numpy())
    if len(wrong):
        raise InputError(
            f'the split "time" needs a date in every row, such as 2026-01-31; row {wrong[0] + 1} '
            f"has {shown(values[wrong[0]])}; correct it or choose another split"
        )
    order = dates.rank(method="min").to_numpy() - 1
    period = (order * _PERIODS / len(order)).astype(np.int64)
    numbered: Ints = np.unique(period, return_inverse=True)[1]
    return numbered


def _forward(split: Split, rows: Labelled, jobs: int, progress: Progress | None) -> FloatArray:
    """Judge each period by a model that was trained on the periods before it."""
    import pyarrow as pa

    from thriftwatch.model.model import OUTPUTS
    from thriftwatch.training import train
    from thriftwatch.training.carry import judge_with

    found = np.full((len(rows), len(OUTPUTS)), np.nan)
    columns = [name for name in Labelled.__slots__ if name not in {"rejected", "row", "votes"}]
    for period in range(1, int(split.fold.max()) + 1):
        past = rows.take(np.flatnonzero(split.fold < period))
        known = {name: getattr(past, name).tolist() for name in columns}
        carry = carries_over(rows)
        model = train(pa.table(known), carry=carry, jobs=jobs, progress=progress).model
        own = np.flatnonzero(split.fold == period)
        heads = judge_with(model, rows.title[own].tolist(), rows.description[own].tolist())
        found[own] = 1.0 / (1.0 + np.exp(-model.interaction(heads)))
    return found
