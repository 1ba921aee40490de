"""Between Python values, Arrow columns and text, without guessing and without losing any."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from thriftwatch.listing import well_formed

__all__ = [
    "concat_tables",
    "infer_column",
    "json_line",
    "keep_pandas_out",
    "string_column",
    "to_text",
]


def keep_pandas_out() -> None:
    """Let pyarrow find out now, without importing it, that pandas is not in use in this process.

    For processes of our own, which give it no pandas objects. pyarrow imports pandas at the first
    value it is given, to ask whether it is one of them: as long as to score ten thousand listings.
    Where pandas is needed after all (`to_pandas`) it is imported then.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.scalar("")
    finally:
        sys.meta_path.remove(_NoPandas)


class _NoPandas:
    """What finds modules for an import, and says of pandas that there is none."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def string_column(values: Sequence[str | None]) -> pa.Array:
    """Make a column of strings; lone surrogates, which Arrow cannot hold, become U+FFFD.

    Examples
    --------
    >>> string_column(["007", "nan"]).to_pylist()
    ['007', 'nan']
    """
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([v if v is None else well_formed(v) for v in values], pa.string())


def infer_column(values: Sequence[Any]) -> pa.Array:
    """Make a column of the values' own type, or of text if they are of several.

    Text is never read as anything else. Of mixed values the texts stay as they are and the
    others are written as JSON.

    Examples
    --------
    >>> infer_column([1, None]).type, infer_column([1, "5rb"]).to_pylist()
    (DataType(int64), ['1', '5rb'])
    """
    # pyarrow makes 1.0 of 1 beside 2.5, and a large enough integer would lose digits by it.
    kinds = {type(value) for value in values if value is not None}
    if kinds == {str}:
        return string_column(values)
    if kinds != {int, float}:
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError):
            pass
    elif all(abs(value) <= 2**53 for value in values if isinstance(value, int)):
        return pa.array(values, pa.float64())
    return string_column([_text(value) for value in values])


def to_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write a column of any type as strings; nulls stay null.

    Lists, records and maps are written as JSON.

    Examples
    --------
    >>> to_text(pa.chunked_array([[["a", "b"], []]])).to_pylist()
    ['["a", "b"]', '[]']
    """
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_dictionary(column.type):
        return to_text(column.cast(column.type.value_type))
    if not pa.types.is_nested(column.type):
        try:
            return column.cast(pa.string())
        except pa.ArrowException:
            pass
    return pa.chunked_array([string_column([_text(v) for v in column.to_pylist()])], pa.string())


def concat_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables below one another; the columns are those of all, in order of appearance.

    A column that one of them lacks is null there; one whose types differ becomes text.

    Examples
    --------
    >>> concat_tables([pa.table({"a": [1]}), pa.table({"a": ["x"], "b": [2]})]).to_pydict()
    {'a': ['1', 'x'], 'b': [None, 2]}
    """
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for field in table.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    mixed = {name for name, types in kinds.items() if len(types - {pa.null()}) > 1}
    return pa.concat_tables(
        [_with_text(table, mixed) for table in tables], promote_options="default"
    )


def json_line(row: dict[str, Any]) -> str:
    """Write a row as one line of JSON; what JSON has no word for is written as text.

    Examples
    --------
    >>> json_line({"judul": "Kaos", "harga": float("nan")})
    '{"judul": "Kaos", "harga": null}'
    """
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(row), ensure_ascii=False, default=str)


def _with_text(table: pa.Table, names: Iterable[str]) -> pa.Table:
    for name in set(names) & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, to_text(table.column(place)))
    return table


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple | bool | int | float):
        return json.dumps(_finite(value), ensure_ascii=False, default=str)
    return str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
