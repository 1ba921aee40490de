"""Exports of annotation tools, read as tables of labelled listings.

Known are Label Studio (JSON, JSON-MIN, CSV), doccano (JSON, JSON Lines, CSV) and Prodigy (JSON
Lines, of ``db-out``). What was chosen for a listing becomes a column of the control's name, such as
``label`` or ``certainty``; what was marked in its text becomes ``spans``; who did it becomes
``annotator``, with a row for each. A tool that knows one text only has the title on its first line.

Marks are offsets in code points, as all three tools write them. Where a mark also quotes what it
marks, as in Label Studio, and older versions of it counted UTF-16, the quotation decides.
"""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from thriftwatch.domain import AGAINST, FIELDS
from thriftwatch.errors import TableError, listed
from thriftwatch.files import RejectedRow, TableRead
from thriftwatch.files.cells import infer_column, string_column
from thriftwatch.files.formats import check_source, display_name
from thriftwatch.listing import find_column, well_formed
from thriftwatch.training.labels import LABEL_SEPARATOR
from thriftwatch.training.spans import SPAN_SEPARATOR

__all__ = ["as_labelled", "read_json"]

# Words that speak against are none that decide for a 1.
_NOT_EVIDENCE = {AGAINST, "against"}
_TEXT = "text"
_Cells = dict[str, Any]


def read_json(path: str | os.PathLike[str], encoding: str | None) -> TableRead:
    """Read a JSON file that holds an array of objects; their numbers, from 1, count as lines.

    Raises
    ------
    TableError
        If it is something else.
    """
    check_source(path)
    name = display_name(path)
    try:
        text = Path(path).read_text("utf-8-sig" if encoding in {None, "utf-8"} else encoding)
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError(f"this is not JSON: {error}; export it again", path=name) from error
    if not rows or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TableError(
            "an array of objects is needed, as Label Studio and doccano export it; for other "
            "data use .jsonl, an object a line",
            path=name,
        )
    keys = dict.fromkeys(key for row in rows for key in row)
    columns = {well_formed(key): infer_column([row.get(key) for row in rows]) for key in keys}
    return TableRead(name, pa.table(columns), np.arange(1, len(rows) + 1))


def as_labelled(read: TableRead) -> TableRead:
    """Return what an annotation tool exported as a table of labelled listings.

    Parameters
    ----------
    read
        Any table.

    Returns
    -------
    TableRead
        The same, if it is not one of a known tool.

    Examples
    --------
    >>> table = pa.table({"text": ["Hoodie second"], "cats": [["ya"]],
    ...                   "entities": ['[[7, 13, "bekas"]]']})
    >>> found = as_labelled(TableRead("all.jsonl", table, np.array([1]))).table
    >>> found.select(["title", "label", "spans"]).to_pylist()
    [{'title': 'Hoodie second', 'label': 'ya', 'spans': 'second'}]
    """
    columns = set(read.table.column_names)
    tool = next((tool for knows, tool in _TOOLS if knows(columns)), None)
    if tool is None:
        return read
    rows: list[_Listing] = []
    lines: list[int] = []
    rejected = list(read.rejected)
    for line, row in zip(read.line_numbers.tolist(), read.table.to_pylist(), strict=True):
        try:
            found = list(tool(row))
        except (_DamagedError, AttributeError, KeyError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, _DamagedError) else "it is not as tools write it"
            raw = json.dumps(row, ensure_ascii=False, default=str)
            rejected.append(RejectedRow(read.file, line, why, raw))
            continue
        rows += found
        lines += [line] * len(found)
    if rejected and not rows:
        raise TableError(
            f"no row can be read as {tool.__name__.strip('_').replace('_', ' ')} writes them: "
            f"{rejected[0].reason}; export it again",
            path=read.file,
            line=rejected[0].line,
        )
    marks = dict.fromkeys(label for row in rows for label in row.marked)
    notes = [f"words marked as {listed(marks)} are taken as what decided"] if marks else []
    return replace(
        read,
        table=_table(rows, read.file),
        line_numbers=np.array(lines, np.int64),
        rejected=tuple(sorted(rejected, key=lambda row: row.line)),
        notes=(*read.notes, *notes),
    )


class _DamagedError(Exception):
    """A row says what cannot be."""


