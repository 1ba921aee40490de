"""Labelled listings: read tables, check every row, set unusable rows aside with the reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.columns import SERVED, choose_columns
from thriftwatch.domain import ELEMENTS, FACT_COLUMNS, Element
from thriftwatch.errors import InputError, TableError, did_you_mean, listed, shown
from thriftwatch.files import RejectedRow, TableRead, read_table, read_tables
from thriftwatch.listing import find_column
from thriftwatch.notes import say
from thriftwatch.training.annotators import find_vote_columns, unite, votes_in
from thriftwatch.training.exports import as_labelled, read_json
from thriftwatch.training.labels import ACCEPTED, LabelWords, is_usual

__all__ = ["COLUMN_VALUES", "Labelled", "read_labelled", "read_source", "read_tables_of"]

COLUMN_VALUES = {
    "label": ("0", "1"),
    "certainty": ("sure", "probable", "uncertain"),
    "rule": ("R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "none"),
    **{element.column: element.values for element in ELEMENTS},
}
"""Accepted values of the checked columns; all but the label may be empty."""

_TEXTS = ("id", "title", "description", "shop", "pair", "part", "spans")
_CHECKED = ("certainty", "rule", *FACT_COLUMNS)
_NOT_COLUMNS = ("rejected", "notes")
_NAMED_BY = {"label": 'columns={"label": ...}, --label-column ...'}
_FRAME = "table"
"""What a table in memory is called in messages; its rows are counted from 1."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled listings, column by column; every array has shape (rows,) and dtype object.

    Attributes
    ----------
    label
        int8: 0 or 1.
    id, title, description, shop, pair, part, spans
        Text; empty where the table has no such column.
    certainty, rule, goods, worn, origin
        One of `COLUMN_VALUES`, or empty where not stated.
    votes
        Who labelled the row what, if the table tells (`thriftwatch.training.annotators`).
    row
        int64: where the row stood among all rows that were read, from 0.
    rejected
        Rows that could not be used, each with file, line and reason.
    notes
        What else is to be said of how they were read: which words for which labels.
    """

    label: NDArray[np.int8]
    id: NDArray[np.object_]
    title: NDArray[np.object_]
    description: NDArray[np.object_]
    shop: NDArray[np.object_]
    pair: NDArray[np.object_]
    part: NDArray[np.object_]
    spans: NDArray[np.object_]
    certainty: NDArray[np.object_]
    rule: NDArray[np.object_]
    goods: NDArray[np.object_]
    worn: NDArray[np.object_]
    origin: NDArray[np.object_]
    votes: NDArray[np.object_]
    row: NDArray[np.int64]
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of usable rows."""
        return len(self.label)

    @classmethod
    def of(
        cls, titles: Sequence[str], descriptions: Sequence[str], label: NDArray[np.int8]
    ) -> "Labelled":
        """Return labelled listings of which nothing else is known."""
        columns: dict[str, Any] = {
            name: np.full(len(label), "", object) for name in (*_TEXTS, *_CHECKED)
        }
        columns["title"] = np.array(titles, object)
        columns["description"] = np.array(descriptions, object)
        columns["votes"] = np.empty(len(label), object)
        columns["votes"][:] = [()] * len(label)
        return cls(label=label, row=np.arange(len(label)), **columns)

    def take(self, rows: NDArray[Any]) -> "Labelled":
        """Return some of the rows."""
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in _column_names()}
        return replace(self, **columns)

    def and_also(self, others: "Labelled") -> "Labelled":
        """Return these rows and then the others."""
        return _concatenate([self, others])

    def fact(self, element: Element) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return in which rows an element of the law is there, and which rows state it."""
        values = getattr(self, element.column)
        return element.holds(values), values != ""

    def states(self, column: str) -> bool:
        """Return whether any row states a value in this column."""
        return bool((getattr(self, column) != "").any())


def read_labelled(
    sources: object,
    *,
    encoding: str | None = None,
    columns: dict[str, str] | None = None,
    positive: str | Collection[object] | None = None,
    skip_unusable: bool = False,
    keep_copies: bool = False,
) -> Labelled:
    """Read labelled listings from files or a table in memory.

    Parameters
    ----------
    sources
        A path, a table (pandas, polars, pyarrow, anything that speaks the Arrow C stream
        interface, or one that `thriftwatch.files.read_table` read), or several of them. Only
        ``title`` and ``label`` are obligatory. Exports of Label Studio, doccano and Prodigy are
        known, see `thriftwatch.training.exports`. Several annotators may have a column each
        (``label_a``, ``label_b``) or a row each, named in the column ``annotator``; then the
        label is what most of them say, see `thriftwatch.training.annotators`.
    encoding
        Encoding of text files.
    columns
        Column names to use, such as ``{"title": "judul"}``; others are found by name.
    positive
        The word, or words, that stand for 1 in the label column; every other word then stands for
        0. By default the usual ones do: 1, *ya*, *true*, *illegal*, *positif*.
    skip_unusable
        Set rows with a wrong label or fact aside instead of raising.
    keep_copies
        Keep rows of equal text: what is learned from must not be learned twice, but what is
        judged may be there twice.

    Returns
    -------
    Labelled

    Raises
    ------
    TableError
        If a file is not what it says, or a row has a label or fact that is not accepted.
    ColumnError
        If there is no title or label column.
    InputError
        If `sources` or a key of `columns` is not accepted, or no row is usable.

    Examples
    --------
    >>> import pyarrow as pa
    >>> rows = read_labelled(pa.table({"judul": ["Kaos", "", "Kaos"], "label": [0, 1, 0]}))
    >>> len(rows), [(row.line, row.reason) for row in rows.rejected]
    (1, [(2, 'no title'), (3, 'a copy of an earlier row')])
    >>> read_labelled(pa.table({"judul": ["Kaos", "Topi"], "label": ["ya", "tidak"]})).label
    array([1, 0], dtype=int8)
    """
    explicit = _checked_columns(columns or {})
    words = LabelWords(positive)
    if isinstance(sources, str | PathLike | TableRead) or _is_table(sources):
        sources = [sources]
    if not isinstance(sources, Iterable):
        raise _not_accepted(sources)
    reads = [read for source in sources for read in read_tables_of(source, encoding)]
    if not reads:
        raise InputError("no labelled listings given; give at least one file")
    parts, places, first_row = [], [], 0
    for read in reads:
        part, lines = _check(read, explicit, words, skip_unusable, first_row)
        parts.append(part)
        places += [(read.file, line) for line in lines.tolist()]
        first_row += read.table.num_rows
    words.check()
    together, places = unite(_concatenate(parts), places)
    notes = [note for read in reads for note in read.notes]
    together = replace(together, notes=(*notes, *words.notes()))
    if not keep_copies:
        together = _without_duplicates(together, places)
    if not len(together):
        raise InputError(f"{reads[0].file}: no usable labelled row; a row needs a title and 0 or 1")
    return together


def _checked_columns(columns: dict[str, str]) -> dict[str, str]:
    known = (*_TEXTS, "label", *_CHECKED)
    for field in columns:
        if field not in known:
            nearest = did_you_mean(field, known)
            raise InputError(
                f"columns: {shown(field)} is no field of a labelled listing; accepted: "
                f"{listed(known)}" + (f". Did you mean {shown(nearest)}?" if nearest else "")
            )
    return columns


def _is_table(source: object) -> bool:
    return hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")


def _not_accepted(source: object) -> InputError:
    return InputError(
        f"labelled listings must be paths or a table, not {type(source).__name__}; "
        'give a path such as "labelled.csv"'
    )


def read_tables_of(source: object, encoding: str | None, **places: Any) -> list[TableRead]:
    """Read the tables of a file, one for each sheet, or see a table in memory as one.

    Places are the arguments of `thriftwatch.files.read_table` that say where a table is.
    """
    if not isinstance(source, str | PathLike) or _is_json(source):
        return [read_source(source, encoding)]
    return list(map(as_labelled, read_tables(source, encoding=encoding, **places)))


def _is_json(path: str | PathLike[str]) -> bool:
    return fspath(path).casefold().endswith(".json")


def read_source(source: object, encoding: str | None) -> TableRead:
    """Read a file or see a table in memory as one that was read."""
    if isinstance(source, str | PathLike):
        is_json = _is_json(source)
        read = read_json(source, encoding) if is_json else read_table(source, encoding=encoding)
        return as_labelled(read)
    if isinstance(source, TableRead):
        return as_labelled(source)
    if not _is_table(source):
        raise _not_accepted(source)
    import pyarrow as pa

    # A record batch is no stream of batches, but a table of one.
    batch = isinstance(source, pa.RecordBatch)
    table = pa.Table.from_batches([source]) if batch else pa.table(source)
    return as_labelled(TableRead(_FRAME, table, np.arange(1, table.num_rows + 1)))


def _check(
    read: TableRead,
    explicit: dict[str, str],
    words: LabelWords,
    skip_unusable: bool,
    first_row: int,
) -> tuple[Labelled, NDArray[np.int64]]:
    """Check the rows of one table; return the usable ones and the line of each."""
    available = read.table.column_names
    where = fspath(read.file)
    rows = read.table.num_rows
    columns: dict[str, NDArray[np.object_]] = {}
    voted = _vote_columns(read, explicit, words)
    use = choose_columns(
        read.text_columns,
        read.sample,
        {name: explicit.get(name) for name in SERVED},
        where=read.where,
        doubled=read.layout.renamed,
        named_by='columns={"title": ...} in Python, --title-column ...',
    )
    for note in use.notes():
        say(note)
    for name in (*_TEXTS, "label", "annotator", *_CHECKED):
        found = use.columns.get(name) or find_column(
            name,
            available,
            explicit.get(name),
            required=name == "label" and not voted,
            where=where,
            named_by=_NAMED_BY.get(name) or f'columns={{"{name}": ...}} in Python',
        )
        texts: Sequence[str] = [""] * rows if found is None else read.text(found).to_pylist()
        columns[name] = np.array(texts, object)
    for name in COLUMN_VALUES:
        columns[name] = np.array([str(value).strip() for value in columns[name]], object)
    columns["label"] = words.read(columns["label"])
    rejected = list(read.rejected)
    usable = np.ones(rows, bool)
    checked = {name: (columns[name], accepted) for name, accepted in COLUMN_VALUES.items()}
    checked |= {name: (values, COLUMN_VALUES["label"]) for name, values in voted.items()}
    for name, (values, accepted) in checked.items():
        allowed = {*accepted, ""}
        for row in np.flatnonzero([value not in allowed for value in values]).tolist():
            is_label = accepted == COLUMN_VALUES["label"]
            kinds = ACCEPTED if is_label else listed(accepted)
            problem = f"{shown(values[row])} is not accepted; accepted: {kinds}"
            line = int(read.line_numbers[row])
            if not skip_unusable:
                named = ", say which word stands for 1 (--positive)" if is_label else ""
                raise TableError(
                    f"{problem}. Correct it{named}, or skip such rows (--skip-unusable)",
                    path=where,
                    column=name,
                    **{"row" if where == _FRAME else "line": line},
                )
            if usable[row]:
                reason = f"{name} {problem}"
                rejected.append(RejectedRow(where, line, reason, columns["title"][row]))
            usable[row] = False
    columns["votes"] = _votes(columns, voted)
    for row, votes in enumerate(columns["votes"]):
        columns["label"][row] = columns["label"][row] or (str(votes[0][1]) if votes else "")
    for name, reason in (("label", "no label"), ("title", "no title")):
        blank = np.array([not value.strip() for value in columns[name]], bool)
        for row in np.flatnonzero(blank & usable).tolist():
            line = int(read.line_numbers[row])
            rejected.append(RejectedRow(where, line, reason, columns["title"][row]))
            usable[row] = False
    del columns["annotator"]
    label = columns.pop("label")[usable].astype(np.int8)
    kept: dict[str, Any] = {name: values[usable] for name, values in columns.items()}
    rejected.sort(key=lambda row: row.line)
    rows_read = first_row + np.flatnonzero(usable)
    part = Labelled(label=label, **kept, row=rows_read, rejected=tuple(rejected))
    return part, read.line_numbers[usable]


def _vote_columns(
    read: TableRead, explicit: dict[str, str], words: LabelWords
) -> dict[str, NDArray[np.object_]]:
    """Return the columns that hold what each annotator says.

    Beside a label they must look like it: a column may be called ``label_date``.
    """
    if "label" in explicit:
        return {}
    texts = {
        column: read.text(column).to_pylist()
        for column in find_vote_columns(read.table.column_names)
    }
    label = find_column("label", read.table.column_names, required=False, where="")
    if label is not None:
        known = set(read.text(label).to_pylist())
        texts = {
            name: said
            for name, said in texts.items()
            if all(text in known or is_usual(text) for text in said)
        }
    return {name: words.read(said) for name, said in texts.items()}


def _votes(
    columns: dict[str, NDArray[np.object_]], voted: dict[str, NDArray[np.object_]]
) -> NDArray[np.object_]:
    """Return the votes of every row, from columns or from the one annotator of the row."""
    names = list(find_vote_columns(voted).values())
    votes = np.empty(len(columns["label"]), object)
    for row, label in enumerate(columns["label"]):
        who = columns["annotator"][row].strip()
        votes[row] = votes_in([(who, label)]) if who else ()
        if voted:
            said = [values[row] for values in voted.values()]
            votes[row] = votes_in(zip(names, said, strict=True), settled=label)
    return votes


def _column_names() -> list[str]:
    return [f.name for f in fields(Labelled) if f.name not in _NOT_COLUMNS]


def _concatenate(parts: Sequence[Labelled]) -> Labelled:
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _column_names()
    }
    return Labelled(**columns, rejected=tuple(row for part in parts for row in part.rejected))


def _without_duplicates(rows: Labelled, places: Sequence[tuple[str, int]]) -> Labelled:
    """Keep the first of equal rows; rows that are equal but for the label are set aside.

    `places` holds file and line of every row.
    """
    first: dict[tuple[str, str, str], int] = {}
    labels: dict[tuple[str, str, str], set[int]] = {}
    keys = list(zip(rows.title, rows.description, rows.shop, strict=True))
    for place, key in enumerate(keys):
        first.setdefault(key, place)
        labels.setdefault(key, set()).add(int(rows.label[place]))
    kept: list[int] = []
    rejected = list(rows.rejected)
    for place, key in enumerate(keys):
        if len(labels[key]) > 1:
            reason = "the same text is labelled both 0 and 1"
        elif first[key] != place:
            reason = "a copy of an earlier row"
        else:
            kept.append(place)
            continue
        rejected.append(RejectedRow(*places[place], reason, str(key[0])))
    taken = rows.take(np.array(kept, np.int64))
    return replace(taken, rejected=tuple(rejected))


def read_excluded(source: object) -> frozenset[str]:
    """Read the ids of rows that are held out of training.

    Parameters
    ----------
    source
        A path or a table, with an ``id`` column.

    Raises
    ------
    ColumnError
        If there is no id column.

    Examples
    --------
    >>> import pyarrow as pa
    >>> sorted(read_excluded(pa.table({"id": ["a1", "a2"]})))
    ['a1', 'a2']
    """
    read = read_source(source, None)
    column = find_column("id", read.table.column_names, required=True, where=fspath(read.file))
    return frozenset(read.text(str(column)).to_pylist())
