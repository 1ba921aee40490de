"""From a block of listings to features: distinct words with their n-grams, and signals.

A listing has two kinds of features, and each counts once however often it occurs:

* its distinct *words*; a word brings along the character n-grams it is made of;
* its distinct *signals*: lexicon families and classes, negated or not, pairs of neighbouring
  terms, shapes of numbers, and disguises that hid a term.

Digits read as 0 (a price is any price), and place and brand names as one word each, so that no
city or brand is evidence of anything.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.fold import Folded, fold_bytes
from thriftwatch.text.hashing import (
    PADDING,
    distinct,
    gram_hashes,
    hash_words,
    mix,
    signal_hash,
    word_blocks,
    word_hash,
    word_hashes,
)
from thriftwatch.text.lexicon import CLASSES
from thriftwatch.text.shapes import find_shapes, number_kinds
from thriftwatch.text.tokens import Words, chains, replace_chains, split_words
from thriftwatch.text.unmask import HIDDEN_CLASSES, misspellings, unmask_chain, unmask_word
from thriftwatch.text.vocabulary import Hits, Vocabulary, load_vocabulary

__all__ = ["Features", "Grams", "extract", "grams_of"]

Ints = NDArray[np.int64]
FAMILY, CLASS, STRENGTH, CLASS_PAIR, FAMILY_CLASS, CLASS_FAMILY, SHAPE, DISGUISE, TITLE = range(1, 10)
_PAIR_WINDOW = 4  # words between two terms that still stand together
_NEGATION_REACH = 2  # words between a negator and what it negates, plus one
_NOT_PAIRED = ("place", "unit", "size", "negator", "brand_foreign", "brand_local")
_NAMES = ("place", "brand_foreign", "brand_local")
_HIGH_BITS = np.uint64(0x4040404040404040)  # set in letters, clear in digits
_ZEROS = np.uint64(0x3030303030303030)
_BYTE = np.uint64(0xFF)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Grams:
    """Character n-grams of each kind of word: word ``i`` has hashes ``first[i]:first[i + 1]``."""

    hashes: NDArray[np.uint64]
    first: Ints


@dataclass(frozen=True, slots=True)
class Features:
    """Features of a block of listings.

    Attributes
    ----------
    listings
        Number of listings in the block.
    words
        All words of the block; text ``i`` is the title of listing ``i`` and text
        ``listings + i`` its description.
    kind_of
        int64, shape (words,): number of the distinct canonical word that each word is.
    kinds
        uint64, shape (kinds,): hash of each distinct canonical word.
    kind_starts, kind_lengths
        int64, shape (kinds,): where to read a canonical word in ``words.data``.
    kind_is_name
        bool, shape (kinds,): place and brand names; they have no n-grams.
    counted
        int64, shape (c,): the words that count, one for each distinct word of a listing, in order.
    signal_listing, signal_hash
        shape (s,): the signals, each once per listing.
    signal_first, signal_last
        int64, shape (s,): the words (inclusive) that a signal rests on.
    signal_code
        int64, shape (s, 3): kind and the two numbers of the signal, for reasons.
    hits
        The lexicon terms found.
    folded
        The folded text, with the way back to the original bytes.
    """

    listings: int
    words: Words
    kind_of: Ints
    kinds: NDArray[np.uint64]
    kind_starts: Ints
    kind_lengths: Ints
    kind_is_name: NDArray[np.bool_]
    counted: Ints
    signal_listing: Ints
    signal_hash: NDArray[np.uint64]
    signal_first: Ints
    signal_last: Ints
    signal_code: Ints
    hits: Hits
    folded: Folded


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Distinct words of a block as the seller wrote them, and what they stand for."""

    inverse: Ints
    hashes: NDArray[np.uint64]
    starts: Ints
    lengths: Ints
    unmasked: NDArray[np.bool_]


