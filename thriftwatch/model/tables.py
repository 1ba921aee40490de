"""The numbers of a model: what each feature adds to the heads, and what joins the heads.

All arrays may be anything that has their kind and shape as a buffer: numpy arrays where a model was
trained, views of bytes where it was read from a folder. Scoring needs no numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from thriftwatch.domain import LOGIT_LIMIT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "FEATURE_STEP", "GRAM_STEP", "MOST_WORDS", "ROW_STEP", "WORD_STEP", "Interaction", "Tables",
    "with_arrays",
]  # fmt: skip

WORD_STEP = GRAM_STEP = 2.0**-7
FEATURE_STEP = 2.0**-11
"""What a unit of a stored weight is worth. Whole numbers add up to the same in any order, and take
half the room of half precision; training gives weights up to 50, and up to 5 for features."""
ROW_STEP = 2.0**-12
"""The same for all that a word gives, in finer steps: n-grams of an unknown one are averaged."""

MOST_WORDS = 1 << 19
"""Words that have weights of their own at most, some thirty times those of the bundled model."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The linear heads.

    Attributes
    ----------
    words
        Every word that training saw, as it is read.
    word_idf
        float32, shape (words,): inverse document frequency.
    word_weights
        int16, shape (words, heads), in units of `WORD_STEP`: weight times idf, and what the word's
        n-grams add.
    gram_buckets
        int32, shape (grams,): the buckets of the n-grams that training saw, ascending.
    gram_bits
        There are ``2**gram_bits`` buckets.
    gram_idf
        float32, shape (grams,).
    gram_weights
        int16, shape (grams, heads), in units of `GRAM_STEP`.
    features
        The names of the named features that training saw.
    feature_weights
        int16, shape (features, heads), in units of `FEATURE_STEP`.
    bias
        float64, shape (heads,).
    unseen_idf
        The idf of a word that training did not see.
    """

    words: Sequence[bytes]
    word_idf: Any
    word_weights: Any
    gram_buckets: Any
    gram_bits: int
    gram_idf: Any
    gram_weights: Any
    features: Sequence[str]
    feature_weights: Any
    bias: Any
    unseen_idf: float


@dataclass(frozen=True, slots=True)
class Interaction:
    """A logistic function of the heads and their pairwise products: the law is a conjunction.

    ``logit = bias + linear @ z + z @ pairs @ z``, with ``z`` the heads' log-odds kept within
    `thriftwatch.domain.LOGIT_LIMIT`.

    Attributes
    ----------
    bias
        float64, shape (outputs,).
    linear
        float64, shape (outputs, heads).
    pairs
        float64, shape (outputs, heads, heads), symmetric.
    undecided
        float64, shape (outputs, heads): mean heads of listings that each output is undecided on.
    """

    bias: Any
    linear: Any
    pairs: Any
    undecided: Any

    def __call__(self, heads: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Return the log-odds of every output for many listings, shape (listings, outputs)."""
        import numpy as np

        z = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
        products = np.einsum("ni,oij,nj->no", z, np.asarray(self.pairs), z, optimize=True)
        found: NDArray[np.float64] = products + z @ np.asarray(self.linear).T + self.bias
        return found


_Part = TypeVar("_Part", Tables, Interaction)


def with_arrays(part: _Part) -> _Part:
    """Return tables with numpy arrays in place of views of a file, to compute with or pickle."""
    import numpy as np

    views: dict[str, Any] = {
        name: np.asarray(value)
        for name in part.__slots__
        if isinstance(value := getattr(part, name), memoryview)
    }
    return replace(part, **views)
