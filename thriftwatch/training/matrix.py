"""Features of labelled listings as one sparse matrix, for scikit-learn.

The columns are the buckets of n-grams, then the words, then the named features. The `Document` that
feeds scoring feeds training, too; a linear model fitted on this matrix is a set of `Tables` without
any conversion but a multiplication by idf.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from thriftwatch.model.heads import gram_buckets
from thriftwatch.model.tables import FEATURE_STEP, GRAM_STEP, MOST_WORDS, WORD_STEP, Tables
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary

__all__ = [
    "GRAM_BITS",
    "Frequencies",
    "Readings",
    "count_frequencies",
    "feature_matrix",
    "gram_parts",
    "make_tables",
    "read_listings",
    "whole",
]

GRAM_BITS = 18
WORD_SHARE, GRAM_SHARE, FEATURE_SHARE = 0.7, 0.7, 0.04
"""How much a unit of each kind of feature weighs against the others (chosen by experiment)."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read in listings: for each its distinct words and named features.

    Attributes
    ----------
    words, features
        For each listing.
    """

    words: list[list[bytes]]
    features: list[list[str]]

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Inverse document frequencies.

    Words and features are counted by listing, n-grams by distinct word.

    Attributes
    ----------
    words
        Every word that was counted, in order; where there are more than `MOST_WORDS`, the rarest
        are left out.
    word_idf
        float64, shape (words,).
    gram_idf
        float64, shape (buckets,); 0 for buckets that no word fills.
    features
        Every named feature that was counted, in order.
    feature_idf
        float64, shape (features,).
    unseen_idf
        The idf of a word that was not counted.
    """

    words: list[bytes]
    word_idf: Floats
    gram_idf: Floats
    features: list[str]
    feature_idf: Floats
    unseen_idf: float

    @property
    def columns(self) -> dict[str, slice]:
        """Where the columns of the matrix are: those of n-grams, words and named features."""
        words = len(self.gram_idf)
        features = words + len(self.words)
        return {
            "n-grams": slice(0, words),
            "words": slice(words, features),
            "features": slice(features, features + len(self.features)),
        }


