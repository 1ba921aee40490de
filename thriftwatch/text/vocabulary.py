"""The lexicon as arrays: which words and phrases of a block are terms of the seller vocabulary.

The longest phrase wins and covers its words. That is how a trap cancels a term: *cakar ayam*
(chicken feet) is a term of its own, so the *cakar* inside it (used clothes in Makassar) is not
seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import HashTable, hash_words
from thriftwatch.text.lexicon import CLASSES, NAMES, Term, load_lexicon

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
    places
        The number of each class, by name.
    class_list, family_list, strength_list
        The same as plain lists.
    """

    terms: tuple[Term, ...]
    word_class: Ints
    family: Ints
    strength: Ints
    families: tuple[str, ...]
    places: dict[str, int]
    class_list: list[int]
    family_list: list[int]
    strength_list: list[int]
    _words: HashTable
    _single: Ints
    _continues: NDArray[np.bool_]
    _steps: HashTable
    _step_nodes: dict[int, int]
    _node_term: Ints
    _base: int

    def numbers(self, hashes: NDArray[np.uint64]) -> Ints:
        """Return the number of each word, given its hash; 0 for words that are not here."""
        return np.maximum(self._words.find(hashes), 0)

    def single_terms(self, numbers: Ints) -> Ints:
        """Return the term that each word is by itself, or -1."""
        return self._single[numbers]

    def find(self, numbers: Ints, breaks: NDArray[np.bool_]) -> Hits:
        """Find the terms in a block of words.

        Parameters
        ----------
        numbers
            int64, shape (words,): number of each word.
        breaks
            bool, shape (words,): whether a sentence or a text ends behind the word; phrases do
            not cross.

        Returns
        -------
        Hits
            In order; none starts inside a phrase that begins before it.
        """
        term = self._single.take(numbers)
        length = (term >= 0).astype(np.int64)
        # The last word ends a text, so a break always comes before the end of the block.
        at = np.flatnonzero(self._continues.take(numbers) & ~breaks)
        node = numbers[at]
        for size in range(2, _LONGEST_PHRASE + 1):
            if size > 2:
                going_on = np.flatnonzero(~breaks[at + size - 2])
                at, node = at[going_on], node[going_on]
            if not len(at):
                break
            step = node * self._base + numbers[at + size - 1]
            node = self._steps.find(step.view(np.uint64))
            found = np.flatnonzero(node >= 0)
            at, node = at[found], node[found]
            ended = self._node_term[node - self._base]
            ends = np.flatnonzero(ended >= 0)
            term[at[ends]] = ended[ends]
            length[at[ends]] = size
        covered = np.zeros(len(numbers), bool)
        for size in range(2, _LONGEST_PHRASE + 1):
            phrase = np.flatnonzero(length >= size)
            covered[phrase + size - 1] = True
        first = np.flatnonzero((length > 0) & ~covered)
        return Hits(first, length[first], term[first])

    def find_in_one(
        self, numbers: Sequence[int], breaks: Sequence[bool]
    ) -> list[tuple[int, int, int]]:
        """Do what `find` does, without arrays: for the few words of one listing.

        Returns
        -------
        list of (first, length, term)
        """
        words = len(numbers)
        terms = self._single[numbers].tolist() if words else []
        lengths = [1 if term >= 0 else 0 for term in terms]
        covered = bytearray(words)
        for at in np.flatnonzero(self._continues[numbers]).tolist() if words else ():
            node, size = numbers[at], 1
            while size < _LONGEST_PHRASE and not breaks[at + size - 1]:
                next_node = self._step_nodes.get(node * self._base + numbers[at + size])
                if next_node is None:
                    break
                node, size = next_node, size + 1
                term = int(self._node_term[node - self._base])
                if term >= 0:
                    terms[at], lengths[at] = term, size
            for inside in range(at + 1, at + lengths[at]):
                covered[inside] = 1
        return [
            (at, length, terms[at])
            for at, length in enumerate(lengths)
            if length and not covered[at]
        ]


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
    steps = {
        (nodes[path[:-1]] if len(path) > 2 else path[0]) * base + path[-1]: node
        for path, node in nodes.items()
    }
    places = {name: place for place, name in enumerate(CLASSES)}
    # Which brand it is says nothing, so all brands of a class are one family.
    family = [term.word_class if term.word_class in NAMES else term.family for term in terms]
    families = tuple(sorted(set(family)))
    family_places = {name: place for place, name in enumerate(families)}
    class_list = [places[term.word_class] for term in terms]
    family_list = [family_places[name] for name in family]
    strength_list = [term.strength for term in terms]
    return Vocabulary(
        terms=terms,
        word_class=np.array(class_list, np.int64),
        family=np.array(family_list, np.int64),
        strength=np.array(strength_list, np.int64),
        families=families,
        places=places,
        class_list=class_list,
        family_list=family_list,
        strength_list=strength_list,
        _words=HashTable(hash_words([word.encode() for word in words]), np.arange(1, base)),
        _single=single,
        _continues=continues,
        _steps=HashTable(np.array(list(steps), np.uint64), np.array(list(steps.values()))),
        _step_nodes=steps,
        _node_term=np.array([node_term.get(base + n, -1) for n in range(len(nodes))], np.int64),
        _base=base,
    )
