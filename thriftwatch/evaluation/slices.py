"""Parts of the rows on which a model may do better or worse than on all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from thriftwatch.evaluation.baseline import word_pattern
from thriftwatch.evaluation.figures import SliceFigures
from thriftwatch.evaluation.intervals import Interval
from thriftwatch.evaluation.rows import Objects, ScoredRows, Table
from thriftwatch.text.lexicon import NAMES, load_lexicon

__all__ = ["FEWEST_POSITIVES", "Slice", "cut_rows", "slice_values"]

FEWEST_POSITIVES = 30
"""Slices with fewer positives are marked as small."""
_FEWEST_ROWS = 10
_MOST_VALUES = 60
_LENGTHS = ((5, "1-5 words"), (15, "6-15 words"), (40, "16-40 words"))
_LONGEST = "over 40 words"


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of the rows that share a value.

    Attributes
    ----------
    by
        What the rows are cut by, such as ``"platform"``.
    value
        The value they share.
    rows, positives
        How many there are; rows that the headline leaves out are left out.
    figures
        Average precision, and precision, recall and false-positive rate of each tier.
    """

    by: str
    value: str
    rows: int
    positives: int
    figures: Mapping[str, Interval]

    @property
    def small(self) -> bool:
        """Whether there are too few rows to conclude from."""
        few = self.positives if self.positives else self.rows
        return few < FEWEST_POSITIVES

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as plain, JSON-ready values."""
        return {
            "by": self.by,
            "value": self.value,
            "rows": self.rows,
            "positives": self.positives,
            "small": self.small,
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
        }


def slice_values(table: Table, extra: Sequence[str] = ()) -> dict[str, Objects]:
    """Return what rows are cut by, and the value of each row; an empty one is in no slice.

    Parameters
    ----------
    table
        The rows.
    extra
        Further columns to cut by.
    """
    rows, columns = table.rows, table.columns
    found = {
        "platform": columns["platform"],
        "region": columns["region"],
        "rule": rows.rule,
        "goods": rows.goods,
        "evasion": columns["evasion"],
        "writer": rows.part,
        "slice": columns["slice"],
        **{name: columns[name] for name in extra},
    }
    if table.has_texts:
        described = np.array([bool(text.strip()) for text in rows.description])
        found["text"] = np.where(described, "with description", "title only").astype(object)
        found["length"] = np.array([_length(text) for text in table.texts], object)
        if not (found["region"] != "").any():
            found["region"] = np.array([_region(text) for text in table.texts], object)
    return {by: values for by, values in found.items() if len(set(values) - {""}) > 1}


def cut_rows(
    rows: ScoredRows, values: Mapping[str, Objects]
) -> Iterator[tuple[Slice, SliceFigures]]:
    """Yield every slice, large ones first, without figures, and the measure that gives them.

    Parameters
    ----------
    rows
        The rows that count.
    values
        What `slice_values` returned for them.
    """
    for by, column in values.items():
        names, number, sizes = np.unique(
            column.astype(str), return_inverse=True, return_counts=True
        )
        for place in np.argsort(-sizes, kind="stable")[:_MOST_VALUES]:
            if not names[place] or sizes[place] < _FEWEST_ROWS:
                continue
            own = np.flatnonzero(number == place)
            tier = rows.scores.tier
            measure = SliceFigures(
                rows.target[own],
                rows.scores.score[own],
                rows.group[own],
                tiers=None if tier is None else tier[own],
            )
            positives = int(rows.target[own].sum())
            yield Slice(by, str(names[place]), len(own), positives, {}), measure


def _length(text: str) -> str:
    words = len(text.split())
    return next((name for most, name in _LENGTHS if words <= most), _LONGEST)


def _region(text: str) -> str:
    """Return where the first regional word of the trade in a text is used; empty without one."""
    regions, pattern = _regional_words()
    found = pattern.search(text.lower())
    return regions[found.group()] if found else ""


@cache
def _regional_words() -> tuple[dict[str, str], Any]:
    regions = {
        form: f"word of {term.region}"
        for term in load_lexicon()
        if term.region and term.word_class not in NAMES
        for form in term.forms
    }
    return regions, word_pattern(regions)
