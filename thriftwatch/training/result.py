"""What training gave: the model, and the figures of rows it did not see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, OUTPUTS
from thriftwatch.evaluation.metrics import (
    average_precision,
    calibration_error,
    recall_at_precision,
)
from thriftwatch.files import RejectedRow
from thriftwatch.model.model import Model
from thriftwatch.model.prevalence import expectation_lines
from thriftwatch.training.annotators import Agreement
from thriftwatch.training.fitting import FOLDS
from thriftwatch.training.gain import Gain
from thriftwatch.training.label_issues import LabelIssue
from thriftwatch.training.labelled import Labelled

__all__ = ["TrainResult", "measure"]

Floats = NDArray[np.float64]

_SHOWN_ISSUES = 3


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
    label_issues
        Labels to look at again, the most suspect first.
    agreement
        How far several annotators agree; None if there are not several.
    rows
        The usable rows.
    rejected
        Rows that could not be used, each with file, line and reason.
    gain
        What the model gained over the one it started from; None if there was none.
    """

    model: Model
    evaluation: dict[str, Any]
    scores: Floats
    label_issues: tuple[LabelIssue, ...]
    agreement: Agreement | None
    rows: Labelled
    rejected: tuple[RejectedRow, ...]
    gain: Gain | None = None

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
        if "carried_from" in self.model.card:
            lines.append(f"carried over from {self.model.card['carried_from']}")
        if self.gain is not None:
            lines.append(str(self.gain))
        for name, tiers in self.model.card["tiers"].items():
            review, likely = tiers["review"], tiers["likely"]
            lines.append(f"tiers, policy {name}: review from {review}, likely from {likely}")
        lines += expectation_lines(self.model.card)
        if self.agreement is not None:
            lines.append(str(self.agreement))
        if self.label_issues:
            number = len(self.label_issues)
            lines.append(f"{number} label{'s' * (number > 1)} to look at again, such as")
            lines += [f"  {issue}" for issue in self.label_issues[:_SHOWN_ISSUES]]
        return "\n".join(lines)


def measure(
    rows: Labelled, probabilities: Floats, target: NDArray[np.int8], stated: Sequence[str]
) -> dict[str, Any]:
    """Return the figures of the card from probabilities of rows that were held out.

    Parameters
    ----------
    rows
        Labelled listings.
    probabilities, target
        Shape (rows, outputs).
    stated
        The outputs that the rows tell both sides of.
    """
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