def extract(data: NDArray[np.uint8], offsets: Ints) -> Features:
    """Extract the features of a block of listings.

    Parameters
    ----------
    data
        uint8, shape (n,): UTF-8 of all titles, then of all descriptions.
    offsets
        int64, shape (2 * listings + 1,): where each text starts, and the end of the last.

    Returns
    -------
    Features
    """
    listings = (len(offsets) - 1) // 2
    vocabulary = load_vocabulary()
    folded = fold_bytes(data, offsets)
    words = split_words(folded.data, folded.offsets)
    stretched = _stretched(words, folded)
    unmasked_chains = [
        (chain, word)
        for chain in chains(words, folded.data)
        if (word := unmask_chain(chain.text)) is not None
    ]
    unmasked_chains = _without_overlap(unmasked_chains)
    if unmasked_chains:
        stretched = _keep_outside(stretched, unmasked_chains)
        words = replace_chains(words, unmasked_chains)
    words, written = _read_disguised(words, stretched)
    numbers = vocabulary.numbers(written.hashes)
    canonical, is_name = _canonical(words, written, numbers, vocabulary)
    merged = distinct(canonical)
    kind_of = merged.inverse[written.inverse]
    listing = words.text % max(listings, 1)
    key = (listing * max(len(merged.first), 1) + kind_of).view(np.uint64)
    counted = distinct(key).first

    number_of = numbers[written.inverse]
    hits = vocabulary.find(number_of, words.text, words.breaks)
    single = vocabulary.single_terms(number_of)
    kinds = number_kinds(canonical)[written.inverse]
    is_ten = (written.hashes == _ten())[written.inverse]
    hidden = written.unmasked[written.inverse]
    hidden |= words.starts >= len(folded.data)
    signals = _signals(words, hits, single, kinds, is_ten, hidden, vocabulary, listings)
    return Features(
        listings,
        words,
        kind_of,
        canonical[merged.first],
        written.starts[merged.first],
        written.lengths[merged.first],
        is_name[merged.first],
        counted,
        *signals,
        hits,
        folded,
    )


@cache
def _ten() -> np.uint64:
    return np.uint64(word_hash(b"10"))


def _stretched(words: Words, folded: Folded) -> NDArray[np.bool_]:
    """Mark the words in which a letter stands three times in a row."""
    lower = words.data[: len(folded.data)]
    marked = np.zeros(len(words), bool)
    if len(lower) > 2 and len(words):
        triple = (lower[2:] == lower[1:-1]) & (lower[1:-1] == lower[:-2]) & (lower[2:] >= ord("a"))
        at = np.flatnonzero(triple)
        marked[np.searchsorted(words.starts, at, side="right") - 1] = True if len(at) else False
        if not len(at):
            marked[:] = False
    return marked


def _without_overlap(found: list) -> list:
    kept = []
    end = -1
    for chain, word in found:
        if chain.first > end:
            kept.append((chain, word))
            end = chain.last
    return kept


def _keep_outside(marks: NDArray[np.bool_], unmasked: list) -> NDArray[np.bool_]:
    kept = np.ones(len(marks), bool)
    for chain, _ in unmasked:
        kept[chain.first + 1 : chain.last + 1] = False
        marks[chain.first] = False
    return marks[kept]


@cache
def _misspelt() -> tuple[NDArray[np.uint64], list[bytes]]:
    found = misspellings()
    hashes = hash_words(list(found))
    order = np.argsort(hashes)
    words = list(found.values())
    return hashes[order], [words[i] for i in order]


