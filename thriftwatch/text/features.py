"""From a block of listings to features: distinct words, and signals.

A listing has two kinds of features, and each counts once however often it occurs:

* its distinct *words*; a word brings along the character n-grams it is made of;
* its distinct *signals*: lexicon families and classes, negated or not, pairs of neighbouring
  terms, and shapes of numbers.

That a word was disguised is no feature: honest sellers write ``thr1ft`` and 𝓯𝓪𝓷𝓬𝔂, too, and a
disguise must not pay in either direction. Reviewers are told of it in the reasons.

Digits read as 0 (a price is any price), and place and brand names as one word each, so that no
city or brand is evidence of anything.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.fold import Folded, fold_bytes
from thriftwatch.text.hashing import GOLDEN, counted_up, distinct, signal_hash
from thriftwatch.text.lexicon import CLASS_NUMBERS
from thriftwatch.text.shapes import Shapes, find_shapes
from thriftwatch.text.tokens import (
    HASHTAG,
    Chain,
    Words,
    chains,
    replace_chains,
    split_words,
    take_apart,
)
from thriftwatch.text.unmask import unmask_spelled
from thriftwatch.text.vocabulary import Hits, Vocabulary, load_vocabulary
from thriftwatch.text.wordstore import WordStore

__all__ = ["PAIRS", "Features", "Signals", "extract"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Found = tuple[int, Ints, Ints | int, Ints, Ints]
"""Kind and the two numbers of signals, and the first and last words they rest on."""

FAMILY, CLASS, STRENGTH, CLASS_PAIR, FAMILY_CLASS, CLASS_FAMILY, SHAPE, TITLE = range(1, 9)
PAIRS = (CLASS_PAIR, FAMILY_CLASS, CLASS_FAMILY)
"""Kinds of signals that rest on two terms, not on the words between them."""
PAIR_WINDOW = 4  # words from the end of one term to the start of the next
NEGATION_REACH = 2  # words back from a term to what may negate it
NOT_PAIRED = ("unit", "size", "brand_local")
SILENT = ("negator", "place", "brand_foreign", "logistics")
"""Classes that are no signal by themselves: names of places and brands are evidence of nothing."""
ROUTINE = "logistics"
UNTELLING = (*SILENT, "brand_local", "measure", "size", "unit")
"""Classes that do not make a sentence one about the goods. A sentence of the description that has
a `ROUTINE` word and no other class than these is shop talk: its words do not count."""
GARMENT = "garment"
DENIABLE = ("used", "import", "wholesale")
"""Classes whose terms a negator takes back: *bukan bekas*. (*Bukan KW* denies something else, and
*bukan bal sampah* is a phrase of its own.)"""
DENIALS = ("new", "own", "domestic")
"""Classes whose phrases deny when they open with a negator: *bukan import*."""
HOLDS_GARMENTS = ("used", "import", "wholesale", "condition", "own", "trade")
"""Classes whose phrases leave a garment in them visible: *baju bekas import* is clothing, too."""


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of a block, each once per listing, in the order of listings.

    Attributes
    ----------
    listing
        int64, shape (signals,).
    hashes
        uint64, shape (signals,).
    kind
        int64, shape (signals,): `FAMILY`, `CLASS`, ...
    first, last
        int64, shape (signals,): the words (inclusive) that a signal rests on.
    """

    listing: Ints
    hashes: NDArray[np.uint64]
    kind: Ints
    first: Ints
    last: Ints


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
    numbers
        int64, shape (words,): number of each word in the `WordStore`.
    counted
        int64, shape (c,): the words that count, one for each distinct word of a listing, in order.
    signals
        The signals.
    disguised
        bool, shape (words,): whether the word was read as another than the one written.
    hits
        The lexicon terms found.
    folded
        The folded text, with the way back to the original bytes.
    """

    listings: int
    words: Words
    numbers: Ints
    counted: Ints
    signals: Signals
    disguised: Flags
    hits: Hits
    folded: Folded

    def listing_of(self, words: Ints) -> Ints:
        """Return the listing that each of some words stands in."""
        return _listing(self.words.text.take(words), self.listings)


def extract(data: NDArray[np.uint8], offsets: Ints, store: WordStore) -> Features:
    """Extract the features of a block of listings.

    Parameters
    ----------
    data
        uint8, shape (n,): UTF-8 of all titles, then of all descriptions.
    offsets
        int64, shape (2 * listings + 1,): where each text starts, and the end of the last.
    store
        What is known of words; new ones are added.

    Returns
    -------
    Features
    """
    listings = (len(offsets) - 1) // 2
    folded = fold_bytes(data, offsets)
    words = split_words(folded.data, folded.offsets)
    hidden = _hidden_in_chains(words, folded)
    if hidden:
        words = replace_chains(words, hidden)
    store.make_room()
    numbers = store.number(words.data, words.starts, words.lengths)
    if len(compounds := _compounds(words, numbers, folded, store)):
        pieces = [store.pieces[number] for number in numbers[compounds].tolist()]
        words, owner, placed = take_apart(words, compounds, pieces)
        numbers = numbers[owner]
        numbers[placed] = store.number(words.data, words.starts[placed], words.lengths[placed])
    listing = _listing(words.text, listings)
    vocabulary = load_vocabulary()
    single_term = store.term.take(numbers)
    single_class = np.append(vocabulary.word_class, -1).take(single_term)  # of term -1 the last
    hits = vocabulary.find(store.lexicon_number.take(numbers), words.breaks)
    negated = _negated(words, hits, vocabulary)
    idle = _denied(words, hits, negated, single_class, vocabulary)
    idle |= _shop_talk(words, hits, single_class, vocabulary, listings)
    counting = np.flatnonzero(~idle)
    keys = (listing << 32 | store.row.take(numbers)).view(np.uint64)
    counted = counting[distinct(keys[counting])]
    shapes = find_shapes(
        words,
        store.number_kind.take(numbers),
        single_term,
        single_class,
        store.is_ten.take(numbers),
        vocabulary,
    )
    signals = _signals(words, hits, negated, single_term, shapes, vocabulary, listings)
    disguised = store.unmasked.take(numbers) | (words.starts >= len(folded.data))
    return Features(listings, words, numbers, counted, signals, disguised, hits, folded)


def _hidden_in_chains(words: Words, folded: Folded) -> list[tuple[Chain, bytes]]:
    """Return the chains that are one word in disguise, with that word; none overlaps another."""
    found: list[tuple[Chain, bytes]] = []
    end = -1
    for chain in chains(words, folded.data, folded.offsets):
        if chain.first > end and (hidden := unmask_spelled(chain.text)) is not None:
            word, before, behind = hidden
            found.append((chain.without(before, behind), word))
            end = chain.last
    return found


def _compounds(words: Words, numbers: Ints, folded: Folded, store: WordStore) -> Ints:
    """Return the words that are several glued together, but for hashtags."""
    found = np.flatnonzero(store.is_compound.take(numbers))
    if not len(found):
        return found
    start = words.span_starts[found]
    opens_text = start == folded.offsets[words.text[found]]
    opens_with_letter = words.data[start] != 0  # "#@" is no hashtag
    is_hashtag = ~opens_text & opens_with_letter & (folded.data[start - 1] == ord(HASHTAG))
    compounds: Ints = found[~is_hashtag]
    return compounds


def _signals(
    words: Words,
    hits: Hits,
    negated: Ints,
    single_term: Ints,
    shapes: Shapes,
    vocabulary: Vocabulary,
    listings: int,
) -> Signals:
    word_class = vocabulary.word_class.take(hits.term)
    kept = np.flatnonzero(~_class_flags(SILENT, word_class))
    negated = negated.take(kept)
    first = hits.first.take(kept)
    last = first + hits.length.take(kept) - 1
    term = hits.term.take(kept)
    plain_class = word_class.take(kept)
    word_class = plain_class * 2 + negated
    family = vocabulary.family.take(term) * 2 + negated
    text = words.text.take(first)

    at, garment = _garments_in_phrases(hits, single_term, vocabulary)
    garment_titled = words.text.take(at) < listings
    found = [
        *_term_signals(term, negated, first, last, text < listings, vocabulary),
        *_term_signals(garment, np.zeros_like(at), at, at, garment_titled, vocabulary),
    ]
    paired = np.flatnonzero(~_class_flags(NOT_PAIRED, plain_class))
    one, two = paired[:-1], paired[1:]
    close = np.flatnonzero(
        (first[two] - last[one] <= PAIR_WINDOW) & (text.take(two) == text.take(one))
    )
    one, two = one[close], two[close]
    starts, ends = first[one], last[two]
    found += [
        (CLASS_PAIR, word_class[one], word_class[two], starts, ends),
        (FAMILY_CLASS, family[one], word_class[two], starts, ends),
        (CLASS_FAMILY, word_class[one], family[two], starts, ends),
    ]
    found.append((SHAPE, shapes.kind, shapes.argument, shapes.first, shapes.last))

    hashes = np.concatenate([signal_hash(kind, a, b) for kind, a, b, _, _ in found])
    firsts = np.concatenate([start for *_, start, _ in found])
    lasts = np.concatenate([end for *_, end in found])
    kinds = np.repeat([kind for kind, *_ in found], [len(start) for *_, start, _ in found])
    listing = _listing(words.text.take(firsts), listings)
    once = distinct(hashes ^ (listing.view(np.uint64) * GOLDEN))
    short = listing[once].astype(np.min_scalar_type(listings))  # short numbers are sorted faster
    once = once[np.argsort(short, kind="stable")]
    return Signals(listing[once], hashes[once], kinds[once], firsts[once], lasts[once])


def _listing(text: Ints, listings: int) -> Ints:
    """Return the listing that each text belongs to."""
    return text - listings * (text >= listings)


def _term_signals(
    term: Ints, negated: Ints, first: Ints, last: Ints, in_title: Flags, vocabulary: Vocabulary
) -> list[Found]:
    """Return what terms signal each by itself."""
    word_class = vocabulary.word_class.take(term) * 2 + negated
    titled = np.flatnonzero(in_title)
    return [
        (FAMILY, vocabulary.family.take(term) * 2 + negated, 0, first, last),
        (CLASS, word_class, 0, first, last),
        (STRENGTH, word_class, vocabulary.strength.take(term), first, last),
        (TITLE, word_class[titled], 0, first[titled], last[titled]),
    ]


def _garments_in_phrases(
    hits: Hits, single_term: Ints, vocabulary: Vocabulary
) -> tuple[Ints, Ints]:
    """Return the words that name a garment within a longer phrase, and their terms."""
    holding = _class_flags(HOLDS_GARMENTS, vocabulary.word_class.take(hits.term))
    at = _words_of(hits, np.flatnonzero((hits.length > 1) & holding))
    term = single_term.take(at)
    named = (term >= 0) & (vocabulary.word_class.take(term) == CLASS_NUMBERS[GARMENT])
    return at[named], term[named]


def _class_flags(names: Collection[str], of: Ints) -> Flags:
    """Return which of these classes are among the named ones."""
    flags = np.zeros(len(CLASS_NUMBERS), bool)
    flags[[CLASS_NUMBERS[name] for name in names]] = True
    return flags.take(of)


def _words_of(hits: Hits, chosen: Ints) -> Ints:
    """Return all words that the chosen hits cover."""
    sizes = hits.length.take(chosen)
    return np.repeat(hits.first.take(chosen), sizes) + counted_up(sizes)


def _negated(words: Words, hits: Hits, vocabulary: Vocabulary) -> Ints:
    """Return 1 for terms with a negator right before them, or one word further, 0 for others."""
    negated = np.zeros(len(hits.first), np.int64)
    is_negator = vocabulary.word_class.take(hits.term) == CLASS_NUMBERS["negator"]
    if not is_negator.any():
        return negated
    negators = np.zeros(len(words) + 1, bool)
    negators[hits.first[is_negator] + hits.length[is_negator] - 1] = True
    open_before = np.ones(len(hits.first), bool)
    for back in range(1, NEGATION_REACH + 1):
        at = hits.first - back
        open_before &= (at >= 0) & ~words.breaks[np.maximum(at, 0)]
        negated |= open_before & negators[at]
    return negated


def _denied(
    words: Words,
    hits: Hits,
    negated: Ints,
    single_class: Ints,
    vocabulary: Vocabulary,
) -> Flags:
    """Mark the words that a denial takes back: they do not count as words."""
    word_class = vocabulary.word_class.take(hits.term)
    taken_back = _class_flags(DENIABLE, word_class) & (negated == 1)
    opens_with_negator = single_class.take(hits.first) == CLASS_NUMBERS["negator"]
    denials = _class_flags(DENIALS, word_class) & (hits.length > 1)
    denied = np.zeros(len(words), bool)
    denied[_words_of(hits, np.flatnonzero(taken_back | (denials & opens_with_negator)))] = True
    return denied


def _shop_talk(
    words: Words,
    hits: Hits,
    single_class: Ints,
    vocabulary: Vocabulary,
    listings: int,
) -> Flags:
    """Mark the words of sentences on shipping, payment and manners, which do not count."""
    routine = single_class == CLASS_NUMBERS[ROUTINE]
    sentence: Ints = np.cumsum(words.breaks) - words.breaks
    talk = np.zeros(len(words) + 1, bool)
    talk[sentence[routine & (words.text >= listings)]] = True
    telling = ~_class_flags(UNTELLING, vocabulary.word_class.take(hits.term))
    talk[sentence[hits.first[telling]]] = False
    return talk[sentence]
