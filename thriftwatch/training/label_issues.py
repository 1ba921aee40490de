"""Labels that look wrong: those that a model which did not see them is confident are otherwise.

Confident learning (Northcutt, Jiang and Chuang 2021): the bar for "confident that it is 1" is the
mean probability of 1 among the rows labelled 1, and so for 0. A row is listed when the model is
that confident of the other label. It is listed for a person to look at; no label is changed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import ELEMENTS, Element
from thriftwatch.errors import shown
from thriftwatch.model.model import Model
from thriftwatch.training.labelled import Labelled

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LabelIssue", "find_label_issues", "issues_table", "suspects"]

_SHOWN_WORDS = 3
_REASONS = 12


@dataclass(frozen=True, slots=True)
class LabelIssue:
    """A label to look at again.

    Attributes
    ----------
    row
        Place among all rows that were read, counted from 1.
    id, title, description
        The listing.
    label
        What it is labelled.
    probability
        Of label 1, by a model that did not see the row.
    words
        The seller's words that made the model think otherwise, strongest first.
    note, note_en
        Why it is listed, in Indonesian and English.
    """

    row: int
    id: str
    title: str
    description: str
    label: int
    probability: float
    words: tuple[str, ...]
    note: str
    note_en: str

    def __str__(self) -> str:
        return f"row {self.row} {self.id}".rstrip() + f": {shown(self.title)}: {self.note_en}"

    def to_dict(self) -> dict[str, Any]:
        """Return the issue as JSON-ready values."""
        return asdict(self) | {"words": list(self.words)}


def suspects(labels: NDArray[np.int8], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of suspect labels, the most suspect first.

    Parameters
    ----------
    labels
        0 or 1, shape (rows,).
    probabilities
        Of label 1, by models that did not see the row; shape (rows,).

    Examples
    --------
    >>> labels = np.array([1, 1, 1, 0, 0, 0], np.int8)
    >>> suspects(labels, np.array([0.9, 0.8, 0.1, 0.2, 0.1, 0.95]))
    array([5, 2])
    """
    of_label = np.where(labels == 1, probabilities, 1.0 - probabilities)
    bars = [
        of_label[labels == label].mean() if (labels == label).any() else 2.0 for label in (0, 1)
    ]
    bar_of_other = np.where(labels == 1, bars[0], bars[1])
    found = np.flatnonzero((1.0 - of_label >= bar_of_other) & (of_label < 0.5))
    return found[np.argsort(of_label[found], kind="stable")]


def find_label_issues(
    rows: Labelled, probabilities: NDArray[np.float64], model: Model
) -> tuple[LabelIssue, ...]:
    """Find the labels to look at again, the most suspect first.

    Parameters
    ----------
    rows
        Labelled listings. Those labelled ``uncertain`` are known to be doubtful and are left out.
    probabilities
        Of label 1, by models that did not see the row; shape (rows,).
    model
        The model that gives the reasons.
    """
    judged = np.flatnonzero(rows.certainty != "uncertain")
    found = judged[suspects(rows.label[judged], probabilities[judged])]
    return tuple(_issue(rows, int(row), float(probabilities[row]), model) for row in found)


def _issue(rows: Labelled, row: int, probability: float, model: Model) -> LabelIssue:
    title, description = str(rows.title[row]), str(rows.description[row])
    label = int(rows.label[row])
    decision, reasons = model.explain(title, description, "", limit=_REASONS)
    other = label == 0
    words = tuple(dict.fromkeys(r.text for r in reasons if r.supports == other))[:_SHOWN_WORDS]
    missing = [one for one, fact in zip(ELEMENTS, decision.facts, strict=True) if fact < 0.5]
    note, note_en = _notes(label, probability, words, () if other else missing)
    identity = str(rows.id[row])
    place = int(rows.row[row]) + 1
    return LabelIssue(
        place, identity, title, description, label, round(probability, 4), words, note, note_en
    )


def _notes(
    label: int, probability: float, words: Sequence[str], missing: Sequence[Element]
) -> tuple[str, str]:
    quoted = ", ".join(f'"{word}"' for word in words)
    note = f"Berlabel {label}, tetapi tanpa melihat label itu model memberi peluang "
    note += f"{probability:.0%} untuk 1"
    note_en = f"Labelled {label}, but without having seen it the model gives 1 a chance of "
    note_en += f"{probability:.0%}"
    if words:
        note += f"; kata yang {'menentang' if label else 'mendukung'}: {quoted}"
        note_en += f"; words that speak {'against' if label else 'for'} it: {quoted}"
    if missing:
        note += f"; tidak tampak tanda {', '.join(one.sign for one in missing)}"
        note_en += f"; no sign of {', '.join(one.lack_en for one in missing)}"
    return f"{note}. Mohon diperiksa lagi.", f"{note_en}. Please look again."


def issues_table(issues: Sequence[LabelIssue]) -> "pa.Table":
    """Return issues as a table, for `thriftwatch.files.write_table`."""
    import pyarrow as pa

    from thriftwatch.files.cells import string_column

    columns: dict[str, Any] = {
        "row": pa.array([issue.row for issue in issues], pa.int64()),
        "label": pa.array([issue.label for issue in issues], pa.int64()),
        "probability": pa.array([issue.probability for issue in issues], pa.float64()),
    }
    for name in ("id", "title", "description", "note", "note_en"):
        columns[name] = string_column([getattr(issue, name) for issue in issues])
    columns["words"] = string_column([" || ".join(issue.words) for issue in issues])
    order = ("row", "id", "title", "description", "label", "probability", "words")
    return pa.table({name: columns[name] for name in (*order, "note", "note_en")})
