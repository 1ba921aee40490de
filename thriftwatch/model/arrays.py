"""The arrays of a model: what each may be, and how they are packed and read.

An archive is hostile until it was checked: its directory before anything is unpacked, the head of
an array before its numbers, and then every number. `ARRAYS` says what each may be.
"""

import io
import re
import sys
import zipfile
from array import array
from collections.abc import Mapping
from typing import Any, NamedTuple

from thriftwatch.domain import LOGIT_LIMIT
from thriftwatch.errors import ThriftwatchError

__all__ = ["ARRAYS", "LIMIT", "Array", "Arrays", "ArraysError", "checksums", "pack", "unpack"]

Arrays = dict[str, Any]

LIMIT = 1 << 25
"""Bytes of all arrays together, many times those of the bundled model."""

_SHORT, _INT, _SINGLE, _DOUBLE = ("<i2", "h"), ("<i4", "i"), ("<f4", "f"), ("<f8", "d")
_IDF = 30.0
_PRODUCT = 1e9
_BIAS = 1e4
_MOST = 1 << 15
_ANY = -_MOST, _MOST - 1


class Array(NamedTuple):
    """What an array of a model may be.

    Parameters
    ----------
    kind
        Its kind, as numpy and as Python's own buffers call it.
    shape
        A name for each dimension; where a name occurs again the length is the same.
    low, high
        Between which its numbers are.
    """

    kind: tuple[str, str]
    shape: tuple[str, ...]
    low: float
    high: float


# The bounds are wide: training gives idf up to 10, and products up to 1, or some thousand times
# that where few rows are told apart with ease. They keep out what no training gives, and sums that
# become infinite, from which a score would be no number and a listing "clear". Weights are whole
# numbers of two bytes, which need no bounds of their own.
ARRAYS = {
    "word_idf": Array(_SINGLE, ("words",), 0.0, _IDF),
    "word_weights": Array(_SHORT, ("words", "heads"), *_ANY),
    "gram_buckets": Array(_INT, ("grams",), 0, 1 << 24),
    "gram_idf": Array(_SINGLE, ("grams",), 0.0, _IDF),
    "gram_weights": Array(_SHORT, ("grams", "heads"), *_ANY),
    "feature_weights": Array(_SHORT, ("features", "heads"), *_ANY),
    "bias": Array(_DOUBLE, ("heads",), -_BIAS, _BIAS),
    "interaction_bias": Array(_DOUBLE, ("outputs",), -_PRODUCT, _PRODUCT),
    "interaction_linear": Array(_DOUBLE, ("outputs", "heads"), -_PRODUCT, _PRODUCT),
    "interaction_pairs": Array(_DOUBLE, ("outputs", "heads", "heads"), -_PRODUCT, _PRODUCT),
    "interaction_undecided": Array(_DOUBLE, ("outputs", "heads"), -LOGIT_LIMIT, LOGIT_LIMIT),
}
_SYMMETRIC = ("interaction_pairs",)

_HEAD = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|a-z0-9]+)', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,9}, ?)*\d{0,9})\), \} *\n",
    re.DOTALL,
)
"""The head of an array as numpy writes it: kind and lengths of its dimensions."""

_ENTRY = b"PK\x01\x02"
_MOST_ENTRIES = 64
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack


class ArraysError(ThriftwatchError):
    """What is wrong with arrays, and what is accepted; whoever reads them says where."""


def pack(arrays: Mapping[str, Any]) -> bytes:
    """Return arrays as an ``.npz`` file; the same arrays give the same bytes."""
    import numpy as np  # models are read without it

    stored = {name: np.asarray(arrays[name]).astype(part.kind[0]) for name, part in ARRAYS.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **stored)
    return buffer.getvalue()


def checksums(content: bytes) -> dict[str, str]:
    """Return the CRC-32 of each array of an ``.npz`` file that can be trusted, in hexadecimal."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {_name(member): f"{member.CRC:08x}" for member in archive.infolist()}


def unpack(content: bytes, lengths: Mapping[str, int]) -> Arrays:
    """Read and check arrays.

    Parameters
    ----------
    content
        An ``.npz`` file.
    lengths
        The dimensions whose lengths are known.

    Returns
    -------
    dict of str to memoryview
        All of `ARRAYS`, each with its shape.

    Raises
    ------
    ArraysError
        If there are others, or one is not what it may be.
    """
    known = dict(lengths)
    # Every entry of a directory becomes an object, and a directory can have millions.
    if content.count(_ENTRY) > _MOST_ENTRIES:
        raise ArraysError("not the arrays of a model")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_directory(members)
            arrays = {_name(member): _read(archive, member, known) for member in members}
    except ArraysError:
        raise
    except Exception:  # bytes that are no archive of arrays make zipfile and numpy raise anything
        raise ArraysError("damaged") from None
    for name in _SYMMETRIC:
        outputs: list[list[list[float]]] = arrays[name].tolist()
        for rows in outputs:
            if rows != [list(column) for column in zip(*rows, strict=True)]:
                raise ArraysError(f"array {name} is not symmetric")
    return arrays


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.removesuffix(".npy")


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    """Check what an archive says it holds, before anything is unpacked."""
    if sorted(member.filename for member in members) != sorted(f"{name}.npy" for name in ARRAYS):
        raise ArraysError("not the arrays of a model")
    if sum(member.file_size for member in members) > LIMIT:
        raise ArraysError(f"unpacks to more than the {LIMIT} bytes a model may have")
    if any(member.compress_type not in _PACKED for member in members):
        raise ArraysError("packed in another way than a model is")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, known: dict[str, int]) -> Any:
    """Read and check one array; `known` learns the lengths of its dimensions."""
    name = _name(member)
    wanted = ARRAYS[name]
    stored = archive.read(member)
    head = _HEAD.match(stored)
    if head is None:
        raise ArraysError(f"array {name} is stored in another way than a model's")
    kind = head[1].decode()
    shape = tuple(map(int, filter(None, head[2].replace(b" ", b"").split(b","))))
    if kind != wanted.kind[0] or len(shape) != len(wanted.shape):
        raise ArraysError(
            f"array {name} has {len(shape)} dimensions of {kind}; "
            f"{len(wanted.shape)} of {wanted.kind[0]} are accepted"
        )
    right = tuple(known.setdefault(*each) for each in zip(wanted.shape, shape, strict=True))
    if shape != right or 0 in shape:
        raise ArraysError(
            f"array {name} has the shape {shape}, header and other arrays ask for {right}; "
            "they do not belong together"
        )
    numbers: array[Any] = array(wanted.kind[1])
    numbers.frombytes(memoryview(stored)[head.end() :])
    if sys.byteorder == "big":
        numbers.byteswap()
    if wanted.kind != _SHORT:
        _check_bounds(name, wanted, numbers)
    view: Any = memoryview(numbers).cast("B")
    return view.cast(wanted.kind[1], list(shape))


def _check_bounds(name: str, wanted: Array, numbers: "array[Any]") -> None:
    # The sum is no number where one of them is none, which the least and the largest may not show.
    bounds = min(numbers), max(numbers), sum(numbers) / len(numbers)
    if not all(wanted.low <= bound <= wanted.high for bound in bounds):
        raise ArraysError(
            f"array {name} holds what is no number or beyond what training gives; "
            f"{wanted.low:g} to {wanted.high:g} is accepted"
        )
