"""The tables of an evaluation: which figures stand where, what they are called, as data frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thriftwatch.domain import ELEMENTS, FACTS, TIERS
from thriftwatch.errors import not_one_of
from thriftwatch.evaluation.figures import FLAGGED
from thriftwatch.evaluation.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

    from thriftwatch.evaluation.evaluation import Evaluation

__all__ = [
    "SPLIT_FIGURES",
    "TABLES",
    "TIER_FIGURES",
    "FigureRow",
    "expected_figures",
    "headline",
    "label_of",
    "make_frame",
    "number",
    "one_line",
    "tier_points",
]

_FIGURES = {
    "average_precision": ("presisi rata-rata", "average precision"),
    "roc_auc": ("ROC-AUC", "ROC-AUC"),
    "precision": ("presisi", "precision"),
    "recall": ("bagian yang ditemukan", "recall"),
    "f1": ("F1", "F1"),
    "false_positive_rate": ("laju positif palsu", "false-positive rate"),
    "read_per_hit": ("listing dibaca per temuan", "listings read per hit"),
    "expected_precision": ("presisi yang diperkirakan", "expected precision"),
    "brier": ("skor Brier", "Brier score"),
    "calibration_error": ("galat kalibrasi", "calibration error"),
}
_POINTS = {
    "likely": ("tingkat likely", "tier likely"),
    "review": ("tingkat review ke atas", "tier review or above"),
    "score": ("skor ≥ {}", "score ≥ {}"),
    "precision": ("presisi {}", "precision {}"),
    "false_positive_rate": ("laju positif palsu {}", "false-positive rate {}"),
    "recall": ("{} ditemukan", "recall {}"),
    "top": ("{} teratas", "top {}"),
    "prevalence": ("{} positif", "{} positive"),
    **{one.name: (f"fakta {one.label}", f"fact {one.name}") for one in ELEMENTS},
}
TIER_FIGURES = ("precision", "recall", "f1", "false_positive_rate")
"""What is told of each tier and threshold."""
SPLIT_FIGURES = (
    "average_precision",
    "roc_auc",
    "recall@precision=0.95",
    "precision@likely",
    "recall@review",
    "precision@review",
)
"""What is told of each split."""
_PLAIN_POINTS = {"score", "top"}
_RATES = {"false_positive_rate"}
_HEADLINE = (
    "average_precision",
    "roc_auc",
    "recall@precision=0.95",
    "recall@false_positive_rate=0.001",
    "recall@false_positive_rate=0.01",
    "precision@likely",
    "recall@likely",
    "f1@likely",
    "precision@review",
    "recall@review",
    "f1@review",
    "precision@top=100",
    "read_per_hit@recall=0.9",
    "brier",
    "calibration_error",
    *(f"calibration_error@{name}" for name in FACTS),
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure with what it is called, of the model and of the keyword list.

    Attributes
    ----------
    figure
        Its name in `Evaluation.figures`.
    label, label_en
        What it is called, Indonesian and English.
    value, with_uncertain, baseline
        The headline figure, the same with uncertain rows in, and that of the keyword list; None
        where there is none.
    """

    figure: str
    label: str
    label_en: str
    value: Interval
    with_uncertain: Interval | None
    baseline: Interval | None

    def text(self, interval: Interval | None) -> str:
        """Return a figure as text: 0.972 [0.966, 0.978]."""
        return number(self.figure, interval)


def number(figure: str, interval: Interval | None) -> str:
    """Return a figure and its interval with as many digits as it needs.

    Examples
    --------
    >>> number("false_positive_rate@likely", Interval(0.0012, 0.0008, 0.002, 0.95, 1000))
    '0.12% [0.08%, 0.20%]'
    """
    if interval is None or not np.isfinite(interval.value):
        return "–"
    rate = figure.partition("@")[0] in _RATES
    form: Callable[[float], str] = _percent if rate else _decimals
    if not np.isfinite(interval.low):
        return form(interval.value)
    return f"{form(interval.value)} [{form(interval.low)}, {form(interval.high)}]"


def one_line(text: str) -> str:
    r"""Return a text from a table on one line, its control characters as dots.

    Examples
    --------
    >>> one_line("hoodie\n\x1b[31m second")
    'hoodie ·[31m second'
    """
    return "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))


def label_of(figure: str) -> tuple[str, str]:
    """Return what a figure is called, in Indonesian and in English.

    Examples
    --------
    >>> label_of("recall@precision=0.95")[1]
    'recall at precision 95%'
    """
    name, _, points = figure.partition("@")
    label, label_en = _FIGURES[name]
    for point in filter(None, points.split(",")):
        kind, _, value = point.partition("=")
        shown_value = value if kind in _PLAIN_POINTS or not value else f"{float(value):.4g}"
        if value and kind not in _PLAIN_POINTS:
            shown_value = f"{100 * float(value):g}%"
        here, here_en = (text.format(shown_value) for text in _POINTS[kind])
        label, label_en = f"{label}, {here}", f"{label_en} at {here_en}"
    return label, label_en


