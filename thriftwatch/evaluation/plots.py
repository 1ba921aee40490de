"""Plots of an evaluation. They need matplotlib: ``pip install "thriftwatch[plots]"``.

Every function returns a figure and touches no global state.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError, not_one_of
from thriftwatch.evaluation.calibration import calibration_gap
from thriftwatch.evaluation.curves import RankedRows
from thriftwatch.evaluation.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SIZE,
    STYLE,
    VERMILLION,
    Axes,
    Chart,
    Figure,
    FuncFormatter,
    NullFormatter,
    as_svg,
    one_chart,
    rc_context,
)
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.learning import LearningCurve
from thriftwatch.evaluation.slices import FEWEST_POSITIVES, Slice
from thriftwatch.evaluation.tables import one_line

__all__ = [
    "PLOTS",
    "Chart",
    "as_svg",
    "draw",
    "plot_learning_curve",
    "plot_precision_recall",
    "plot_reliability",
    "plot_review_load",
    "plot_roc",
    "plot_scores",
    "plot_slices",
    "plot_stream",
    "plot_thresholds",
]

_DIMENSIONS = ("platform", "writer", "region", "goods", "evasion", "text", "length", "rule")
_MOST_SLICES = 12
_PREVALENCE = 0.005


def draw(evaluation: Evaluation, name: str) -> Figure:
    """Draw one of `PLOTS`.

    Raises
    ------
    InputError
        If there is no such plot.
    """
    if name == "learning_curve":
        raise InputError(
            "a learning curve trains models, so it is no part of an evaluation: "
            "thriftwatch.evaluation.learning.learning_curve(labelled).plot()"
        )
    if name not in PLOTS:
        raise not_one_of("plot", name, PLOTS)
    return PLOTS[name](evaluation)


def plot_precision_recall(evaluation: Evaluation) -> Figure:
    """Draw precision against recall, with the band of the resamples and the keyword list."""
    chart, axes = one_chart(f"Precision and recall, {evaluation.level:.0%} band")
    with rc_context(STYLE):
        _curve(axes, evaluation, "precision_by_recall", "average_precision")
        share = evaluation.counts["positives"] / evaluation.counts["rows"]
        axes.axhline(share, color=GREY, linestyle=":", label=f"random order: {share:.2f}")
        _tier_marks(axes, evaluation, "recall", "precision")
        axes.set(xlabel="recall (share of positives found)", ylabel="precision", ylim=(0, 1.03))
        axes.set_xlim(0, 1.01)
        axes.legend(loc="lower left")
    return chart


def plot_roc(evaluation: Evaluation) -> Figure:
    """Draw recall against the false-positive rate, which is on a logarithmic axis."""
    chart, axes = one_chart(f"ROC, {evaluation.level:.0%} band")
    with rc_context(STYLE):
        _curve(axes, evaluation, "recall_by_rate", "roc_auc")
        grid = np.linspace(0, 1, 101)
        axes.plot(grid, grid, color=GREY, linestyle=":", label="random order: 0.50")
        _tier_marks(axes, evaluation, "false_positive_rate", "recall")
        axes.set(xlabel="false-positive rate (share of negatives shown)", ylabel="recall")
        axes.set(xlim=(-0.01, 1.01), ylim=(0, 1.03))
        axes.legend(loc="lower right")
    return chart


def plot_reliability(evaluation: Evaluation) -> Figure:
    """Draw the observed share of positives against the stated probability, and a histogram.

    The bars of the points are Wilson intervals that take rows as independent.
    """
    with rc_context(STYLE):
        chart = Chart(figsize=(SIZE[0], 4.8), layout="constrained")
        upper, lower = chart.subplots(2, 1, height_ratios=(3, 1), sharex=True)
        labels, scores = _counted(evaluation)
        upper.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="perfectly calibrated")
        for mean, share, rows in calibration_gap(labels, scores):
            low, high = _wilson(share, rows)
            upper.plot([mean, mean], [low, high], color=BLUE, linewidth=1.2)
            upper.plot(mean, share, "o", color=BLUE, markersize=5)
        error = evaluation.figures.get("calibration_error")
        name = f"tenths of the rows; error {_short(error)}" if error else "tenths of the rows"
        upper.plot([], [], "o-", color=BLUE, label=name)
        upper.set(ylabel="share of positives", ylim=(-0.03, 1.03), xlim=(-0.02, 1.02))
        upper.set_title("Reliability of the score", loc="left")
        upper.legend(loc="upper left")
        lower.hist(scores, bins=np.linspace(0, 1, 41).tolist(), color=BLUE)
        lower.set(yscale="log", xlabel="score (stated probability)", ylabel="listings")
    return chart


def plot_scores(evaluation: Evaluation) -> Figure:
    """Draw how the scores of positives, negatives and uncertain rows are distributed."""
    chart, axes = one_chart("Scores by label")
    rows = evaluation.rows
    score, target, counted = rows.scores.score, rows.target, rows.counted
    sets = {
        "labelled 0": (score[counted & (target == 0)], BLUE, "-"),
        "labelled 1": (score[counted & (target == 1)], VERMILLION, "--"),
        "uncertain": (score[~counted], GREY, ":"),
    }
    with rc_context(STYLE):
        edges = np.linspace(min(score.min(), 0), max(score.max(), 1), 41)
        for name, (values, colour, line) in sets.items():
            if len(values):
                heights, _ = np.histogram(values, edges)
                axes.stairs(
                    heights,
                    edges,
                    color=colour,
                    linestyle=line,
                    linewidth=1.8,
                    label=f"{name} ({len(values):,})",
                )
        _thresholds(axes, evaluation)
        axes.set(yscale="log", xlabel="score", ylabel="listings (logarithmic)")
        axes.set_ylim(bottom=0.7)
        axes.legend(loc="upper center")
    return chart


def plot_review_load(evaluation: Evaluation, *, prevalence: float = _PREVALENCE) -> Figure:
    """Draw what share of the positives is found by reading so many of 10,000 listings.

    Parameters
    ----------
    evaluation
        The evaluation.
    prevalence
        Share of positives among the listings, in (0, 1).
    """
    total = 10_000
    chart, axes = one_chart(f"Review load where {prevalence:.1%} of the listings are positive")
    labels, scores = _counted(evaluation)
    with rc_context(STYLE):

        def line(y: npt.NDArray[Any], s: npt.NDArray[Any], **style: Any) -> None:
            curve = RankedRows.of(y, s).curve(np.ones(len(y)))
            found = np.append(0, curve.true_positives / curve.positives)
            wrong = np.append(0, curve.false_positives / curve.negatives)
            read = total * (prevalence * found + (1 - prevalence) * wrong)
            grid = np.geomspace(1, total, 400)
            axes.plot(grid, np.interp(grid, read, found), **style)

        name = "model, negatives of the sample"
        line(labels, scores, color=BLUE, linewidth=2, label=name)
        if evaluation.stream is not None:
            true_positives = scores[labels == 1]
            y = np.append(np.ones(len(true_positives)), np.zeros(len(evaluation.stream.scores)))
            s = np.append(true_positives, evaluation.stream.scores)
            style: Any = {"color": GREEN, "linestyle": "-.", "linewidth": 2}
            line(y, s, label="model, negatives of the catalogue", **style)
        words = evaluation.rows.keywords
        if words is not None:
            own = words[evaluation.rows.counted]
            line(labels, own, color=VERMILLION, linestyle="--", label="keyword list")
        ideal = np.geomspace(1, total, 400)
        perfect = np.minimum(ideal / (prevalence * total), 1)
        axes.plot(ideal, perfect, color=GREY, linestyle=":", label="nothing read in vain")
        axes.set(xscale="log", xlim=(1, total), ylim=(0, 1.03))
        axes.set(xlabel="listings read, of 10,000 (logarithmic)", ylabel="share of positives found")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        chart.legend(loc="outside lower center", ncols=2, fontsize=9)
    return chart


def plot_thresholds(evaluation: Evaluation) -> Figure:
    """Draw precision, recall and F1 at every threshold, to choose one by."""
    chart, axes = one_chart("What a threshold gives, on these rows")
    labels, scores = _counted(evaluation)
    ranked = RankedRows.of(labels, scores)
    curve = ranked.curve(np.ones(len(labels)))
    grid = np.linspace(min(scores.min(), 0), max(scores.max(), 1), 401)
    true_positives, false_positives = curve.at_score(ranked.places(grid))
    shown_rows = np.maximum(true_positives + false_positives, 1e-12)
    with rc_context(STYLE):
        precision = np.where(
            true_positives + false_positives > 0, true_positives / shown_rows, np.nan
        )
        axes.plot(grid, precision, color=BLUE, linewidth=2, label="precision")
        recall = true_positives / curve.positives
        axes.plot(grid, recall, color=VERMILLION, linestyle="--", linewidth=2, label="recall")
        f1 = 2 * true_positives / (true_positives + false_positives + curve.positives)
        axes.plot(grid, f1, color=GREEN, linestyle="-.", linewidth=2, label="F1")
        _thresholds(axes, evaluation)
        axes.set(xlabel="threshold: listings with this score or more are shown", ylim=(0, 1.03))
        axes.set_ylabel("share")
        axes.legend(loc="lower center")
    return chart


def plot_slices(evaluation: Evaluation, by: Sequence[str] = _DIMENSIONS) -> Figure:
    """Draw the figures of slices with their intervals; small slices are hollow and grey.

    Parameters
    ----------
    evaluation
        The evaluation.
    by
        What to cut by; of each the largest slices are drawn.
    """
    rows: list[Slice | str] = []
    for dimension in by:
        same = [one for one in evaluation.slices if one.by == dimension][:_MOST_SLICES]
        rows += [dimension, *same] if same else []
    figures = {
        "average_precision": "average precision",
        "recall@review": "recall, review or above",
        "false_positive_rate@review": "false-positive rate,\nreview or above",
    }
    has = [name for name in figures if any(name in s.figures for s in evaluation.slices)]
    with rc_context(STYLE):
        chart = Chart(figsize=(8.6, 1.3 + 0.21 * max(len(rows), 4)), layout="constrained")
        every = chart.subplots(1, max(len(has), 1), sharey=True, squeeze=False)[0]
        for axes, name in zip(every, has, strict=False):
            for place, row in enumerate(rows):
                if isinstance(row, Slice):
                    _forest(axes, place, row.figures.get(name), small=row.small)
            if overall := evaluation.figures.get(name):
                axes.axvline(overall.value, color=ORANGE, linestyle="--", linewidth=1)
            axes.set_xlabel(figures[name])
            axes.grid(visible=False, axis="y")
            axes.set_xlim(left=max(axes.get_xlim()[0], -0.02), right=min(axes.get_xlim()[1], 1.02))
        every[0].set_yticks(range(len(rows)), [_slice_label(row) for row in rows])
        every[0].set_ylim(len(rows) - 0.4, -0.6)
        for tick, row in zip(every[0].get_yticklabels(), rows, strict=True):
            tick.set_fontsize(8.5)
            tick.set_fontweight("bold" if isinstance(row, str) else "normal")
        chart.suptitle(
            f"Slices, {evaluation.level:.0%} intervals; dashed: all rows; hollow: fewer than "
            f"{FEWEST_POSITIVES} positives",
            fontsize=10,
        )
    return chart


def plot_stream(evaluation: Evaluation) -> Figure:
    """Draw the scores of the catalogue beside those of the labelled positives."""
    stream = evaluation.stream
    if stream is None:
        raise InputError("there is no stream in this evaluation; give one: evaluate(..., stream=)")
    chart, axes = one_chart("Scores of the catalogue and of labelled positives")
    labels, scores = _counted(evaluation)
    positives = scores[labels == 1]
    with rc_context(STYLE):
        edges = np.linspace(0, 1, 41)
        for values, colour, line, name in (
            (stream.scores, BLUE, "-", f"catalogue ({len(stream.scores):,})"),
            (positives, VERMILLION, "--", f"labelled positives ({len(positives):,})"),
        ):
            heights, _ = np.histogram(values, edges)
            share = 100 * heights / max(len(values), 1)
            axes.stairs(share, edges, color=colour, linestyle=line, linewidth=1.8, label=name)
        _thresholds(axes, evaluation)
        axes.set(yscale="log", xlabel="score", ylabel="share of listings in % (logarithmic)")
        axes.legend(loc="upper center")
    return chart


def plot_learning_curve(curve: LearningCurve) -> Figure:
    """Draw average precision against the number of rows trained on."""
    chart, axes = one_chart(f"Learning curve, {curve.level:.0%} intervals")
    rows = [point.rows for point in curve.points]
    figures = [point.average_precision for point in curve.points]
    with rc_context(STYLE):
        axes.fill_between(
            rows, [f.low for f in figures], [f.high for f in figures], color=BLUE, alpha=0.2
        )
        axes.plot(rows, [f.value for f in figures], "o-", color=BLUE)
        axes.set(xscale="log", xlabel="rows trained on (logarithmic)", ylabel="average precision")
        axes.set_xticks(rows, [f"{number:,}" for number in rows])
        axes.xaxis.set_minor_formatter(NullFormatter())
    return chart


PLOTS: Mapping[str, Callable[[Evaluation], Figure]] = {
    "precision_recall": plot_precision_recall,
    "roc": plot_roc,
    "reliability": plot_reliability,
    "scores": plot_scores,
    "review_load": plot_review_load,
    "thresholds": plot_thresholds,
    "slices": plot_slices,
    "stream": plot_stream,
}
"""What `Evaluation.plot` can draw."""


def _curve(axes: Axes, evaluation: Evaluation, name: str, area: str) -> None:
    band = evaluation.bands[name]
    axes.fill_between(band.grid, band.low, band.high, color=BLUE, alpha=0.2, linewidth=0)
    label = f"model: {_short(evaluation.figures[area])}"
    axes.plot(band.grid, band.value, color=BLUE, linewidth=2, label=label)
    if name in evaluation.baseline_bands:
        words = evaluation.baseline_bands[name]
        label = f"keyword list: {evaluation.baseline[area].value:.3f}"
        axes.plot(words.grid, words.value, color=VERMILLION, linestyle="--", label=label)


def _tier_marks(axes: Axes, evaluation: Evaluation, x: str, y: str) -> None:
    for tier, marker in (("likely", "s"), ("review", "D")):
        if f"{x}@{tier}" in evaluation.figures:
            at = (evaluation.figures[f"{figure}@{tier}"].value for figure in (x, y))
            name = "likely" if tier == "likely" else "review or above"
            axes.plot(*at, marker, color="black", markersize=6, label=f"tier {name}")


def _thresholds(axes: Axes, evaluation: Evaluation) -> None:
    if evaluation.model is None or evaluation.rows.scores.tier is None:
        return
    for tier, line in (("review", ":"), ("likely", "-")):
        score = evaluation.model.card["tiers"][evaluation.policy][tier]
        label = f"{tier} from {score:.2f}"
        axes.axvline(score, color="black", linestyle=line, linewidth=1, label=label)


def _forest(axes: Axes, place: int, figure: Interval | None, *, small: bool) -> None:
    if figure is None or not np.isfinite(figure.value):
        return
    colour, fill = (GREY, "white") if small else (BLUE, BLUE)
    if np.isfinite(figure.low):
        axes.plot([figure.low, figure.high], [place, place], color=colour, linewidth=1.3)
    style: Any = {"markerfacecolor": fill, "markeredgecolor": colour, "markersize": 5}
    axes.plot(figure.value, place, "o", **style)


def _slice_label(row: Slice | str) -> str:
    if isinstance(row, str):
        return row
    value = one_line(row.value)
    value = value if len(value) <= 34 else f"{value[:33]}…"
    # Between two dollar signs there would be a formula.
    value = value.replace("$", r"\$")
    return f"{value} ({row.positives:,} of {row.rows:,})"


def _counted(evaluation: Evaluation) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    counted = evaluation.rows.counted
    return (
        evaluation.rows.target[counted].astype(np.float64),
        evaluation.rows.scores.score[counted],
    )


def _wilson(share: float, rows: int) -> tuple[float, float]:
    z = 1.96
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return middle - float(half), middle + float(half)


def _short(figure: Interval) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
