"""Labels, scores and weights as they come in, checked."""

import numpy as np
import numpy.typing as npt

from thriftwatch.errors import InputError, shown

__all__ = ["FloatArray", "checked_column", "checked_probabilities", "checked_table"]

FloatArray = npt.NDArray[np.float64]


def checked_table(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return labels, scores and weights as flat arrays of equal length."""
    y, s = checked_column(labels, "labels"), checked_column(scores, "scores")
    w = np.ones_like(y) if weights is None else checked_column(weights, "weights")
    if not len(y) == len(s) == len(w):
        raise InputError(
            f"labels, scores and weights must have equal length, not {len(y)}, {len(s)}, {len(w)}."
        )
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(f"labels must be 0 or 1; row {row} is {y[row]:g}.")
    if w.min() < 0 or w.max() <= 0:
        raise InputError("weights must not be negative, and at least one must be above 0.")
    return y, s, w


def checked_probabilities(
    labels: npt.ArrayLike, scores: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what `checked_table` does, of scores that are probabilities."""
    y, s, w = checked_table(labels, scores, weights)
    if s.min() < 0 or s.max() > 1:
        raise InputError(
            f"scores must be probabilities in [0, 1], but reach from {s.min():g} to {s.max():g}."
        )
    return y, s, w


def checked_column(values: npt.ArrayLike, name: str) -> FloatArray:
    """Return finite numbers as a flat array."""
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers{_first_other(values)}.") from None
    if column.ndim != 1 or not column.size:
        raise InputError(f"{name} must be flat and not empty, not of shape {column.shape}.")
    finite = np.isfinite(column)
    if not finite.all():
        row = int(np.argmin(finite))
        raise InputError(f"{name} must be finite; row {row} is {column[row]}.")
    return column


def _first_other(values: npt.ArrayLike) -> str:
    """Tell the first value that is no number."""
    for row, value in enumerate(np.asarray(values, object).ravel().tolist()):
        try:
            float(value)
        except (TypeError, ValueError):
            return f"; row {row} is {shown(value)}"
    return ""
