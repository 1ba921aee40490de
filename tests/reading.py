"""What the text engine reads in a text: words, terms of the vocabulary, and signals."""

from collections.abc import Sequence

import numpy as np

from thriftwatch.text.blocks import blocks_of
from thriftwatch.text.features import SHAPE, Features, extract
from thriftwatch.text.hashing import signal_hash
from thriftwatch.text.lexicon import CLASSES, Term
from thriftwatch.text.shapes import SHAPES
from thriftwatch.text.unmask import misspellings, unmask_word
from thriftwatch.text.vocabulary import load_vocabulary
from thriftwatch.text.wordstore import WordStore

MOST_ARGUMENTS = 1 << 13


def features_of(*listings: tuple[str, str], store: WordStore | None = None) -> Features:
    """Extract the features of listings, each a title and a description, as one block."""
    titles, descriptions = zip(*listings, strict=True)
    (block,) = blocks_of(titles, descriptions, [""] * len(titles))
    return extract(block.data, block.offsets, WordStore() if store is None else store)


class Forms(list[bytes]):
    """What each word of its store reads as, by the word's row."""

    def __init__(self) -> None:
        super().__init__()
        self.store = WordStore(self)

    def learn_words(self, forms: Sequence[bytes]) -> int:
        """Keep the forms of new words."""
        first = len(self)
        self.extend(forms)
        return first

    def forget(self) -> None:
        """Forget every word."""
        self.clear()


def words_read(title: str, description: str = "") -> list[str]:
    """Return every word as the engine reads it, disguises undone."""
    store = WordStore()
    features = features_of((title, description), store=store)
    words = features.words
    read = []
    for start, length, number in zip(
        words.starts.tolist(), words.lengths.tolist(), features.numbers.tolist(), strict=True
    ):
        word = words.data[start : start + length].tobytes()
        if store.unmasked[number]:
            word = unmask_word(word) or misspellings()[word]
        read.append(word.decode())
    return read


def terms_read(title: str, description: str = "") -> list[Term]:
    """Return every vocabulary term found, in order."""
    terms = load_vocabulary().terms
    return [terms[place] for place in features_of((title, description)).hits.term.tolist()]


def signals_read(kind: int, title: str, description: str = "") -> set[tuple[int, int]]:
    """Return the first numbers of the signals of one kind, and the words they rest on."""
    signals = features_of((title, description)).signals
    of_kind = signals.kind == kind
    return set(zip(signals.hashes[of_kind].tolist(), signals.first[of_kind].tolist(), strict=True))


def classes_read(kind: int, title: str, description: str = "") -> set[str]:
    """Return the classes that signals of a kind name, with "not " before negated ones."""
    names = [f"{denial}{name}" for name in CLASSES for denial in ("", "not ")]
    codes = signal_hash(kind, np.arange(len(names)), 0).tolist()
    named = dict(zip(codes, names, strict=True))
    return {named[code] for code, _ in signals_read(kind, title, description)}


def shapes_read(title: str, description: str = "") -> list[str]:
    """Return the names of the shapes found, each argument of a shape once."""
    named = {
        code: name
        for place, name in enumerate(SHAPES)
        for code in signal_hash(SHAPE, place, np.arange(MOST_ARGUMENTS)).tolist()
    }
    return sorted(named[code] for code, _ in signals_read(SHAPE, title, description))