def headline(evaluation: "Evaluation") -> list[FigureRow]:
    """Return the figures that stand first."""
    return [_row(evaluation, name) for name in _HEADLINE if name in evaluation.figures]


def tier_points(evaluation: "Evaluation") -> list[str]:
    """Return the tiers and thresholds that there are figures of."""
    points = [*FLAGGED, *(f"score={score:g}" for score in evaluation.points.scores)]
    return [point for point in points if f"recall@{point}" in evaluation.figures]


def expected_figures(evaluation: "Evaluation") -> Mapping[str, Interval]:
    """Return the figures that tell what to expect: those of the catalogue, if there is one."""
    return evaluation.stream.figures if evaluation.stream else evaluation.figures


def make_frame(evaluation: "Evaluation", table: str) -> "pd.DataFrame":
    """Return a table of an evaluation as a data frame.

    Raises
    ------
    InputError
        If there is no such table.
    """
    import pandas as pd

    if table not in TABLES:
        raise not_one_of("table", table, TABLES)
    return pd.DataFrame(list(TABLES[table](evaluation)))


def _row(evaluation: "Evaluation", name: str) -> FigureRow:
    return FigureRow(
        name,
        *label_of(name),
        evaluation.figures[name],
        evaluation.with_uncertain.get(name),
        evaluation.baseline.get(name),
    )


def _figures(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for name in evaluation.figures:
        row = _row(evaluation, name)
        yield {
            "figure": name,
            "label": row.label_en,
            **_columns("", row.value),
            **_columns("with_uncertain_", row.with_uncertain),
            **_columns("keyword_list_", row.baseline),
        }


def _tiers(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for point in tier_points(evaluation):
        row: dict[str, Any] = {"at": point}
        for figure in TIER_FIGURES:
            if found := evaluation.figures.get(f"{figure}@{point}"):
                row |= _columns(f"{figure}_", found)
        yield row


def _prevalence(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for name, found in expected_figures(evaluation).items():
        figure, _, point = name.partition("@")
        if figure != "expected_precision":
            continue
        where, _, prevalence = point.partition(",prevalence=")
        yield {
            "at": where,
            "prevalence": float(prevalence),
            **_columns("precision_", found),
            "read_per_hit": 1 / found.value if found.value > 0 else float("nan"),
        }


def _slices(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for one in evaluation.slices:
        row: dict[str, Any] = {
            "by": one.by,
            "value": one.value,
            "rows": one.rows,
            "positives": one.positives,
            "small": one.small,
        }
        for name, figure in one.figures.items():
            row |= _columns(f"{name}_", figure)
        yield row


def _splits(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for one in evaluation.splits:
        row: dict[str, Any] = {"split": one.name, "rows": one.rows, "positives": one.positives}
        for name in SPLIT_FIGURES:
            if name in one.figures:
                row |= _columns(f"{name}_", one.figures[name])
        yield row | {"question": one.question, "note": one.note}


def _stream(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    stream = evaluation.stream
    if stream is None:
        return
    for kind, parts in (
        ("whole", (stream.whole,)),
        ("part", stream.parts),
        ("known", stream.known),
    ):
        for part in parts:
            yield {
                "kind": kind,
                "name": part.name,
                "rows": part.rows,
                **{tier: part.tiers[tier] for tier in reversed(TIERS)},
                "small": part.small,
            }


def _mistakes(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for mistake in evaluation.mistakes.worst:
        row = mistake.to_dict()
        row["reasons"] = "; ".join(reason.note for reason in mistake.reasons)
        yield row


def _causes(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    for group in evaluation.mistakes.groups:
        yield group.to_dict()


def _rows(evaluation: "Evaluation") -> Iterator[dict[str, Any]]:
    rows, scores = evaluation.rows, evaluation.rows.scores
    table = rows.table.rows
    for place in range(len(rows)):
        yield {
            "id": table.id[place],
            "title": table.title[place] if rows.table.has_texts else "",
            "target": int(rows.target[place]),
            "counted": bool(rows.counted[place]),
            "group": int(rows.group[place]),
            "score": float(scores.score[place]),
            "tier": "" if scores.tier is None else TIERS[scores.tier[place]],
            **{name: float(values[place]) for name, values in (scores.facts or {}).items()},
        }


TABLES: Mapping[str, Callable[["Evaluation"], Iterator[dict[str, Any]]]] = {
    "figures": _figures,
    "tiers": _tiers,
    "prevalence": _prevalence,
    "slices": _slices,
    "splits": _splits,
    "stream": _stream,
    "mistakes": _mistakes,
    "causes": _causes,
    "rows": _rows,
}
"""What `Evaluation.to_frame` can give."""


def _columns(prefix: str, interval: Interval | None) -> dict[str, float]:
    nothing = float("nan")
    value, low, high = (interval.value, interval.low, interval.high) if interval else (nothing,) * 3
    return {f"{prefix}value": value, f"{prefix}low": low, f"{prefix}high": high}


def _percent(value: float) -> str:
    return f"{value:.2%}"


def _decimals(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:,.0f}"
