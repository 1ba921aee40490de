"""Fit the linear heads, out of fold and on everything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from thriftwatch.domain import ELEMENTS, FACTS, FOREIGN, GOODS, WORN
from thriftwatch.training.counterfactuals import Counterfactuals
from thriftwatch.training.labelled import Labelled

__all__ = [
    "BARE_WEIGHT",
    "HEADS",
    "RULES",
    "WANTED_WEIGHT",
    "HeadTargets",
    "OutOfFold",
    "fit_heads",
    "head_targets",
    "out_of_fold",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RULES = ("R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7")
HEADS = ("label", *FACTS, *RULES)
_EVIDENCE_HEADS = ("label", "R1", "R2", "R4", "R5")
"""Heads that a listing without its deciding words is a counter-example for."""

_C = 20.0
_C_OF_WORN = 5.0
"""How closely a fit may follow its rows. The head of wear follows less closely: half of the rows
are worn, next to none of a catalogue, and what only happens to go with wear must not pass for it.
"""
BARE_WEIGHT, WANTED_WEIGHT = 0.2, 0.3
"""How much a copy counts that lacks its evidence, and one that asks for the goods."""


@dataclass(frozen=True, slots=True)
class HeadTargets:
    """What each head should say of each row, and how much each row counts.

    Attributes
    ----------
    names
        The heads.
    target
        int8, shape (rows, heads).
    weight
        float64, shape (rows, heads); 0 where a row says nothing about a head.
    """

    names: tuple[str, ...]
    target: NDArray[np.int8]
    weight: Floats


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Log-odds of heads that did not see the rows they judge.

    Attributes
    ----------
    nested
        float64, shape (folds, rows, heads). ``nested[f]`` judges the rows of fold ``f`` with
        heads fitted on all other folds, and every other row with heads that saw neither its fold
        nor fold ``f``: what is fitted on the rest of ``nested[f]`` can be judged on fold ``f``.
    fold
        int64, shape (rows,).
    """

    nested: Floats
    fold: Ints

    def plain(self) -> Floats:
        """Return the ordinary out-of-fold log-odds, shape (rows, heads)."""
        return self.nested[self.fold, np.arange(len(self.fold))]

    def beside(self, others: Floats) -> "OutOfFold":
        """Put heads that never saw any of these rows beside them, shape (rows, other heads)."""
        repeated = np.broadcast_to(others, (len(self.nested), *others.shape))
        return OutOfFold(np.concatenate((self.nested, repeated), axis=2), self.fold)


def head_targets(rows: Labelled, counterfactuals: Counterfactuals) -> HeadTargets:
    """Return the targets of the labelled rows, and of their counterfactuals.

    Parameters
    ----------
    rows
        Labelled listings.
    counterfactuals
        What `make_counterfactuals` returned for them.

    Returns
    -------
    HeadTargets
        First the rows, then the counterfactuals. Only heads that the rows tell both sides of.
    """
    states = {element.name: rows.fact(element) for element in ELEMENTS}
    states["label"] = rows.label == 1, rows.certainty != "uncertain"
    states |= {rule: (rows.rule == rule, rows.rule != "") for rule in RULES}
    names = tuple(name for name in HEADS if len(np.unique(states[name][0][states[name][1]])) == 2)
    target = np.column_stack([states[name][0] for name in names]).astype(np.int8)
    weight = np.column_stack([states[name][1] for name in names]).astype(np.float64)
    augmented_target, augmented_weight = (
        target[counterfactuals.of].copy(),
        np.zeros((len(counterfactuals.of), len(names))),
    )
    bare, wanted = np.flatnonzero(~counterfactuals.wanted), np.flatnonzero(counterfactuals.wanted)
    for place, name in enumerate(names):
        if name in _EVIDENCE_HEADS:
            augmented_target[bare, place] = 0
            augmented_weight[bare, place] = BARE_WEIGHT
        elif name == GOODS:
            augmented_weight[bare, place] = BARE_WEIGHT
        if name not in (WORN, FOREIGN):  # of these an asked-for garment is as it was
            augmented_target[wanted, place] = name == "R0"
        augmented_weight[wanted, place] = WANTED_WEIGHT * weight[counterfactuals.of[wanted], place]
    return HeadTargets(
        names, np.vstack((target, augmented_target)), np.vstack((weight, augmented_weight))
    )


def fit_heads(
    matrix: sparse.csr_matrix, targets: HeadTargets, *, jobs: int, on_done: Callable[[], None]
) -> tuple[Floats, Floats]:
    """Fit every head on all rows.

    Returns
    -------
    coefficients
        float64, shape (heads, columns).
    intercepts
        float64, shape (heads,).
    """
    everything = np.ones(matrix.shape[0], bool)
    fitted = _run(
        [(everything, head) for head in range(len(targets.names))], matrix, targets, jobs, on_done
    )
    return np.vstack([c for c, _ in fitted]), np.array([b for _, b in fitted])


