"""Many listings: columns of texts in, arrays of scores out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, GOODS, OUTPUTS, tier_of
from thriftwatch.model.decision import lifted_by_shop
from thriftwatch.text.shops import shop_hint

__all__ = ["AT_ONCE", "BatchScores", "Block", "blocks_of", "decide_batch", "strings"]

AT_ONCE = 4096
"""Listings that are looked at together: so many texts are copied at a time."""


@dataclass(frozen=True, slots=True)
class BatchScores:
    """Scores of a batch, in row order.

    Attributes
    ----------
    score
        float64 in [0, 1], shape (listings,): probability that a careful reviewer labels the
        listing 1.
    facts
        float64 in [0, 1], shape (listings, facts): probability of each of `FACTS`.
    tier
        int8, shape (listings,): place in `TIERS`.
    """

    score: NDArray[np.float64]
    facts: NDArray[np.float64]
    tier: NDArray[np.int8]

    @classmethod
    def joined(cls, parts: "Sequence[BatchScores]") -> "BatchScores":
        """Put the scores of parts of a batch one behind the other."""
        columns = zip(*((part.score, part.facts, part.tier) for part in parts), strict=True)
        score, facts, tier = (np.concatenate(column) for column in columns)
        return cls(score, facts, tier)

    def by_fact(self) -> dict[str, NDArray[np.float64]]:
        """Return the probabilities of each fact by its name, shape (listings,)."""
        return dict(zip(FACTS, self.facts.T, strict=True))


def decide_batch(
    probabilities: NDArray[np.float64],
    shops: Any,
    thresholds: Any,
    policy: str,
) -> BatchScores:
    """Turn probabilities into facts, score and tier: what `decide` does, for many.

    Parameters
    ----------
    probabilities
        float64, shape (listings, outputs): those of `OUTPUTS`.
    shops
        Names of the shops: a sequence of str, or a pyarrow string array.
    thresholds
        The scores from which a listing is "review" and "likely".
    policy
        One of `POLICIES`.
    """
    outputs = dict(zip(OUTPUTS, probabilities.T, strict=True))
    score = outputs[policy].copy()
    for place, shop in enumerate(strings(shops)):
        if shop and shop_hint(shop):
            goods = float(outputs[GOODS][place])
            score[place] = lifted_by_shop(float(score[place]), goods, thresholds)
    facts = np.stack([outputs[name] for name in FACTS], axis=1)
    tier = np.asarray(tier_of(score, outputs, thresholds, policy))
    return BatchScores(score, facts, np.broadcast_to(tier, score.shape).astype(np.int8))


def strings(texts: Any) -> Sequence[str]:
    """Return a sequence of str, or a pyarrow string array, as the former."""
    found: Sequence[str] = texts.to_pylist() if hasattr(texts, "to_pylist") else texts
    return found


class Block(NamedTuple):
    """Some listings as the compiled loop takes them.

    ``titles`` and ``descriptions`` are UTF-8, one text after the other; of each the offsets say
    where a text starts, and where the last one ends.
    """

    titles: bytes
    title_offsets: NDArray[np.int64]
    descriptions: bytes
    description_offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.title_offsets) - 1


def blocks_of(titles: Any, descriptions: Any) -> Iterator[Block]:
    """Yield the blocks of a batch, in order.

    Parameters
    ----------
    titles, descriptions
        Equally long; each a sequence of str, or a pyarrow string array without nulls.
    """
    if len(titles) != len(descriptions):  # compiled code would read beyond the shorter ones
        raise ValueError(f"{len(titles)} titles and {len(descriptions)} descriptions")
    for start in range(0, len(titles), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        yield Block(*_texts(titles[part]), *_texts(descriptions[part]))


def _texts(texts: Any) -> tuple[bytes, NDArray[np.int64]]:
    """Return the bytes of some texts and where each starts, without an object for each in Arrow."""
    if not hasattr(texts, "type"):
        encoded = [text.encode("utf-8", "replace") for text in texts]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return b"".join(encoded), offsets
    import pyarrow as pa

    array = texts
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
    if not pa.types.is_large_string(array.type):
        array = array.cast(pa.large_string())
    _, offset_buffer, data = array.buffers()
    if not len(array):
        return b"", np.zeros(1, np.int64)
    offsets = np.frombuffer(offset_buffer, np.int64, len(array) + 1, 8 * array.offset)
    content = b"" if data is None else data[int(offsets[0]) : int(offsets[-1])].to_pybytes()
    return content, offsets - offsets[0]
