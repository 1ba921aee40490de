"""Read the rows that are to be judged, and the scores that may stand beside them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from math import isfinite
from os import PathLike

import numpy as np
import pyarrow as pa

from thriftwatch.domain import FACTS
from thriftwatch.errors import ColumnError, InputError, TableError, not_one_of, shown
from thriftwatch.evaluation.rows import Objects, Scores, Table
from thriftwatch.files import TableRead
from thriftwatch.files.cells import as_number
from thriftwatch.listing import find_column
from thriftwatch.training.annotators import find_vote_columns
from thriftwatch.training.labelled import Labelled, read_labelled, read_tables_of

__all__ = ["SLICE_COLUMNS", "read_rows"]

SLICE_COLUMNS = ("platform", "region", "slice", "evasion", "date")
"""Columns beyond those of `Labelled` that slices and splits use where they are there."""
_PLACEHOLDER = "thriftwatch_no_title"
_IN_MEMORY = "table"
"""What `read_tables_of` calls a table in memory; its rows are counted, a file's lines."""
_NOT_NAMED = {"votes", "row", "rejected", "notes"}
_NAMED = tuple(f.name for f in fields(Labelled) if f.name not in _NOT_NAMED)


def read_rows(
    labelled: object,
    *,
    scores: object = None,
    extra: Sequence[str] = (),
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    positive: str | Collection[object] | None = None,
    skip_unusable: bool = False,
) -> Table:
    """Read labelled rows, with the further columns that slices and splits need.

    Parameters
    ----------
    labelled, encoding, columns, positive, skip_unusable
        As for `thriftwatch.training.labelled.read_labelled`; copies are kept.
    scores
        The name of a column with scores; or scores themselves, for which no title is needed.
    extra
        Further columns to read.

    Raises
    ------
    ColumnError, InputError, TableError
        As `read_labelled`; where nothing is labelled it says what a catalogue is good for.
    """
    explicit = _checked_names(columns or {}, extra)
    reads = [read for source in _sources(labelled) for read in read_tables_of(source, encoding)]
    for read in reads:
        _check_labels(read, explicit.get("label"))
    has_texts = all(_has_title(read, explicit.get("title")) for read in reads)
    given: dict[str, Objects] = {}
    if isinstance(scores, str):
        given = _given_columns(reads, scores)
        reads = [_without_results(read) for read in reads]
    for_labels = {name: column for name, column in explicit.items() if name in _NAMED}
    titled = reads
    if scores is not None and not has_texts:
        titled = [_with_placeholder(read) for read in reads]
        for_labels["title"] = _PLACEHOLDER
    rows = read_labelled(
        titled,
        columns=for_labels,
        positive=positive,
        skip_unusable=skip_unusable,
        keep_copies=True,
    )
    further = {
        name: _column(reads, name, explicit.get(name), required=name in extra)[rows.row]
        for name in dict.fromkeys((*SLICE_COLUMNS, *extra))
    }
    read_in_all = sum(read.table.num_rows for read in reads)
    if isinstance(scores, str):
        _check_scores(reads, scores, given["score"], rows)
    checked = None if scores is None else Scores.checked(given or scores, rows, read_in_all)
    return Table(rows, further, checked, has_texts, read_in_all)


def _checked_names(columns: Mapping[str, str], extra: Sequence[str]) -> dict[str, str]:
    known = (*_NAMED, *SLICE_COLUMNS, *extra)
    for name in columns:
        if name not in known:
            raise not_one_of("a key of columns", name, known)
    return dict(columns)


def _sources(labelled: object) -> list[object]:
    one = isinstance(labelled, str | PathLike | TableRead) or hasattr(
        labelled, "__arrow_c_stream__"
    )
    several = not one and isinstance(labelled, Sequence)
    return list(labelled) if several and isinstance(labelled, Sequence) else [labelled]


def _has_title(read: TableRead, explicit: str | None) -> bool:
    names = read.table.column_names
    return find_column("title", names, explicit, required=False, where=read.file) is not None


def _check_labels(read: TableRead, explicit: str | None) -> None:
    """Refuse a catalogue: nothing in it says what is right."""
    if explicit is None and find_vote_columns(read.table.column_names):
        return  # the labels are those of several annotators
    step = (
        "nothing can be judged without labels 0 and 1; if there are, name their column "
        '(--label-column, columns={"label": ...}). If this is a catalogue that is thought to '
        "be lawful, give it beside labelled rows: evaluate(labelled, stream=catalogue), "
        "thriftwatch evaluate LABELLED.csv --stream CATALOGUE"
    )
    names = read.table.column_names
    column = find_column("label", names, explicit, required=False, where=read.file)
    if column is None:
        raise ColumnError(f"there is no column label; {step}", path=read.file, available=names)
    if read.table.num_rows and not any(text.strip() for text in read.text(column).to_pylist()):
        raise InputError(f"{read.file}: the column {shown(column)} is empty; {step}")


def _column(
    reads: Sequence[TableRead], name: str, explicit: str | None, *, required: bool
) -> Objects:
    parts: list[str] = []
    for read in reads:
        column = find_column(
            name, read.table.column_names, explicit, required=required, where=read.file
        )
        empty = [""] * read.table.num_rows
        parts += empty if column is None else read.text(column).to_pylist()
    return np.array([text.strip() for text in parts], object)


def _given_columns(reads: Sequence[TableRead], score: str) -> dict[str, Objects]:
    """Read scores from a table, with tier and facts where they are there as numbers."""
    found = {"score": _with_points(_column(reads, score, score, required=True))}
    for name in ("tier", *FACTS):
        values = _column(reads, name, None, required=False)
        accepted = (values != "") if name == "tier" else [_is_number(value) for value in values]
        if all(accepted):
            found[name] = values if name == "tier" else _with_points(values)
    return found


def _with_points(values: Objects) -> Objects:
    """Write numbers with a decimal point; what is no number stays as it is."""
    return np.array([str(as_number(v)) if _is_number(v) else v for v in values], object)


def _check_scores(reads: Sequence[TableRead], column: str, values: Objects, rows: Labelled) -> None:
    """Refuse a score that is no number, and say where it stands."""
    wrong = next((row for row in rows.row.tolist() if not _is_number(values[row])), None)
    if wrong is None:
        return
    problem = f"{shown(values[wrong])} is no score; every labelled row needs a number"
    for read in reads:
        if wrong < read.table.num_rows:
            place = {"row" if read.file == _IN_MEMORY else "line": int(read.line_numbers[wrong])}
            raise TableError(problem, path=read.file, column=column, **place)
        wrong -= read.table.num_rows


def _without_results(read: TableRead) -> TableRead:
    """Give columns that scoring renamed their own names back."""
    names = read.table.column_names
    renamed = [name.removesuffix("_input") for name in names]
    results = {
        name for name in ("tier", *FACTS) if f"{name}_input" in names or _is_numeric(read, name)
    }
    kept = [place for place, name in enumerate(names) if name not in results]
    table = read.table.select(kept).rename_columns([renamed[place] for place in kept])
    return replace(read, table=table)


def _is_numeric(read: TableRead, name: str) -> bool:
    if name not in read.table.column_names:
        return False
    return all(_is_number(value) for value in read.text(name).to_pylist())


def _is_number(value: str) -> bool:
    try:
        return isfinite(as_number(value))
    except ValueError:
        return False


def _with_placeholder(read: TableRead) -> TableRead:
    names = pa.array([f"row {row}" for row in range(1, read.table.num_rows + 1)])
    return replace(read, table=read.table.append_column(_PLACEHOLDER, names))
