"""From labelled tables to a model."""

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from thriftwatch.errors import InputError
from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups
from thriftwatch.evaluation.metrics import (
    average_precision,
    calibration_error,
    recall_at_precision,
)
from thriftwatch.files import RejectedRow
from thriftwatch.model.artifact import load_model, seal
from thriftwatch.model.model import FACTS, OUTPUTS, POLICIES, Model
from thriftwatch.training.augment import without_evidence
from thriftwatch.training.carry import carry_outputs, carry_over, known_frequencies
from thriftwatch.training.heads import (
    HEADS,
    fit_heads,
    fits_needed,
    head_targets,
    out_of_fold,
)
from thriftwatch.training.interaction import join_heads, output_targets, unstated_outputs
from thriftwatch.training.labelled import Labelled, read_excluded, read_labelled
from thriftwatch.training.matrix import count_frequencies, feature_matrix, make_tables
from thriftwatch.training.tiers import LIKELY_PRECISION, REVIEW_RECALL, choose_tiers

__all__ = ["TrainResult", "train"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

FOLDS = 5
FEWEST_OF_A_LABEL = 10


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What training gave.

    Attributes
    ----------
    model
        The model.
    evaluation
        Cross-validated figures, as they stand in the model's card.
    scores
        float64, shape (rows,): cross-validated score of every usable row.
    rows
        The usable rows.
    rejected
        Rows that could not be used, each with file, line and reason.
    """

    model: Model
    evaluation: dict[str, Any]
    scores: Floats
    rows: Labelled
    rejected: tuple[RejectedRow, ...]

    def summary(self) -> str:
        """Return the figures as a few lines of text."""
        figures = self.evaluation
        lines = [
            f"{figures['rows']} rows, {figures['positives']} positive, {figures['uncertain']} "
            f"uncertain; {FOLDS} folds, near-duplicates and pairs kept in one fold",
            f"average precision       {figures['average_precision']:.3f} "
            f"(with uncertain rows as 0: {figures['average_precision_with_uncertain']:.3f})",
            f"recall at 95% precision {figures['recall_at_95_precision']:.3f}",
        ]
        lines += [
            f"calibration error       {error:.3f} ({name})"
            for name, error in figures["calibration_error"].items()
        ]
        for name, tiers in self.model.card["tiers"].items():
            review, likely = tiers["review"], tiers["likely"]
            lines.append(f"tiers, policy {name}: review from {review}, likely from {likely}")
        return "\n".join(lines)


def train(
    labelled: Any,
    *,
    exclude: Any = None,
    name: str = "thriftwatch-id",
    encoding: str = "utf-8",
    columns: dict[str, str] | None = None,
    skip_unusable: bool = False,
    seed: int = 0,
    jobs: int = 2,
    progress: Progress | None = None,
) -> TrainResult:
    """Train a model from labelled listings.

    Parameters
    ----------
    labelled
        Paths of CSV, TSV, JSON Lines, Parquet or XLSX files, or a table. Only ``title`` and
        ``label`` (0 or 1) are obligatory; ``description``, ``certainty``, ``rule``, ``goods``,
        ``worn``, ``origin``, ``spans`` and ``pair`` are used where present.
    exclude
        A table with an ``id`` column: rows with these ids are held out.
    name
        Name of the model, part of its id.
    encoding
        Encoding of text files.
    columns
        Column names to use, such as ``{"title": "judul"}``.
    skip_unusable
        Set rows with a wrong label or fact aside instead of raising.
    seed
        Which of the possible folds to use. Same input and seed, same model.
    jobs
        Threads to fit with; the result does not depend on it.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    TrainResult

    Raises
    ------
    InputError
        If there are too few rows of a label.
    TableError
        If a file is not what it says, or a row has a label that is not 0 or 1.

    Notes
    -----
    Linear heads (label, legal facts, guideline rules) are logistic regressions over hashed words,
    n-grams and lexicon signals. What joins them is a logistic regression over their out-of-fold
    log-odds and pairwise products (stacking, Wolpert 1992), so the reported figures come from
    nested folds that no fitted number has seen.

    Examples
    --------
    >>> from thriftwatch import train
    >>> result = train("data/sample/labelled.csv")  # doctest: +SKIP
    >>> result.model.save("my-model")  # doctest: +SKIP
    """
    rows = read_labelled(labelled, encoding=encoding, columns=columns, skip_unusable=skip_unusable)
    if exclude is not None:
        held_out = read_excluded(exclude)
        rows = rows.take(np.flatnonzero([key not in held_out for key in rows.id]))
    _check_enough(rows)
    # The last bits of a sum depend on how many threads share it, and a fit stops at a tolerance:
    # the same input gives the same bytes only with one thread of linear algebra.
    with threadpool_limits(limits=1):
        return _train(rows, name, seed, jobs, progress or (lambda done, total, what: None))


def _train(rows: Labelled, name: str, seed: int, jobs: int, tell: Progress) -> TrainResult:
    tell(0, 1, "reading")
    groups = near_duplicate_groups(
        [f"{t}\n{d}" for t, d in zip(rows.title, rows.description, strict=True)],
        extra_keys=[list(rows.pair)],
    )
    texts = [f"{t}\0{d}" for t, d in zip(rows.title, rows.description, strict=True)]
    fold = grouped_folds(groups, rows.label.astype(np.int64), FOLDS, seed, keys=texts)
    copies_of, copies = _copies(rows)
    titles = [*rows.title, *(title for title, _ in copies)]
    descriptions = [*rows.description, *(description for _, description in copies)]
    targets = head_targets(rows, copies_of)
    base = None if set(HEADS) <= set(targets.names) else load_model()
    frequencies = count_frequencies(list(rows.title), list(rows.description))
    if base is not None:
        frequencies = known_frequencies(frequencies, base)
    matrix = feature_matrix(titles, descriptions, frequencies)
    total = fits_needed(FOLDS, len(targets.names))
    done = 0

    def on_done() -> None:
        nonlocal done
        done += 1
        tell(done, total, "fitting")

    judged = out_of_fold(
        matrix, targets, np.append(fold, fold[copies_of]), jobs=jobs, on_done=on_done
    )
    coefficients, intercepts = fit_heads(matrix, targets, jobs=jobs, on_done=on_done)
    tables, heads = make_tables(coefficients, intercepts, frequencies), targets.names
    if base is not None:
        carried = carry_over(base, heads, frequencies, titles, descriptions)
        judged = judged.beside(carried.log_odds)
        tables, heads = carried.joined_to(tables), heads + carried.names
    target, weight = output_targets(rows)
    joined = join_heads(judged, target, weight, copies_of)
    if base is not None:
        joined = carry_outputs(joined, judged, heads, base, unstated_outputs(target, weight))

    probabilities = 1.0 / (1.0 + np.exp(-joined.log_odds))
    stated = [name for n, name in enumerate(OUTPUTS) if weight[:, n].any()]
    tiers = {
        policy: choose_tiers(target[:, place], probabilities[:, place])
        if policy in stated
        else load_model().card["tiers"][policy]
        for place, policy in enumerate(POLICIES)
    }
    evaluation = _figures(rows, probabilities, target, stated)
    card = {
        "format": 1,
        "name": name,
        "version": version("thriftwatch"),
        "heads": list(heads),
        "outputs": list(OUTPUTS),
        "tiers": tiers,
        "tiers_chosen_for": {"likely_precision": LIKELY_PRECISION, "review_recall": REVIEW_RECALL},
        "unseen_idf": tables.unseen_idf,
        "evaluation": evaluation,
        "data": {"sha256": _data_hash(rows), "rows": len(rows), "positives": int(rows.label.sum())},
        "versions": {
            "python": ".".join(platform.python_version_tuple()[:2]),
            **{package: version(package) for package in ("numpy", "scikit-learn", "anyascii")},
        },
    }
    model = seal(Model(card, heads, tables, joined.interaction))
    return TrainResult(model, evaluation, probabilities[:, 0], rows, rows.rejected)


def _check_enough(rows: Labelled) -> None:
    for label in (0, 1):
        count = int(((rows.label == label) & (rows.certainty != "uncertain")).sum())
        if count < FEWEST_OF_A_LABEL:
            raise InputError(
                f"only {count} usable rows are labelled {label} and not uncertain; at least "
                f"{FEWEST_OF_A_LABEL} of each label are needed; add labelled rows, for example "
                "data/sample/labelled.csv"
            )


def _copies(rows: Labelled) -> tuple[NDArray[np.int64], list[tuple[str, str]]]:
    """Make a copy without its evidence of every positive whose evidence is marked."""
    marked = [i for i in range(len(rows)) if rows.label[i] == 1 and rows.spans[i]]
    copies = []
    for place in marked:
        texts = [rows.title[place], rows.description[place]]
        title, description = without_evidence(texts, rows.spans[place])
        copies.append((title, description))
    return np.array(marked, np.int64), copies


def _figures(
    rows: Labelled, probabilities: Floats, target: NDArray[np.int8], stated: Sequence[str]
) -> dict[str, Any]:
    certain = rows.certainty != "uncertain"
    scores = probabilities[:, 0]
    labels = target[:, 0].astype(np.int64)
    errors = {"score": calibration_error(labels[certain], scores[certain])}
    for place, name in enumerate(OUTPUTS):
        if name in FACTS and name in stated:
            errors[name] = calibration_error(
                target[:, place].astype(np.int64), probabilities[:, place]
            )
    return {
        "what": "five-fold cross-validation on the training rows; hand-written listings unless "
        "your own were given; no measure of accuracy in the field",
        "rows": len(rows),
        "positives": int(labels.sum()),
        "uncertain": int((~certain).sum()),
        "average_precision": round(average_precision(labels[certain], scores[certain]), 4),
        "average_precision_with_uncertain": round(average_precision(labels, scores), 4),
        "recall_at_95_precision": round(
            recall_at_precision(labels[certain], scores[certain], precision=0.95).recall, 4
        ),
        "calibration_error": {name: round(float(error), 4) for name, error in errors.items()},
    }


def _data_hash(rows: Labelled) -> str:
    """Hash what the model was trained on: texts, labels and facts, in order."""
    digest = hashlib.sha256()
    for place in range(len(rows)):
        texts = (rows.title, rows.description, rows.pair, rows.spans)
        facts = (rows.certainty, rows.rule, rows.goods, rows.worn, rows.origin)
        values = [str(column[place]) for column in (*texts, *facts)]
        digest.update("\0".join([str(int(rows.label[place])), *values, "\n"]).encode())
    return digest.hexdigest()