def read_listings(
    titles: Sequence[str], descriptions: Sequence[str], vocabulary: Vocabulary
) -> Readings:
    """Read listings as scoring does."""
    numbers: dict[str, int] = {}
    document = Document(vocabulary, Names(vocabulary, numbers, growing=True))
    readings = Readings([], [])
    places: list[list[int]] = []
    for title, description in zip(titles, descriptions, strict=True):
        document.read(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
        words = [document.written(document.word[place]) for place in range(document.words)]
        readings.words.append(words)
        places.append([document.feature[place] for place in range(document.features)])
    names = list(numbers)
    readings.features.extend([names[number] for number in found] for found in places)
    return readings


def count_frequencies(readings: Readings) -> Frequencies:
    """Count in how many listings words and features occur, and in how many words n-grams."""
    words = Counter(word for found in readings.words for word in found)
    features = Counter(name for found in readings.features for name in found)
    grams = Counter(bucket for word in words for bucket in set(gram_buckets(word, GRAM_BITS)))
    gram_counts = np.zeros(1 << GRAM_BITS, np.int64)
    gram_counts[list(grams)] = list(grams.values())
    kept = sorted(words, key=lambda word: (-words[word], word))[:MOST_WORDS]
    every_word, every_feature = sorted(kept), sorted(features)
    listings = len(readings)
    return Frequencies(
        every_word,
        _idf(np.array([words[word] for word in every_word], np.int64), listings),
        _idf(gram_counts, len(words)),
        every_feature,
        _idf(np.array([features[name] for name in every_feature], np.int64), listings),
        log(listings + 1.0) + 1.0,
    )


def _idf(counts: Ints, total: int) -> Floats:
    """Return smooth idf, ``log((total + 1) / (count + 1)) + 1``; 0 where nothing was counted."""
    # One logarithm per distinct count, from the C library: numpy's own differ in the last bit
    # from processor to processor, and the same input must give the same bytes.
    distinct, inverse = np.unique(counts, return_inverse=True)
    values = [log((total + 1.0) / (count + 1.0)) + 1.0 if count else 0.0 for count in distinct]
    return np.array(values, np.float64)[inverse]


def feature_matrix(readings: Readings, frequencies: Frequencies) -> sparse.csr_matrix:
    """Return the features of listings, shape (listings, columns), float32."""
    word_row = {word: row for row, word in enumerate(frequencies.words)}
    feature_row = {name: row for row, name in enumerate(frequencies.features)}
    of_kind = frequencies.columns
    first_word, first_feature = of_kind["words"].start, of_kind["features"].start
    grams_of = {
        word: _grams_of(word, frequencies) for word in {w for ws in readings.words for w in ws}
    }
    listings: list[int] = []
    columns: list[Ints] = []
    values: list[Floats] = []
    for words, features in zip(readings.words, readings.features, strict=True):
        rows = np.array([word_row.get(word, -1) for word in words], np.int64)
        idf = np.where(rows < 0, frequencies.unseen_idf, np.append(frequencies.word_idf, 0.0)[rows])
        weight = idf / np.sqrt(max(float(idf @ idf), 1.0))
        named = np.array([feature_row[name] for name in features if name in feature_row], np.int64)
        own = [grams_of[word] for word in words]
        parts = [
            *(
                (places, GRAM_SHARE * share * w)
                for (places, share), w in zip(own, weight, strict=True)
            ),
            (first_word + rows[rows >= 0], WORD_SHARE * weight[rows >= 0]),
            (first_feature + named, FEATURE_SHARE * frequencies.feature_idf[named]),
        ]
        columns += [part for part, _ in parts]
        values += [part for _, part in parts]
        listings.append(sum(len(part) for part, _ in parts))
    matrix = sparse.coo_matrix(
        (
            np.concatenate(values).astype(np.float32),
            (np.repeat(np.arange(len(listings)), listings), np.concatenate(columns)),
        ),
        shape=(len(readings), of_kind["features"].stop),
    ).tocsr()
    matrix.eliminate_zeros()
    return matrix


def _grams_of(word: bytes, frequencies: Frequencies) -> tuple[Ints, Floats]:
    """Return the buckets of a word's n-grams, and the share of each."""
    buckets = np.array(gram_buckets(word, GRAM_BITS), np.int64)
    idf = frequencies.gram_idf[buckets]
    return buckets, idf / np.sqrt(max(float(idf @ idf), 1e-6))


def make_tables(coefficients: Floats, intercepts: Floats, frequencies: Frequencies) -> Tables:
    """Turn the coefficients of linear heads into tables of whole numbers.

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
    buckets = np.flatnonzero(frequencies.gram_idf)
    of_grams, of_words, of_features = (
        coefficients[:, columns] for columns in frequencies.columns.values()
    )
    gram_idf = frequencies.gram_idf[buckets]
    idf, feature_idf = frequencies.word_idf[:, None], frequencies.feature_idf[:, None]
    gram_weights = whole(of_grams[:, buckets].T * GRAM_SHARE * gram_idf[:, None], GRAM_STEP)
    parts = gram_parts(frequencies, buckets, gram_weights)
    return Tables(
        words=frequencies.words,
        word_idf=frequencies.word_idf.astype(np.float32),
        word_weights=whole(of_words.T * WORD_SHARE * idf + parts, WORD_STEP),
        gram_buckets=buckets.astype(np.int32),
        gram_bits=GRAM_BITS,
        gram_idf=gram_idf.astype(np.float32),
        gram_weights=gram_weights,
        features=frequencies.features,
        feature_weights=whole(of_features.T * FEATURE_SHARE * feature_idf, FEATURE_STEP),
        bias=intercepts.astype(np.float64),
        unseen_idf=float(np.float32(frequencies.unseen_idf)),
    )


def gram_parts(frequencies: Frequencies, buckets: Ints, gram_weights: NDArray[np.int16]) -> Floats:
    """Return what its n-grams add to the heads for each word, shape (words, heads).

    Parameters
    ----------
    frequencies
        The words and their idf, and that of the n-grams.
    buckets, gram_weights
        As in `Tables`: each n-gram that has weights, and these.
    """
    row_of = np.full(len(frequencies.gram_idf), -1, np.int64)
    row_of[buckets] = np.arange(len(buckets))
    parts = np.zeros((len(frequencies.words), gram_weights.shape[1]))
    for row, word in enumerate(frequencies.words):
        rows = row_of[gram_buckets(word, GRAM_BITS)]
        rows = rows[rows >= 0]
        if len(rows):
            squares = float((frequencies.gram_idf[buckets[rows]] ** 2).sum())
            total = gram_weights[rows].sum(axis=0, dtype=np.int64)
            parts[row] = GRAM_STEP * frequencies.word_idf[row] / sqrt(max(squares, 1e-6)) * total
    return parts


def whole(weights: Floats, step: float) -> NDArray[Any]:
    """Return weights as whole numbers of steps."""
    limits = np.iinfo(np.int16)
    steps = np.clip(np.rint(weights / step), limits.min, limits.max)
    return np.ascontiguousarray(steps, np.int16)
