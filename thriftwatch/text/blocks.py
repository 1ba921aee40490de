"""Cut a batch of listings into blocks that fit the processor's cache.

Texts stay in the UTF-8 buffers of Arrow: a block is two slices of bytes with offsets, and no
Python object is made for a listing.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "blocks_of"]

_BLOCK_BYTES = 1 << 19
_BLOCK_LISTINGS = 4096
_WINDOW_LISTINGS = 1 << 16  # so many at a time are looked at, so that memory does not grow


class Block(NamedTuple):
    """UTF-8 bytes of titles, then of descriptions, and where each text starts."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    shops: Sequence[str]


def blocks_of(titles: Any, descriptions: Any, shops: Any) -> Iterator[Block]:
    """Yield the blocks of a batch, in order.

    Parameters
    ----------
    titles, descriptions, shops
        Equally long; each a sequence of str, or a pyarrow string array without nulls.

    Yields
    ------
    Block
    """
    count = len(titles)
    if count == 1:
        pair = (str(titles[0]), str(descriptions[0]))
        yield _join([_encoded([text]) for text in pair], [str(shops[0])])
        return
    for start in range(0, count, _WINDOW_LISTINGS):
        yield from _blocks_within(
            *(texts[start : start + _WINDOW_LISTINGS] for texts in (titles, descriptions, shops))
        )


def _blocks_within(titles: Any, descriptions: Any, shops: Any) -> Iterator[Block]:
    count = len(titles)
    columns = [_column(titles), _column(descriptions)]
    sizes = sum(np.diff(offsets) for _, offsets in columns)
    block_of = np.cumsum(sizes) // _BLOCK_BYTES
    cuts = np.flatnonzero(np.diff(block_of)) + 1
    start = 0
    for cut in [*cuts.tolist(), count]:
        while start < cut:
            stop = min(cut, start + _BLOCK_LISTINGS)
            parts = [(data, offsets[start : stop + 1]) for data, offsets in columns]
            names = shops[start:stop]
            yield _join(parts, names.to_pylist() if hasattr(names, "to_pylist") else names)
            start = stop


def _encoded(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    encoded = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def _column(texts: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes and offsets of a column of texts, without copying Arrow buffers."""
    if not hasattr(texts, "type"):
        return _encoded(texts)
    import pyarrow as pa

    array = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    wide = pa.types.is_large_string(array.type)
    if not wide and not pa.types.is_string(array.type):
        array = array.cast(pa.large_string())
        wide = True
    _, offset_buffer, data_buffer = array.buffers()
    kind = np.int64 if wide else np.int32
    offsets = np.frombuffer(offset_buffer, kind, len(array) + 1, array.offset * kind().itemsize)
    data = np.frombuffer(data_buffer or b"", np.uint8)
    return data, offsets.astype(np.int64)


def _join(parts: list[tuple[NDArray[np.uint8], NDArray[np.int64]]], shops: Sequence[str]) -> Block:
    (titles, title_offsets), (descriptions, offsets) = parts
    title_bytes = titles[title_offsets[0] : title_offsets[-1]]
    rest = descriptions[offsets[0] : offsets[-1]]
    joined = np.concatenate((title_bytes, rest))
    starts = np.concatenate(
        (title_offsets - title_offsets[0], offsets[1:] - offsets[0] + len(title_bytes))
    )
    return Block(joined, starts, shops)
