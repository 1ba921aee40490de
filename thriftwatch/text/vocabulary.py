"""The lexicon as arrays: which words and phrases of a block are terms of the seller vocabulary.

The longest phrase wins and covers its words. That is how a trap cancels a term: *cakar ayam*
(chicken feet) is a term of its own, so the *cakar* inside it (used clothes in Makassar) is not
seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, pairwise

import numpy as np
from numpy.typing import NDArray

from thriftwatch.text.hashing import HashTable
from thriftwatch.text.lexicon import CLASS_NUMBERS, NAMES, Term, load_lexicon

__all__ = ["Hit", "Hits", "Vocabulary", "load_vocabulary"]

Ints = NDArray[np.int64]

Hit = tuple[int, int, int]
"""First word, number of words and term."""


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
        int64, shape (terms,): the class (see `CLASS_NUMBERS`), family and strength of each term.
    families
        Names of the families.
    class_list, family_list, strength_list
        The same as plain lists.
    words, numbers
        Every word of the lexicon by its number, and the number of each.
    single_terms
        The term that each word is by itself, or -1, by the word's number.
    """

    terms: tuple[Term, ...]
    word_class: Ints
    family: Ints
    strength: Ints
    families: tuple[str, ...]
    class_list: list[int]
    family_list: list[int]
    strength_list: list[int]
    words: list[bytes]
    numbers: dict[bytes, int]
    single_terms: list[int]
    _single: Ints
    _continues: NDArray[np.bool_]
    _steps: HashTable
    _step_nodes: dict[int, int]
    _node_term: list[int]
    _node_terms: Ints
    _openings: Mapping[tuple[bytes, bytes], int]
    _base: int
    _longest: int

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
        for size in range(2, self._longest + 1):
            if size > 2:
                going_on = np.flatnonzero(~breaks[at + size - 2])
                at, node = at[going_on], node[going_on]
            if not len(at):
                break
            step = node * self._base + numbers[at + size - 1]
            node = self._steps.find(step.view(np.uint64))
            found = np.flatnonzero(node >= 0)
            at, node = at[found], node[found]
            ended = self._node_terms[node - self._base]
            ends = np.flatnonzero(ended >= 0)
            term[at[ends]] = ended[ends]
            length[at[ends]] = size
        covered = np.zeros(len(numbers), bool)
        for size in range(2, self._longest + 1):
            phrase = np.flatnonzero(length >= size)
            covered[phrase + size - 1] = True
        first = np.flatnonzero((length > 0) & ~covered)
        return Hits(first, length[first], term[first])

    def find_in_one(
        self, words: Sequence[bytes], terms: Mapping[int, int], breaks: Sequence[bool]
    ) -> list[Hit]:
        """Do what `find` does, without arrays: for the few words of one listing.

        Parameters
        ----------
        words
            What each word reads as.
        terms
            The terms that words are by themselves, by the place of the word, in order.
        breaks
            Whether a sentence or the text ends behind each word.

        Returns
        -------
        list of Hit
        """
        hits = {first: (first, 1, term) for first, term in terms.items()}
        phrases = self._phrases_in_one(words, breaks)
        hits |= phrases
        for first, length, _ in phrases.values():
            for covered in range(first + 1, first + length):
                hits.pop(covered, None)
        return sorted(hits.values())

    def _phrases_in_one(self, words: Sequence[bytes], breaks: Sequence[bool]) -> dict[int, Hit]:
        """Return the longest phrase that begins at a word, by the word."""
        phrases: dict[int, Hit] = {}
        openings = list(map(self._openings.get, pairwise(words)))
        for first, opening in compress(enumerate(openings), openings):
            if breaks[first]:
                continue
            last, node = first + 1, opening
            while node:
                if (term := self._node_term[node - self._base]) >= 0:
                    phrases[first] = first, last - first + 1, term
                if breaks[last]:
                    break
                last += 1
                step = node * self._base + self.numbers.get(words[last], 0)
                node = self._step_nodes.get(step, 0)
        return phrases


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
            of_words = [words.setdefault(word, len(words) + 1) for word in form.split()]
            phrases.append((tuple(of_words), place))
    base = len(words) + 1
    single = [-1] * base
    nodes: dict[tuple[int, ...], int] = {}
    node_term: dict[int, int] = {}
    for numbers, place in phrases:
        if len(numbers) == 1:
            single[numbers[0]] = place
            continue
        for size in range(2, len(numbers) + 1):
            nodes.setdefault(numbers[:size], base + len(nodes))
        node_term[nodes[numbers]] = place
    steps = {
        (nodes[path[:-1]] if len(path) > 2 else path[0]) * base + path[-1]: node
        for path, node in nodes.items()
    }
    # Which brand it is says nothing, so all brands of a class are one family.
    family = [term.word_class if term.word_class in NAMES else term.family for term in terms]
    families = tuple(sorted(set(family)))
    family_places = {name: place for place, name in enumerate(families)}
    class_list = [CLASS_NUMBERS[term.word_class] for term in terms]
    family_list = [family_places[name] for name in family]
    strength_list = [term.strength for term in terms]
    ends = [node_term.get(base + node, -1) for node in range(len(nodes))]
    continues = np.zeros(base, bool)
    by_number = [b"", *(word.encode() for word in words)]
    openings = {path: node for path, node in nodes.items() if len(path) == 2}
    continues[[first for first, _ in openings]] = True
    return Vocabulary(
        terms=terms,
        word_class=np.array(class_list, np.int64),
        family=np.array(family_list, np.int64),
        strength=np.array(strength_list, np.int64),
        families=families,
        class_list=class_list,
        family_list=family_list,
        strength_list=strength_list,
        words=by_number,
        numbers={word: number for number, word in enumerate(by_number) if number},
        single_terms=single,
        _single=np.array(single, np.int64),
        _continues=continues,
        _steps=HashTable(np.array(list(steps), np.uint64), np.array(list(steps.values()))),
        _step_nodes=steps,
        _node_term=ends,
        _node_terms=np.array(ends, np.int64),
        _openings={(by_number[one], by_number[two]): at for (one, two), at in openings.items()},
        _base=base,
        _longest=max(map(len, nodes)),
    )
