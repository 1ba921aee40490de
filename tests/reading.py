"""What a document reads in a listing, as plain values that can be compared and printed."""

from typing import Any, NamedTuple

from thriftwatch.text.document import Document
from thriftwatch.text.lexicon import Term
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary, packaged_vocabulary


class Token(NamedTuple):
    """One token: what was written, as what it is read, and where it stands in the folded text."""

    written: bytes
    reads: bytes
    start: int
    end: int
    breaks: bool
    disguised: bool


class Found(NamedTuple):
    """A term: its number, its first and last token, and whether it is denied."""

    term: int
    first: int
    last: int
    negated: bool


class Feature(NamedTuple):
    """A named feature, the tokens it rests on, and whether on the first and the last alone."""

    name: str
    first: int
    last: int
    paired: bool


class Reading(NamedTuple):
    """All that is read in a listing. Numbers of cached words, which differ, are no part of it."""

    text: bytes
    border: int
    titled: int
    tokens: tuple[Token, ...]
    terms: tuple[Found, ...]
    words: tuple[tuple[bytes, int], ...]
    features: tuple[Feature, ...]


def new_document(vocabulary: Vocabulary | None = None) -> Document:
    """Return a document with an empty cache, which learns every feature it meets."""
    known = packaged_vocabulary() if vocabulary is None else vocabulary
    return Document(known, Names(known, {}, growing=True))


def reading_of(document: Any, title: str, description: str = "") -> Reading:
    """Read a listing with a document, compiled or not."""
    document.read(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
    names = list(document.names.numbers)
    tokens = [
        Token(
            document.written(document.token[at]),
            document.reads(document.token[at]),
            document.starts[at],
            document.ends[at],
            bool(document.breaks[at]),
            document.is_disguised(at),
        )
        for at in range(document.count)
    ]
    terms = [
        Found(
            document.term[place],
            document.term_first[place],
            document.term_last[place],
            bool(document.term_negated[place]),
        )
        for place in range(document.terms)
    ]
    words = [
        (document.written(document.word[place]), document.word_at[place])
        for place in range(document.words)
    ]
    features = [
        Feature(
            names[document.feature[place]],
            document.feature_first[place],
            document.feature_last[place],
            bool(document.feature_paired[place]),
        )
        for place in range(document.features)
    ]
    return Reading(
        document.text.lower(),
        document.border,
        document.titled,
        tuple(tokens),
        tuple(terms),
        tuple(words),
        tuple(features),
    )


_DOCUMENT = new_document()
"""Its cache fills up from test to test, as that of a thread does."""


def read(title: str, description: str = "") -> Reading:
    """Read a listing with the packaged lexicon."""
    return reading_of(_DOCUMENT, title, description)


def words_read(title: str, description: str = "") -> list[str]:
    """Return every word as it is read, disguises undone."""
    return [token.reads.decode() for token in read(title, description).tokens]


def terms_read(title: str, description: str = "") -> list[Term]:
    """Return every term found, in order."""
    terms = packaged_vocabulary().terms
    return [terms[found.term] for found in read(title, description).terms]


def features_read(title: str, description: str = "") -> list[str]:
    """Return the names of all features, in order of their names."""
    return sorted(feature.name for feature in read(title, description).features)


def classes_read(title: str, description: str = "") -> set[str]:
    """Return the classes of terms, with "not " before negated ones."""
    return {
        name.replace("class:", "")
        for name in features_read(title, description)
        if name.removeprefix("not ").startswith("class:")
    }


def shapes_read(title: str, description: str = "") -> list[str]:
    """Return the names of the shapes found."""
    return [
        name.removeprefix("shape:")
        for name in features_read(title, description)
        if name.startswith("shape:")
    ]
