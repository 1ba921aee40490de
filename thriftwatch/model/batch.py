"""Many listings: columns of texts in, arrays of scores out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import FACTS, GOODS, OUTPUTS, tier_of
from thriftwatch.model.decision import lifted_by_shop
from thriftwatch.text.shops import shop_hint

__all__ = ["AT_ONCE", "BatchScores", "Block", "blocks_of", "decide_batch", "encoded_row", "strings"]

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
    *,
    is_bare: Callable[[int], bool] = lambda _: True,
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
    is_bare
        Tells of a row what `decide` takes of one listing; few rows are asked for.
    """
    outputs = dict(zip(OUTPUTS, probabilities.T, strict=True))
    score = outputs[policy].copy()
    for place, shop in enumerate(strings(shops)):
        if shop and shop_hint(shop):
            by_text, goods = float(score[place]), float(outputs[GOODS][place])
            lifted = lifted_by_shop(by_text, goods, thresholds)
            if lifted > by_text and is_bare(place):  # asked last, for it reads the text again
                score[place] = lifted
    facts = np.stack([outputs[name] for name in FACTS], axis=1)
    tier = np.asarray(tier_of(score, outputs, thresholds, policy))
    return BatchScores(score, facts, np.broadcast_to(tier, score.shape).astype(np.int8))


def strings(texts: Any) -> Sequence[str]:
    """Return a sequence of str, or a pyarrow string array, as the former."""
    found: Sequence[str] = texts.to_pylist() if hasattr(texts, "to_pylist") else texts
    return found


class Block(NamedTuple):
    """Some listings as the compiled loop takes them.

    ``texts`` is UTF-8: of each listing the title, a line break and the description. The offsets say
    where each begins and where the last one ends, the borders where the line breaks are.
    """

    texts: bytes
    offsets: NDArray[np.int64]
    borders: NDArray[np.int64]


def blocks_of(titles: Any, descriptions: Any) -> Iterator[Block]:
    """Yield the blocks of a batch, in order.

    Parameters
    ----------
    titles, descriptions
        Equally long; each a sequence of str, or a pyarrow string array without nulls.
    """
    if len(titles) != len(descriptions):
        raise ValueError(f"{len(titles)} titles and {len(descriptions)} descriptions")
    for start in range(0, len(titles), AT_ONCE):
        yield _block(titles[start : start + AT_ONCE], descriptions[start : start + AT_ONCE])


def _block(titles: Any, descriptions: Any) -> Block:
    """Put some listings one behind the other, without an object for each where they are Arrow's."""
    if not (_is_arrow(titles) or _is_arrow(descriptions)):
        pairs = [tuple(map(_encoded, pair)) for pair in zip(titles, descriptions, strict=True)]
        ends = np.cumsum([0, *(len(title) + 1 + len(text) for title, text in pairs)])
        borders = ends[:-1] + np.fromiter((len(title) for title, _ in pairs), np.int64, len(pairs))
        return Block(b"".join([b"%b\n%b" % pair for pair in pairs]), ends, borders)
    import pyarrow as pa
    import pyarrow.compute as pc

    title, text = map(_as_bytes, (titles, descriptions))
    joined = pc.binary_join_element_wise(title, text, pa.scalar(b"\n", pa.large_binary()))
    _, offsets, data = joined.buffers()
    starts = np.frombuffer(offsets, np.int64, len(joined) + 1, 8 * joined.offset)
    lengths = pc.binary_length(title).to_numpy()
    return Block(b"" if data is None else data.to_pybytes(), starts, starts[:-1] + lengths)


def _is_arrow(column: Any) -> bool:
    return hasattr(column, "cast")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def encoded_row(column: Any, row: int) -> bytes:
    """Return the UTF-8 of one row of a column."""
    if not _is_arrow(column):
        return _encoded(column[row])
    value: bytes = _as_bytes(column.slice(row, 1))[0].as_py()
    return value


def _as_bytes(column: Any) -> Any:
    """Return a column as one Arrow array of bytes."""
    import pyarrow as pa

    kind = pa.large_binary()
    if not _is_arrow(column):
        return pa.array(map(_encoded, column), kind)
    if hasattr(column, "chunks"):
        column = column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
    return column.cast(kind)
