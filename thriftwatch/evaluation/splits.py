"""Splits of labelled rows into what is trained on and what is tested.

A split answers a question: how will the model do on a new seller, on another platform, on next
month's listings? A random split answers none: copies of a listing and listings of one seller are
on both sides, so in general it flatters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import OUTPUTS
from thriftwatch.errors import InputError, not_one_of, shown
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.groups import grouped_folds
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.overlap import MUCH_SEEN, seen_share
from thriftwatch.evaluation.rows import Objects, Table
from thriftwatch.evaluation.slices import Slice
from thriftwatch.model.artifact import load_model
from thriftwatch.training.labelled import Labelled

__all__ = [
    "SPLITS",
    "Progress",
    "Split",
    "SplitFigures",
    "available_splits",
    "make_split",
    "needs_transfer",
    "out_of_split",
]

Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what."""

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


@dataclass(frozen=True, slots=True)
class SplitFigures:
    """What a split shows.

    Attributes
    ----------
    name
        One of `SPLITS`.
    question
        What it tells.
    rows, positives
        How many rows were tested and count.
    figures
        As in `thriftwatch.evaluation.evaluation.Evaluation`.
    parts
        Figures of each platform or writer that was left out.
    note
        What was measured that one would not expect; usually empty.
    """

    name: str
    question: str
    rows: int
    positives: int
    figures: Mapping[str, Interval]
    parts: tuple[Slice, ...] = ()
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain, JSON-ready values."""
        return {
            "name": self.name,
            "question": self.question,
            "rows": self.rows,
            "positives": self.positives,
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "parts": [part.to_dict() for part in self.parts],
            "note": self.note,
        }


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
        raise not_one_of("split", name, SPLITS)
    every = np.ones(len(table), bool)
    if name == "random":
        fold = np.arange(len(table)) % _FOLDS
        return Split(name, np.random.default_rng(seed).permutation(fold), every)
    if name == "group":
        return Split(name, _grouped(table, seed), every)
    values = _values(table, name)
    filled = values != ""
    if len(set(values[filled])) < 2:
        raise InputError(
            f"the split {shown(name)} needs a column {shown(_KEYS[name])} with at least two "
            "different values; add it or choose another split"
        )
    if name == "seller":
        return Split(name, _grouped(table, seed, values), filled)
    if name == "time":
        fold = _periods(values)
        return Split(name, fold, fold > 0, forward=True)
    return Split(name, _by_value(values), filled)


def needs_transfer(rows: Labelled) -> bool:
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
        return seen is not None and seen <= MUCH_SEEN
    if seen is not None and seen > MUCH_SEEN:
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
        Probabilities of `thriftwatch.domain.OUTPUTS`; NaN for rows that are not tested.
    """
    from thriftwatch.training import out_of_fold_probabilities

    if split.forward:
        return _forward(split, rows, jobs, progress)
    found = out_of_fold_probabilities(
        rows, split.fold, carry=needs_transfer(rows), jobs=jobs, progress=progress
    )
    found[~split.tested] = np.nan
    return found


def _values(table: Table, name: str) -> Objects:
    columns = {"shop": table.rows.shop, "part": table.rows.part, **table.columns}
    return np.array([str(value).strip() for value in columns[_KEYS[name]]], object)


def _grouped(table: Table, seed: int, *keys: Objects) -> Ints:
    label = table.rows.label.astype(np.int64)
    return grouped_folds(table.near_duplicates(*keys), label, _FOLDS, seed, keys=table.texts)


def _by_value(values: Objects) -> Ints:
    """Make one fold of each value; values with few rows share one."""
    names, number, sizes = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    few = sizes < _FEWEST_IN_A_FOLD
    return np.where(few[number], len(names), number).astype(np.int64)


def _periods(values: Objects) -> Ints:
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
    from thriftwatch.training import train

    found = np.full((len(rows), len(OUTPUTS)), np.nan)
    carry = needs_transfer(rows)
    for period in range(1, int(split.fold.max()) + 1):
        past = rows.take(np.flatnonzero(split.fold < period))
        model = train(past, carry=carry, jobs=jobs, progress=progress).model
        own = np.flatnonzero(split.fold == period)
        found[own] = model.outputs(rows.title[own].tolist(), rows.description[own].tolist())
    return found
