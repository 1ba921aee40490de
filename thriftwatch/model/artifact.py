"""A model folder: read, check, write. Never pickle.

A folder holds ``model.json`` (the header: names, thresholds, figures, checksums), ``weights.npz``
(plain arrays, read with ``allow_pickle=False``) and ``CARD.md`` (the same for people). A folder
is hostile until its checks have passed: names, declared sizes, shapes and checksums come first.
"""

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, OUTPUTS, POLICIES
from thriftwatch.errors import ModelError
from thriftwatch.model.card import write_card
from thriftwatch.model.model import Interaction, Model, Tables
from thriftwatch.text.lexicon import lexicon_digest

__all__ = ["FILES", "load_model", "save_model", "seal"]

HEADER, WEIGHTS, CARD = FILES = ("model.json", "weights.npz", "CARD.md")
FORMAT = 3
"""Another one where files, arrays or the rows of `thriftwatch.text.hashing` mean something else."""
BUNDLED = "thriftwatch-id"

_HEADER_LIMIT = 1 << 20
_WEIGHTS_LIMIT = 1 << 29
_EXPONENT = 0x7C00  # of a number in half precision
_HALF, _SINGLE, _DOUBLE = np.dtype("<f2"), np.dtype("<f4"), np.dtype("<f8")
_TABLES: dict[str, tuple[np.dtype[Any], int]] = {
    "word_idf": (_HALF, 1),
    "word_weights": (_HALF, 2),
    "gram_idf": (_HALF, 1),
    "gram_weights": (_HALF, 2),
    "signal_weights": (_HALF, 2),
    "bias": (_SINGLE, 1),
}
_INTERACTION: dict[str, tuple[np.dtype[Any], int]] = {
    "bias": (_DOUBLE, 1),
    "linear": (_DOUBLE, 2),
    "pairs": (_DOUBLE, 3),
    "undecided": (_DOUBLE, 2),
}
_ARRAYS = _TABLES | {f"interaction_{name}": kind for name, kind in _INTERACTION.items()}
_UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile and numpy raise on bytes that are no archive of arrays."""
_RETRAIN = "get it again, or train it again: thriftwatch train LABELLED.csv -o FOLDER"

Arrays = dict[str, NDArray[Any]]


def load_model(path: str | os.PathLike[str] | None = None) -> Model:
    """Load a model.

    Parameters
    ----------
    path
        A model folder; None is the model that comes with the package.

    Returns
    -------
    Model
        The same object for the same unchanged folder: loading again costs nothing.

    Raises
    ------
    ModelError
        If the folder is missing, damaged, too new, or not a model.

    Examples
    --------
    >>> load_model() is load_model()
    True
    """
    return _load_bundled() if path is None else _load_folder(Path(path))


@cache
def _load_bundled() -> Model:
    return _load_folder(_bundled())


def _load_folder(folder: Path) -> Model:
    try:
        stamp = tuple((folder / name).stat().st_mtime_ns for name in (HEADER, WEIGHTS))
    except (OSError, ValueError):  # ValueError: a path with a NUL
        raise _not_a_model(folder) from None
    return _load(folder.resolve(), stamp)


def _bundled() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "_models" / BUNDLED
    return installed if installed.is_dir() else package.parent / "models" / BUNDLED


def _refused(path: Path, problem: str, step: str = _RETRAIN) -> ModelError:
    name = str(path)
    return ModelError(f"{name if name.isprintable() else ascii(name)}: {problem}; {step}")


def _not_a_model(folder: Path) -> ModelError:
    try:
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except OSError:  # a name that is too long
        is_file = is_folder = False
    if is_file:
        return _refused(
            folder,
            f"a model is a folder with {HEADER} and {WEIGHTS}, and this is a file",
            "pickled models (.pkl, .joblib) are never loaded: train again with thriftwatch train",
        )
    if not is_folder:
        step = "train one: thriftwatch train LABELLED.csv -o FOLDER"
        return _refused(folder, "no such model folder", step)
    return _refused(folder, f"not a model folder: {HEADER} or {WEIGHTS} is missing")


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: tuple[int, ...]) -> Model:
    header = _read_header(folder / HEADER)
    path = folder / WEIGHTS
    content = _read_limited(path, _WEIGHTS_LIMIT)
    if hashlib.sha256(content).hexdigest() != header["files"][WEIGHTS]:
        raise _refused(path, "changed since it was written")
    return _assemble(folder, header, _read_arrays(path, content))


def _read_limited(path: Path, limit: int) -> bytes:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= limit else b""
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})") from None
    if size > limit:
        raise _refused(path, f"{size} bytes, more than the {limit} a model may have")
    return content


def _read_header(path: Path) -> dict[str, Any]:
    content = _read_limited(path, _HEADER_LIMIT)
    try:
        header = json.loads(content, parse_constant=_refuse_constant)
        fingerprint = _fingerprint(header) if isinstance(header, dict) else ""
    except (ValueError, RecursionError):
        raise _refused(path, "not readable as JSON") from None
    if not isinstance(header, dict) or type(header.get("format")) is not int:
        raise _refused(path, "not the header of a thriftwatch model")
    if header["format"] != FORMAT:
        raise _refused(
            path,
            f"model format {header['format']}, this version reads {FORMAT}",
            "upgrade thriftwatch (pip install -U thriftwatch)"
            if header["format"] > FORMAT
            else _RETRAIN,
        )
    if header.get("sha256") != fingerprint:
        raise _refused(path, "changed since it was written")
    for name, is_right in _FIELDS.items():
        if not is_right(header.get(name)):
            raise _refused(path, f'"{name}" is missing or not what a model has there')
    if header.get("lexicon", lexicon_digest()) != lexicon_digest():
        raise _refused(
            path,
            f"trained by thriftwatch {header['version']}, whose vocabulary was another",
        )
    return header


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _are_heads(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(head, str) for head in value)
        and len(set(value)) == len(value)
        and set(FACTS) <= set(value)
    )


def _are_tiers(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(POLICIES)
        and all(
            isinstance(tier, dict)
            and set(tier) == {"review", "likely"}
            and all(_is_number(threshold) for threshold in tier.values())
            and 0 <= tier["review"] <= tier["likely"] <= 1
            for tier in value.values()
        )
    )


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and bool(np.isfinite(float(str(value))))


_FIELDS: dict[str, Callable[[object], bool]] = {
    "name": lambda value: isinstance(value, str),
    "version": lambda value: isinstance(value, str),
    "heads": _are_heads,
    "outputs": lambda value: value == list(OUTPUTS),
    "tiers": _are_tiers,
    "unseen_idf": _is_number,
    "files": lambda value: isinstance(value, dict) and set(value) == {WEIGHTS},
}
"""What scoring reads from the header."""


def _fingerprint(header: Mapping[str, Any]) -> str:
    """Hash a header without its own hash; it holds the checksum of the weights."""
    content = {key: value for key, value in header.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_arrays(path: Path, content: bytes) -> Arrays:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except _UNREADABLE:
        raise _refused(path, "damaged") from None
    if sorted(member.filename for member in members) != sorted(f"{name}.npy" for name in _ARRAYS):
        raise _refused(path, "not the arrays of a model")
    if sum(member.file_size for member in members) > _WEIGHTS_LIMIT:
        raise _refused(path, "unpacks to more than a model may have")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
    except _UNREADABLE:
        raise _refused(path, "damaged") from None
    for name, (kind, dimensions) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != kind or array.ndim != dimensions or not _all_finite(array):
            raise _refused(path, f"array {name} is not what a model holds")
    return arrays


def _all_finite(array: NDArray[Any]) -> bool:
    if array.dtype != _HALF:
        return bool(np.isfinite(array).all())
    # Numpy widens half precision one number at a time; all exponent bits say the same.
    return not ((array.view("<u2") & _EXPONENT) == _EXPONENT).any()


def _assemble(folder: Path, header: dict[str, Any], arrays: Arrays) -> Model:
    heads = len(header["heads"])
    tables = ("word", "gram", "signal")
    rows = {name: len(arrays[f"{name}_weights"]) for name in tables}
    fits = (
        all(count > 1 and count & (count - 1) == 0 for count in rows.values())
        and all(arrays[f"{name}_weights"].shape[1] == heads for name in tables)
        and len(arrays["word_idf"]) == rows["word"]
        and len(arrays["gram_idf"]) == rows["gram"]
        and len(arrays["bias"]) == heads
        and arrays["interaction_bias"].shape == (len(OUTPUTS),)
        and arrays["interaction_linear"].shape == (len(OUTPUTS), heads)
        and arrays["interaction_pairs"].shape == (len(OUTPUTS), heads, heads)
        and arrays["interaction_undecided"].shape == (len(OUTPUTS), heads)
    )
    if not fits:
        raise _refused(folder, "header and arrays do not belong together")
    return Model(
        header,
        tuple(header["heads"]),
        Tables(
            **{name: arrays[name] for name in _TABLES},
            unseen_idf=float(header["unseen_idf"]),
        ),
        Interaction(**{name: arrays[f"interaction_{name}"] for name in _INTERACTION}),
    )


def _packed(model: Model) -> bytes:
    """Return the arrays as an ``.npz`` file; the same model gives the same bytes."""
    arrays: Arrays = {name: getattr(model.tables, name) for name in _TABLES}
    arrays |= {f"interaction_{name}": getattr(model.interaction, name) for name in _INTERACTION}
    stored = {name: arrays[name].astype(kind) for name, (kind, _) in _ARRAYS.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **stored)
    return buffer.getvalue()


def seal(model: Model) -> Model:
    """Return the model with the checksums of its arrays and of its header in its card."""
    header = dict(model.card)
    header["files"] = {WEIGHTS: hashlib.sha256(_packed(model)).hexdigest()}
    header["sha256"] = _fingerprint(header)
    return replace(model, card=header)


def save_model(model: Model, folder: str | os.PathLike[str]) -> None:
    """Write a model folder, all or nothing.

    Parameters
    ----------
    model
        The model.
    folder
        Where to write it. An older model there is replaced once the new one is whole.

    Raises
    ------
    InputError
        If the folder holds anything that is not a model's, or cannot be written.
    """
    from thriftwatch.files import atomic_folder

    with atomic_folder(folder, may_replace=FILES) as target:
        header = json.dumps(model.card, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        (target / HEADER).write_text(header, encoding="utf-8")
        (target / WEIGHTS).write_bytes(_packed(model))
        (target / CARD).write_text(write_card(model.card), encoding="utf-8")
