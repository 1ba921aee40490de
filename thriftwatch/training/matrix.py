"""Features of labelled listings as one sparse matrix, for scikit-learn.

The columns are the rows of the model's tables: first the n-gram rows, then the word rows, then
the signal rows. The same text engine feeds training and scoring; a linear model fitted on this
matrix is a set of `Tables` without any conversion but a multiplication by idf.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.model.model import Tables, feature_blocks
from thriftwatch.text.features import Features, grams_of
from thriftwatch.text.hashing import rows

__all__ = ["Frequencies", "count_frequencies", "feature_matrix", "make_tables"]

WORD_BITS, GRAM_BITS, SIGNAL_BITS = 16, 18, 15
WORD_SHARE, GRAM_SHARE, SIGNAL_SHARE = 0.7, 0.7, 0.04
"""How much a unit of each kind of feature weighs against the others (chosen by experiment)."""


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Inverse document frequencies of every row.

    Words and signals are counted by listing, n-grams by distinct word. Rows never seen have 0.
    """

    word: NDArray[np.float64]
    gram: NDArray[np.float64]
    signal: NDArray[np.float64]
    unseen_word: float


def count_frequencies(titles: Sequence[str], descriptions: Sequence[str]) -> Frequencies:
    """Count in how many listings each word and signal row occurs, in how many words each n-gram."""
    words = np.zeros(1 << WORD_BITS, np.int64)
    signals = np.zeros(1 << SIGNAL_BITS, np.int64)
    grams = np.zeros(1 << GRAM_BITS, np.int64)
    seen: set[int] = set()
    listings = 0
    for features in feature_blocks(titles, descriptions):
        listings += features.listings
        word_rows = rows(features.kinds, WORD_BITS)
        np.add.at(words, word_rows[features.kind_of[features.counted]], 1)
        np.add.at(signals, rows(features.signal_hash, SIGNAL_BITS), 1)
        found = grams_of(features)
        gram_rows = rows(found.hashes, GRAM_BITS)
        for kind, word in enumerate(features.kinds.tolist()):
            if word not in seen:
                seen.add(word)
                own = gram_rows[found.first[kind] : found.first[kind + 1]]
                grams[np.unique(own)] += 1
    return Frequencies(
        _idf(words, listings),
        _idf(grams, len(seen)),
        _idf(signals, listings),
        float(np.log(listings + 1.0) + 1.0),
    )


def _idf(counts: NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """Return smooth idf, ``log((total + 1) / (count + 1)) + 1``; 0 where nothing was counted."""
    return np.where(counts > 0, np.log((total + 1.0) / (counts + 1.0)) + 1.0, 0.0)


def feature_matrix(
    titles: Sequence[str], descriptions: Sequence[str], frequencies: Frequencies
) -> sparse.csr_matrix:
    """Return the features of listings, shape (listings, rows of all tables), float32."""
    parts = [
        _block_matrix(features, frequencies) for features in feature_blocks(titles, descriptions)
    ]
    return sparse.vstack(parts, format="csr")


def _block_matrix(features: Features, frequencies: Frequencies) -> sparse.csr_matrix:
    n = features.listings
    word_rows = rows(features.kinds, WORD_BITS)
    idf = frequencies.word[word_rows]
    idf[idf == 0] = frequencies.unseen_word
    found = grams_of(features)
    gram_rows = rows(found.hashes, GRAM_BITS)
    gram_idf = frequencies.gram[gram_rows]
    kind_of_gram = np.repeat(np.arange(len(features.kinds)), np.diff(found.first))
    squares = np.bincount(kind_of_gram, gram_idf**2, minlength=len(features.kinds))
    gram_value = gram_idf / np.sqrt(np.maximum(squares, 1e-6))[kind_of_gram]

    kind = features.kind_of[features.counted]
    listing = features.words.text[features.counted] % max(n, 1)
    norm = np.sqrt(np.maximum(np.bincount(listing, idf[kind] ** 2, minlength=n), 1.0))
    weight = idf[kind] / norm[listing]
    sizes = np.diff(found.first)[kind]
    of_gram = np.repeat(np.arange(len(kind)), sizes)
    within = np.arange(len(of_gram)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    gram_at = found.first[:-1][kind][of_gram] + within
    signal_rows = rows(features.signal_hash, SIGNAL_BITS)
    columns = np.concatenate(
        (
            gram_rows[gram_at],
            word_rows[kind] + (1 << GRAM_BITS),
            signal_rows + (1 << GRAM_BITS) + (1 << WORD_BITS),
        )
    )
    values = np.concatenate(
        (
            GRAM_SHARE * gram_value[gram_at] * weight[of_gram],
            WORD_SHARE * weight,
            SIGNAL_SHARE * frequencies.signal[signal_rows],
        )
    )
    listings = np.concatenate((listing[of_gram], listing, features.signal_listing))
    width = (1 << GRAM_BITS) + (1 << WORD_BITS) + (1 << SIGNAL_BITS)
    matrix = sparse.coo_matrix(
        (values.astype(np.float32), (listings, columns)), shape=(n, width)
    ).tocsr()
    matrix.eliminate_zeros()
    return matrix


def make_tables(
    coefficients: NDArray[np.float64], intercepts: NDArray[np.float64], frequencies: Frequencies
) -> Tables:
    """Turn the coefficients of linear heads into tables, in half precision.

    Parameters
    ----------
    coefficients
        float64, shape (heads, columns of `feature_matrix`).
    intercepts
        float64, shape (heads,).
    frequencies
        What the matrix was made with.

    Returns
    -------
    Tables
    """
    grams, words = 1 << GRAM_BITS, 1 << WORD_BITS

    def half(values: NDArray[np.float64]) -> NDArray[np.float32]:
        # Stored with 11 significant bits; in memory as float32, so that nothing changes on load.
        return values.astype(np.float16).astype(np.float32)

    def table(part: slice, idf: NDArray[np.float64], share: float) -> NDArray[np.float32]:
        return half(np.ascontiguousarray((coefficients[:, part] * (share * idf)).T))

    return Tables(
        word_idf=half(frequencies.word),
        word_weights=table(slice(grams, grams + words), frequencies.word, WORD_SHARE),
        gram_idf=half(frequencies.gram),
        gram_weights=table(slice(0, grams), frequencies.gram, GRAM_SHARE),
        signal_weights=table(slice(grams + words, None), frequencies.signal, SIGNAL_SHARE),
        bias=intercepts.astype(np.float32),
        unseen_idf=float(np.float16(frequencies.unseen_word)),
    )