def out_of_fold(
    matrix: sparse.csr_matrix,
    targets: HeadTargets,
    fold: Ints,
    *,
    jobs: int,
    on_done: Callable[[], None],
    trust: bool = True,
) -> OutOfFold:
    """Judge every row with heads that saw neither it nor its group.

    Heads are fitted without each fold and without each pair of folds, so that nothing needs to
    be fitted twice for the nested estimate. Without `trust` every feature costs a fit the same,
    however few listings tell of it.
    """
    folds = int(fold.max()) + 1
    heads = len(targets.names)
    left_out: list[tuple[int, ...]] = [(f,) for f in range(folds)]
    left_out += list(combinations(range(folds), 2))
    tasks = [(~np.isin(fold, out), head) for out in left_out for head in range(heads)]
    fitted = _run(tasks, matrix, targets, jobs, on_done, trust=trust)
    nested = np.zeros((folds, matrix.shape[0], heads))
    for place, out in enumerate(left_out):
        models = fitted[place * heads : (place + 1) * heads]
        for tested in out:
            rows = np.flatnonzero(fold == tested)
            within = out[0] if len(out) == 1 else out[0] if out[1] == tested else out[1]
            part = matrix[rows]
            nested[within, rows] = np.column_stack([part @ c + b for c, b in models])
    return OutOfFold(nested, fold)


def fits_needed(folds: int, heads: int) -> int:
    """Return how many fits `out_of_fold` and `fit_heads` make together."""
    return heads * (folds + folds * (folds - 1) // 2 + 1)


def _run(
    tasks: Sequence[tuple[NDArray[np.bool_], int]],
    matrix: sparse.csr_matrix,
    targets: HeadTargets,
    jobs: int,
    on_done: Callable[[], None],
    *,
    trust: bool = True,
) -> list[tuple[Floats, float]]:
    # Most rows of the tables are empty: without them a fit takes a fraction of the time.
    width, filled = matrix.shape[1], np.unique(matrix.indices)
    matrix = matrix[:, filled]
    results = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        delayed(_fit_one)(
            matrix,
            targets.target[:, head],
            targets.weight[:, head] * mask,
            _C_OF_WORN if targets.names[head] == WORN else _C,
            trust=trust,
        )
        for mask, head in tasks
    )
    fitted = []
    for coefficients, intercept in results:
        spread = np.zeros(width)
        spread[filled] = coefficients
        fitted.append((spread, intercept))
        on_done()
    return fitted


def _fit_one(
    matrix: sparse.csr_matrix, target: NDArray[np.int8], weight: Floats, c: float, *, trust: bool
) -> tuple[Floats, float]:
    used = np.flatnonzero(weight > 0)
    if len(np.unique(target[used])) < 2:  # nothing to tell apart: the head says what it saw
        seen = float(target[used][0]) if len(used) else 0.0
        return np.zeros(matrix.shape[1]), 4.0 if seen else -4.0
    inputs, target, weight = matrix[used], target[used], weight[used]
    scale = _trust(inputs, target, weight) if trust else np.ones(matrix.shape[1])
    model = LogisticRegression(C=c, solver="liblinear", tol=1e-3, max_iter=200)
    model.fit(inputs @ sparse.diags(scale), target, sample_weight=weight)
    return model.coef_[0] * scale, float(model.intercept_[0])


def _trust(matrix: sparse.csr_matrix, target: NDArray[np.int8], weight: Floats) -> Floats:
    """Return how far each feature may be trusted to tell the two sides apart, 1 on average.

    It is ``z / (1 + z)`` of the z-score of the log odds ratio (Monroe et al. 2008, with one
    listing as the prior): a feature of two listings costs the fit more than one of two hundred.
    Scaling by what each feature tells is after NBSVM (Wang and Manning 2012).
    """
    occurs = matrix.copy()
    occurs.data = np.ones(len(matrix.data))
    sides = [weight * target, weight * (1 - target)]
    totals = [side.sum() for side in sides]
    counts = [
        occurs.T @ side + total / sum(totals) for side, total in zip(sides, totals, strict=True)
    ]
    odds = np.log(counts[0] / totals[0]) - np.log(counts[1] / totals[1])
    z = np.abs(odds) / np.sqrt(1.0 / counts[0] + 1.0 / counts[1])
    trust = z / (1.0 + z)
    listings = np.asarray(occurs.sum(axis=0)).ravel()
    mean_square = (trust**2 * listings).sum() / max(listings.sum(), 1.0)
    scaled: Floats = trust / np.sqrt(max(mean_square, 1e-12))
    return scaled
