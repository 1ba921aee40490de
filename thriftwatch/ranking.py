"""Files of listings in, one ranked table out: the work behind ``thriftwatch score``."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing import get_context

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from thriftwatch.columns import SERVED, ColumnUse, choose_columns
from thriftwatch.domain import FIELDS, TIERS
from thriftwatch.errors import ThriftwatchError
from thriftwatch.files import PLAIN, Dialect, RejectedRow, TableRead, read_batches
from thriftwatch.files.batch import without_hollow
from thriftwatch.files.cells import concat_tables, keep_pandas_out, string_column
from thriftwatch.model.model import Model
from thriftwatch.notes import say
from thriftwatch.result import Reason
from thriftwatch.scoring import check_options, score_columns

__all__ = ["Listings", "Ranking", "rank_listings", "read_listings", "read_texts", "strongest"]

_BLOCK = 10_000
_AT_ONCE = 2**18
_WORTH_A_PROCESS = 20_000
_DECIMALS = 6
_REASONS = 3
_EXPLAINED = TIERS.index("review")


@dataclass(frozen=True, slots=True, eq=False)
class Listings:
    """The listings of one or more files.

    Parameters
    ----------
    table : pyarrow.Table
        The rows of all files; their columns are those of all.
    texts : pyarrow.Table
        ``title``, ``description`` and ``shop`` of the same rows, as strings without nulls.
    served : pyarrow.Table
        ``url``, ``platform``, ``price``, ``region`` and ``date`` of the same rows, as text; empty
        where a file has no such column.
    source_file : pyarrow.ChunkedArray
        The file each row is from.
    rejected
        The rows that could not be read.
    dialect
        How the first delimited file is written.
    """

    table: pa.Table
    texts: pa.Table
    served: pa.Table
    source_file: pa.ChunkedArray
    rejected: tuple[RejectedRow, ...]
    dialect: Dialect = PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Scored listings, the highest score first.

    Parameters
    ----------
    table : pyarrow.Table
        The columns of the files; ``source_file`` if there are several; then ``score``, ``tier``,
        ``goods``, ``worn``, ``foreign``, ``reasons`` and ``model``.
    texts : pyarrow.Table
        ``title``, ``description`` and ``shop`` of the same rows.
    served : pyarrow.Table
        ``url``, ``platform``, ``price``, ``region`` and ``date`` of the same rows, as text.
    renamed
        Columns of the files that had the name of a new one, and what they are called now.
    kept
        The reasons of each row that is not "clear", in the order of the table, if they were kept.
    """

    table: pa.Table
    texts: pa.Table
    served: pa.Table
    renamed: Mapping[str, str]
    kept: Sequence[tuple[Reason, ...]] | None = None