def _read_disguised(words: Words, stretched: NDArray[np.bool_]) -> tuple[Words, _Kinds]:
    """Find the distinct written words and read the disguised ones as what they hide."""
    hashes = word_hashes(words.data, words.starts, words.lengths)
    found = distinct(hashes)
    first, inverse = found.first, found.inverse
    starts, lengths, hashes = words.starts[first], words.lengths[first], hashes[first]
    suspicious = np.zeros(len(first), bool)
    suspicious[inverse[stretched]] = True
    low = word_blocks(words.data, starts, lengths, 0)
    high = word_blocks(words.data, starts, lengths, 1)
    size = np.minimum(lengths, 16)
    full = word_blocks(_ONES, np.zeros(len(first), np.int64), np.minimum(size, 8), 0)
    rest = word_blocks(_ONES, np.zeros(len(first), np.int64), np.maximum(size - 8, 0), 0)
    has_letter = ((low | high) & _HIGH_BITS) != 0
    has_digit = ((~low & full | ~high & rest) & _HIGH_BITS) != 0
    suspicious |= has_letter & has_digit & (lengths >= 3) & (lengths <= 16)

    replaced: dict[int, bytes] = {}
    for place in np.flatnonzero(suspicious).tolist():
        start = int(starts[place])
        word = unmask_word(words.data[start : start + int(lengths[place])].tobytes())
        if word is not None:
            replaced[place] = word
    known, meant = _misspelt()
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    for place in np.flatnonzero(known[at] == hashes).tolist():
        replaced.setdefault(place, meant[int(at[place])])
    unmasked = np.zeros(len(first), bool)
    if replaced:
        places = np.array(list(replaced), np.int64)
        sizes = np.array([len(word) for word in replaced.values()], np.int64)
        base = len(words.data) - PADDING
        appended = np.frombuffer(b"".join(replaced.values()) + bytes(PADDING), np.uint8)
        words = _with_data(words, np.concatenate((words.data[:base], appended)))
        starts[places] = base + np.cumsum(sizes) - sizes
        lengths[places] = sizes
        hashes[places] = word_hashes(words.data, starts[places], lengths[places])
        unmasked[places] = True
    return words, _Kinds(inverse, hashes, starts, lengths, unmasked)


_ONES = np.full(PADDING, 0xFF, np.uint8)


def _with_data(words: Words, data: NDArray[np.uint8]) -> Words:
    return Words(
        data,
        words.starts,
        words.lengths,
        words.text,
        words.span_starts,
        words.span_ends,
        words.breaks,
        words.gap,
    )


