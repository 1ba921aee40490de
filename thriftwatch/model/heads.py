# cython: boundscheck=False
# Rows are numbers that the document gave out, never what a text says: checked where they are made.
"""From a document to log-odds and probabilities, in three sums.

A *head* is a linear model over the features of a listing: one for the label, one for each legal
fact and one for each rule of the labelling guideline. What a word adds to the heads is worked out
once, from its own weights or, for a word that training did not see, from those of its character
n-grams, and kept as a row by its number in the cache of the document. The law is a conjunction, so
what is read off the heads is a logistic function of them and of their pairwise products. Up to the
heads everything is linear, which is why reasons can be exact.

As `thriftwatch.text.tokenizer`, this module is compiled where there is a compiler.

Specification of the n-grams (arithmetic modulo 2**64): 3 or 5 bytes of ``<word>``, read as one
little-endian number ``g``, are in the bucket that the top bits of ``g * 0xD6E8FEB86659FD93`` name.
"""

from array import array
from math import exp, sqrt
from typing import Any

from thriftwatch.domain import LOGIT_LIMIT
from thriftwatch.model.tables import FEATURE_STEP, GRAM_STEP, WORD_STEP, Interaction, Tables
from thriftwatch.text.document import Document
from thriftwatch.text.fields import WORD_ROOM
from thriftwatch.text.tokenizer import grown

__all__ = ["Heads", "Lookup", "gram_buckets"]

_GRAM = 0xD6E8FEB86659FD93
_ALL_BITS = (1 << 64) - 1
_LEAST_SQUARE = 1e-6
_FURTHEST = 30.0
"""Log-odds beyond which a probability is no further from 0 or 1."""
_OPEN, _CLOSE = b"<>"


class Lookup:
    """The tables as they are looked up, made once for all threads.

    Parameters
    ----------
    tables, interaction
        The numbers of the model.

    Attributes
    ----------
    width
        How many heads there are.
    outputs
        How many probabilities are read off them.
    """

    def __init__(self, tables: Tables, interaction: Interaction) -> None:
        self.width = len(tables.bias)
        self.word_rows = {word: row for row, word in enumerate(tables.words)}
        self.word_idf = _flat(tables.word_idf, "f")
        self.word_weights = _flat(tables.word_weights, "h")
        self.gram_shift = 64 - tables.gram_bits
        self.gram_places = _places(_flat(tables.gram_buckets, "i"), 1 << tables.gram_bits)
        self.gram_idf = _flat(tables.gram_idf, "f")
        self.gram_weights = _flat(tables.gram_weights, "h")
        self.feature_weights = _flat(tables.feature_weights, "h")
        self.bias = _flat(tables.bias, "d")
        self.unseen_idf = tables.unseen_idf
        self.outputs = len(interaction.bias)
        self.products = array("d", _products(interaction))


def _flat(numbers: Any, kind: str) -> Any:
    """Return a view of numbers of this kind, one after the other."""
    view: Any = memoryview(numbers)
    if view.format != kind or not view.c_contiguous:
        raise TypeError(f"{kind!r} in C order is accepted, not {view.format!r} {view.strides}")
    return view.cast("B").cast(kind) if view.nbytes else array(kind)


def _places(buckets: Any, count: int) -> "array[int]":
    """Return for each bucket its row, counted from 1; 0 for buckets that training did not fill."""
    places = array("i", [0]) * count
    for row in range(len(buckets)):
        places[buckets[row]] = row + 1
    return places


def _products(interaction: Interaction) -> list[float]:
    """Return the weights of each output: its bias, those of heads, and those of their products."""
    numbers = []
    bias: Any = memoryview(interaction.bias).tolist()
    linear: Any = memoryview(interaction.linear).tolist()
    pairs: Any = memoryview(interaction.pairs).tolist()
    for output, own in enumerate(bias):
        numbers += [own, *linear[output]]
        for first, row in enumerate(pairs[output]):
            numbers += [row[first], *(2.0 * weight for weight in row[first + 1 :])]
    return numbers