def read_listings(
    paths: Sequence[str | os.PathLike[str]],
    *,
    columns: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> Listings:
    r"""Read files of listings, of whatever formats, one below the other.

    Parameters
    ----------
    paths
        The files; ``-`` is CSV on standard input.
    columns
        Names of the columns for the fields of `thriftwatch.columns.SERVED`, where they are not to
        be found by their headers.
    encoding
        Encoding of text files; None finds it.
    sheet, header_row
        As for `thriftwatch.files.read_table`.
    on_rows
        Called with the number of rows of every batch that was read.

    Raises
    ------
    TableError
        If a file is not what it says it is.
    ColumnError
        If a file has no title, or not the column that was asked for.

    Notes
    -----
    Which column served as what, and which text was left out, is said (`thriftwatch.notes`).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp(), "listings.csv")
    >>> _ = file.write_text("judul,harga\nHoodie second import,50000\n")
    >>> read_listings([file]).texts.to_pylist()
    [{'title': 'Hoodie second import', 'description': '', 'shop': ''}]
    """
    reads: list[TableRead] = []
    texts: list[pa.Table] = []
    explicit = {field: name for field, name in (columns or {}).items() if name is not None}
    for path in paths:
        columns_of = _FileColumns(explicit)
        for read in read_batches(
            path,
            encoding=encoding,
            sheet=sheet,
            header_row=header_row,
            named=tuple(explicit.values()),
        ):
            texts.append(columns_of.texts(read))
            reads.append(read)
            on_rows(read.table.num_rows)
    every = pa.concat_tables(texts)
    unnamed = {name: was for read in reads for name, was in read.layout.renamed.items()}
    return Listings(
        table=without_hollow(concat_tables([read.table for read in reads]), unnamed),
        texts=every.select(FIELDS),
        served=every.drop_columns(FIELDS),
        source_file=pa.chunked_array(
            [pa.array([read.file] * read.table.num_rows, pa.string()) for read in reads]
        ),
        rejected=tuple(row for read in reads for row in read.rejected),
        dialect=next((d for read in reads if (d := read.layout.dialect())), PLAIN),
    )


def rank_listings(
    listings: Listings,
    model: Model,
    *,
    policy: str = "imported",
    jobs: int = 1,
    keep_reasons: int = 0,
    on_rows: Callable[[int], object] = lambda rows: None,
) -> Ranking:
    """Score listings and sort them, the highest score first.

    Parameters
    ----------
    listings
        From `read_listings`.
    model, policy
        As for `thriftwatch.score_listings`.
    jobs
        Processes that share the work, as far as there is enough for them. The result is the same
        whatever their number.
    keep_reasons
        How many reasons to keep of each row that is not "clear", for
        `thriftwatch.files.evidence.write_ranking`.
    on_rows
        Called with the number of rows of every block that was scored.

    Returns
    -------
    Ranking
        Rows of equal score stay in the order of the files. ``reasons`` is text: the three
        strongest reasons, in Indonesian, for rows that are not "clear". Scores and facts have
        six decimals. A text that stands in the files several times is read once.
    """
    check_options(policy)
    distinct, which = _distinct(listings.texts)
    # One block at the least, so that a table without rows gets the columns too.
    starts = range(0, max(1, distinct.num_rows), _BLOCK)
    blocks = [distinct.slice(start, _BLOCK) for start in starts]
    task = _Task(model, policy, max(_REASONS, keep_reasons), keep=keep_reasons > 0)
    jobs = min(jobs, len(blocks), distinct.num_rows // _WORTH_A_PROCESS)
    scored = map(task.score, blocks) if jobs < 2 else _in_processes(blocks, task, jobs)
    parts: list[pa.Table] = []
    reasons: list[tuple[Reason, ...]] = []
    on_rows(listings.texts.num_rows - distinct.num_rows)
    for part, why in scored:
        parts.append(part)
        reasons += why
        on_rows(part.num_rows)
    new = pa.concat_tables(parts).take(which)
    order = pa.array(np.argsort(-new["score"].to_numpy(), kind="stable"))
    for place, field in enumerate(new.schema):
        if pa.types.is_floating(field.type):
            rounded = np.round(new[field.name].to_numpy(), _DECIMALS)
            new = new.set_column(place, field.name, pa.chunked_array([rounded]))
    if pc.count_distinct(listings.source_file).as_py() > 1:
        new = new.add_column(0, "source_file", listings.source_file)
    table, renamed = _make_room(listings.table, new.column_names)
    for name in new.column_names:
        table = table.append_column(name, new[name])
    ranked = table.take(order)
    kept = None
    if keep_reasons:
        suspected = pc.not_equal(ranked["tier"], TIERS[0]).combine_chunks()
        kept = [reasons[row] for row in which.take(order).filter(suspected).to_pylist()]
    return Ranking(ranked, listings.texts.take(order), listings.served.take(order), renamed, kept)


def read_texts(read: TableRead) -> pa.Table:
    """Return ``title``, ``description`` and ``shop`` of a table that was read whole."""
    return _FileColumns({}).texts(read).select(FIELDS)


class _FileColumns:
    """The columns of one file, which may differ from sheet to sheet and from batch to batch."""

    def __init__(self, explicit: Mapping[str, str]) -> None:
        self._explicit = explicit
        self._sheet: str | None = None
        self._use: ColumnUse | None = None
        self._seen: set[str] = set()

    def texts(self, read: TableRead) -> pa.Table:
        """Take the texts of a batch, and say which columns they are from."""
        names = read.text_columns
        if (
            self._use is None
            or read.layout.sheet != self._sheet
            or not self._seen.issuperset(names)
        ):
            self._choose(read)
        assert self._use is not None
        empty = pa.array([""] * read.table.num_rows, pa.string())
        # A later batch of JSON Lines may lack a column that an earlier one had.
        found = {field: name for field, name in self._use.columns.items() if name in names}
        return pa.table(
            {field: read.text(found[field]) if field in found else empty for field in SERVED}
        )

    def _choose(self, read: TableRead) -> None:
        """Choose the columns; those of earlier batches of the sheet stay what they were."""
        names = read.text_columns
        same = self._use is not None and read.layout.sheet == self._sheet
        before = self._use if same else None
        kept = dict(before.columns) if before else {}
        use = choose_columns(
            names,
            read.sample,
            dict(self._explicit) | {f: name for f, name in kept.items() if name in names},
            where=read.where,
            doubled=read.layout.renamed,
            required=before is None,
        )
        self._use = replace(use, columns=dict(use.columns) | kept)
        if before is None or self._use.columns != before.columns:
            for note in self._use.notes():
                say(note)
        self._sheet = read.layout.sheet
        self._seen = {*names, *(self._seen if before else ())}


def strongest(reasons: Sequence[Reason], limit: int) -> Sequence[Reason]:
    """Return the first reasons; that of a shop's name is always among them."""
    shop = next((reason for reason in reasons[limit:] if reason.field == "shop"), None)
    return reasons[:limit] if shop is None else (*reasons[: limit - 1], shop)


def _distinct(texts: pa.Table) -> tuple[pa.Table, pa.Array]:
    """Return the listings that differ, and for each row which of them it is."""
    parts: list[pa.Table] = []
    places: list[NDArray[np.int64]] = []
    found = 0
    for start in range(0, max(1, texts.num_rows), _AT_ONCE):
        part = texts.slice(start, _AT_ONCE)
        # Three numbers below 2**18 fit into one of 64 bits.
        code = np.zeros(part.num_rows, np.int64)
        for field in FIELDS:
            encoded = part[field].combine_chunks().dictionary_encode()
            code = code * len(encoded.dictionary) + encoded.indices.to_numpy()
        _, first, number = np.unique(code, return_index=True, return_inverse=True)
        if len(first) < len(code):
            order = np.argsort(first)
            part = part.take(pa.array(first[order]))
            number = np.argsort(order)[number]
        else:
            number = np.arange(len(code))
        parts.append(part)
        places.append(number + found)
        found += part.num_rows
    return pa.concat_tables(parts), pa.array(np.concatenate(places))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is done with each block: the same in this process and in others."""

    model: Model
    policy: str
    reasons: int
    keep: bool

    def score(self, block: pa.Table) -> tuple[pa.Table, list[tuple[Reason, ...]]]:
        """Return the new columns, and the reasons of each row if they are kept."""
        texts = [block[field] for field in FIELDS]
        scores = self.model.score_batch(*texts, policy=self.policy)
        explained = np.flatnonzero(scores.tier >= _EXPLAINED)
        rows = [text.take(pa.array(explained)) for text in texts]
        found = self.model.explain_batch(*rows, policy=self.policy, limit=self.reasons)
        every: list[tuple[Reason, ...]] = [()] * block.num_rows
        notes = [""] * block.num_rows
        for place, (_, why) in zip(explained.tolist(), found, strict=True):
            every[place] = why
            notes[place] = "; ".join(reason.note for reason in strongest(why, _REASONS))
        columns = score_columns(scores)
        columns["reasons"] = string_column(notes)
        columns["model"] = pa.repeat(self.model.id, block.num_rows)
        return pa.table(columns), every if self.keep else []


def _in_processes(
    blocks: Sequence[pa.Table], task: _Task, jobs: int
) -> Iterator[tuple[pa.Table, list[tuple[Reason, ...]]]]:
    # Spawned everywhere, so that it works the same everywhere and next to threads.
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), _start_worker, (task,))
    try:
        yield from executor.map(_score_packed, map(_packed, blocks))
    except BrokenProcessPool as error:
        raise ThriftwatchError(
            "a worker process ended early, perhaps for lack of memory; try a smaller --jobs"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


_worker: _Task | None = None


def _start_worker(task: _Task) -> None:
    global _worker  # noqa: PLW0603
    _worker = task
    keep_pandas_out()
    # Ctrl-C reaches every process of the terminal; the first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _packed(block: pa.Table) -> bytes:
    # A pickled slice would take the whole column with it.
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, block.schema) as stream:
        stream.write_table(block)
    return bytes(sink.getvalue())


def _score_packed(packed: bytes) -> tuple[pa.Table, list[tuple[Reason, ...]]]:
    assert _worker is not None
    return _worker.score(pa.ipc.open_stream(packed).read_all())


def _make_room(table: pa.Table, new: Iterable[str]) -> tuple[pa.Table, dict[str, str]]:
    """Give columns of the files another name where a new column needs theirs."""
    taken = {*table.column_names, *new}
    renamed: dict[str, str] = {}
    for name in new:
        if name in table.column_names:
            names = (f"{name}_input{number if number > 1 else ''}" for number in count(1))
            renamed[name] = next(free for free in names if free not in taken)
    return table.rename_columns([renamed.get(n, n) for n in table.column_names]), renamed
