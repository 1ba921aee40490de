"""Evaluate a model, or scores, on labelled listings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from os import PathLike

import numpy as np
import numpy.typing as npt

from thriftwatch.domain import OUTPUTS, log_odds_of, probability_of
from thriftwatch.errors import InputError, shown
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.figures import Points
from thriftwatch.evaluation.intervals import Bootstrap
from thriftwatch.evaluation.measuring import measure_rows, measure_split
from thriftwatch.evaluation.mistakes import find_mistakes
from thriftwatch.evaluation.notes import annotated, notes_on
from thriftwatch.evaluation.reading import read_rows
from thriftwatch.evaluation.rows import (
    LabelledRows,
    ScoredRows,
    Scores,
    Table,
    label_rows,
    score_texts,
)
from thriftwatch.evaluation.slices import slice_values
from thriftwatch.evaluation.splits import Progress, available_splits, make_split, out_of_split
from thriftwatch.evaluation.stream import evaluate_stream, read_catalogue
from thriftwatch.model.batch import decide_batch
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model, check_options

__all__ = ["evaluate"]


def evaluate(
    labelled: object,
    *,
    model: Model | str | PathLike[str] | None = None,
    scores: object = None,
    cross_validate: bool | str | Sequence[str] = False,
    policy: str = "imported",
    groups: npt.ArrayLike | str | None = None,
    slices: Sequence[str] = (),
    stream: object = None,
    known: str | None = None,
    points: Points | None = None,
    samples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    positive: str | Collection[object] | None = None,
    skip_unusable: bool = False,
    jobs: int = 2,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate a model, or scores, on labelled listings.

    Parameters
    ----------
    labelled
        What `thriftwatch.train` takes: paths or a table, with ``title`` and ``label``. Further
        columns (``platform``, ``region``, ``slice``, ``evasion``, ``part``, ``shop``, ``date``)
        make slices and splits. Copies of a row stay in: they are resampled together.
    model
        A model or the path of a model folder; None is the bundled model.
    scores
        Scores that are there already: the name of a column, one number for each row, or a mapping
        with ``"score"`` and, where known, ``"tier"``, ``"goods"``, ``"worn"``, ``"foreign"``.
        Titles are then not needed. Tiers without ``"tier"`` are those of `model`, if one is given:
        it judges the titles too, as a score alone does not make a listing "likely". Without titles
        the tiers are by score alone, and a note says so.
    cross_validate
        Train on one part of the rows and judge the other, so that no row is judged by a model
        that has seen it: True or the name of a split (`thriftwatch.evaluation.splits.SPLITS`), or
        several, the first of which the headline is about; ``"all"`` is every split that the
        columns allow. Tiers and reasons are those of `model`.
    policy
        ``"imported"`` or ``"all-used"`` (positive is then what is worn and in scope).
    groups
        What is resampled together: the group of each row, or a column; None finds near-duplicates
        and pairs.
    slices
        Further columns to cut the rows by.
    stream
        A catalogue that is thought to be lawful; no label is needed. See
        `thriftwatch.evaluation.stream`.
    known
        A column of the catalogue that says which of its listings are known to be used.
    points
        Where figures are read off the curves.
    samples
        Number of bootstrap samples.
    level
        Confidence level of the intervals.
    seed
        The same seed gives the same folds and intervals.
    encoding, columns, positive, skip_unusable
        As for `thriftwatch.train`.
    jobs
        Threads to train with.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    Evaluation
        Figures with intervals, slices, mistakes and, on demand, splits and a stream.

    Raises
    ------
    InputError
        If an argument is not accepted, or the rows do not hold both labels.
    ColumnError, TableError
        If a file is not what it says, or a column that is needed is not there.

    Notes
    -----
    Rows labelled `uncertain` are left out of the headline, and printed in beside it. Intervals
    are percentiles over resampled groups; where a share of 0 or 1 leaves no resample to differ,
    they are widened to the exact bound for so many groups.

    Examples
    --------
    >>> from thriftwatch import evaluate
    >>> import pyarrow as pa
    >>> table = pa.table({"label": [0, 0, 1, 1] * 10, "score": [0.1, 0.6, 0.4, 0.9] * 10})
    >>> found = evaluate(table, scores="score", samples=100)
    >>> round(found["average_precision"].value, 3)
    0.833
    """
    check_options(policy)
    bootstrap = Bootstrap(samples, level, seed)
    points = Points() if points is None else points
    if not isinstance(points, Points):
        raise InputError(f"points must be Points(...), not {type(points).__name__}")
    if known is not None and stream is None:
        raise InputError("known is a column of the catalogue; give the catalogue too, as stream")
    on_progress = progress or _no_progress
    on_progress(0, 1, "reading")
    table = read_rows(
        labelled,
        scores=scores,
        extra=_extra_columns(slices, groups),
        encoding=encoding,
        columns=columns,
        positive=positive,
        skip_unusable=skip_unusable,
    )
    labels = label_rows(table, table.groups(groups), policy)
    scorer = None if scores is not None and model is None else as_model(model)
    splits = _chosen_splits(cross_validate, table)
    if splits and scores is not None:
        raise InputError("cross_validate trains models, so scores cannot be given too; drop one")
    if stream is not None and scorer is None:
        raise InputError("a stream has to be scored: give a model too, or no scores")
    # Read now: what is wrong with it is said before the models are trained.
    catalogue = None if stream is None else read_catalogue(stream, known=known, encoding=encoding)

    scored = _scored(labels, splits, scorer, seed, jobs, on_progress)
    how, main = next(iter(scored.items()))

    def resampling(done: int, total: int) -> None:
        on_progress(done, total, "resampling")

    measured = measure_rows(main, slice_values(main.table, slices), points, bootstrap, resampling)
    found_splits = [
        measure_split(
            name,
            scored[name],
            points,
            bootstrap,
            resampling,
            figures=measured.figures if name == how else None,
        )
        for name in splits
    ]
    found_stream = None
    if catalogue is not None and scorer is not None:
        found_stream = evaluate_stream(
            catalogue,
            main,
            scorer,
            points=points,
            bootstrap=bootstrap,
            on_done=lambda done, total: on_progress(done, total, "resampling the stream"),
        )
    on_progress(0, 1, "explaining")
    scored_by = scorer if scores is None else None
    notes = notes_on(table, scored_by, splits, main, measured.figures["average_precision"])
    return Evaluation(
        name=scored_by.id if scored_by else "given scores",
        how=how,
        policy=policy,
        rows=main,
        **{field.name: getattr(measured, field.name) for field in fields(measured)},
        splits=annotated(found_splits, twins=table.rows.states("pair")),
        stream=found_stream,
        mistakes=find_mistakes(main, scorer if table.has_texts else None),
        notes=tuple(notes),
        points=points,
        level=level,
        samples=samples,
        seed=seed,
        model=scorer,
    )


