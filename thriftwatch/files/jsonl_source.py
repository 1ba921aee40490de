"""Read JSON Lines: an object a line, and a line that is not one is set aside."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from thriftwatch.errors import shown
from thriftwatch.files.batch import Layout, RejectedRow, TableRead
from thriftwatch.files.cells import infer_column
from thriftwatch.files.header import check_width
from thriftwatch.files.lines import Lines, open_lines
from thriftwatch.listing import well_formed

__all__ = ["read_json_lines"]

_MAX_BATCH = 64 * 2**20
# What comes later walks through a value by calling itself, with the program's own calls below it,
# and Parquet, which needs two levels for a list, is not read beyond a hundred.
_MAX_DEPTH = 32
_TOO_DEEP = f"the JSON is nested too deep; at most {_MAX_DEPTH} levels are read"


def read_json_lines(
    path: str | os.PathLike[str], rows: int, *, encoding: str | None
) -> Iterator[TableRead]:
    """Read JSON Lines in batches.

    Parameters
    ----------
    path
        The file.
    rows
        Rows in a batch; fewer when they are very long.
    encoding
        Encoding of the file; None finds it.

    Yields
    ------
    TableRead
        At least one. Its columns are the keys met so far, in order of appearance; a key that a
        row lacks is null. Numbers, lists and objects keep their type, unless a column mixes
        them with text: see `infer_column`.

    Raises
    ------
    TableError
        If the file cannot be read at all.
    """
    with open_lines(path, encoding) as lines:
        keys: dict[str, None] = {}
        more = True
        while more:
            read, more = _batch(lines, rows, keys)
            yield read


def _batch(lines: Lines, rows: int, keys: dict[str, None]) -> tuple[TableRead, bool]:
    """Read up to `rows` rows, and tell whether there may be more; `keys` grows."""
    good: list[dict[str, Any]] = []
    starts: list[int] = []
    rejected: list[RejectedRow] = []
    size = 0
    more = False
    for line in lines:
        size += len(line)
        row, flaw = (None, lines.flaw) if lines.flaw else _parse(line)
        if flaw is not None:
            rejected.append(RejectedRow(lines.name, lines.start, flaw, line.rstrip("\r\n")))
        elif row is not None:
            keys.update(dict.fromkeys(row))
            good.append(row)
            starts.append(lines.start)
        lines.done()
        if len(good) >= rows or size >= _MAX_BATCH:
            more = True
            break
    check_width(len(keys), lines.name)
    columns = {key: infer_column([row.get(key) for row in good]) for key in keys}
    encoding = lines.encoding
    layout = Layout(encoding.name, notes=() if encoding.note is None else (encoding.note,))
    numbers = np.array(starts, dtype=np.int64)
    return TableRead(lines.name, pa.table(columns), numbers, tuple(rejected), layout), more


def _parse(line: str) -> tuple[dict[str, Any] | None, str | None]:
    """Parse a line: its object, or why it has none; neither where the line is blank."""
    if not line.strip():
        return None, None
    try:
        row = _decode(line)
    except RecursionError:
        return None, _TOO_DEEP
    except json.JSONDecodeError as error:
        return None, f"this is not JSON: {error.msg} at character {error.colno}"
    except ValueError as error:
        return None, f"this cannot be read as JSON: {error}"
    if not isinstance(row, dict):
        return None, f"a JSON object is needed, this is {_JSON_NAMES[type(row)]}"
    # Only an escape can bring half of a surrogate pair into JSON that was decoded from UTF-8.
    return (_mended(row) if "\\ud" in line or "\\uD" in line else row), None


_JSON_NAMES = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):  # the standard decoder would keep the last and drop the others
        double = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise ValueError(f"the key {shown(double)} occurs twice")
    return row


# Made once: the shortcut json.loads makes one for every line, which takes as long as decoding.
_DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_unique)


def _decode(line: str) -> Any:
    """Decode a line; what is nested too deep raises what the decoder raises where it gives up."""
    value = _DECODER.decode(line)
    # Counting the brackets is quick, and few rows have more of them than they may have levels.
    if line.count("[") + line.count("{") > _MAX_DEPTH and _is_deep(value):
        raise RecursionError
    return value


def _is_deep(value: Any) -> bool:
    """Tell whether lists and objects stand in one another deeper than they may."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        held = (each.values() if isinstance(each, dict) else each for each in level)
        level = [item for items in held for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {well_formed(key): _mended(item) for key, item in value.items()}
    return value
