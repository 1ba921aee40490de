"""From scored rows to figures: headline, keyword list, bands and slices on the same resamples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from thriftwatch.domain import ELEMENTS
from thriftwatch.evaluation.bands import Band, CurveBands
from thriftwatch.evaluation.calibration import CalibrationFigures
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.figures import Points, ScoreFigures
from thriftwatch.evaluation.intervals import Bootstrap, Interval, Measure
from thriftwatch.evaluation.rows import Objects, ScoredRows
from thriftwatch.evaluation.slices import Slice, cut_rows, slice_values
from thriftwatch.evaluation.splits import SPLITS, SplitFigures

__all__ = ["Measured", "measure_rows", "measure_split"]

OnDone = Callable[[int, int], object]

_PARTED = ("platform", "writer")
"""Splits that leave one value out at a time: each value is a part with figures of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What is measured on scored rows: a part of every `Evaluation`, which says what it is."""

    figures: Mapping[str, Interval]
    with_uncertain: Mapping[str, Interval]
    baseline: Mapping[str, Interval]
    bands: Mapping[str, Band]
    baseline_bands: Mapping[str, Band]
    slices: tuple[Slice, ...]
    drawn: FloatArray


def measure_rows(
    rows: ScoredRows,
    slices: Mapping[str, Objects],
    points: Points,
    bootstrap: Bootstrap,
    on_done: OnDone,
) -> Measured:
    """Measure everything, all on the same resamples.

    Parameters
    ----------
    rows
        The scored rows.
    slices
        What `slice_values` returned for them.
    points
        Where figures are read off.
    bootstrap
        How to resample.
    on_done
        Called with the numbers of resamples done and in all.
    """
    counting = np.flatnonzero(rows.counted)
    some = rows.take(counting)
    main = _figures(some, points)
    bands = CurveBands(main.ranked, main.group)
    cut = list(cut_rows(some, {by: column[counting] for by, column in slices.items()}))
    measures: dict[str, Measure] = {
        "main": main,
        "bands": bands,
        "facts": CalibrationFigures(_facts(rows), rows.group),
    }
    baseline_bands: dict[str, Band] = {}
    if (words := some.keywords) is not None:
        baseline = ScoreFigures(some.target, words, some.group, points=points)
        measures["baseline"] = baseline
        unbounded = CurveBands(baseline.ranked, baseline.group)
        baseline_bands = unbounded.bands(rows.groups, None, bootstrap.level)
    # Where no row is left out there is nothing to measure twice.
    if not rows.counted.all():
        measures["everyone"] = _figures(rows, points)
    measures |= {f"slice {place}": measure for place, (_, measure) in enumerate(cut)}
    samples = bootstrap.draw(list(measures.values()), rows.groups, on_done)
    drawn = dict(zip(measures, samples, strict=True))
    found = {
        name: bootstrap.intervals(measure, drawn[name], rows.groups)
        for name, measure in measures.items()
        if measure is not bands
    }
    return Measured(
        figures=found["main"] | found["facts"],
        with_uncertain=found.get("everyone", found["main"]),
        baseline=found.get("baseline", {}),
        bands=bands.bands(rows.groups, drawn["bands"], bootstrap.level),
        baseline_bands=baseline_bands,
        slices=tuple(
            replace(one, figures=found[f"slice {place}"]) for place, (one, _) in enumerate(cut)
        ),
        drawn=drawn["main"],
    )


def measure_split(
    name: str,
    rows: ScoredRows,
    points: Points,
    bootstrap: Bootstrap,
    on_done: OnDone,
    *,
    figures: Mapping[str, Interval] | None = None,
) -> SplitFigures:
    """Measure one split.

    Parameters
    ----------
    name
        One of `thriftwatch.evaluation.splits.SPLITS`.
    rows
        The rows that it tested.
    points, bootstrap, on_done
        As for `measure_rows`.
    figures
        Its figures, if they are measured already.
    """
    some = rows.take(np.flatnonzero(rows.counted))
    values = slice_values(some.table)
    cut = list(cut_rows(some, {name: values[name]} if name in _PARTED else {}))
    measures: list[Measure] = [measure for _, measure in cut]
    if figures is None:
        measures.append(_figures(some, points))
    found: list[Mapping[str, Interval]] = []
    if measures:
        samples = bootstrap.draw(measures, rows.groups, on_done)
        found = [
            bootstrap.intervals(measure, drawn, rows.groups)
            for measure, drawn in zip(measures, samples, strict=True)
        ]
    return SplitFigures(
        name,
        SPLITS[name],
        len(some),
        int(some.target.sum()),
        found[-1] if figures is None else figures,
        tuple(replace(one, figures=found[place]) for place, (one, _) in enumerate(cut)),
    )


def _figures(rows: ScoredRows, points: Points) -> ScoreFigures:
    return ScoreFigures(
        rows.target,
        rows.scores.score,
        rows.group,
        tiers=rows.scores.tier,
        points=points,
        probabilities=rows.scores.probabilities,
    )


def _facts(rows: ScoredRows) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return labels and probabilities of the facts that the rows state."""
    labelled, found = rows.table.rows, rows.scores.facts or {}
    facts = {}
    for element in ELEMENTS:
        holds, stated = labelled.fact(element)
        if element.name in found and stated.any():
            facts[element.name] = np.where(stated, holds, np.nan), found[element.name]
    return facts
