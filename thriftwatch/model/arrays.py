"""The arrays of a model: what each may be, and how they are packed and read.

An archive is hostile until it was checked: its directory before anything is unpacked, the head of
an array before its numbers, and then every number. `ARRAYS` says what each may be.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.errors import ThriftwatchError
from thriftwatch.model.model import LOGIT_LIMIT

__all__ = ["ARRAYS", "LIMIT", "Array", "Arrays", "ArraysError", "checksums", "pack", "unpack"]

Arrays = dict[str, NDArray[Any]]

LIMIT = 1 << 25
"""Bytes of all arrays together, three times those of the bundled model. Scoring widens them."""

_HALF, _SINGLE, _DOUBLE = np.dtype("<f2"), np.dtype("<f4"), np.dtype("<f8")
_IDF = 30.0
_WEIGHT = 1e4
_PRODUCT = 1e9


class Array(NamedTuple):
    """What an array of a model may be.

    Parameters
    ----------
    kind
        Its dtype, to the byte order.
    shape
        A name for each dimension; where a name occurs again the length is the same.
    low, high
        Between which its numbers are.
    """

    kind: np.dtype[Any]
    shape: tuple[str, ...]
    low: float
    high: float


# The bounds are wide: training gives weights up to 50, idf up to 10, and products up to 1, or some
# thousand times that where few rows are told apart with ease. They keep out what no training gives,
# and sums that become infinite, from which a score would be no number and a listing "clear".
ARRAYS = {
    "word_idf": Array(_HALF, ("words",), 0.0, _IDF),
    "word_weights": Array(_HALF, ("words", "heads"), -_WEIGHT, _WEIGHT),
    "gram_idf": Array(_HALF, ("grams",), 0.0, _IDF),
    "gram_weights": Array(_HALF, ("grams", "heads"), -_WEIGHT, _WEIGHT),
    "signal_weights": Array(_HALF, ("signals", "heads"), -_WEIGHT, _WEIGHT),
    "bias": Array(_SINGLE, ("heads",), -_WEIGHT, _WEIGHT),
    "interaction_bias": Array(_DOUBLE, ("outputs",), -_PRODUCT, _PRODUCT),
    "interaction_linear": Array(_DOUBLE, ("outputs", "heads"), -_PRODUCT, _PRODUCT),
    "interaction_pairs": Array(_DOUBLE, ("outputs", "heads", "heads"), -_PRODUCT, _PRODUCT),
    "interaction_undecided": Array(_DOUBLE, ("outputs", "heads"), -LOGIT_LIMIT, LOGIT_LIMIT),
}
_HASHED = ("words", "grams", "signals")
"""Dimensions whose rows are numbered by hashes: powers of two."""
_SYMMETRIC = ("interaction_pairs",)

_ENTRY = b"PK\x01\x02"
_MOST_ENTRIES = 64
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack


class ArraysError(ThriftwatchError):
    """What is wrong with arrays, and what is accepted; whoever reads them says where."""


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as an ``.npz`` file; the same arrays give the same bytes."""
    stored = {name: arrays[name].astype(array.kind) for name, array in ARRAYS.items()}
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
        The dimensions whose lengths are known: ``heads`` and ``outputs``.

    Returns
    -------
    dict of str to numpy.ndarray
        All of `ARRAYS`.

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
    for name in _HASHED:
        if known[name] < 2 or known[name] & (known[name] - 1):
            raise ArraysError(f"{known[name]} rows of {name}; a power of two is accepted")
    for name in _SYMMETRIC:
        if not np.array_equal(arrays[name], arrays[name].swapaxes(-1, -2)):
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


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, known: dict[str, int]) -> NDArray[Any]:
    """Read and check one array; `known` learns the lengths of its dimensions."""
    name = _name(member)
    wanted = ARRAYS[name]
    stored = io.BytesIO(archive.read(member))
    # Numpy makes room for what the head of an array promises, so the head is read on its own.
    if np.lib.format.read_magic(stored) != (1, 0):
        raise ArraysError(f"array {name} is stored in another way than a model's")
    shape, _, kind = np.lib.format.read_array_header_1_0(stored)
    if kind != wanted.kind or len(shape) != len(wanted.shape):
        raise ArraysError(
            f"array {name} has {len(shape)} dimensions of {kind}; "
            f"{len(wanted.shape)} of {wanted.kind} are accepted"
        )
    right = tuple(known.setdefault(*each) for each in zip(wanted.shape, shape, strict=True))
    if shape != right:
        raise ArraysError(
            f"array {name} has the shape {shape}, header and other arrays ask for {right}; "
            "they do not belong together"
        )
    stored.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(stored, allow_pickle=False)
    if not _is_within(array, wanted.low, wanted.high):
        raise ArraysError(
            f"array {name} holds what is no number or beyond what training gives; "
            f"{wanted.low:g} to {wanted.high:g} is accepted"
        )
    return array


def _is_within(array: NDArray[Any], low: float, high: float) -> bool:
    """Tell whether all numbers are within bounds; what is no number is not."""
    if not array.size:
        return True
    if array.dtype == _HALF and low in {0.0, -high}:
        # Numpy widens half precision one number at a time. Halves without a sign are in the order
        # of their bits, and so is what is no number: above all others.
        bits = array.view("<u2")
        largest = (bits & 0x7FFF if low else bits).max()
        return bool(largest <= np.float16(high).view(np.uint16))
    return bool(array.min() >= low and array.max() <= high)
