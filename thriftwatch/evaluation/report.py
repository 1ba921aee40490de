"""The report of an evaluation: one page that needs no network and runs no script.

It needs matplotlib and Jinja: ``pip install "thriftwatch[plots]"``. Everything that comes from a
listing is escaped by the template engine; the page's content security policy allows nothing but
its own style and its own pictures.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from os import PathLike
from typing import Any

import thriftwatch
from thriftwatch.domain import FACT_NAMES, TIER_NAMES
from thriftwatch.errors import ThriftwatchError
from thriftwatch.evaluation.evaluation import Evaluation
from thriftwatch.evaluation.figures import FLAGGED
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.learning import LearningCurve
from thriftwatch.evaluation.mistakes import FALSE_NEGATIVE, FALSE_POSITIVE
from thriftwatch.evaluation.slices import Slice
from thriftwatch.evaluation.splits import SplitFigures
from thriftwatch.evaluation.tables import (
    SPLIT_FIGURES,
    TIER_FIGURES,
    expected_figures,
    headline,
    label_of,
    number,
    tier_points,
)
from thriftwatch.files import atomic_path, check_writable
from thriftwatch.highlight import segments
from thriftwatch.listing import Listing
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN, Reason

try:
    from jinja2 import Environment, StrictUndefined
    from matplotlib.figure import Figure

    from thriftwatch.evaluation.plots import PLOTS, as_svg
except ImportError as error:
    raise ThriftwatchError(
        'the report needs matplotlib and Jinja; pip install "thriftwatch[plots]"'
    ) from error

__all__ = ["render_report", "write_report"]

_TITLES = {
    "precision_recall": ("Presisi dan bagian yang ditemukan", "Precision and recall"),
    "roc": ("Kurva ROC", "ROC curve"),
    "reliability": ("Apakah skor berarti peluang?", "Does the score mean a probability?"),
    "scores": ("Sebaran skor", "Distribution of scores"),
    "review_load": ("Beban peninjauan", "Review load"),
    "thresholds": ("Memilih ambang", "Choosing a threshold"),
}
_SLICE_FIGURES = (
    "average_precision",
    "precision@review",
    "recall@review",
    "false_positive_rate@review",
    "recall@likely",
    "false_positive_rate@likely",
)
_SUMMARY_PREVALENCE = 0.005


@dataclass(frozen=True, slots=True)
class _Picture:
    """A plot with the text that stands for it where it cannot be seen."""

    title: str
    title_en: str
    source: str
    alt: str


def write_report(
    evaluation: Evaluation,
    path: str | PathLike[str],
    *,
    behaviour: bool = True,
    learning: LearningCurve | None = None,
) -> None:
    """Write the report of an evaluation, whole or not at all.

    Parameters
    ----------
    evaluation
        From `thriftwatch.evaluate`.
    path
        The file to write.
    behaviour
        Whether to run the behaviour suite on the model and report it too.
    learning
        A learning curve to show too.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    check_writable(path)
    page = render_report(evaluation, behaviour=behaviour, learning=learning)
    with atomic_path(path) as part:
        part.write_text(page, encoding="utf-8")


