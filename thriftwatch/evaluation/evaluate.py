"""Evaluate a model, or scores, on labelled listings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.figures import Points
from thriftwatch.evaluation.measuring import Measuring
from thriftwatch.evaluation.mistakes import find_mistakes
from thriftwatch.evaluation.notes import annotated, notes_on
from thriftwatch.evaluation.reading import read_rows
from thriftwatch.evaluation.rows import ScoredRows, Scores, Table, score_with, targets
from thriftwatch.evaluation.slices import slice_values
from thriftwatch.evaluation.splits import available_splits, make_split, out_of_split
from thriftwatch.evaluation.stream import Stream, evaluate_stream
from thriftwatch.model.model import OUTPUTS, Model
from thriftwatch.model.prevalence import log_odds_of
from thriftwatch.scoring import as_model, check_options

__all__ = ["evaluate"]

Progress = Callable[[int, int, str], None]


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
    encoding: str = "utf-8",
    columns: Mapping[str, str] | None = None,
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
        Titles are then not needed. Tiers without ``"tier"`` are those of `model`, if one is given.
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
    encoding, columns, skip_unusable
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
    _check_numbers(samples, level)
    tell = progress or _tell_nobody
    tell(0, 1, "reading")
    table = read_rows(
        labelled,
        scores=scores,
        extra=_extra_columns(slices, groups),
        encoding=encoding,
        columns=columns,
        skip_unusable=skip_unusable,
    )
    if scores is not None and table.given is None:
        table = replace(table, given=Scores.checked(scores, table.rows, table.read))
    group = table.groups(groups)
    target, stated = targets(table.rows, policy)
    kept = np.flatnonzero(stated)
    counted = np.ones(len(table), bool)
    if policy == "imported":
        counted = table.rows.certainty != "uncertain"
    scorer = None if scores is not None and model is None else as_model(model)
    splits = _chosen_splits(cross_validate, table)
    if splits and scores is not None:
        raise InputError("cross_validate trains models, so scores cannot be given too; drop one")

    def rows_with(found: Scores, tested: npt.NDArray[np.bool_] | None = None) -> ScoredRows:
        every = ScoredRows(table, found, target, np.asarray(counted), group, policy)
        places = kept if tested is None else kept[tested[kept]]
        taken = every.take(places)
        return replace(taken, group=np.unique(taken.group, return_inverse=True)[1])

    judged: list[ScoredRows] = []
    for name in splits:
        split = make_split(name, table, seed=seed)

        def tell_split(done: int, total: int, what: str, name: str = name) -> None:
            tell(done, total, f"{what}, split {name}")

        assert scorer is not None
        found = _of_split(
            out_of_split(split, table.rows, jobs=jobs, progress=tell_split), table, scorer, policy
        )
        judged.append(rows_with(found, split.tested))
    if not judged:
        judged = [rows_with(_scores(table, scorer, policy, tell))]
    run = Measuring(points or Points(), samples, level, seed, tell)
    main = judged[0]
    how = splits[0] if splits else "model" if scores is None else "given"
    measured = run.measure(main, slice_values(main.table, slices))
    behind = tuple(
        run.split(name, rows, measured if place == 0 else None)
        for place, (name, rows) in enumerate(zip(splits, judged, strict=False))
    )
    found_stream = None
    if stream is not None:
        found_stream = _stream(stream, main, scorer, known, run, encoding)
    tell(0, 1, "explaining")
    return Evaluation(
        name=scorer.id if scorer and scores is None else "given scores",
        how=how,
        policy=policy,
        rows=main,
        splits=annotated(behind, twins=table.rows.states("pair")),
        stream=found_stream,
        mistakes=find_mistakes(main, scorer if table.has_texts else None),
        notes=tuple(
            notes_on(
                table,
                scorer if scores is None else None,
                splits,
                main,
                measured["figures"]["average_precision"],
            )
        ),
        points=run.points,
        level=level,
        samples=samples,
        seed=seed,
        model=scorer,
        **measured,
    )


def _scores(table: Table, model: Model | None, policy: str, tell: Progress) -> Scores:
    if table.given is not None:
        return table.given.with_tiers_of(model, policy) if model else table.given
    assert model is not None
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        tell(done, len(table), "scoring")

    return score_with(table, model, policy, count)


def _of_split(probability: FloatArray, table: Table, model: Model, policy: str) -> Scores:
    """Turn cross-validated probabilities into what the model would have said."""
    judged = np.nan_to_num(probability, nan=0.0)
    if stated := model.card.get("prevalence", {}).get(policy):
        # Tiers of a model that was moved to another share of positives are for moved scores.
        step = log_odds_of(stated["stated"]) - log_odds_of(stated["training"])
        score = judged[:, OUTPUTS.index(policy)]
        moved = np.exp(step) * score
        judged[:, OUTPUTS.index(policy)] = moved / (moved + 1 - score)
    return Scores.of_batch(model.judge(judged, table.rows.shop.tolist(), policy))


def _stream(
    catalogue: object,
    rows: ScoredRows,
    model: Model | None,
    known: str | None,
    run: Measuring,
    encoding: str,
) -> Stream:
    if model is None:
        raise InputError("a stream has to be scored: give a model too, or no scores")
    return evaluate_stream(
        catalogue,
        rows,
        model,
        known=known,
        points=run.points,
        samples=run.samples,
        seed=run.seed,
        level=run.level,
        encoding=encoding,
        on_done=lambda done, total: run.tell(done, total, "resampling the stream"),
    )


def _chosen_splits(cross_validate: bool | str | Sequence[str], table: Table) -> list[str]:
    if not cross_validate:
        return []
    if cross_validate is True:
        return ["group"]
    if cross_validate == "all":
        return list(available_splits(table))
    names = [cross_validate] if isinstance(cross_validate, str) else list(cross_validate)
    for name in names:
        make_split(name, table)
    # Whatever the order they were asked for in, the random split comes last.
    return [name for name in names if name != "random"] + ["random"] * ("random" in names)


def _extra_columns(slices: Sequence[str], groups: npt.ArrayLike | str | None) -> list[str]:
    if isinstance(slices, str):
        raise InputError(f'slices must be a list of columns, such as ["{slices}"], not text')
    return [*slices, *([groups] if isinstance(groups, str) else [])]


def _check_numbers(samples: int, level: float) -> None:
    if samples < 2:
        raise InputError(f"samples must be at least 2, not {samples}; 1000 is usual")
    if not 0 < level < 1:
        raise InputError(f"level must be between 0 and 1, such as 0.95, not {level!r}")


def _tell_nobody(done: int, total: int, what: str) -> None:
    pass
