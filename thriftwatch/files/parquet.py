"""Read and write Parquet."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from thriftwatch.errors import TableError
from thriftwatch.files.batch import Layout, TableRead
from thriftwatch.files.cells import MIXED, to_text
from thriftwatch.files.header import check_width, distinct_names
from thriftwatch.frames import well_formed_strings

__all__ = ["read_parquet", "write_parquet"]


def read_parquet(path: str | os.PathLike[str], rows: int) -> Iterator[TableRead]:
    """Read a Parquet file in batches; columns keep their types.

    Raises
    ------
    TableError
        If the file is not Parquet, or is damaged.
    """
    # Imported when needed: a program that reads CSV does not pay for it.
    import pyarrow.parquet as pq

    name = os.fspath(path)
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            check_width(len(schema.names), name)
            names, renamed = distinct_names(schema.names)
            layout = Layout(renamed=renamed)
            start = 1
            for batch in file.iter_batches(batch_size=rows):
                numbers = np.arange(start, start + batch.num_rows, dtype=np.int64)
                table = _well_formed(pa.Table.from_batches([batch])).rename_columns(names)
                yield TableRead(name, table, numbers, layout=layout)
                start += batch.num_rows
            if start == 1:
                empty = schema.empty_table().rename_columns(names)
                yield TableRead(name, empty, np.array([], dtype=np.int64), layout=layout)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise TableError(
            f"this cannot be read as Parquet ({reason}); is it another format under this name?",
            path=path,
        ) from error


def _well_formed(table: pa.Table) -> pa.Table:
    for place, kind in enumerate(table.schema.types):
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            column = well_formed_strings(table.column(place))
            table = table.set_column(place, table.field(place), column)
    return table


def write_parquet(tables: Iterator[pa.Table], path: Path, name: str) -> None:
    """Write tables of the same columns below one another, with the types of the first.

    Parameters
    ----------
    tables
        At least one.
    path
        Where to write.
    name
        The file in messages; `path` is often a temporary one.

    Raises
    ------
    TableError
        If a later table has a value that the type of the first does not hold.
    """
    import pyarrow.parquet as pq

    first = next(tables)
    # A column that is empty in the first table may hold anything later; text takes it.
    schema = pa.schema(
        [
            f.with_type(pa.string()) if pa.types.is_null(f.type) or _needs_text(f.type) else f
            for f in first.schema
        ]
    )
    with pq.ParquetWriter(path, schema) as writer:
        writer.write_table(_cast(first, schema, name))
        for table in tables:
            writer.write_table(_cast(table, schema, name))


def _needs_text(kind: pa.DataType) -> bool:
    """Tell whether Parquet has no type for a column, so that it is written as text."""
    return kind == MIXED or _is_hollow(kind)


def _is_hollow(kind: pa.DataType) -> bool:
    """Tell whether a type has records without fields in it, which Parquet cannot hold."""
    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return True
    return any(_is_hollow(kind.field(place).type) for place in range(kind.num_fields))


def _cast(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    columns = []
    for field in schema:
        column = table.column(field.name)
        if _needs_text(column.type):
            column = to_text(column)
        try:
            columns.append(column.cast(field.type))
        except pa.ArrowException as error:
            raise TableError(
                f"it begins as {field.type} and goes on as {table.schema.field(field.name).type}, "
                "which Parquet does not hold in one column; write to .csv or .jsonl",
                path=name,
                column=field.name,
            ) from error
    return pa.table(columns, schema=schema)