def render_report(
    evaluation: Evaluation, *, behaviour: bool = True, learning: LearningCurve | None = None
) -> str:
    """Return the report of an evaluation as HTML.

    Parameters
    ----------
    evaluation, behaviour, learning
        As for `write_report`.
    """
    files = resources.files(__package__)
    style = files.joinpath("report.css").read_text(encoding="utf-8")
    template = files.joinpath("report.html.jinja").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["marked"] = _marked
    environment.filters["whole"] = _whole
    tested = None
    if behaviour and evaluation.model is not None:
        from thriftwatch.evaluation.behaviour import run_behaviour

        tested = run_behaviour(evaluation.model)
    return environment.from_string(template).render(
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        version=thriftwatch.__version__,
        disclaimer=(DISCLAIMER, DISCLAIMER_EN),
        evaluation=evaluation,
        counts=evaluation.counts,
        summary=list(_summary(evaluation)),
        headline=headline(evaluation),
        tiers=list(_tiers(evaluation)),
        tier_figures=[label_of(name) for name in TIER_FIGURES],
        tier_names=TIER_NAMES,
        prevalences=[f"{100 * share:g}%" for share in evaluation.points.prevalences],
        expected=list(_expected(evaluation)),
        pictures=[*_pictures(evaluation), *_learning_picture(learning)],
        slices_picture=_slices_picture(evaluation),
        slice_figures=[label_of(name) for name in _SLICE_FIGURES],
        slices=[(one, _cells(one.figures, _SLICE_FIGURES)) for one in evaluation.slices],
        split_figures=[label_of(name) for name in SPLIT_FIGURES],
        splits=[(one, _cells(one.figures, SPLIT_FIGURES)) for one in evaluation.splits],
        split_parts=_split_parts(evaluation.splits),
        stream=evaluation.stream,
        stream_picture=_stream_picture(evaluation),
        stream_figures=list(_stream_figures(evaluation)),
        mistakes=evaluation.mistakes,
        worst=[
            (title, evaluation.mistakes.of_kind(kind))
            for kind, title in (
                (FALSE_POSITIVE, ("Ditampilkan, padahal bukan sasaran", "False positives")),
                (FALSE_NEGATIVE, ("Terlewat, padahal sasaran", "False negatives")),
            )
        ],
        fact_names=FACT_NAMES,
        behaviour=tested,
        card=list(_card(evaluation)),
    )


