"""The lexicon as arrays: which words and phrases of a block are terms of the seller vocabulary.

The longest phrase wins and covers its words. That is how a trap cancels a term: *cakar ayam*
(chicken feet) is a term of its own, so the *cakar* inside it (used clothes in Makassar) is not
seen.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import hash_words
from thriftwatch.text.lexicon import CLASSES, Term, load_lexicon

__all__ = ["Hits", "Vocabulary", "load_vocabulary"]

Ints = NDArray[np.int64]
_LONGEST_PHRASE = 4


@dataclass(frozen=True, slots=True)
class Hits:
    """Terms found in a block: ``term[k]`` covers ``length[k]`` words from word ``first[k]`` on."""

    first: Ints
    length: Ints
    term: Ints


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Look-up tables made from the lexicon. Word number 0 means: not a word of the lexicon.

    Attributes
    ----------
    terms
        The lexicon's terms; a term is named by its place here.
    word_class, family, strength
        int64, shape (terms,): the class (place in `CLASSES`), family and strength of each term.
    families
        Names of the families.
    """

    terms: tuple[Term, ...]
    word_class: Ints
    family: Ints
    strength: Ints
    families: tuple[str, ...]
    _hashes: NDArray[np.uint64]
    _numbers: Ints
    _single: Ints
    _continues: NDArray[np.bool_]
    _steps: Ints
    _nodes: Ints
    _node_term: Ints
    _base: int

    def class_number(self, name: str) -> int:
        """Return the number of a class."""
        return list(CLASSES).index(name)

    def numbers(self, hashes: NDArray[np.uint64]) -> Ints:
        """Return the number of each word, given its hash; 0 for words that are not here."""
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        return np.where(self._hashes[at] == hashes, self._numbers[at], 0)

    def single_terms(self, numbers: Ints) -> Ints:
        """Return the term that each word is by itself, or -1."""
        return self._single[numbers]

    def find(self, numbers: Ints, text: Ints, breaks: NDArray[np.bool_]) -> Hits:
        """Find the terms in a block of words.

        Parameters
        ----------
        numbers
            int64, shape (words,): number of each word.
        text
            int64, shape (words,): the text each word stands in.
        breaks
            bool, shape (words,): whether a sentence ends behind the word; phrases do not cross.

        Returns
        -------
        Hits
            In order; none starts inside a phrase that begins before it.
        """
        term = self._single[numbers]
        length = (term >= 0).astype(np.int64)
        at = np.flatnonzero(self._continues[numbers])
        node = numbers[at]
        for size in range(2, _LONGEST_PHRASE + 1):
            fits = at + size - 1 < len(numbers)
            at, node = at[fits], node[fits]
            fits = ~breaks[at + size - 2] & (text[at + size - 1] == text[at])
            at, node = at[fits], node[fits]
            if not len(at):
                break
            step = node * self._base + numbers[at + size - 1]
            place = np.minimum(np.searchsorted(self._steps, step), len(self._steps) - 1)
            found = self._steps[place] == step
            at, place = at[found], place[found]
            node = self._nodes[place]
            ends = self._node_term[place] >= 0
            term[at[ends]] = self._node_term[place[ends]]
            length[at[ends]] = size
        covered = np.zeros(len(numbers), bool)
        for size in range(2, _LONGEST_PHRASE + 1):
            phrase = np.flatnonzero(length >= size)
            covered[phrase + size - 1] = True
        first = np.flatnonzero((length > 0) & ~covered)
        return Hits(first, length[first], term[first])


@cache
def load_vocabulary() -> Vocabulary:
    """Build the look-up tables of the bundled lexicon, once.

    Examples
    --------
    >>> vocabulary = load_vocabulary()
    >>> len(vocabulary.terms) == len(vocabulary.word_class)
    True
    """
    terms = load_lexicon()
    words: dict[str, int] = {}
    phrases: list[tuple[tuple[int, ...], int]] = []
    for place, term in enumerate(terms):
        for form in term.forms:
            numbers = tuple(words.setdefault(word, len(words) + 1) for word in form.split())
            phrases.append((numbers, place))
    base = len(words) + 1
    single = np.full(base, -1, np.int64)
    nodes: dict[tuple[int, ...], int] = {}
    node_term: dict[int, int] = {}
    continues = np.zeros(base, bool)
    for numbers, place in phrases:
        if len(numbers) == 1:
            single[numbers[0]] = place
            continue
        continues[numbers[0]] = True
        for size in range(2, len(numbers) + 1):
            nodes.setdefault(numbers[:size], base + len(nodes))
        node_term[nodes[numbers]] = place
    steps = sorted(
        (((nodes[path[:-1]] if len(path) > 2 else path[0]) * base + path[-1]), node)
        for path, node in nodes.items()
    )
    hashes = hash_words([word.encode() for word in words])
    order = np.argsort(hashes)
    class_places = {name: place for place, name in enumerate(CLASSES)}
    families = tuple(sorted({term.family for term in terms}))
    family_places = {name: place for place, name in enumerate(families)}
    return Vocabulary(
        terms=terms,
        word_class=np.array([class_places[term.word_class] for term in terms], np.int64),
        family=np.array([family_places[term.family] for term in terms], np.int64),
        strength=np.array([term.strength for term in terms], np.int64),
        families=families,
        _hashes=hashes[order],
        _numbers=order + 1,
        _single=single,
        _continues=continues,
        _steps=np.array([step for step, _ in steps], np.int64),
        _nodes=np.array([node for _, node in steps], np.int64),
        _node_term=np.array([node_term.get(node, -1) for _, node in steps], np.int64),
        _base=base,
    )
