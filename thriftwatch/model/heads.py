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
from math import sqrt
from typing import Any

from thriftwatch.model.sums import Sums
from thriftwatch.model.tables import (
    FEATURE_STEP,
    GRAM_STEP,
    ROW_STEP,
    WORD_STEP,
    Interaction,
    Tables,
)
from thriftwatch.text.document import Document
from thriftwatch.text.fields import WORD_ROOM

__all__ = ["Heads", "Lookup", "gram_buckets"]

_GRAM = 0xD6E8FEB86659FD93
_ALL_BITS = (1 << 64) - 1
_STEPS = int(WORD_STEP / ROW_STEP)
_MOST_OF_A_ROW = float(1 << 20)
_LEAST_SQUARE = 1e-6
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
    stride
        How much room they take in a row, so that it is a multiple of four numbers.
    outputs
        How many probabilities are read off them.
    """

    def __init__(self, tables: Tables, interaction: Interaction) -> None:
        self.width = len(tables.bias)
        self.stride = _in_fours(self.width)
        self.word_rows = {word: row for row, word in enumerate(tables.words)}
        self.word_idf = _flat(tables.word_idf, "f")
        self.word_weights = _flat(tables.word_weights, "h")
        self.gram_shift = 64 - tables.gram_bits
        self.gram_places = _places(_flat(tables.gram_buckets, "i"), 1 << tables.gram_bits)
        self.gram_idf = _flat(tables.gram_idf, "f")
        self.gram_weights = _flat(tables.gram_weights, "h")
        self.feature_weights = _padded(_flat(tables.feature_weights, "h"), self.width)
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


def _grown(old: Any, room: int) -> Any:
    """Return an array with more room, which begins like an old one."""
    view = memoryview(old)
    new = array(view.format, [0]) * room
    memoryview(new)[: len(view)] = view
    return new


def _in_fours(count: int) -> int:
    return (count + 3) // 4 * 4


def _padded(numbers: Any, width: int) -> Any:
    """Return rows that are as wide as a multiple of four."""
    more = _in_fours(width) - width
    if not more:
        return numbers
    rows = range(0, len(numbers), width)
    return array("h", [n for row in rows for n in (*numbers[row : row + width], *[0] * more)])


def _places(buckets: Any, count: int) -> "array[int]":
    """Return for each bucket its row, counted from 1; 0 for buckets that training did not fill."""
    places = array("i", [0]) * count
    for row in range(len(buckets)):
        places[buckets[row]] = row + 1
    return places


def _products(interaction: Interaction) -> list[float]:
    """Return the weights of each output: its bias, those of heads, and those of their products."""
    numbers: list[float] = []
    bias: Any = memoryview(interaction.bias).tolist()
    linear: Any = memoryview(interaction.linear).tolist()
    pairs: Any = memoryview(interaction.pairs).tolist()
    for output, own in enumerate(bias):
        numbers += [own, *linear[output]]
        for first, row in enumerate(pairs[output]):
            numbers += [row[first], *(2.0 * weight for weight in row[first + 1 :])]
        numbers += [0.0] * (_in_fours(len(numbers)) - len(numbers))
    return numbers


class Heads(Sums):
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
        For each word in the cache of the document what it adds to the heads, in `ROW_STEP`.
    squares
        For each of them its squared idf.
    probabilities
        What was read off the heads, in the order of `thriftwatch.domain.OUTPUTS`.
    """

    def __init__(self, lookup: Lookup, document: Document) -> None:
        super().__init__(lookup.stride, lookup.products, lookup.outputs)
        self.lookup = lookup
        self.document = document
        self.width = lookup.width
        self._evict()
        self.log_odds = array("d", bytes(8 * lookup.width))
        self._sums = array("q", bytes(8 * lookup.width))
        self._words_sum, self._features_sum = (
            array("d", bytes(8 * lookup.stride)) for _ in range(2)
        )
        self.norm = 1.0

    def _evict(self) -> None:
        self._generation = self.document.generation
        self._rows_cached = 0
        self.rows = array("i", [0]) * (WORD_ROOM * self.lookup.stride)
        self.squares = array("d", [0.0]) * WORD_ROOM

    def score(self, title: bytes, description: bytes) -> None:
        """Read a listing and work out its heads and probabilities.

        Parameters
        ----------
        title, description
            UTF-8.
        """
        self.document.read(title, description)
        self.add_up()
        self.join(self.log_odds, self.width)

    def score_rows(self, texts: bytes, offsets: Any, borders: Any, found: Any) -> None:
        """Score many listings one after the other.

        Parameters
        ----------
        texts
            UTF-8 of all listings, one after the other: title, line break, description.
        offsets
            int64, shape (listings + 1,): where each begins, and the end of the last.
        borders
            int64, shape (listings,): where the line break of each is.
        found
            float64, shape (listings * outputs,): filled with probabilities.
        """
        outputs = self.lookup.outputs
        for row in range(len(borders)):
            self.document.read_part(texts, offsets[row], borders[row], offsets[row + 1])
            self.add_up()
            self.join(self.log_odds, self.width)
            for output in range(outputs):
                found[row * outputs + output] = self.probabilities[output]

    def add_up(self) -> None:
        """Add up what the words and features of the document give to each head."""
        document, lookup = self.document, self.lookup
        self._cache_rows()
        squares = 0.0
        for place in range(document.words):
            squares += self.squares[document.word[place]]
        self.add_rows(self.rows, document.word, document.words, self._words_sum)
        self.add_short_rows(
            lookup.feature_weights, document.feature, document.features, self._features_sum
        )
        self.norm = sqrt(squares) if squares > 1.0 else 1.0
        for head in range(self.width):
            of_words = ROW_STEP * self._words_sum[head] / self.norm
            of_features = FEATURE_STEP * self._features_sum[head]
            self.log_odds[head] = of_words + of_features + lookup.bias[head]

    def _cache_rows(self) -> None:
        """Work out the rows of the words that the document met for the first time."""
        document = self.document
        if self._generation != document.generation:
            self._evict()
        if self._rows_cached == document.words_known:
            return
        if document.words_known > len(self.squares):
            room = max(document.words_known, 2 * len(self.squares))
            self.rows = _grown(self.rows, room * self.lookup.stride)
            self.squares = _grown(self.squares, room)
        while self._rows_cached < document.words_known:
            self._cache_row(self._rows_cached)
            self._rows_cached += 1

    def _cache_row(self, word: int) -> None:
        """Work out the row of a word: it has weights of its own, or those of its n-grams."""
        if not self.document.is_normal_form(word):
            return
        lookup, width = self.lookup, self.width
        form, start = self.document.written(word), lookup.stride * word
        own = lookup.word_rows.get(form, -1)
        if own >= 0:
            idf = lookup.word_idf[own]
            for head in range(width):
                self.rows[start + head] = _STEPS * lookup.word_weights[width * own + head]
        else:
            idf, squares = lookup.unseen_idf, 0.0
            for head in range(width):
                self._sums[head] = 0
            if form[0] != _OPEN:  # names have no n-grams
                squares = self._add_grams(form)
            scale = GRAM_STEP / ROW_STEP * idf / sqrt(max(squares, _LEAST_SQUARE))
            for head in range(width):
                weight = min(max(self._sums[head] * scale, -_MOST_OF_A_ROW), _MOST_OF_A_ROW)
                self.rows[start + head] = int(weight + 0.5 if weight > 0.0 else weight - 0.5)
        self.squares[word] = idf * idf

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
