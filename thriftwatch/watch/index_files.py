"""An index as a folder: plain arrays, checksummed, mapped into memory, never pickle.

``index.json`` names the files of the index, their hashes and what they were read with; all others
are arrays, ``.npy`` files whose names begin with a hash of what they hold. A file is never changed:
a save writes new ones and then replaces ``index.json`` in one step. Who is killed before leaves the
old index, and who is reading keeps it.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from thriftwatch.errors import ModelError, shown
from thriftwatch.files import atomic_path, check_folder
from thriftwatch.watch.index_segment import Segment
from thriftwatch.watch.index_vocabulary import IndexVocabulary, Known
from thriftwatch.watch.listing_words import Words
from thriftwatch.watch.posts import COLUMNS

__all__ = ["FORMAT", "read_index", "write_index"]

FORMAT = 1
"""Another one where files or arrays mean something else."""

_HEADER = "index.json"
_HEADER_LIMIT = 1 << 24
_AGAIN = "index the listings again: thriftwatch reposts KNOWN NEW --save-index FOLDER"

_KINDS = {
    "word": np.int32, "starts": np.int64, "titled": np.int32, "number": np.int64,
    "bounds": np.int32, "holders": np.int32, "alive": np.bool_,
    "key": np.uint64, "count": np.float32, "goods": np.int32,
}  # fmt: skip
_KINDS |= {f"{name}-starts": np.int64 for name in COLUMNS}
_KINDS |= {f"{name}-text": np.uint8 for name in COLUMNS}
_VOCABULARY = ("key", "count", "goods")
_SEGMENT = tuple(name for name in _KINDS if name not in _VOCABULARY)

Arrays = dict[str, NDArray[Any]]


def write_index(
    folder: str | os.PathLike[str],
    segments: list[Segment],
    vocabulary: IndexVocabulary,
    header: Mapping[str, Any],
) -> None:
    """Write an index, all or nothing.

    Parameters
    ----------
    folder
        Where to write it; an older index there is replaced once the new one is whole.
    segments, vocabulary
        What it is made of.
    header
        What it was read with.

    Raises
    ------
    InputError
        If the folder holds anything that is not an index's, or cannot be written.
    """
    path = Path(folder)
    old = [entry.name for entry in path.iterdir()] if path.is_dir() else []
    check_folder(path, [name for name in old if _is_own(name)])
    path.mkdir(exist_ok=True)
    files: dict[str, dict[str, str]] = {}
    parts = [_segment_arrays(segment) for segment in segments]
    listed = [_write_arrays(path, arrays, files) for arrays in parts]
    known = {name: getattr(vocabulary.known, name) for name in _VOCABULARY}
    content = {
        **header,
        "format": FORMAT,
        "segments": listed,
        "vocabulary": _write_arrays(path, known, files),
        "files": files,
    }
    content["sha256"] = _fingerprint(content)
    with atomic_path(path / _HEADER) as part:
        part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name in old:
        # Whoever has them mapped keeps them; on Windows they stay until the next save.
        if name not in files and name != _HEADER:
            try:
                (path / name).unlink()
            except OSError:
                continue


def _is_own(name: str) -> bool:
    stem, _, kind = name.removesuffix(".npy").partition("-")
    hexadecimal = len(stem) == 16 and set(stem) <= set("0123456789abcdef")
    return (
        name == _HEADER
        or (name.endswith(".npy") and hexadecimal and kind in _KINDS)
        or (name.startswith(".") and name.endswith(".part"))
    )


def _write_arrays(path: Path, arrays: Arrays, files: dict[str, dict[str, str]]) -> dict[str, str]:
    """Write arrays that are not there yet; return the file of each."""
    names = {}
    for kind, array in arrays.items():
        plain: NDArray[Any] = np.ascontiguousarray(array, _KINDS[kind])
        digest = hashlib.sha256(f"{kind} {plain.shape}".encode())
        digest.update(plain.view(np.uint8).data)
        name = names[kind] = f"{digest.hexdigest()[:16]}-{kind}.npy"
        target = path / name
        if not target.exists():
            with atomic_path(target) as part, part.open("wb") as file:
                np.lib.format.write_array(file, plain, allow_pickle=False)
        files[name] = {"sha256": _hash_of(target)}
    return names


def _segment_arrays(segment: Segment) -> Arrays:
    words = segment.words
    arrays: Arrays = {
        "word": words.word, "starts": words.starts, "titled": words.titled,
        "number": segment.number, "bounds": segment.bounds, "holders": segment.holders,
        "alive": segment.alive,
    }  # fmt: skip
    for name in COLUMNS:
        column = segment.texts[name]
        _, offsets, text = column.buffers()
        starts = np.frombuffer(offsets, np.int64, len(column) + 1, 8 * column.offset)
        data = np.frombuffer(text or b"", np.uint8)[starts[0] : starts[-1]]
        arrays[f"{name}-starts"], arrays[f"{name}-text"] = starts - starts[0], data
    return arrays


def read_index(
    folder: str | os.PathLike[str], reading: Mapping[str, Any]
) -> tuple[list[Segment], IndexVocabulary, dict[str, Any]]:
    """Read and check an index; its arrays stay in their files and are mapped into memory.

    Parameters
    ----------
    folder
        The index.
    reading
        What listings are read with now; the index must say the same.

    Raises
    ------
    ModelError
        If it is missing, damaged, too new, or was read with another vocabulary.
    """
    path = Path(folder)
    try:
        return _read(path, reading)
    except FileNotFoundError:
        pass
    try:  # another process may have saved it meanwhile
        return _read(path, reading)
    except FileNotFoundError as error:
        raise _refused(Path(error.filename), "a file of the index is missing") from None


def _read(
    path: Path, reading: Mapping[str, Any]
) -> tuple[list[Segment], IndexVocabulary, dict[str, Any]]:
    header = _read_header(path)
    for name, value in reading.items():
        if header.get(name) != value:
            raise _refused(
                path,
                f"its listings were read with another model ({shown(header.get('model'))})",
                f"load it with that model, or {_AGAIN}",
            )
    try:
        parts = [
            {kind: _map(path / names[kind], kind, header["files"]) for kind in _SEGMENT}
            for names in header["segments"]
        ]
        names = header["vocabulary"]
        known = Known(*(_map(path / names[kind], kind, header["files"]) for kind in _VOCABULARY))
    except (KeyError, TypeError, AttributeError):
        raise _refused(path / _HEADER, "it does not name the files of an index") from None
    return [_segment(path, part) for part in parts], IndexVocabulary(known), header


def _read_header(path: Path) -> dict[str, Any]:
    file = path / _HEADER
    if not file.is_file():
        raise _refused(path, f"not an index: there is no {_HEADER} in it")
    content = file.read_bytes()[: _HEADER_LIMIT + 1]
    try:
        header = json.loads(content)
        number = header["format"]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise _refused(file, "not the header of an index") from None
    if type(number) is not int or number > FORMAT:
        step = "upgrade thriftwatch (pip install -U thriftwatch)"
        raise _refused(file, f"index format {shown(number)}, this version reads {FORMAT}", step)
    if header.get("sha256") != _fingerprint(header):
        raise _refused(file, "changed since it was written")
    found: dict[str, Any] = header
    return found


def _map(path: Path, kind: str, files: Mapping[str, Mapping[str, str]]) -> NDArray[Any]:
    """Map an array whose hash the header holds."""
    if path.is_symlink() or _hash_of(path) != files[path.name]["sha256"]:
        raise _refused(path, "changed since it was written")
    try:
        empty = np.load(path, allow_pickle=False) if path.stat().st_size < 256 else None
        array = np.load(path, mmap_mode="r", allow_pickle=False) if empty is None else empty
    except ValueError:
        raise _refused(path, "not an array of an index") from None
    if array.dtype != _KINDS[kind] or array.ndim != 1:
        raise _refused(path, "not an array of an index")
    found: NDArray[Any] = array
    return found


def _segment(path: Path, arrays: Arrays) -> Segment:
    """Put the arrays of a segment together, if they belong together."""
    rows, words = len(arrays["alive"]), len(arrays["word"])
    ends = {
        "starts": words,
        "bounds": len(arrays["holders"]),
        **{f"{name}-starts": len(arrays[f"{name}-text"]) for name in COLUMNS},
    }
    fits = len(arrays["holders"]) == words and all(
        len(arrays[name]) == rows for name in ("titled", "number")
    )
    for name, end in ends.items():
        places = arrays[name]
        rows_of = rows + 1 if name != "bounds" else len(places)
        fits = fits and len(places) == rows_of > 0 and places[0] == 0 and places[-1] == end
    if not fits:
        raise _refused(path, "its arrays do not belong together")
    texts = {
        name: pa.LargeStringArray.from_buffers(
            rows, pa.py_buffer(arrays[f"{name}-starts"]), pa.py_buffer(arrays[f"{name}-text"])
        )
        for name in COLUMNS
    }
    read = Words(arrays["word"], arrays["starts"], arrays["titled"])
    return Segment(
        read, texts, arrays["number"], arrays["bounds"], arrays["holders"], arrays["alive"]
    )


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprint(header: Mapping[str, Any]) -> str:
    """Hash a header without its own hash."""
    content = {key: value for key, value in header.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _refused(path: Path, problem: str, step: str = _AGAIN) -> ModelError:
    name = str(path)
    return ModelError(f"{name if name.isprintable() else ascii(name)}: {problem}; {step}")
