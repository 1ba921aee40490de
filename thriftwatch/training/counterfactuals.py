"""Counterfactual augmentation: labelled listings once more, changed to have another answer.

Of every positive whose deciding words are marked, one copy lacks these words; of some positives
another copy asks for the goods instead of offering them.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from thriftwatch.training.labelled import Labelled
from thriftwatch.training.spans import without_evidence

__all__ = ["NO_COUNTERFACTUALS", "Counterfactuals", "make_counterfactuals"]

_ASKING = (
    "wtb",
    "want to buy",
    "wanted",
    "looking for",
    "lf",
    "iso",
    "cari",
    "dicari",
    "lagi cari",
    "mencari",
    "nyari",
    "butuh",
    "mau beli",
    "ada yang jual",
    "siapa yang punya",
)
_ONE_IN = 4
"""One positive in so many is also asked for."""


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """Listings made of labelled ones, each with another answer.

    Attributes
    ----------
    of
        int64, shape (copies,): the row each was made of.
    wanted
        bool, shape (copies,): whether it asks for the goods; the others lack their evidence.
    titles, descriptions
        The texts.
    """

    of: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    titles: list[str]
    descriptions: list[str]


NO_COUNTERFACTUALS = Counterfactuals(np.zeros(0, np.int64), np.zeros(0, bool), [], [])


def make_counterfactuals(rows: Labelled) -> Counterfactuals:
    """Copy positives: those with marked evidence without it, and some as wanted posts.

    Which ones are asked for, and how, depends on their titles alone, not on the order of the rows.
    """
    found: list[tuple[int, bool, str, str]] = []
    for row in np.flatnonzero(rows.label == 1).tolist():
        title, description = rows.title[row], rows.description[row]
        if rows.spans[row]:
            bare, rest = without_evidence([title, description], rows.spans[row])
            found.append((row, False, bare, rest))
        chance, way = divmod(crc32(title.encode()), len(_ASKING))
        if chance % _ONE_IN == 0:
            found.append((row, True, f"{_ASKING[way]} {title}", description))
    if not found:
        return NO_COUNTERFACTUALS
    of, wanted, titles, descriptions = zip(*found, strict=True)
    return Counterfactuals(
        np.array(of, np.int64), np.array(wanted, bool), list(titles), list(descriptions)
    )
