"""From labelled rows to fitted heads and what joins them, one step after the other."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups
from thriftwatch.model.artifact import load_model
from thriftwatch.model.model import Model, Tables
from thriftwatch.training.carry import (
    Carried,
    carry_outputs,
    carry_over,
    known_frequencies,
    lean_on,
)
from thriftwatch.training.copies import Copies, make_copies
from thriftwatch.training.heads import (
    HEADS,
    HeadTargets,
    OutOfFold,
    fit_heads,
    head_targets,
    out_of_fold,
)
from thriftwatch.training.interaction import Joined, join_heads, output_targets, unstated_outputs
from thriftwatch.training.labelled import Labelled
from thriftwatch.training.matrix import (
    Frequencies,
    count_frequencies,
    feature_matrix,
    make_tables,
)

__all__ = ["FOLDS", "Material", "choose_folds", "find_groups", "prepare"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
ENOUGH_FOR_FACTS = 2000
"""Fewer rows teach less of the facts than an earlier model knows, even if they state them."""


def _nothing() -> None:
    pass


def find_groups(rows: Labelled) -> Ints:
    """Return the group of every row: near-duplicates and pairs belong together."""
    return near_duplicate_groups(
        [f"{t}\n{d}" for t, d in zip(rows.title, rows.description, strict=True)],
        extra_keys=[list(rows.pair)],
    )


def choose_folds(rows: Labelled, groups: Ints, seed: int, *, folds: int = FOLDS) -> Ints:
    """Deal groups into folds; the same listings give the same folds, whatever their order."""
    texts = [f"{t}\0{d}" for t, d in zip(rows.title, rows.description, strict=True)]
    return grouped_folds(groups, rows.label.astype(np.int64), folds, seed, keys=texts)


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a fit needs: what the rows say, and how they look to the heads.

    Attributes
    ----------
    targets
        What each head should say of the rows and then of their copies.
    target, weight
        The same for each output, rows only.
    copies
        The copies that the fit also sees.
    frequencies, matrix
        The features of rows and copies.
    base, carried
        The earlier model whose heads carry over and its judgement of rows and copies; None where
        the rows suffice for every head.
    """

    targets: HeadTargets
    target: NDArray[np.int8]
    weight: Floats
    copies: Copies
    frequencies: Frequencies
    matrix: sparse.csr_matrix
    base: Model | None
    carried: Carried | None

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of all heads, the carried ones last."""
        return self.targets.names + (self.carried.names if self.carried else ())

    def judge(self, fold: Ints, *, jobs: int, on_done: Callable[[], None] = _nothing) -> OutOfFold:
        """Judge rows and copies with heads that saw no row of their fold."""
        everyone = np.append(fold, fold[self.copies.of])
        judged = out_of_fold(self.matrix, self.targets, everyone, jobs=jobs, on_done=on_done)
        return judged.beside(self.carried.log_odds) if self.carried else judged

    def judge_simply(
        self, fold: Ints, *, jobs: int, on_done: Callable[[], None] = _nothing
    ) -> OutOfFold:
        """Judge as `judge` does with a third of the fits.

        What is then fitted on the other folds' heads has seen a little of the fold it is judged
        on, through those heads: enough to calibrate by, not to report.
        """
        everyone = np.append(fold, fold[self.copies.of])
        plain = np.zeros((self.matrix.shape[0], len(self.targets.names)))
        for held_out in range(int(fold.max()) + 1):
            coefficients, intercepts = fit_heads(
                self.matrix,
                _without(self.targets, everyone == held_out),
                jobs=jobs,
                on_done=on_done,
            )
            own = np.flatnonzero(everyone == held_out)
            plain[own] = self.matrix[own] @ coefficients.T + intercepts
        folds = int(fold.max()) + 1
        judged = OutOfFold(np.broadcast_to(plain, (folds, *plain.shape)), everyone)
        return judged.beside(self.carried.log_odds) if self.carried else judged

    def join(self, judged: OutOfFold) -> Joined:
        """Fit what joins the heads."""
        joined = join_heads(judged, self.heads, self.target, self.weight, self.copies)
        if self.base is None:
            return joined
        unstated = unstated_outputs(self.target, self.weight)
        joined = lean_on(joined, judged, self.heads, self.base, self.target, self.weight)
        return carry_outputs(joined, judged, self.heads, self.base, unstated)

    def fit_tables(self, *, jobs: int, on_done: Callable[[], None] = _nothing) -> Tables:
        """Fit the heads on all rows, and put the carried ones beside them."""
        coefficients, intercepts = fit_heads(self.matrix, self.targets, jobs=jobs, on_done=on_done)
        tables = make_tables(coefficients, intercepts, self.frequencies)
        return self.carried.joined_to(tables) if self.carried else tables


def prepare(
    rows: Labelled,
    base: Model | None = None,
    *,
    carry: bool = True,
    copies: Copies | None = None,
) -> Material:
    """Make the material of a fit from rows.

    Parameters
    ----------
    rows
        Labelled listings.
    base
        The earlier model whose heads carry over if the rows do not suffice for every head; the
        bundled model if none is given.
    carry
        Whether heads may carry over at all.
    copies
        What the fit also sees; by default `make_copies` of the rows.

    Returns
    -------
    Material
    """
    copies = make_copies(rows) if copies is None else copies
    titles = [*rows.title, *copies.titles]
    descriptions = [*rows.description, *copies.descriptions]
    targets = head_targets(rows, copies)
    target, weight = output_targets(rows)
    if not carry or (set(HEADS) <= set(targets.names) and len(rows) >= ENOUGH_FOR_FACTS):
        base = None
    else:
        base = base or load_model()
        if len(rows) < ENOUGH_FOR_FACTS:
            targets = _only_label(targets)
    frequencies = count_frequencies(list(rows.title), list(rows.description))
    if base is not None:
        frequencies = known_frequencies(frequencies, base)
    matrix = feature_matrix(titles, descriptions, frequencies)
    carried = None
    if base is not None:
        carried = carry_over(base, targets.names, frequencies, titles, descriptions)
    return Material(targets, target, weight, copies, frequencies, matrix, base, carried)


def _only_label(targets: HeadTargets) -> HeadTargets:
    place = [targets.names.index("label")]
    return HeadTargets(("label",), targets.target[:, place], targets.weight[:, place])


def _without(targets: HeadTargets, left_out: NDArray[np.bool_]) -> HeadTargets:
    return replace(targets, weight=targets.weight * ~left_out[:, None])
