"""Files of listings in, one ranked table out: the work behind ``thriftwatch score``."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thriftwatch.domain import FIELDS, TIERS
from thriftwatch.errors import ThriftwatchError
from thriftwatch.files import RejectedRow, TableRead, read_batches
from thriftwatch.files.cells import concat_tables
from thriftwatch.listing import find_column
from thriftwatch.model.model import Model
from thriftwatch.scoring import check_options, score_columns

__all__ = ["Listings", "Ranking", "rank_listings", "read_listings", "read_texts"]

_BLOCK = 10_000
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
    source_file : pyarrow.ChunkedArray
        The file each row is from.
    rejected
        The rows that could not be read.
    """

    table: pa.Table
    texts: pa.Table
    source_file: pa.ChunkedArray
    rejected: tuple[RejectedRow, ...]


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
    renamed
        Columns of the files that had the name of a new one, and what they are called now.
    """

    table: pa.Table
    texts: pa.Table
    renamed: Mapping[str, str]


def read_listings(
    paths: Sequence[str | os.PathLike[str]],
    *,
    columns: Mapping[str, str | None] | None = None,
    encoding: str = "utf-8",
    on_rows: Callable[[int], object] = lambda rows: None,
) -> Listings:
    r"""Read files of listings, of whatever formats, one below the other.

    Parameters
    ----------
    paths
        The files; ``-`` is CSV on standard input.
    columns
        Names of the columns for ``title``, ``description`` and ``shop``, where they are not to
        be found by their usual names.
    encoding
        Encoding of text files.
    on_rows
        Called with the number of rows of every batch that was read.

    Raises
    ------
    TableError
        If a file is not what it says it is.
    ColumnError
        If a file has no title, or not the column that was asked for.

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
    for path in paths:
        found: dict[str, str] = {}
        for read in read_batches(path, encoding=encoding):
            texts.append(_texts(read, columns or {}, found))
            reads.append(read)
            on_rows(read.table.num_rows)
    return Listings(
        table=concat_tables([read.table for read in reads]),
        texts=pa.concat_tables(texts),
        source_file=pa.chunked_array(
            [pa.array([read.file] * read.table.num_rows, pa.string()) for read in reads]
        ),
        rejected=tuple(row for read in reads for row in read.rejected),
    )


def rank_listings(
    listings: Listings,
    model: Model,
    *,
    policy: str = "imported",
    jobs: int = 1,
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
        Processes that share the work. The result is the same whatever their number.
    on_rows
        Called with the number of rows of every block that was scored.

    Returns
    -------
    Ranking
        Rows of equal score stay in the order of the files. ``reasons`` is text: the three
        strongest reasons, in Indonesian, for rows that are not "clear". Scores and facts have
        six decimals.
    """
    check_options(policy)
    # One block at the least, so that a table without rows gets the columns too.
    starts = range(0, max(1, listings.texts.num_rows), _BLOCK)
    blocks = [listings.texts.slice(start, _BLOCK) for start in starts]
    several = jobs > 1 and len(blocks) > 1
    scored = (
        _in_processes(blocks, model, policy, jobs)
        if several
        else (_score_block(block, model, policy) for block in blocks)
    )
    parts: list[pa.Table] = []
    for part in scored:
        parts.append(part)
        on_rows(part.num_rows)
    new = pa.concat_tables(parts)
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
    return Ranking(table.take(order), listings.texts.take(order), renamed)


def read_texts(read: TableRead) -> pa.Table:
    """Return ``title``, ``description`` and ``shop`` of a table that was read whole."""
    return _texts(read, {}, {})


def _texts(read: TableRead, columns: Mapping[str, str | None], found: dict[str, str]) -> pa.Table:
    """Take the texts of a batch; `found` remembers the columns for the file's next one."""
    names = read.table.column_names
    empty = pa.array([""] * read.table.num_rows, pa.string())
    texts: dict[str, pa.Array | pa.ChunkedArray] = {}
    for field in FIELDS:
        if field not in found:
            column = find_column(
                field, names, columns.get(field), required=field == "title", where=read.file
            )
            if column is not None:
                found[field] = column
        # A later batch of JSON Lines may lack a column that an earlier one had.
        texts[field] = read.text(found[field]) if found.get(field) in names else empty
    return pa.table(texts)


def _score_block(block: pa.Table, model: Model, policy: str) -> pa.Table:
    scores = model.score_batch(*(block[field] for field in FIELDS), policy=policy)
    explained = np.flatnonzero(scores.tier >= _EXPLAINED)
    reasons = [""] * block.num_rows
    rows = block.take(pa.array(explained))
    texts = (rows[field] for field in FIELDS)
    found = model.explain_batch(*texts, policy=policy, limit=_REASONS)
    for place, (_, why) in zip(explained, found, strict=True):
        reasons[place] = "; ".join(reason.note for reason in why)
    columns = score_columns(scores)
    columns["reasons"] = pa.array(reasons, pa.string())
    columns["model"] = pa.array([model.id] * block.num_rows, pa.string())
    return pa.table(columns)


def _in_processes(
    blocks: Sequence[pa.Table], model: Model, policy: str, jobs: int
) -> Iterator[pa.Table]:
    # Spawned everywhere, so that it works the same everywhere and next to threads.
    executor = ProcessPoolExecutor(
        min(jobs, len(blocks)), get_context("spawn"), _start_worker, (model, policy)
    )
    try:
        yield from executor.map(_score_packed, map(_packed, blocks))
    except BrokenProcessPool as error:
        raise ThriftwatchError(
            "a worker process ended early, perhaps for lack of memory; try a smaller --jobs"
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


_worker: tuple[Model, str] | None = None


def _start_worker(model: Model, policy: str) -> None:
    global _worker  # noqa: PLW0603
    _worker = (model, policy)
    # Ctrl-C reaches every process of the terminal; the first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _packed(block: pa.Table) -> bytes:
    # A pickled slice would take the whole column with it.
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, block.schema) as stream:
        stream.write_table(block)
    return bytes(sink.getvalue())


def _score_packed(packed: bytes) -> pa.Table:
    assert _worker is not None
    return _score_block(pa.ipc.open_stream(packed).read_all(), *_worker)


def _make_room(table: pa.Table, new: Iterable[str]) -> tuple[pa.Table, dict[str, str]]:
    """Give columns of the files another name where a new column needs theirs."""
    taken = {*table.column_names, *new}
    renamed: dict[str, str] = {}
    for name in new:
        if name in table.column_names:
            names = (f"{name}_input{number if number > 1 else ''}" for number in count(1))
            renamed[name] = next(free for free in names if free not in taken)
    return table.rename_columns([renamed.get(n, n) for n in table.column_names]), renamed
