"""What listings are made of for the radar: words as they are read, and phrases of two.

Words of the lexicon are not new; they are kept as what stands beside new ones. Spellings that
differ by digits for letters, stretched letters or a number at the end are one word here:
``z0rbekk`` is ``zorbek``, whether or not any lexicon knows it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["Clause", "Word", "phrases_in", "read_clauses", "spelling_key", "terms_of"]

_QUANTITY = re.compile(r"[0-9]+[a-z]{0,3}[0-9]*|[a-z]{1,2}[0-9]+")
_WORD_AND_NUMBER = re.compile(r"([a-z]+)[0-9]+")
_LETTERS = str.maketrans("0123456789", "oizeasgtbg")
_RUN = re.compile(r"([a-z])\1+")
_SHORTEST = 2


class Word(NamedTuple):
    """A word of a listing.

    Attributes
    ----------
    form
        As it is read, disguises undone.
    key
        What its spellings have in common; empty for numbers, quantities and single letters.
    term
        Place of the lexicon's term it is a part of, in the vocabulary; -1 for none.
    occurrence
        Which occurrence of a term it is a part of; -1 for none.
    """

    form: str
    key: str
    term: int
    occurrence: int


Clause = list[Word]


def spelling_key(form: str) -> str:
    """Return what the spellings of a word have in common.

    Examples
    --------
    >>> [spelling_key(form) for form in ("z0rbekk", "zorbek2", "zorrrbek")]
    ['zorbek', 'zorbek', 'zorbek']
    >>> [spelling_key(form) for form in ("25rb", "xl2", "3", "b")]
    ['', '', '', '']
    """
    if len(form) < _SHORTEST or _QUANTITY.fullmatch(form):
        return ""
    numbered = _WORD_AND_NUMBER.fullmatch(form)
    return _RUN.sub(r"\1", numbered[1] if numbered else form.translate(_LETTERS))


def read_clauses(
    titles: Sequence[str], descriptions: Sequence[str], vocabulary: Vocabulary
) -> Iterator[list[Clause]]:
    """Read listings as scoring does, and yield the clauses of each."""
    document = Document(vocabulary, Names(vocabulary, {}, growing=True))
    keys: dict[str, str] = {}
    for title, description in zip(titles, descriptions, strict=True):
        document.read(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
        yield _clauses(document, keys)


def _clauses(document: Document, keys: dict[str, str]) -> list[Clause]:
    term_at = {
        at: (document.term[place], place)
        for place in range(document.terms)
        for at in range(document.term_first[place], document.term_last[place] + 1)
    }
    clauses: list[Clause] = [[]]
    for at in range(document.count):
        form = document.reads(document.token[at]).decode()
        if form not in keys:
            keys[form] = spelling_key(form)
        clauses[-1].append(Word(form, keys[form], *term_at.get(at, (-1, -1))))
        if document.breaks[at] or at + 1 == document.titled:
            clauses.append([])
    return [clause for clause in clauses if clause]


def phrases_in(clause: Clause) -> Iterator[tuple[Word, Word]]:
    """Yield neighbouring words that are no term of the lexicon together."""
    for one, two in pairwise(clause):
        if one.key and two.key and (one.term < 0 or one.occurrence != two.occurrence):
            yield one, two


def terms_of(clauses: Iterable[Clause], phrases: Collection[tuple[str, str]]) -> dict[str, str]:
    """Return what may be a new term in a listing: its key, and how it is spelled there.

    Parameters
    ----------
    clauses
        Of one listing.
    phrases
        Which two words, by their keys, belong together.
    """
    found: dict[str, str] = {}
    for clause in clauses:
        for word in clause:
            if word.key and word.term < 0:
                found.setdefault(word.key, word.form)
        for one, two in phrases_in(clause):
            if (one.key, two.key) in phrases:
                found.setdefault(f"{one.key} {two.key}", f"{one.form} {two.form}")
    return found
