"""Features of labelled listings as one sparse matrix, for scikit-learn.

The columns are the rows of the model's tables: first the n-gram rows, then the word rows, then
the signal rows. The same text engine feeds training and scoring; a linear model fitted on this
matrix is a set of `Tables` without any conversion but a multiplication by idf.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.model.model import Tables
from thriftwatch.text.blocks import blocks_of
from thriftwatch.text.features import Features, extract
from thriftwatch.text.hashing import gram_rows, rows, word_rows
from thriftwatch.text.reading import spellings
from thriftwatch.text.wordstore import WordStore

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


class _Words:
    """What every word of a `WordStore` is made of: its form, its row and those of its n-grams."""

    def __init__(self) -> None:
        self.forms: list[bytes] = []
        self.rows: list[int] = []
        self.grams: list[NDArray[np.int64]] = []
        self.store = WordStore(self)

    def learn_words(self, forms: Sequence[bytes]) -> int:
        """Keep the rows of new words."""
        first = len(self.forms)
        self.forms += forms
        self.rows += word_rows(forms, WORD_BITS).tolist()
        grams, starts = gram_rows(spellings(forms), GRAM_BITS)
        self.grams += np.split(grams, starts[1:-1])
        return first

    def forget(self) -> None:
        """Forget every word."""
        for of_words in (self.forms, self.rows, self.grams):
            of_words.clear()


def _blocks(
    titles: Sequence[str], descriptions: Sequence[str], store: WordStore
) -> Iterator[Features]:
    for block in blocks_of(titles, descriptions, [""] * len(titles)):
        yield extract(block.data, block.offsets, store)


def count_frequencies(titles: Sequence[str], descriptions: Sequence[str]) -> Frequencies:
    """Count in how many listings each word and signal row occurs, in how many words each n-gram."""
    words = np.zeros(1 << WORD_BITS, np.int64)
    signals = np.zeros(1 << SIGNAL_BITS, np.int64)
    grams = np.zeros(1 << GRAM_BITS, np.int64)
    seen: set[bytes] = set()
    found = _Words()
    listings = 0
    for features in _blocks(titles, descriptions, found.store):
        listings += features.listings
        counted = found.store.row[features.numbers[features.counted]].tolist()
        np.add.at(words, [found.rows[word] for word in counted], 1)
        np.add.at(signals, rows(features.signals.hashes, SIGNAL_BITS), 1)
        for word in dict.fromkeys(counted):
            if found.forms[word] not in seen:
                seen.add(found.forms[word])
                grams[np.unique(found.grams[word])] += 1
    return Frequencies(
        _idf(words, listings),
        _idf(grams, len(seen)),
        _idf(signals, listings),
        log(listings + 1.0) + 1.0,
    )


def _idf(counts: NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """Return smooth idf, ``log((total + 1) / (count + 1)) + 1``; 0 where nothing was counted."""
    # One logarithm per distinct count, from the C library: numpy's own differ in the last bit
    # from processor to processor, and the same input must give the same bytes.
    distinct, inverse = np.unique(counts, return_inverse=True)
    values = [log((total + 1.0) / (count + 1.0)) + 1.0 if count else 0.0 for count in distinct]
    return np.array(values, np.float64)[inverse]


def feature_matrix(
    titles: Sequence[str], descriptions: Sequence[str], frequencies: Frequencies
) -> sparse.csr_matrix:
    """Return the features of listings, shape (listings, rows of all tables), float32."""
    found = _Words()
    parts = [
        _block_matrix(features, found, frequencies)
        for features in _blocks(titles, descriptions, found.store)
    ]
    return sparse.vstack(parts, format="csr")


def _block_matrix(features: Features, found: _Words, frequencies: Frequencies) -> sparse.csr_matrix:
    n, signals = features.listings, features.signals
    counted = found.store.row[features.numbers[features.counted]].tolist()
    listing = features.listing_of(features.counted)
    of_words = np.array([found.rows[word] for word in counted], np.int64)
    idf = frequencies.word[of_words]
    idf[idf == 0] = frequencies.unseen_word
    norm = np.sqrt(np.maximum(np.bincount(listing, idf**2, minlength=n), 1.0))
    weight = idf / norm[listing]
    own_grams = [found.grams[word] for word in counted]
    of_grams = np.concatenate([*own_grams, np.zeros(0, np.int64)])
    word_of = np.repeat(np.arange(len(counted)), [len(own) for own in own_grams])
    gram_idf = frequencies.gram[of_grams]
    squares = np.bincount(word_of, gram_idf**2, minlength=len(counted))
    gram_value = gram_idf / np.sqrt(np.maximum(squares, 1e-6))[word_of]
    signal_rows = rows(signals.hashes, SIGNAL_BITS)
    columns = np.concatenate(
        (
            of_grams,
            of_words + (1 << GRAM_BITS),
            signal_rows + (1 << GRAM_BITS) + (1 << WORD_BITS),
        )
    )
    values = np.concatenate(
        (
            GRAM_SHARE * gram_value * weight[word_of],
            WORD_SHARE * weight,
            SIGNAL_SHARE * frequencies.signal[signal_rows],
        )
    )
    listings = np.concatenate((listing[word_of], listing, signals.listing))
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

    def table(part: slice, idf: NDArray[np.float64], share: float) -> NDArray[np.float16]:
        return np.ascontiguousarray((coefficients[:, part] * (share * idf)).T).astype(np.float16)

    return Tables(
        word_idf=frequencies.word.astype(np.float16),
        word_weights=table(slice(grams, grams + words), frequencies.word, WORD_SHARE),
        gram_idf=frequencies.gram.astype(np.float16),
        gram_weights=table(slice(0, grams), frequencies.gram, GRAM_SHARE),
        signal_weights=table(slice(grams + words, None), frequencies.signal, SIGNAL_SHARE).astype(
            np.float32
        ),
        bias=intercepts.astype(np.float32),
        unseen_idf=float(np.float16(frequencies.unseen_word)),
    )
