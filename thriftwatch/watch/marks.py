"""Which listings are suspicious, and which are lawful clothing to contrast them with."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.errors import TableError, shown
from thriftwatch.listing import find_column
from thriftwatch.training.labelled import read_source
from thriftwatch.watch.scored import Scored

__all__ = ["Marked", "mark"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOSTLY = 0.5
_LABELS = {"1": True, "1.0": True, "0": False, "0.0": False}


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Listings, and which of them are suspicious.

    Attributes
    ----------
    listings
        The listings.
    suspicious
        Rows of a high score, taken down or re-posted, and those that keep their company: all
        others of a shop most of whose listings are.
    lawful
        Clothing that is not suspicious, of sellers who have nothing suspicious: labelled 0, or of
        the lower half of scores among what has no label.
    """

    listings: Scored
    suspicious: Ints
    lawful: Ints


def mark(
    listings: Scored, lowest_tier: int, *, reposts: object = None, encoding: str | None = None
) -> Marked:
    """Tell suspicious listings from lawful clothing.

    Parameters
    ----------
    listings
        The listings; a column ``label`` (1 is suspicious, 0 is not) overrules the score.
    lowest_tier
        Place in `TIERS` from which a listing is suspicious.
    reposts
        A table or file whose column ``new_row`` names rows that were taken down and came back.
    encoding
        Encoding of a text file; None finds it.

    Raises
    ------
    TableError
        If a label is neither 0, 1 nor empty, or a row is none of the listings.
    """
    suspicious = listings.scores.tier >= lowest_tier
    said = _said(listings)
    for row, label in said.items():
        suspicious[row] = label
    if reposts is not None:
        suspicious[_reposted(reposts, len(listings), encoding)] = True
    return _with_company(listings, suspicious, said)


def _with_company(listings: Scored, suspicious: Bools, said: dict[int, bool]) -> Marked:
    sellers = listings.sellers
    posted = Counter(sellers)
    of_these = Counter(sellers[row] for row in np.flatnonzero(suspicious).tolist())
    together = np.array([of_these[name] > _MOSTLY * posted[name] for name in sellers], bool)
    apart = np.array([not of_these[name] for name in sellers], bool)
    for row, label in said.items():
        together[row] = label
    lawful = apart & ~suspicious & (listings.goods >= _MOSTLY)
    # A listing that evades the model with a new word scores low, but hardly lowest: of those that
    # nobody labelled, only the lower half is sure enough to contrast new words with.
    labelled = np.zeros(len(listings), bool)
    labelled[list(said)] = True
    if (lawful & ~labelled).any():
        score = listings.scores.score
        lawful &= labelled | (score <= np.median(score[lawful & ~labelled]))
    return Marked(listings, np.flatnonzero(suspicious | together), np.flatnonzero(lawful))


def _said(listings: Scored) -> dict[int, bool]:
    """Return what labels say, by row."""
    labels = listings.column("label") or []
    for row, label in enumerate(labels):
        if label and label not in _LABELS:
            raise TableError(
                f"{shown(label)} is not accepted; accepted: 1 for a suspicious listing, 0 for a "
                "lawful one, or nothing",
                path=listings.read.file,
                line=int(listings.read.line_numbers[row]),
                column="label",
            )
    return {row: _LABELS[label] for row, label in enumerate(labels) if label}


def _reposted(reposts: object, rows: int, encoding: str | None) -> list[int]:
    """Return the rows that came back."""
    read = read_source(reposts, encoding)
    column = find_column("new_row", read.table.column_names, required=True, where=read.file)
    found = []
    for place, text in enumerate(read.text(str(column)).to_pylist()):
        if not text.isdecimal() or int(text) >= rows:
            raise TableError(
                f"{shown(text)} is no row of the later listings; accepted: 0 to {rows - 1}, as "
                "thriftwatch reposts writes them",
                path=read.file,
                line=int(read.line_numbers[place]),
                column=column,
            )
        found.append(int(text))
    return found
