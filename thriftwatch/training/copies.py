"""Copies of labelled listings with another answer, to learn from.

Of every positive whose deciding words are marked, one copy lacks these words; of some positives
another copy asks for the goods instead of offering them.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from thriftwatch.training.augment import without_evidence
from thriftwatch.training.labelled import Labelled

__all__ = ["NO_COPIES", "Copies", "make_copies"]

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
class Copies:
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


NO_COPIES = Copies(np.zeros(0, np.int64), np.zeros(0, bool), [], [])


def make_copies(rows: Labelled) -> Copies:
    """Copy positives: those with marked evidence without it, and some as wanted posts.

    Which ones are asked for, and how, depends on their titles alone, not on the order of the rows.
    """
    copies: list[tuple[int, bool, str, str]] = []
    for row in np.flatnonzero(rows.label == 1).tolist():
        title, description = rows.title[row], rows.description[row]
        if rows.spans[row]:
            bare, rest = without_evidence([title, description], rows.spans[row])
            copies.append((row, False, bare, rest))
        chance, way = divmod(crc32(title.encode()), len(_ASKING))
        if chance % _ONE_IN == 0:
            copies.append((row, True, f"{_ASKING[way]} {title}", description))
    if not copies:
        return NO_COPIES
    of, wanted, titles, descriptions = zip(*copies, strict=True)
    return Copies(np.array(of, np.int64), np.array(wanted, bool), list(titles), list(descriptions))