class Heads:
    """The heads of one document at a time.

    Parameters
    ----------
    lookup
        The tables of the model.
    document
        What is read.

    Attributes
    ----------
    log_odds
        The log-odds of each head, for the listing read last.
    norm
        What the rows of its words were divided by.
    rows
        For each word in the cache of the document what it adds to the heads, then its squared idf.
    probabilities
        What was read off the heads, in the order of `thriftwatch.domain.OUTPUTS`.
    """

    def __init__(self, lookup: Lookup, document: Document) -> None:
        self.lookup = lookup
        self.document = document
        self.width = lookup.width
        self._evict()
        self.log_odds = array("d", bytes(8 * lookup.width))
        self.probabilities = array("d", bytes(8 * lookup.outputs))
        self._sums = array("q", bytes(8 * lookup.width))
        self._monomials = array("d", bytes(8 * (len(lookup.products) // lookup.outputs)))
        self.norm = 1.0

    def _evict(self) -> None:
        self._generation = self.document.generation
        self._rows_cached = 0
        self.rows = array("f", [0.0]) * (WORD_ROOM * (self.width + 1))

    def score(self, title: bytes, description: bytes) -> None:
        """Read a listing and work out its heads and probabilities.

        Parameters
        ----------
        title, description
            UTF-8.
        """
        self.document.read(title, description)
        self.add_up()
        self.join()

    def score_rows(
        self,
        titles: bytes,
        title_offsets: Any,
        descriptions: bytes,
        description_offsets: Any,
        found: Any,
    ) -> None:
        """Score many listings one after the other.

        Parameters
        ----------
        titles, descriptions
            UTF-8 of all texts, one after the other.
        title_offsets, description_offsets
            int64, shape (listings + 1,): where each text starts, and the end of the last.
        found
            float64, shape (listings * outputs,): filled with probabilities.
        """
        outputs = self.lookup.outputs
        for row in range(len(title_offsets) - 1):
            self.score(
                titles[title_offsets[row] : title_offsets[row + 1]],
                descriptions[description_offsets[row] : description_offsets[row + 1]],
            )
            for output in range(outputs):
                found[row * outputs + output] = self.probabilities[output]

    def add_up(self) -> None:
        """Add up what the words and features of the document give to each head."""
        document, log_odds, sums, width = self.document, self.log_odds, self._sums, self.width
        self._cache_rows()
        rows, stride = self.rows, width + 1
        for head in range(width):
            log_odds[head] = 0.0
            sums[head] = 0
        squares = 0.0
        word, feature = document.word, document.feature
        for place in range(document.words):
            row = stride * word[place]
            for head in range(width):
                log_odds[head] += rows[row + head]
            squares += rows[row + width]
        weights = self.lookup.feature_weights
        for place in range(document.features):
            row = width * feature[place]
            for head in range(width):
                sums[head] += weights[row + head]
        self.norm = sqrt(squares) if squares > 1.0 else 1.0
        bias = self.lookup.bias
        for head in range(width):
            log_odds[head] = log_odds[head] / self.norm + FEATURE_STEP * sums[head] + bias[head]

    def join(self) -> None:
        """Read the probabilities off the heads."""
        monomials, products, width = self._monomials, self.lookup.products, self.width
        monomials[0] = 1.0
        for head in range(width):
            monomials[head + 1] = min(max(self.log_odds[head], -LOGIT_LIMIT), LOGIT_LIMIT)
        count = width + 1
        for first in range(1, width + 1):
            for second in range(first, width + 1):
                monomials[count] = monomials[first] * monomials[second]
                count += 1
        for output in range(self.lookup.outputs):
            total, start = 0.0, count * output
            for place in range(count):
                total += products[start + place] * monomials[place]
            total = min(max(total, -_FURTHEST), _FURTHEST)
            self.probabilities[output] = 1.0 / (1.0 + exp(-total))

    def _cache_rows(self) -> None:
        """Work out the rows of the words that the document met for the first time."""
        document = self.document
        if self._generation != document.generation:
            self._evict()
        known = document.words_known
        room = len(self.rows) // (self.width + 1)
        if known > room:
            self.rows = grown(self.rows, max(known, 2 * room) * (self.width + 1))
        while self._rows_cached < known:
            self._cache_row(self._rows_cached)
            self._rows_cached += 1

    def _cache_row(self, word: int) -> None:
        """Work out the row of a word: it has weights of its own, or those of its n-grams."""
        if not self.document.is_normal_form(word):
            return
        lookup, rows, sums, width = self.lookup, self.rows, self._sums, self.width
        form = self.document.written(word)
        start, own = word * (width + 1), lookup.word_rows.get(form, -1)
        if own >= 0:
            idf = lookup.word_idf[own]
            for head in range(width):
                rows[start + head] = WORD_STEP * lookup.word_weights[width * own + head]
        else:
            idf, squares = lookup.unseen_idf, 0.0
            for head in range(width):
                sums[head] = 0
            if form[0] != _OPEN:  # names have no n-grams
                squares = self._add_grams(form)
            scale = GRAM_STEP * idf / sqrt(max(squares, _LEAST_SQUARE))
            for head in range(width):
                rows[start + head] = sums[head] * scale
        rows[start + width] = idf * idf

    def _add_grams(self, form: bytes) -> float:
        """Add the weights of n-grams to the sums; return the sum of their squared idf."""
        shift, window, squares, length = self.lookup.gram_shift, 0, 0.0, len(form)
        for at in range(length + 2):
            letter = _OPEN if at == 0 else _CLOSE if at > length else form[at - 1]
            window = window >> 8 | letter << 32
            if at >= 2:
                squares += self._add_gram((window >> 16) * _GRAM & _ALL_BITS, shift)
            if at >= 4:
                squares += self._add_gram(window * _GRAM & _ALL_BITS, shift)
        return squares

    def _add_gram(self, hashed: int, shift: int) -> float:
        lookup = self.lookup
        row = lookup.gram_places[hashed >> shift] - 1
        if row < 0:
            return 0.0
        start = self.width * row
        for head in range(self.width):
            self._sums[head] += lookup.gram_weights[start + head]
        idf: float = lookup.gram_idf[row]
        return idf * idf


def gram_buckets(word: bytes, bits: int) -> list[int]:
    """Return the buckets of the character n-grams of a word, for training.

    Examples
    --------
    >>> len(gram_buckets(b"bal", 18)), gram_buckets(b"<place>", 18)
    (4, [])
    """
    if word[:1] == b"<":
        return []
    framed = b"<%b>" % word
    return [
        (int.from_bytes(framed[start : start + size], "little") * _GRAM & _ALL_BITS) >> 64 - bits
        for size in (3, 5)
        for start in range(len(framed) - size + 1)
    ]