@dataclass(slots=True)
class _Listing:
    """What one annotator said of one listing."""

    cells: _Cells
    annotator: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    words: list[tuple[str, int, str]] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)

    def mark(self, mark: Mapping[str, Any], text_name: str = "") -> None:
        """Take the words of a mark, unless they speak against or stand in the shop's name."""
        labels = mark.get("labels") or [mark.get("label") or ""]
        labels = [str(label) for label in labels if str(label).casefold() not in _NOT_EVIDENCE]
        if not labels:
            return
        name, words = _marked_words(mark, self.cells, text_name)
        if name != "shop" and words.strip():
            self.words.append((name, int(mark["start"]), words))
            self.marked.update(filter(None, labels))

    def spans(self) -> str:
        """Return the marked words as labelled rows have them, in the order of the texts."""
        found: dict[str, None] = {}
        for name, _, words in sorted(self.words, key=lambda mark: (mark[0] != "title", *mark)):
            # A mark that reaches over the first line lies in the title and in the description.
            parts = words.split("\n", 1) if name == _TEXT else [words]
            found.update(dict.fromkeys(filter(None, map(str.strip, parts))))
        return SPAN_SEPARATOR.join(found)


def _label_studio(row: _Cells) -> Iterator[_Listing]:
    """Read a task of Label Studio's JSON, an annotation after the other."""
    data = {"id": row.get("id"), **_nested(row["data"])}
    given = _items(row.get("annotations")) + _items(row.get("completions"))
    done = [one for one in given if not one.get("was_cancelled")]
    for annotation in done:
        listing = _Listing(dict(data), _person(annotation.get("completed_by")))
        for result in annotation["result"]:
            value = result.get("value") or {}  # a relation between marks has none
            if value.get("choices"):
                listing.choices[result["from_name"]] = LABEL_SEPARATOR.join(value["choices"])
            elif value.get("labels"):
                listing.mark(value, result.get("to_name") or "")
        yield listing
    if not done:
        yield _Listing(dict(data))


def _label_studio_table(row: _Cells) -> Iterator[_Listing]:
    """Read a row of Label Studio's JSON-MIN or CSV: the controls are columns beside the data."""
    nested = {name: _nested(cell) for name, cell in row.items()}
    marks = {name: value for name, value in nested.items() if _is_marks(value)}
    choices = {
        name: LABEL_SEPARATOR.join(value["choices"])
        for name, value in nested.items()
        if isinstance(value, dict) and isinstance(value.get("choices"), list)
    }
    about = {"annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"}
    cells = {name: row[name] for name in row if name not in {*marks, *choices, *about}}
    listing = _Listing(cells, _person(nested.get("annotator")), choices)
    for name, every in marks.items():
        for mark in every:
            listing.mark(mark, next((text for text in FIELDS if text in name), ""))
    yield listing


def _doccano(row: _Cells) -> Iterator[_Listing]:
    """Read an example of doccano; labels are texts, marks are triples or objects."""
    cells = {name: row[name] for name in row if name not in {*_DOCCANO, "Comments", "relations"}}
    listing = _Listing(cells)
    said = [item for name in _DOCCANO for item in _items(row.get(name))]
    labels = [item for item in said if not isinstance(item, list | dict)]
    for item in said:
        if isinstance(item, list):
            start, end, label = item
            listing.mark({"start": start, "end": end, "label": label}, _TEXT)
        elif isinstance(item, dict) and item.get("start_offset") is not None:
            place = {"start": item["start_offset"], "end": item["end_offset"]}
            listing.mark({**place, "label": item["label"]}, _TEXT)
        elif isinstance(item, dict):
            labels.append(item["label"])
    if labels or not said:
        listing.choices["label"] = LABEL_SEPARATOR.join(map(str, labels))
    yield listing


