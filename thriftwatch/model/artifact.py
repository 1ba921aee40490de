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
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thriftwatch.errors import ModelError
from thriftwatch.model.card import write_card
from thriftwatch.model.model import OUTPUTS, POLICIES, Interaction, Model, Tables

__all__ = ["load_model", "save_model", "seal"]

HEADER, WEIGHTS, CARD = "model.json", "weights.npz", "CARD.md"
FORMAT = 1
BUNDLED = "thriftwatch-id"

_HEADER_LIMIT = 1 << 20
_WEIGHTS_LIMIT = 1 << 29
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
    except OSError:
        raise ModelError(_not_a_model(folder)) from None
    return _load(folder.resolve(), stamp)


def _bundled() -> Path:
    package = Path(__file__).resolve().parent.parent
    installed = package / "_models" / BUNDLED
    return installed if installed.is_dir() else package.parent / "models" / BUNDLED


def _not_a_model(folder: Path) -> str:
    if not folder.exists():
        return (
            f"{folder}: no such model folder; train one: thriftwatch train LABELLED.csv -o {folder}"
        )
    if not folder.is_dir():
        return (
            f"{folder}: a model is a folder with {HEADER} and {WEIGHTS}, and this is a file; "
            "pickled models (.pkl, .joblib) are never loaded: train again with thriftwatch train"
        )
    return f"{folder}: not a model folder: {HEADER} or {WEIGHTS} is missing; {_RETRAIN}"


@lru_cache(maxsize=8)
def _load(folder: Path, stamp: tuple[int, ...]) -> Model:
    header = _read_header(folder)
    content = _read_limited(folder / WEIGHTS, _WEIGHTS_LIMIT)
    if hashlib.sha256(content).hexdigest() != header["files"][WEIGHTS]:
        raise ModelError(f"{folder / WEIGHTS}: changed since it was written; {_RETRAIN}")
    return _assemble(folder, header, _read_arrays(folder, content))


def _read_limited(path: Path, limit: int) -> bytes:
    size = path.stat().st_size
    if size > limit:
        raise ModelError(
            f"{path}: {size} bytes, more than the {limit} a model may have; {_RETRAIN}"
        )
    return path.read_bytes()


def _read_header(folder: Path) -> dict[str, Any]:
    path = folder / HEADER
    try:
        header = json.loads(_read_limited(path, _HEADER_LIMIT))
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: not readable as JSON; {_RETRAIN}") from None
    if not isinstance(header, dict) or not isinstance(header.get("format"), int):
        raise ModelError(f"{path}: not the header of a thriftwatch model; {_RETRAIN}")
    if header["format"] != FORMAT:
        raise ModelError(
            f"{path}: model format {header['format']}, this version reads {FORMAT}; "
            "upgrade thriftwatch (pip install -U thriftwatch), or train the model again"
        )
    if header.get("sha256") != _fingerprint(header):
        raise ModelError(f"{path}: changed since it was written; {_RETRAIN}")
    return header


def _fingerprint(header: Mapping[str, Any]) -> str:
    """Hash a header without its own hash; it holds the checksum of the weights."""
    content = {key: value for key, value in header.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_arrays(folder: Path, content: bytes) -> Arrays:
    path = folder / WEIGHTS
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [member.filename for member in archive.infolist()]
            if sorted(names) != sorted(f"{name}.npy" for name in _ARRAYS):
                raise ModelError(f"{path}: not the arrays of a model; {_RETRAIN}")
            if sum(member.file_size for member in archive.infolist()) > _WEIGHTS_LIMIT:
                raise ModelError(f"{path}: unpacks to more than a model may have; {_RETRAIN}")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError, KeyError):
        raise ModelError(f"{path}: damaged; {_RETRAIN}") from None
    for name, (kind, dimensions) in _ARRAYS.items():
        array = arrays[name]
        if array.dtype != kind or array.ndim != dimensions or not np.isfinite(array).all():
            raise ModelError(f"{path}: array {name} is not what a model holds; {_RETRAIN}")
    return arrays


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
        and header["outputs"] == list(OUTPUTS)
        and set(header["tiers"]) == set(POLICIES)
    )
    if not fits:
        raise ModelError(f"{folder}: header and arrays do not belong together; {_RETRAIN}")
    return Model(
        header,
        tuple(header["heads"]),
        Tables(
            **{name: arrays[name].astype(np.float32) for name in _TABLES},
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

    with atomic_folder(folder, may_replace=(HEADER, WEIGHTS, CARD)) as target:
        header = json.dumps(model.card, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        (target / HEADER).write_text(header, encoding="utf-8")
        (target / WEIGHTS).write_bytes(_packed(model))
        (target / CARD).write_text(write_card(model.card), encoding="utf-8")
