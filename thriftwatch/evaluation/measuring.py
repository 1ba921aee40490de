"""Measure scored rows: all figures, bands and slices from the same resamples."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.evaluation.calibration import CalibrationFigures
from thriftwatch.evaluation.checks import FloatArray
from thriftwatch.evaluation.evaluation import Band, SplitFigures
from thriftwatch.evaluation.figures import CurveBands, Points, ScoreFigures
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.resampling import Measure, intervals_of, resample
from thriftwatch.evaluation.rows import FACTS, ScoredRows
from thriftwatch.evaluation.slices import Slice, measures_of_slices, slice_values
from thriftwatch.evaluation.splits import SPLITS

__all__ = ["Measuring"]

Progress = Callable[[int, int, str], None]

_GRID = np.linspace(0, 1, 101)
_PARTED = ("platform", "writer")


class Measuring:
    """How figures are measured."""

    def __init__(
        self, points: Points, samples: int, level: float, seed: int, tell: Progress
    ) -> None:
        self.points, self.samples, self.level = points, samples, level
        self.seed, self.tell = seed, tell

    def measure(
        self, rows: ScoredRows, values: Mapping[str, npt.NDArray[np.object_]]
    ) -> dict[str, Any]:
        """Measure everything, all on the same resamples."""
        counting = np.flatnonzero(rows.counted)
        some = rows.take(counting)
        main = _figures(some, self.points)
        bands = CurveBands(main, some.group, _GRID)
        words = some.keywords
        cut = list(
            measures_of_slices(some, {by: column[counting] for by, column in values.items()})
        )
        measures: dict[str, Measure] = {
            "main": main,
            "facts": CalibrationFigures(_facts(rows), rows.group),
        }
        if words is not None:
            baseline = ScoreFigures(some.target, words, some.group, points=self.points)
            measures["baseline"] = baseline
        # Where no row is left out there is nothing to measure twice.
        if not rows.counted.all():
            measures["everyone"] = _figures(rows, self.points)
        measures |= {f"slice {place}": measure for place, (*_, measure) in enumerate(cut)}
        drawn = dict(
            zip(
                [*measures, "bands"],
                self._resample([*measures.values(), bands], rows.groups),
                strict=True,
            )
        )
        found = {
            name: intervals_of(measure, drawn[name], rows.groups, self.level)
            for name, measure in measures.items()
        }
        words_bands = {}
        if words is not None:
            curves = CurveBands(baseline, some.group, _GRID)
            words_bands = _bands(curves, None, rows.groups, self.level)
        return {
            "figures": found["main"] | found["facts"],
            "with_uncertain": found.get("everyone", found["main"]),
            "baseline": found.get("baseline", {}),
            "bands": _bands(bands, drawn["bands"], rows.groups, self.level),
            "baseline_bands": words_bands,
            "slices": tuple(
                Slice(by, value, size, positives, found[f"slice {place}"])
                for place, (by, value, size, positives, _) in enumerate(cut)
            ),
            "drawn": drawn["main"],
        }

    def split(
        self, name: str, rows: ScoredRows, measured: Mapping[str, Any] | None
    ) -> SplitFigures:
        """Measure one split; the first is measured already."""
        some = rows.take(np.flatnonzero(rows.counted))
        columns = slice_values(some.table)
        values = {name: columns[name]} if name in _PARTED else {}
        cut = list(measures_of_slices(some, values))
        main = _figures(some, self.points)
        measures: list[Measure] = [main, *(measure for *_, measure in cut)]
        figures: Mapping[str, Interval]
        if measured is not None and not cut:
            figures, parts = measured["figures"], []
        else:
            drawn = self._resample(measures, rows.groups)
            figures, *parts = (
                intervals_of(measure, sample, rows.groups, self.level)
                for measure, sample in zip(measures, drawn, strict=True)
            )
        return SplitFigures(
            name,
            SPLITS[name],
            len(some),
            int(some.target.sum()),
            figures,
            tuple(
                Slice(by, value, size, positives, found)
                for (by, value, size, positives, _), found in zip(cut, parts, strict=True)
            ),
        )

    def _resample(self, measures: Sequence[Measure], groups: int) -> list[FloatArray]:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            self.tell(done, self.samples, "resampling")

        return resample(measures, groups, samples=self.samples, seed=self.seed, on_done=count)


def _figures(rows: ScoredRows, points: Points | None) -> ScoreFigures:
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
    states = {
        "goods": (labelled.goods, labelled.goods != "out"),
        "worn": (labelled.worn, labelled.worn == "yes"),
        "foreign": (labelled.origin, labelled.origin == "foreign"),
    }
    return {
        name: (np.where(states[name][0] == "", np.nan, states[name][1]).astype(float), found[name])
        for name in FACTS
        if name in found and (states[name][0] != "").any()
    }


def _bands(
    curves: CurveBands, drawn: FloatArray | None, groups: int, level: float
) -> dict[str, Band]:
    value = curves(np.ones(groups)).reshape(len(CurveBands.CURVES), -1)
    low = high = np.full(value.shape, np.nan)
    if drawn is not None:
        ends = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.nanquantile(drawn, ends, axis=0).reshape(2, *value.shape)
    return {
        name: Band(curves.grid, value[place], low[place], high[place])
        for place, name in enumerate(CurveBands.CURVES)
    }
