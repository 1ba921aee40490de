"""Tables in memory, of whichever library: read columns of text, append columns, keep the kind."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import pyarrow as pa

from thriftwatch.errors import InputError, TableError
from thriftwatch.listing import as_text, is_missing

__all__ = ["Frame", "as_frame", "extended_reader", "is_reader", "well_formed_strings"]


_SAMPLE = 500


class Frame(Protocol):
    """A table of some library, seen as named columns.

    Attributes
    ----------
    kind
        What to call it in messages.
    names
        Its columns, as text.
    num_rows
        How many rows it has.
    """

    kind: str
    names: list[str]
    num_rows: int

    def text(
        self, column: str, set_aside: "dict[int, str] | None" = None
    ) -> "pa.Array | pa.ChunkedArray":
        """Return a column as strings; missing values are empty text.

        Parameters
        ----------
        column
            Its name.
        set_aside
            Takes rows that are not text, counted from 0, and why; without it such a row is an
            error.

        Raises
        ------
        TableError
            If the column holds something else; names the column, its type and, where types are
            mixed, the first row that is not text.
        """

    def sample(self, column: str) -> list[str]:
        """Return the first values of a column as text, to see what it holds."""

    def values(self, column: str) -> "pa.Array | pa.ChunkedArray":
        """Return a column as it is."""

    def extended(self, columns: Mapping[str, pa.Array]) -> Any:
        """Return a table of the same kind with more columns; this one stays as it is.

        A column of the same name is replaced where it stands.
        """

    def replaced(self, table: pa.Table) -> Any:
        """Return another table as the same kind of table."""


def as_frame(table: object) -> Frame | None:
    """See a table as a `Frame`; None if it is no table.

    Parameters
    ----------
    table
        A pandas or polars data frame, a pyarrow table or record batch, a DuckDB relation, or
        anything that speaks the Arrow C stream interface.

    Raises
    ------
    InputError
        If it is something close to a table that has to be turned into one first.

    Examples
    --------
    >>> frame = as_frame(pa.table({"judul": ["Kaos", None]}))
    >>> frame.text("judul").to_pylist()
    ['Kaos', '']
    >>> as_frame(["Kaos"]) is None
    True
    """
    # Told by the libraries that are loaded: an object of a library that is not cannot exist.
    loaded = sys.modules
    if "pandas" in loaded and isinstance(table, loaded["pandas"].DataFrame):
        return _PandasFrame(table)
    if "polars" in loaded:
        if isinstance(table, loaded["polars"].LazyFrame):
            raise InputError("a polars LazyFrame has no rows yet; pass frame.collect()")
        if isinstance(table, loaded["polars"].DataFrame):
            return _PolarsFrame(table)
    if "duckdb" in loaded and isinstance(table, loaded["duckdb"].DuckDBPyRelation):
        return _DuckFrame(table)
    if isinstance(table, pa.Table | pa.RecordBatch):
        return _ArrowFrame(table)
    if hasattr(table, "__arrow_c_stream__"):
        return _ArrowFrame(_from_stream(table), type(table).__name__)
    return None


def is_reader(table: object) -> bool:
    """Tell whether a table is a `pyarrow.RecordBatchReader`, which is read once and in pieces."""
    return isinstance(table, pa.RecordBatchReader)


def extended_reader(
    reader: pa.RecordBatchReader, new_columns: Callable[[Frame], Mapping[str, pa.Array]]
) -> pa.RecordBatchReader:
    """Return a reader that appends columns to each batch as it is read.

    Parameters
    ----------
    reader
        It is used up by reading the result.
    new_columns
        Makes the columns of a batch; called once with an empty one, to learn their types.
    """

    def extended(batch: pa.RecordBatch) -> pa.RecordBatch:
        frame = _ArrowFrame(batch)
        return frame.extended(new_columns(frame))

    empty = pa.RecordBatch.from_arrays(
        [pa.array([], field.type) for field in reader.schema], schema=reader.schema
    )
    return pa.RecordBatchReader.from_batches(extended(empty).schema, map(extended, reader))


class _ArrowFrame:
    def __init__(self, table: "pa.Table | pa.RecordBatch", kind: str = "") -> None:
        self.kind = kind or f"pyarrow {type(table).__name__}"
        self.names: list[str] = table.schema.names
        self.num_rows: int = table.num_rows
        self._table = table

    def text(
        self, column: str, set_aside: dict[int, str] | None = None
    ) -> "pa.Array | pa.ChunkedArray":
        return _strings(self.values(column), self.kind, column)

    def values(self, column: str) -> "pa.Array | pa.ChunkedArray":
        return self._table.column(_place(self, column))

    def sample(self, column: str) -> list[str]:
        values = self._table.column(self.names.index(column)).slice(0, _SAMPLE)
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            values = well_formed_strings(values)
        return _as_sample(values.to_pylist())

    def extended(self, columns: Mapping[str, pa.Array]) -> Any:
        table = self._table
        for name, values in columns.items():
            if name in self.names:
                table = table.set_column(self.names.index(name), name, values)
            else:
                table = table.append_column(name, values)
        return table

    def replaced(self, table: pa.Table) -> Any:
        return table


class _DuckFrame(_ArrowFrame):
    def __init__(self, relation: Any) -> None:
        super().__init__(_from_stream(relation), "DuckDB relation")
        self._relation = relation

    def extended(self, columns: Mapping[str, pa.Array]) -> Any:
        return self.replaced(super().extended(columns))

    def replaced(self, table: pa.Table) -> Any:
        # DuckDB finds the table by the name of this variable, one that nobody's table has, and
        # the result stays on the connection of the relation.
        thriftwatch_table = table  # noqa: F841
        return self._relation.query("thriftwatch_given", "SELECT * FROM thriftwatch_table")


class _PandasFrame:
    def __init__(self, frame: Any) -> None:
        self.kind = "pandas DataFrame"
        self.names = [str(name) for name in frame.columns]
        self.num_rows = len(frame)
        self._frame = frame

    def text(
        self, column: str, set_aside: dict[int, str] | None = None
    ) -> "pa.Array | pa.ChunkedArray":
        series = self._frame.iloc[:, _place(self, column)]
        try:
            values = pa.array(series, from_pandas=True)
        except (pa.ArrowException, UnicodeEncodeError):
            values = pa.array(_texts(series, self.kind, column, set_aside), pa.large_string())
        return _strings(values, self.kind, column)

    def sample(self, column: str) -> list[str]:
        return _as_sample(self._frame.iloc[:_SAMPLE, self.names.index(column)])

    def values(self, column: str) -> "pa.Array | pa.ChunkedArray":
        return pa.array(self._frame.iloc[:, _place(self, column)], from_pandas=True)

    def replaced(self, table: pa.Table) -> Any:
        return table.to_pandas()

    def extended(self, columns: Mapping[str, pa.Array]) -> Any:
        # Without an index of their own, so that the rows are not matched by it.
        return self._frame.assign(
            **{name: self._values(values) for name, values in columns.items()}
        )

    @staticmethod
    def _values(values: pa.Array) -> Any:
        if pa.types.is_floating(values.type):
            return values.to_numpy(zero_copy_only=False)
        # Named, as an empty column would have another type than one with rows.
        kind = "str" if pa.types.is_string(values.type) else object
        return sys.modules["pandas"].array(values.to_pylist(), dtype=kind)


class _PolarsFrame:
    def __init__(self, frame: Any) -> None:
        self.kind = "polars DataFrame"
        self.names: list[str] = frame.columns
        self.num_rows: int = frame.height
        self._frame = frame

    def text(
        self, column: str, set_aside: dict[int, str] | None = None
    ) -> "pa.Array | pa.ChunkedArray":
        series = self._frame.get_column(column)
        if isinstance(series.dtype, sys.modules["polars"].Object):
            values = pa.array(_texts(series, self.kind, column, set_aside), pa.large_string())
        else:
            values = series.to_arrow()
        return _strings(values, self.kind, column)

    def sample(self, column: str) -> list[str]:
        return _as_sample(self._frame.get_column(column).head(_SAMPLE))

    def values(self, column: str) -> "pa.Array | pa.ChunkedArray":
        return self._frame.get_column(column).to_arrow()

    def replaced(self, table: pa.Table) -> Any:
        return sys.modules["polars"].from_arrow(table)

    def extended(self, columns: Mapping[str, pa.Array]) -> Any:
        from_arrow = sys.modules["polars"].from_arrow
        return self._frame.with_columns(
            [from_arrow(values).alias(name) for name, values in columns.items()]
        )


def _from_stream(source: object) -> pa.Table:
    try:
        return pa.table(source)
    except pa.ArrowInvalid as error:
        if "non-struct" not in str(error):
            raise
        kind = type(source).__name__
        raise InputError(
            f"a {kind} is one column, a table is needed; "
            'pass a table with that column as "title", for example frame[["title"]]'
        ) from None


def _place(frame: Frame, column: str) -> int:
    if frame.names.count(column) > 1:
        problem = "several columns have this name; rename all but one"
        raise TableError(problem, path=frame.kind, column=column)
    return frame.names.index(column)


def _strings(
    values: "pa.Array | pa.ChunkedArray", kind: str, column: str
) -> "pa.Array | pa.ChunkedArray":
    if isinstance(values.type, pa.BaseExtensionType):  # from a file that mixes numbers and text
        from thriftwatch.files.cells import MIXED, to_text

        if values.type == MIXED:
            chunks = [values] if isinstance(values, pa.Array) else values.chunks
            values = to_text(pa.chunked_array(chunks, MIXED))
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if values.null_count == len(values) or pa.types.is_null(values.type):
        # A column without a single value has whatever type its library gives it.
        return pa.array([""] * len(values), pa.large_string())
    if pa.types.is_string_view(values.type):
        values = values.cast(pa.large_string())
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        raise TableError(
            f"text is needed, this column holds {values.type}; "
            "convert it to text first or name another column",
            path=kind,
            column=column,
        )
    return well_formed_strings(values.fill_null("") if values.null_count else values)


def well_formed_strings(values: "pa.Array | pa.ChunkedArray") -> "pa.Array | pa.ChunkedArray":
    r"""Replace bytes that are not UTF-8 by U+FFFD: neither Arrow nor Parquet looks at them.

    Examples
    --------
    >>> column = pa.array([b"kaos \xff", None], pa.binary()).view(pa.string())
    >>> well_formed_strings(column).to_pylist() == ["kaos \ufffd", None]
    True
    """
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        every = values.cast(pa.large_binary()).to_pylist()
        texts = [one if one is None else one.decode("utf-8", "replace") for one in every]
        return pa.array(texts, values.type)
    return values


def _texts(
    values: Iterable[object], kind: str, column: str, set_aside: dict[int, str] | None
) -> list[str]:
    texts: list[str] = []
    for row, value in enumerate(values):
        try:
            texts.append(as_text(value, "this"))
        except InputError as error:
            told = TableError(str(error), path=kind, row=row + 1, column=column)
            if set_aside is None:
                raise told from None
            set_aside.setdefault(row, str(told))
            texts.append("")
    return texts


def _as_sample(values: Iterable[object]) -> list[str]:
    return [
        value if isinstance(value, str) else "" if is_missing(value) else str(value)
        for value in values
    ]