def _scored(
    labels: LabelledRows,
    splits: Sequence[str],
    model: Model | None,
    seed: int,
    jobs: int,
    on_progress: Progress,
) -> dict[str, ScoredRows]:
    """Return the scored rows of each split, or of the one way to score without a split."""
    if splits and model is not None:
        return {
            name: _cross_validated(name, labels, model, seed, jobs, on_progress) for name in splits
        }
    how = "model" if labels.table.given is None else "given"
    return {how: labels.scored(_scores(labels, model, on_progress))}


def _cross_validated(
    name: str, labels: LabelledRows, model: Model, seed: int, jobs: int, on_progress: Progress
) -> ScoredRows:
    """Judge the rows that a split tests, each by a model that did not see it."""
    split = make_split(name, labels.table, seed=seed)

    def on_split(done: int, total: int, what: str) -> None:
        on_progress(done, total, f"{what}, split {name}")

    scored = out_of_split(split, labels.table.rows, jobs=jobs, progress=on_split)
    return labels.scored(_of_split(scored, labels.table, model, labels.policy), split.tested)


def _scores(labels: LabelledRows, model: Model | None, on_progress: Progress) -> Scores:
    table = labels.table
    rows, given = table.rows, table.given
    if given is not None:
        if model is None or given.tier is not None:
            return given
        return given.with_tiers_of(model, labels.policy, _outputs(table, model))
    assert model is not None
    return score_texts(
        model,
        rows.title.tolist(),
        rows.description.tolist(),
        rows.shop.tolist(),
        labels.policy,
        on_done=lambda done, total: on_progress(done, total, "scoring"),
    )


def _outputs(table: Table, model: Model) -> dict[str, FloatArray]:
    """Return what a model says of the texts, output by output; nothing where there are none."""
    if not table.has_texts:
        return {}
    found = model.outputs(table.rows.title, table.rows.description)
    return dict(zip(OUTPUTS, found.T, strict=True))


def _of_split(probability: FloatArray, table: Table, model: Model, policy: str) -> Scores:
    """Turn cross-validated probabilities into what the model would have said."""
    scored = np.nan_to_num(probability, nan=0.0)
    if stated := model.card.get("prevalence", {}).get(policy):
        # Tiers of a model that was moved to another share of positives are for moved scores.
        step = log_odds_of(stated["stated"]) - log_odds_of(stated["training"])
        score = scored[:, OUTPUTS.index(policy)]
        scored[:, OUTPUTS.index(policy)] = probability_of(log_odds_of(score) + step)
    rows, thresholds = table.rows, model.card["tiers"][policy]
    is_bare = model.bareness(rows.title, rows.description)
    return Scores.of_batch(
        decide_batch(scored, rows.shop.tolist(), thresholds, policy, is_bare=is_bare)
    )


def _chosen_splits(cross_validate: bool | str | Sequence[str], table: Table) -> list[str]:
    if not cross_validate:
        return []
    if cross_validate is True:
        return ["group"]
    if cross_validate == "all":
        return list(available_splits(table))
    if isinstance(cross_validate, str):
        cross_validate = [cross_validate]
    elif not isinstance(cross_validate, Sequence):
        raise InputError(
            'cross_validate must be True, a split such as "group" or a list of them, not '
            f"{shown(cross_validate)}"
        )
    names = list(dict.fromkeys(cross_validate))
    for name in names:
        make_split(name, table)
    # Whatever the order they were asked for in, the random split comes last.
    return sorted(names, key=lambda name: name == "random")


def _extra_columns(slices: Sequence[str], groups: npt.ArrayLike | str | None) -> list[str]:
    if isinstance(slices, str):
        raise InputError(f'slices must be a list of columns, such as ["{slices}"], not text')
    return [*slices, *([groups] if isinstance(groups, str) else [])]


def _no_progress(done: int, total: int, what: str) -> None:
    pass
