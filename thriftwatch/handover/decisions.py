"""What moderators decided: the exports of a review page, or a table of the same columns."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from thriftwatch.errors import TableError, shown
from thriftwatch.files.cells import to_text
from thriftwatch.files.evidence import DECISIONS
from thriftwatch.handover.rows import Row, Source, read_rows
from thriftwatch.listing import find_column

__all__ = ["Decision", "read_decisions"]

TAKEDOWN, KEEP, UNSURE = DECISIONS
_LABELS = {"1": TAKEDOWN, "1.0": TAKEDOWN, "0": KEEP, "0.0": KEEP}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a listing.

    Attributes
    ----------
    decision
        One of `thriftwatch.files.evidence.DECISIONS`.
    reviewer
        By whom; empty if that is not told.
    moment
        When, if that is told.
    """

    decision: str
    reviewer: str = ""
    moment: datetime | None = None


def read_decisions(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> tuple[list[Row], list[Decision], Source]:
    """Read a file of decisions.

    Parameters
    ----------
    path
        What a review page exported: labels (1 is a recommended takedown, 0 is to be kept), or the
        list of recommended takedowns.
    encoding
        Encoding of a text file; None finds it.
    on_rows
        Called with the number of rows of every batch that was read.

    Returns
    -------
    list of Row, list of Decision, Source
        The listings, what was decided of each, and the file.

    Raises
    ------
    TableError
        If the file tells no decisions, or one that is none.
    """
    rows, read = read_rows(path, on_rows=on_rows, encoding=encoding)
    names = read.table.column_names
    where = os.fspath(path)
    label = find_column("label", names, required=False, where=where)
    if label is None and not {"decided", "notice"} <= set(names):
        raise TableError(
            "it tells no decisions: a column label is needed (1 takedown, 0 keep), or the list of "
            "takedowns that a review page exports",
            path=where,
        )
    values = (
        [TAKEDOWN] * len(rows)
        if label is None
        else [_decision(text, place, where) for place, text in enumerate(_texts(read.table, label))]
    )
    told = [
        _texts(read.table, name) if name in names else [""] * len(rows)
        for name in ("reviewer", "decided")
    ]
    decisions = [
        Decision(value, reviewer.strip(), _moment(decided))
        for value, reviewer, decided in zip(values, *told, strict=True)
    ]
    return rows, decisions, Source(where, len(rows), read.rejected)


def _texts(table: pa.Table, name: str) -> Sequence[str]:
    return list(to_text(table[name]).fill_null("").to_pylist())


def _decision(text: str, place: int, where: str) -> str:
    if not text.strip():
        return UNSURE
    if (found := _LABELS.get(text.strip())) is None:
        raise TableError(
            f"{shown(text)} is no decision; accepted: 1 (recommend takedown), 0 (keep), or empty",
            path=where,
            row=place + 1,
            column="label",
        )
    return found


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