def _summary(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Say in plain sentences what the figures mean, Indonesian and English."""
    figures = evaluation.figures
    for tier, name in (("likely", "likely"), ("review", "review ke atas")):
        precision, recall = (figures.get(f"{figure}@{tier}") for figure in ("precision", "recall"))
        if precision is None or recall is None:
            continue
        english = "likely" if tier == "likely" else "review or above"
        yield (
            f"Tingkat {name}: {_of_hundred(recall)} dari 100 listing sasaran ditemukan; dari 100 "
            f"listing yang ditampilkan, {_of_hundred(precision)} memang sasaran.",
            f"Tier {english}: {_of_hundred(recall)} of 100 target listings are found; of 100 "
            f"listings shown, {_of_hundred(precision)} are targets.",
        )
    name = f"expected_precision@review,prevalence={_SUMMARY_PREVALENCE:g}"
    expected = expected_figures(evaluation).get(name)
    if expected is not None and expected.value > 0:
        read = 1 / expected.value
        where, where_en = (
            ("katalog", "the catalogue") if evaluation.stream else ("sampel", "the sample")
        )
        yield (
            f"Bila 5 dari 1.000 listing adalah sasaran, peninjau membaca sekitar "
            f"{f'{read:.1f}'.replace('.', ',')} "
            f"listing per temuan pada tingkat review ke atas (negatif dari {where}).",
            f"Where 5 of 1,000 listings are targets, a reviewer reads about {read:.1f} listings "
            f"per hit at tier review or above (negatives of {where_en}).",
        )


def _of_hundred(share: Interval) -> str:
    low, high = round(100 * share.low), round(100 * share.high)
    return f"{100 * share.value:.0f} ({low}–{high})"


def _tiers(evaluation: Evaluation) -> Iterator[tuple[str, list[str]]]:
    for point in tier_points(evaluation):
        label = label_of(f"recall@{point}")[1].removeprefix("recall at ")
        yield label, _cells(evaluation.figures, [f"{figure}@{point}" for figure in TIER_FIGURES])


def _expected(evaluation: Evaluation) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield precision and listings read per hit at each prevalence, for each point."""
    figures = expected_figures(evaluation)
    points = [*FLAGGED, *(f"recall={recall:g}" for recall in evaluation.points.recalls)]
    for point in points:
        cells = []
        for prevalence in evaluation.points.prevalences:
            name = f"expected_precision@{point},prevalence={prevalence:g}"
            if name in figures:
                value = figures[name].value
                cells.append((number(name, figures[name]), f"{1 / value:,.1f}" if value else "–"))
        if cells:
            yield label_of(f"expected_precision@{point}")[1].partition(" at ")[2], cells


def _pictures(evaluation: Evaluation) -> Iterator[_Picture]:
    for name, (title, title_en) in _TITLES.items():
        yield _picture(PLOTS[name](evaluation), title, title_en, _described(evaluation, name))


def _learning_picture(curve: LearningCurve | None) -> Iterator[_Picture]:
    if curve is not None:
        alt = "Average precision against rows trained on: " + "; ".join(
            f"{point.rows:,} rows {number('', point.average_precision)}" for point in curve.points
        )
        title = ("Apakah label tambahan membantu?", "Would more labels help?")
        yield _picture(curve.plot(), *title, alt)


def _described(evaluation: Evaluation, name: str) -> str:
    """Say in words what a plot shows."""
    figures = evaluation.figures
    words = {
        "precision_recall": f"Precision against recall; average precision "
        f"{number('', figures['average_precision'])}",
        "roc": f"Recall against false-positive rate; area {number('', figures['roc_auc'])}",
        "reliability": "Share of positives against score in ten bins, with a histogram; "
        f"calibration error {number('', figures.get('calibration_error'))}",
        "scores": "Number of listings by score, for rows labelled 0, labelled 1 and uncertain",
        "review_load": "Share of positives found against listings read of 10,000",
        "thresholds": "Precision, recall and F1 against the threshold",
    }
    return f"{words[name]}. The tables on this page hold the figures."


def _slices_picture(evaluation: Evaluation) -> _Picture | None:
    if not evaluation.slices:
        return None
    alt = "Figures of each slice with intervals; the table below holds the same figures."
    return _picture(PLOTS["slices"](evaluation), "Bagian-bagian", "Slices", alt)


def _stream_picture(evaluation: Evaluation) -> _Picture | None:
    if evaluation.stream is None:
        return None
    alt = "Share of listings by score, for the catalogue and for labelled positives."
    title = ("Skor katalog dan skor sasaran", "Scores of the catalogue and of positives")
    return _picture(PLOTS["stream"](evaluation), *title, alt)


def _picture(figure: Figure, title: str, title_en: str, alt: str) -> _Picture:
    source = b64encode(as_svg(figure).encode()).decode()
    return _Picture(title, title_en, f"data:image/svg+xml;base64,{source}", alt)


def _split_parts(splits: Sequence[SplitFigures]) -> list[tuple[str, list[tuple[Slice, list[str]]]]]:
    return [
        (split.name, [(part, _cells(part.figures, _SLICE_FIGURES)) for part in split.parts])
        for split in splits
        if split.parts
    ]


def _stream_figures(evaluation: Evaluation) -> Iterator[tuple[str, str, str]]:
    """Yield what is counted on the catalogue, its threshold and its value."""
    stream = evaluation.stream
    if stream is None:
        return
    for tier in FLAGGED:
        for figure in ("false_positive_rate", "recall"):
            name = f"{figure}@{tier}"
            yield label_of(name)[1], "", number(name, stream.figures[name])
    for rate, threshold in stream.thresholds.items():
        name = f"recall@false_positive_rate={rate:g}"
        yield label_of(name)[1], f"{threshold:.4f}", number(name, stream.figures[name])


def _cells(figures: Any, names: Sequence[str]) -> list[str]:
    return [number(name, figures.get(name)) for name in names]


def _marked(listing: Listing, reasons: Sequence[Reason], field: str) -> list[tuple[str, Any]]:
    """Cut a field of a listing at its reasons, for the template."""
    return segments(getattr(listing, field), reasons, field)


def _whole(text: str) -> str:
    """Keep an interval on one line; it may stand below its figure."""
    return text.replace(", ", ",\u00a0")


def _card(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Yield what the model's card says, as names and values."""
    if evaluation.model is None:
        return
    card = evaluation.model.card
    yield "model", evaluation.model.id
    yield "sha256", str(card["sha256"])
    data = card.get("data", {})
    yield "trained on", f"{data.get('rows', 0):,} listings, {data.get('positives', 0):,} labelled 1"
    yield "training data sha256", str(data.get("sha256", "unknown"))
    for policy, tiers in card["tiers"].items():
        yield f"tiers, {policy}", f"review from {tiers['review']}, likely from {tiers['likely']}"
    for name, value in card.get("evaluation", {}).items():
        if not isinstance(value, dict):
            yield str(name).replace("_", " "), str(value)
    versions = card.get("versions", {})
    yield "made with", ", ".join(f"{name} {version}" for name, version in versions.items())
