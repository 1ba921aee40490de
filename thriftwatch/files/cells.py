"""Between Python values, Arrow columns and text, without guessing and without losing any."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any

import pyarrow as pa

from thriftwatch.listing import well_formed

__all__ = [
    "MIXED",
    "as_number",
    "concat_tables",
    "infer_column",
    "json_line",
    "keep_pandas_out",
    "plain_text",
    "string_column",
    "to_text",
]


class _MixedScalar(pa.ExtensionScalar):  # type: ignore[misc]
    def as_py(self, **options: Any) -> Any:
        stored = self.value
        return None if stored is None else json.loads(stored.as_py())


class _MixedType(pa.ExtensionType):  # type: ignore[misc]
    """A column of values of several types, each kept as JSON: ``3``, ``2.5``, ``"A-7"``."""

    def __init__(self) -> None:
        super().__init__(pa.string(), "thriftwatch.mixed")

    def __hash__(self) -> int:
        return hash(self.extension_name)

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: pa.DataType, serialized: bytes) -> "_MixedType":
        return cls()

    def __arrow_ext_scalar_class__(self) -> type[_MixedScalar]:
        return _MixedScalar


MIXED = _MixedType()
"""The type of a column whose values are of several types: each stays as it was written."""


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
    """Make a column of the values' own type, or of `MIXED` values if they are of several.

    Text is never read as anything else, and a whole number never becomes one with a fraction.

    Examples
    --------
    >>> infer_column([1, None]).type, infer_column([1, "5rb", 2.5]).to_pylist()
    (DataType(int64), [1, '5rb', 2.5])
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {str}:
        return string_column(values)
    if len(kinds) <= 1:
        try:
            return pa.array(values)
        except (pa.ArrowException, OverflowError, UnicodeEncodeError, TypeError):
            pass
    return _mixed(values)


def _mixed(values: Iterable[Any]) -> pa.Array:
    texts = [
        None if v is None else json.dumps(_finite(v), ensure_ascii=False, default=plain_text)
        for v in values
    ]
    return pa.ExtensionArray.from_storage(MIXED, string_column(texts))


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
    if not pa.types.is_nested(column.type) and column.type != MIXED:
        try:
            return column.cast(pa.string())
        except pa.ArrowException:
            pass
    texts = [None if v is None else plain_text(v) for v in column.to_pylist()]
    return pa.chunked_array([string_column(texts)], pa.string())


def concat_tables(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables below one another; the columns are those of all, in order of appearance.

    A column that one of them lacks is null there; one whose types differ becomes `MIXED`, or text
    where JSON has no word for a type.

    Examples
    --------
    >>> concat_tables([pa.table({"a": [1]}), pa.table({"a": ["x"], "b": [2]})]).to_pydict()
    {'a': [1, 'x'], 'b': [None, 2]}
    """
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for field in table.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    differing = {
        name: types for name, types in kinds.items() if len(types) > 1 and types - {pa.null()}
    }
    united = {
        name: _as_mixed if all(map(_is_json, types)) else to_text
        for name, types in differing.items()
        if len(types - {pa.null()}) > 1 or MIXED in types
    }
    return pa.concat_tables([_united(table, united) for table in tables], promote_options="default")


def _united(
    table: pa.Table, united: Mapping[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]]
) -> pa.Table:
    for name in set(united) & set(table.column_names):
        place = table.column_names.index(name)
        table = table.set_column(place, name, united[name](table.column(place)))
    return table


def _is_json(kind: pa.DataType) -> bool:
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_string)
    nested = (pa.types.is_null, pa.types.is_nested)
    return kind == MIXED or any(holds(kind) for holds in (*plain, *nested))


def _as_mixed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if column.type == MIXED:
        return column
    return pa.chunked_array([_mixed(column.to_pylist())], MIXED)


def as_number(text: str) -> float:
    """Read a number that was written with a decimal point or, as in Indonesia, a comma.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> as_number("0,97"), as_number("0.97")
    (0.97, 0.97)
    """
    return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)


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


def plain_text(value: Any) -> str:
    """Write a value as one would write it in a cell: numbers as JSON, days without a time.

    Examples
    --------
    >>> plain_text(501), plain_text(True), plain_text(datetime(2026, 11, 3))
    ('501', 'true', '2026-11-03')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple | bool | int | float):
        return json.dumps(_finite(value), ensure_ascii=False, default=str)
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    return str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
