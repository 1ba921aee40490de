"""Listings as an index takes them: texts, and who posted them where and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from thriftwatch.errors import InputError, listed
from thriftwatch.files import RejectedRow, TableRead
from thriftwatch.listing import Listing, as_text, find_column
from thriftwatch.training.labelled import read_source

__all__ = ["COLUMNS", "Posts", "read_posts", "text_column"]

COLUMNS = {
    "id": "id",
    "title": "title",
    "description": "description",
    "seller": "shop",
    "platform": "platform",
    "date": "date",
}
"""What is kept of a listing, and the field that it is read from."""


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Listings, column by column.

    Parameters
    ----------
    texts
        For each of `COLUMNS` a `pyarrow.LargeStringArray`; empty text where nothing is said.
    has_ids
        Whether the listings came with ids.
    rejected
        Rows of the file that could not be read.
    """

    texts: Mapping[str, pa.Array]
    has_ids: bool
    rejected: tuple[RejectedRow, ...] = ()

    def __len__(self) -> int:
        return len(self.texts["title"])

    def slice(self, start: int, length: int) -> "Posts":
        """Return some of the listings, in order."""
        parts = {name: column.slice(start, length) for name, column in self.texts.items()}
        return Posts(parts, self.has_ids)

    def numbered(self, first: int) -> "Posts":
        """Return the same listings with their numbers for ids."""
        numbers = pa.array(range(first, first + len(self)), pa.int64()).cast(pa.large_string())
        return Posts({**self.texts, "id": numbers}, has_ids=True)

    def checked_ids(self) -> pa.Array:
        """Return the ids, of which none is empty and none comes twice.

        Raises
        ------
        InputError
            If that is not so.
        """
        ids = self.texts["id"]
        empty = pc.index(ids, pa.scalar("", ids.type)).as_py()
        if empty >= 0:
            raise InputError(f"listing {empty} has no id; give every listing one, or none to any")
        counts = pc.value_counts(ids)
        if len(counts) < len(ids):
            twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
            raise InputError(
                f"these ids come more than once: {listed(twice.to_pylist())}; "
                "an id must name one listing"
            )
        return ids


def read_posts(
    source: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
) -> Posts:
    """Read listings from a file, a table in memory or an iterable.

    Parameters
    ----------
    source
        A path; a table (pandas, polars, pyarrow, DuckDB); or an iterable of `Listing`, mappings or
        ``(title, description[, shop])`` tuples.
    columns
        Names of the columns for ``title``, ``description`` and ``shop``, where they are not to be
        found by their usual names.
    encoding
        Encoding of a text file; None finds it.

    Raises
    ------
    TableError
        If a file is not what it says it is.
    ColumnError
        If there is no title, or not the column that was asked for.
    InputError
        If a listing is not text.

    Examples
    --------
    >>> posts = read_posts([("Hoodie second", "ex bal"), {"judul": "Kaos", "toko": "Sari"}])
    >>> posts.texts["seller"].to_pylist()
    ['', 'Sari']
    """
    if isinstance(source, Posts):
        return source
    if isinstance(source, list | tuple) or not _is_source(source):
        source = _table(source)
    read = source if isinstance(source, TableRead) else read_source(source, encoding)
    named = columns or {}
    texts: dict[str, pa.Array] = {}
    has_ids = False
    for name, field in COLUMNS.items():
        found = find_column(
            field,
            read.table.column_names,
            named.get(field),
            required=field == "title",
            where=read.file,
        )
        empty = [""] * read.table.num_rows
        texts[name] = text_column(empty if found is None else read.text(found))
        has_ids = has_ids or (name == "id" and found is not None)
    return Posts(texts, has_ids, read.rejected)


def text_column(values: Any) -> pa.Array:
    """Return texts as one Arrow array with 64-bit offsets, which can be mapped from a file."""
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.large_string())
    return column.cast(pa.large_string()).fill_null("")


def _is_source(source: object) -> bool:
    """Tell whether a table can be read from it as it is."""
    library = type(source).__module__.partition(".")[0]
    tables = {"pandas", "polars", "pyarrow", "duckdb"}
    return (
        isinstance(source, str | TableRead)
        or hasattr(source, "__fspath__")
        or library in tables
        or hasattr(source, "__arrow_c_stream__")
    )


def _table(listings: object) -> pa.Table:
    """Put the listings of an iterable into a table."""
    if isinstance(listings, Mapping | Listing) or not isinstance(listings, Iterable):
        kind = type(listings).__name__
        raise InputError(
            f"listings cannot be a {kind}; accepted: a path, a table (pandas, polars, pyarrow, "
            "DuckDB) or an iterable of Listing, mappings or (title, description[, shop]) tuples"
        )
    rows = [_row(place, item) for place, item in enumerate(listings)]
    return pa.table(
        {
            COLUMNS[name]: pa.array([row.get(name, "") for row in rows], pa.large_string())
            for name in COLUMNS
            if name != "id" or any("id" in row for row in rows)
        }
    )


def _row(place: int, item: object) -> dict[str, str]:
    """Return the texts of one listing, however it is given."""
    if isinstance(item, Listing):
        values: dict[str, Any] = {
            "title": item.title, "description": item.description, "seller": item.shop,
        }  # fmt: skip
    elif isinstance(item, Mapping):
        found = {
            name: find_column(field, item, required=field == "title", where=f"listings[{place}]")
            for name, field in COLUMNS.items()
        }
        values = {name: item[key] for name, key in found.items() if key is not None}
    elif isinstance(item, tuple | list) and 1 <= len(item) <= 3:
        values = dict(zip(("title", "description", "seller"), item, strict=False))
    else:
        raise InputError(
            f"listings[{place}] must be a Listing, a mapping or a tuple (title, description"
            f"[, shop]), not {type(item).__name__}"
        )
    return {name: _text(value, name, place) for name, value in values.items()}


def _text(value: object, name: str, place: int) -> str:
    if name in ("id", "date") and not isinstance(value, str) and value is not None:
        return str(value)
    try:
        return as_text(value, name)
    except InputError as error:
        raise InputError(f"listings[{place}]: {error}") from None