def _prodigy(row: _Cells) -> Iterator[_Listing]:
    """Read an example of Prodigy: options that were accepted, or a label that was or was not."""
    about = {"accept", "answer", "options", "spans", "label", "tokens", "meta", "score", "priority"}
    cells = {name: row[name] for name in row if name not in about and not name.startswith("_")}
    listing = _Listing(cells, str(row.get("_annotator_id") or row.get("_session_id") or ""))
    answer, label, accepted = row["answer"], row.get("label"), row.get("accept")
    if accepted is not None:
        chosen = LABEL_SEPARATOR.join(map(str, _items(accepted)))
        listing.choices["label"] = chosen if answer == "accept" else ""
    elif label is not None:
        listing.choices["label"] = {"accept": label, "reject": f"not {label}"}.get(answer, "")
    for mark in _items(row.get("spans")) if answer == "accept" else ():
        listing.mark(mark, _TEXT)
    yield listing


_ANNOTATED = {"annotations", "completions", "predictions"}
_DOCCANO = ("label", "labels", "cats", "annotations", "entities")
_TOOLS: tuple[tuple[Callable[[set[str]], bool], Callable[[_Cells], Iterator[_Listing]]], ...] = (
    (lambda names: "data" in names and bool(_ANNOTATED & names), _label_studio),
    (lambda names: {"annotation_id", "annotator", "lead_time"} <= names, _label_studio_table),
    (lambda names: {_TEXT, "answer", "_task_hash"} <= names, _prodigy),
    (lambda names: _TEXT in names and bool({*_DOCCANO} & names) and _untitled(names), _doccano),
)


def _untitled(names: Collection[str]) -> bool:
    return find_column("title", names, required=False, where="") is None


def _nested(cell: Any) -> Any:
    """Return a nested value, which in CSV, and beside values of other kinds, stands as JSON."""
    if isinstance(cell, str) and cell[:1] in {"[", "{"}:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def _items(value: Any) -> list[Any]:
    value = _nested(value)
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def _is_marks(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, dict) and {"start", "end", "labels"} <= item.keys() for item in value
        )
    )


def _person(value: Any) -> str:
    """Name who annotated: Label Studio gives a number, or what it knows of a person."""
    if isinstance(value, dict):
        value = value.get("email") or value.get("username") or value.get("id")
    return "" if value is None else str(value)


def _marked_words(mark: Mapping[str, Any], cells: _Cells, text_name: str) -> tuple[str, str]:
    """Return the words that a mark marks, as they stand in the text, and which text it is."""
    start, end, quoted = int(mark["start"]), int(mark["end"]), mark.get("text")
    names = sorted(
        (name for name, value in cells.items() if isinstance(value, str)),
        key=lambda name: name != text_name,
    )
    if text_name in names and not quoted:
        names = names[:1]
    for name in names:
        text = cells[name]
        for words in (text[start:end], _of_utf_16(text, start, end)):
            if words and (not quoted or _spaced(words) == _spaced(str(quoted))):
                return name, words
        if quoted and str(quoted) in text:
            return name, str(quoted)
    raise _DamagedError(f"a mark from {start} to {end} lies in none of its texts")


def _of_utf_16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")


def _spaced(text: str) -> str:
    r"""Return a text with single blanks; browsers quote a line break as two characters, ``\n``."""
    return " ".join(text.replace("\\n", " ").split())


def _table(rows: list[_Listing], file: str) -> pa.Table:
    """Put listings into a table with the columns that labelled listings have."""
    chosen = list(dict.fromkeys(name for row in rows for name in row.choices))
    columns = dict.fromkeys([*(name for row in rows for name in row.cells), *chosen])
    found: dict[str, list[str]] = {
        name: [_cell(row.choices.get(name, row.cells.get(name))) for row in rows]
        for name in columns
    }
    if _untitled(columns) and _TEXT in found:
        # It goes on as title and description, and not also as itself: it would be read twice.
        split = [text.partition("\n") for text in found.pop(_TEXT)]
        found = {"title": [title.rstrip("\r") for title, _, _ in split], **found}
        rest = [description for _, _, description in split]
        if any(rest) and find_column("description", found, required=False, where=file) is None:
            found["description"] = rest
    if find_column("label", columns, required=False, where=file) is None and len(chosen) < 2:
        # The only choice there was, whatever its name; if there was none nothing is labelled yet.
        found["label"] = found[chosen[0]] if chosen else [""] * len(rows)
    if any(row.annotator for row in rows):
        found["annotator"] = [row.annotator for row in rows]
    if any(row.words for row in rows):
        found["spans"] = [row.spans() for row in rows]
    return pa.table({name: string_column(cells) for name, cells in found.items()})


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
