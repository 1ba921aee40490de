"""The result of an evaluation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from thriftwatch.evaluation.figures import Points
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.measuring import Measured
from thriftwatch.evaluation.mistakes import Mistakes
from thriftwatch.evaluation.rows import ScoredRows
from thriftwatch.evaluation.splits import SplitFigures
from thriftwatch.evaluation.stream import Stream
from thriftwatch.model.model import Model
from thriftwatch.result import DISCLAIMER, DISCLAIMER_EN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from thriftwatch.evaluation.learning import LearningCurve

__all__ = ["Evaluation"]


@dataclass(frozen=True, eq=False)
class Evaluation(Measured):
    """How well a model judges labelled listings, with intervals that can be defended.

    Figures are named after what they are and where they are read off: ``"average_precision"``,
    ``"recall@review"``, ``"precision@score=0.5"``, ``"recall@precision=0.95"``,
    ``"expected_precision@likely,prevalence=0.005"``.

    Attributes
    ----------
    name
        What was judged: the id of the model, or that scores were given.
    how
        How the scores came about: ``"model"``, ``"given"`` or the split of the cross-validation.
    policy
        What is searched for.
    rows
        The judged rows.
    figures
        Headline: rows whose label is `uncertain` are left out.
    with_uncertain
        The areas and tiers with these rows in, as they are labelled.
    baseline
        Headline of the keyword list; empty where there are no texts.
    bands
        ``precision_by_recall``, ``recall_by_rate`` and ``recall_by_read``.
    baseline_bands
        The same of the keyword list, without intervals.
    slices, splits, stream, mistakes
        What the parts show.
    notes
        What whoever quotes a figure has to know, Indonesian and English.
    points, level, samples, seed
        What was asked for.
    model
        The model that scored or, after cross-validation, gave tiers and reasons.
    drawn
        float64, shape (samples, figures): the headline in every resample.
    """

    name: str
    how: str
    policy: str
    rows: ScoredRows
    splits: tuple[SplitFigures, ...]
    stream: Stream | None
    mistakes: Mistakes
    notes: tuple[tuple[str, str], ...]
    points: Points
    level: float
    samples: int
    seed: int
    model: Model | None

    def __getitem__(self, figure: str) -> Interval:
        """Return a headline figure."""
        return self.figures[figure]

    @property
    def counts(self) -> dict[str, int]:
        """Rows, positives, uncertain rows and groups."""
        counted = self.rows.counted
        return {
            "rows": int(counted.sum()),
            "positives": int(self.rows.target[counted].sum()),
            "uncertain": int((~counted).sum()),
            "groups": len(np.unique(self.rows.group[counted])),
        }

    def to_frame(self, table: str = "figures") -> "pd.DataFrame":
        """Return one of the tables as a data frame.

        Parameters
        ----------
        table
            ``"figures"``, ``"tiers"``, ``"prevalence"``, ``"slices"``, ``"splits"``,
            ``"stream"``, ``"mistakes"``, ``"causes"`` or ``"rows"``.

        Raises
        ------
        InputError
            If there is no such table.
        """
        from thriftwatch.evaluation.tables import make_frame

        return make_frame(self, table)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the rows as plain, JSON-ready values."""
        return {
            "name": self.name,
            "how": self.how,
            "policy": self.policy,
            "counts": self.counts,
            "level": self.level,
            "samples": self.samples,
            "seed": self.seed,
            "figures": _plain(self.figures),
            "with_uncertain": _plain(self.with_uncertain),
            "baseline": _plain(self.baseline),
            "slices": [one.to_dict() for one in self.slices],
            "splits": [one.to_dict() for one in self.splits],
            "stream": self.stream.to_dict() if self.stream else None,
            "mistakes": {
                "false_positives": self.mistakes.false_positives,
                "false_negatives": self.mistakes.false_negatives,
                "explained_by": self.mistakes.explained_by,
                "worst": [mistake.to_dict() for mistake in self.mistakes.worst],
                "groups": [group.to_dict() for group in self.mistakes.groups],
            },
            "notes": [{"id": note, "en": note_en} for note, note_en in self.notes],
        }

    def plot(self, name: str = "precision_recall") -> "Figure":
        """Draw one of the plots of `thriftwatch.evaluation.plots`; it needs matplotlib.

        Parameters
        ----------
        name
            ``"precision_recall"``, ``"roc"``, ``"reliability"``, ``"scores"``,
            ``"review_load"``, ``"thresholds"``, ``"slices"`` or ``"stream"``. A learning curve
            trains models: see `thriftwatch.evaluation.learning.learning_curve`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If there is no such plot, or no stream to draw.
        """
        from thriftwatch.evaluation.plots import draw

        return draw(self, name)

    def to_html(
        self,
        path: str | PathLike[str],
        *,
        behaviour: bool = True,
        learning: "LearningCurve | None" = None,
    ) -> None:
        """Write the report: one page that needs no network.

        Parameters
        ----------
        path
            The file to write.
        behaviour
            Whether to run the behaviour suite on the model and report it too.
        learning
            A learning curve to show too, from `thriftwatch.evaluation.learning.learning_curve`.
        """
        from thriftwatch.evaluation.report import write_report

        write_report(self, path, behaviour=behaviour, learning=learning)

    def to_json(self, path: str | PathLike[str]) -> None:
        """Write `to_dict` as JSON."""
        from thriftwatch.files import atomic_path

        with atomic_path(path) as part:
            text = json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
            part.write_text(f"{text}\n", encoding="utf-8")

    def __repr__(self) -> str:
        return f"<Evaluation of {self.name}, {self.counts['rows']:,} rows>"

    def __str__(self) -> str:
        from thriftwatch.evaluation.tables import headline

        counts = self.counts
        lines = [
            f"{self.name}: {counts['rows']:,} rows in {counts['groups']:,} groups, "
            f"{counts['positives']:,} positive; {counts['uncertain']:,} uncertain left out"
        ]
        lines += [
            f"{row.label_en:<38} {row.text(row.value)}  (keyword list {row.text(row.baseline)})"
            for row in headline(self)
        ]
        lines += [note_en for _, note_en in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from thriftwatch.evaluation.tables import headline

        cell = '<td style="text-align:left">'
        body = "".join(
            f"<tr>{cell}{escape(row.label)} <small>{escape(row.label_en)}</small></td>"
            f"<td>{escape(row.text(row.value))}</td><td>{escape(row.text(row.baseline))}</td></tr>"
            for row in headline(self)
        )
        notes = "".join(
            f'<li>{escape(note)}<br><span lang="en">{escape(note_en)}</span></li>'
            for note, note_en in self.notes
        )
        return (
            f"<div><strong>{escape(self.name)}</strong> · {escape(self.how)} · policy "
            f"{escape(self.policy)}<table><thead><tr><th></th><th>model, {self.level:.0%}</th>"
            f"<th>keyword list</th></tr></thead><tbody>{body}</tbody></table><ul>{notes}</ul>"
            f'<small>{escape(DISCLAIMER)} <span lang="en">{escape(DISCLAIMER_EN)}</span></small>'
            "</div>"
        )


def _plain(figures: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: figure.to_dict() for name, figure in figures.items()}
