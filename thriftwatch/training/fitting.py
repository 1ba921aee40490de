"""From labelled rows to fitted heads and what joins them, one step after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups
from thriftwatch.model.artifact import load_model
from thriftwatch.model.model import Model
from thriftwatch.model.tables import Tables
from thriftwatch.text.lexicon import Term
from thriftwatch.text.vocabulary import Vocabulary, packaged_vocabulary
from thriftwatch.training.counterfactuals import Counterfactuals, make_counterfactuals
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
    Readings,
    count_frequencies,
    feature_matrix,
    make_tables,
    read_listings,
)
from thriftwatch.training.transfer import (
    Transferred,
    known_frequencies,
    shrink_to_earlier,
    transfer_heads,
    transfer_outputs,
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
        What each head should say of the rows and then of their counterfactuals.
    target, weight
        The same for each output, rows only.
    counterfactuals
        The counterfactuals with another answer that the fit also sees.
    vocabulary
        The lexicon that they were read with.
    readings, frequencies, matrix
        What was read, and the features of rows and counterfactuals.
    base, transferred
        The earlier model whose heads are transferred, and what they say of rows and
        counterfactuals; None where the rows suffice for every head.
    """

    targets: HeadTargets
    target: NDArray[np.int8]
    weight: Floats
    counterfactuals: Counterfactuals
    vocabulary: Vocabulary
    readings: Readings
    frequencies: Frequencies
    matrix: sparse.csr_matrix
    base: Model | None
    transferred: Transferred | None

    @property
    def heads(self) -> tuple[str, ...]:
        """Names of all heads, the transferred ones last."""
        return self.targets.names + (self.transferred.names if self.transferred else ())

    def predict(
        self,
        fold: Ints,
        *,
        jobs: int,
        on_done: Callable[[], None] = _nothing,
        trust: bool = True,
    ) -> OutOfFold:
        """Return log-odds of rows and counterfactuals by heads that saw no row of their fold.

        `trust` is as for `out_of_fold`.
        """
        everyone = np.append(fold, fold[self.counterfactuals.of])
        predicted = out_of_fold(
            self.matrix, self.targets, everyone, jobs=jobs, on_done=on_done, trust=trust
        )
        return predicted.beside(self.transferred.log_odds) if self.transferred else predicted

    def predict_simply(
        self, fold: Ints, *, jobs: int, on_done: Callable[[], None] = _nothing
    ) -> OutOfFold:
        """Return what `predict` does for a third of the fits.

        What is then fitted on the other folds' heads has seen a little of the fold it is judged
        on, through those heads: enough to calibrate by, not to report.
        """
        everyone = np.append(fold, fold[self.counterfactuals.of])
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
        predicted = OutOfFold(np.broadcast_to(plain, (folds, *plain.shape)), everyone)
        return predicted.beside(self.transferred.log_odds) if self.transferred else predicted

    def join(self, predicted: OutOfFold) -> Joined:
        """Fit what joins the heads."""
        joined = join_heads(predicted, self.heads, self.target, self.weight, self.counterfactuals)
        if self.base is None:
            return joined
        unstated = unstated_outputs(self.target, self.weight)
        joined = shrink_to_earlier(
            joined, predicted, self.heads, self.base, self.target, self.weight
        )
        return transfer_outputs(joined, predicted, self.heads, self.base, unstated)

    def fit_tables(self, *, jobs: int, on_done: Callable[[], None] = _nothing) -> Tables:
        """Fit the heads on all rows, and put the transferred ones beside them."""
        coefficients, intercepts = fit_heads(self.matrix, self.targets, jobs=jobs, on_done=on_done)
        tables = make_tables(coefficients, intercepts, self.frequencies)
        return self.transferred.joined_to(tables) if self.transferred else tables


def prepare(
    rows: Labelled,
    base: Model | None = None,
    *,
    carry: bool = True,
    counterfactuals: Counterfactuals | None = None,
    vocabulary: Vocabulary | None = None,
    added: Sequence[Term] = (),
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
    counterfactuals
        What the fit also sees; by default `make_counterfactuals` of the rows.
    vocabulary
        The lexicon to read with; by default that of the model that carries over, or the packaged
        one.
    added
        Terms to add to that lexicon.

    Returns
    -------
    Material
    """
    counterfactuals = make_counterfactuals(rows) if counterfactuals is None else counterfactuals
    titles = [*rows.title, *counterfactuals.titles]
    descriptions = [*rows.description, *counterfactuals.descriptions]
    targets = head_targets(rows, counterfactuals)
    target, weight = output_targets(rows)
    if not carry or (set(HEADS) <= set(targets.names) and len(rows) >= ENOUGH_FOR_FACTS):
        base = None
    else:
        base = base or load_model()
        if len(rows) < ENOUGH_FOR_FACTS:
            targets = _only_label(targets)
    if vocabulary is None:
        vocabulary = base.vocabulary if base else packaged_vocabulary()
    if added:
        vocabulary = vocabulary.with_terms(added)
    readings = read_listings(titles, descriptions, vocabulary)
    own = Readings(readings.words[: len(rows)], readings.features[: len(rows)])
    frequencies = count_frequencies(own)
    if base is not None:
        frequencies = known_frequencies(frequencies, base)
    matrix = feature_matrix(readings, frequencies)
    transferred = None
    if base is not None:
        transferred = transfer_heads(
            base, targets.names, frequencies, vocabulary, titles, descriptions
        )
    return Material(
        targets,
        target,
        weight,
        counterfactuals,
        vocabulary,
        readings,
        frequencies,
        matrix,
        base,
        transferred,
    )


def _only_label(targets: HeadTargets) -> HeadTargets:
    place = [targets.names.index("label")]
    return HeadTargets(("label",), targets.target[:, place], targets.weight[:, place])


def _without(targets: HeadTargets, left_out: NDArray[np.bool_]) -> HeadTargets:
    return replace(targets, weight=targets.weight * ~left_out[:, None])