def _canonical(
    words: Words, written: _Kinds, numbers: Ints, vocabulary: Vocabulary
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the hash of each written word with digits as 0 and names as one word per class."""
    starts, lengths = written.starts, written.lengths
    low = word_blocks(words.data, starts, lengths, 0)
    full = word_blocks(_ONES, np.zeros(len(starts), np.int64), np.minimum(lengths, 8), 0)
    canonical = written.hashes.copy()
    high = word_blocks(words.data, starts, lengths, 1)
    rest = word_blocks(_ONES, np.zeros(len(starts), np.int64), np.clip(lengths - 8, 0, 8), 0)
    has_digit = np.flatnonzero((~low & full | ~high & rest) & _HIGH_BITS)
    if len(has_digit):
        blocks = np.zeros((len(has_digit), PADDING // 8), np.uint64)
        blocks[:, 0] = _zeroed(low[has_digit], full[has_digit])
        blocks[:, 1] = _zeroed(high[has_digit], rest[has_digit])
        size = np.minimum(lengths[has_digit], 16)
        data = blocks.view(np.uint8).ravel()
        at = np.arange(len(has_digit)) * PADDING
        canonical[has_digit] = word_hashes(data, at, size)
    term = vocabulary.single_terms(numbers)
    word_class = np.where(term >= 0, vocabulary.word_class[term], -1)
    is_name = np.zeros(len(starts), bool)
    for name in _NAMES:
        place = list(CLASSES).index(name)
        named = word_class == place
        canonical[named] = mix(np.array([place], np.uint64))[0]
        is_name |= named
    return canonical, is_name


def _zeroed(blocks: NDArray[np.uint64], inside: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return blocks of bytes with every digit replaced by 0."""
    digit = ((~blocks & inside & _HIGH_BITS) >> np.uint64(6)) * _BYTE
    return (blocks & ~digit) | (_ZEROS & digit)


def _signals(
    words: Words,
    hits: Hits,
    single: Ints,
    number_kind: Ints,
    is_ten: NDArray[np.bool_],
    hidden: NDArray[np.bool_],
    vocabulary: Vocabulary,
    listings: int,
) -> tuple[Ints, NDArray[np.uint64], Ints, Ints, Ints]:
    places = {name: place for place, name in enumerate(CLASSES)}
    word_class = vocabulary.word_class[hits.term]
    first, last = hits.first, hits.first + hits.length - 1
    negated = _negated(words, hits, word_class == places["negator"])
    kept = np.flatnonzero(word_class != places["negator"])
    first, last, term, negated = first[kept], last[kept], hits.term[kept], negated[kept]
    word_class = word_class[kept] * 2 + negated
    family = vocabulary.family[term] * 2 + negated
    strength = vocabulary.strength[term]
    codes: list[tuple[int, Ints, Ints, Ints, Ints]] = [
        (FAMILY, family, np.zeros_like(family), first, last),
        (CLASS, word_class, np.zeros_like(family), first, last),
        (STRENGTH, word_class, strength, first, last),
    ]
    in_title = np.flatnonzero(words.text[first] < listings)
    codes.append(
        (TITLE, word_class[in_title], np.zeros_like(in_title), first[in_title], last[in_title])
    )
    unpaired = [places[name] for name in _NOT_PAIRED]
    paired = np.flatnonzero(~np.isin(word_class >> 1, unpaired))
    one, two = paired[:-1], paired[1:]
    close = (first[two] - last[one] <= _PAIR_WINDOW) & (
        words.text[first[two]] == words.text[first[one]]
    )
    one, two = one[close], two[close]
    for kind, a, b in (
        (CLASS_PAIR, word_class, word_class),
        (FAMILY_CLASS, family, word_class),
        (CLASS_FAMILY, word_class, family),
    ):
        codes.append((kind, a[one], b[two], first[one], last[two]))
    shapes = find_shapes(words, number_kind, single, is_ten, vocabulary)
    codes.append((SHAPE, shapes.kind, shapes.argument, shapes.first, shapes.last))
    hiding = np.isin(word_class >> 1, [places[name] for name in HIDDEN_CLASSES])
    hiding = np.flatnonzero(hiding & hidden[first])
    codes.append(
        (DISGUISE, word_class[hiding], np.zeros_like(hiding), first[hiding], last[hiding])
    )
    code = np.concatenate(
        [np.column_stack((np.full(len(a), kind), a, b)) for kind, a, b, _, _ in codes]
    )
    firsts = np.concatenate([f for *_, f, _ in codes])
    lasts = np.concatenate([x for *_, x in codes])
    listing = words.text[firsts] % max(listings, 1)
    hashes = np.concatenate([signal_hash(kind, a, b) for kind, a, b, _, _ in codes])
    once = distinct(hashes ^ (listing.view(np.uint64) * _SPREAD)).first
    once = once[np.argsort(listing[once], kind="stable")]
    return listing[once], hashes[once], firsts[once], lasts[once], code[once]


def _negated(words: Words, hits: Hits, is_negator: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return 1 for terms with a negator right before them, or one word further, 0 for others."""
    negators = np.zeros(len(words) + 1, bool)
    negators[hits.first[is_negator] + hits.length[is_negator] - 1] = True
    negated = np.zeros(len(hits.first), bool)
    open_before = np.ones(len(hits.first), bool)
    for back in range(1, _NEGATION_REACH + 1):
        at = hits.first - back
        open_before &= (at >= 0) & ~words.breaks[at]
        negated |= open_before & negators[at]
    return negated.astype(np.int64)


def grams_of(features: Features) -> Grams:
    """Hash the character n-grams of each distinct word of a block, with word borders.

    Digits read as 0, names have none.
    """
    lengths = np.where(features.kind_is_name, 0, np.minimum(features.kind_lengths, 32))
    framed = np.where(lengths > 0, lengths + 2, 0)
    starts = np.cumsum(framed) - framed
    data = np.zeros(int(framed.sum()) + PADDING, np.uint8)
    at = np.flatnonzero(lengths)
    data[starts[at]] = ord("<")
    data[starts[at] + lengths[at] + 1] = ord(">")
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    letters = features.words.data[np.repeat(features.kind_starts, lengths) + within]
    is_digit = (letters >= ord("0")) & (letters <= ord("9"))
    letters[is_digit] = ord("0")
    data[np.repeat(starts + 1, lengths) + within] = letters
    hashes, first = gram_hashes(data, starts, framed)
    return Grams(hashes, np.append(first, len(hashes)))
