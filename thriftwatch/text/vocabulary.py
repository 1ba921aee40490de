"""The lexicon as the reader asks for it: words, phrases as a trie, and words worth hiding.

The longest phrase wins and covers its words. That is how a trap cancels a term: *cakar ayam*
(chicken feet) is a term of its own, so the *cakar* inside it (used clothes in Makassar) is not
seen.

A vocabulary belongs to the model that was trained with it. Building one takes tens of
milliseconds, so that a model folder holds the built tables and a start only reads them.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

from thriftwatch.text.disguises import Hidden, words_of
from thriftwatch.text.lexicon import CLASS_NUMBERS, CLASSES, NAMES, Term, load_lexicon

__all__ = ["Vocabulary", "packaged_vocabulary"]


class Vocabulary:
    """Terms, the words they are made of, and what disguises may hide.

    Attributes
    ----------
    rows
        For each term its forms (joined by ``|``), class, family, strength, and meanings.
    words
        Number of every word that stands in a form; from 1 on, for 0 is no word of the lexicon.
    single
        The term that each word is by itself, by the word's number; -1 for none.
    first_step, next_word, next_node
        The trie of phrases: of node ``n`` the steps are ``first_step[n]:first_step[n + 1]``, in
        order of the word that makes the step, and the nodes they lead to. The nodes of first words
        are their numbers, all others come behind.
    term_at
        The term that ends at a node, by the node's number; -1 for none.
    hidden
        The words that disguises may hide.
    """

    def __init__(
        self,
        rows: list[list[Any]],
        words: dict[bytes, int],
        single: list[int],
        trie: tuple[list[int], list[int], list[int], list[int]],
        hidden: Hidden,
    ) -> None:
        self.rows = rows
        self.words = words
        self.single = single
        self.first_step, self.next_word, self.next_node, self.term_at = trie
        self.hidden = hidden
        self.class_names: list[str] = [row[1] for row in rows]
        self.classes = list(map(CLASS_NUMBERS.__getitem__, self.class_names))
        # Which brand or place it is says nothing, so all of a class are one family.
        self.families: list[str] = [row[1] if row[1] in NAMES else row[2] for row in rows]
        self.strengths: list[int] = [row[3] for row in rows]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms; `Document` names them by their place here."""
        return tuple(Term(tuple(row[0].split("|")), *row[1:]) for row in self.rows)

    @classmethod
    def of(cls, terms: Iterable[Term], without: Collection[str] = ()) -> "Vocabulary":
        """Build the tables.

        Parameters
        ----------
        terms
            Terms whose forms are unique.
        without
            Names of disguises (see `thriftwatch.text.disguises.DISGUISES`) that are not undone.

        Examples
        --------
        >>> found = Vocabulary.of([Term(("bal", "bal segel"), "wholesale", "bale", 4, "", "")])
        >>> found.words, found.single
        ({b'bal': 1, b'segel': 2}, [-1, 0, -1])
        """
        rows: list[list[Any]] = [
            ["|".join(t.forms), t.word_class, t.family, t.strength, t.meaning_id, t.meaning_en]
            for t in terms
        ]
        words: dict[bytes, int] = {}
        phrases: list[tuple[list[int], int]] = []
        for place, row in enumerate(rows):
            for form in row[0].encode().split(b"|"):
                numbers = [words.setdefault(word, len(words) + 1) for word in form.split()]
                phrases.append((numbers, place))
        base = len(words) + 1
        single, term_at = [-1] * base, [-1] * base
        steps: dict[tuple[int, int], int] = {}
        for numbers, place in phrases:
            if len(numbers) == 1:
                single[numbers[0]] = place
                continue
            node = numbers[0]
            for number in numbers[1:]:
                node = steps.setdefault((node, number), len(term_at))
                if node == len(term_at):
                    term_at.append(-1)
            term_at[node] = place
        ordered = sorted(steps)
        first_step = [bisect_left(ordered, (node,)) for node in range(len(term_at) + 1)]
        next_word = [word for _, word in ordered]
        next_node = [steps[step] for step in ordered]
        trie = first_step, next_word, next_node, term_at
        return cls(rows, words, single, trie, Hidden.of(terms, words, without))

    def with_terms(self, terms: Sequence[Term]) -> "Vocabulary":
        """Return a vocabulary with more terms; a form that is here already changes hands.

        Examples
        --------
        >>> before = packaged_vocabulary()
        >>> after = before.with_terms([Term(("balbo",), "wholesale", "balpres", 5, "", "")])
        >>> b"balbo" in before.words, b"balbo" in after.words
        (False, True)
        """
        taken = {form for term in terms for form in term.forms}
        left = [
            replace(term, forms=tuple(form for form in term.forms if form not in taken))
            for term in self.terms
        ]
        return Vocabulary.of([*filter(_has_forms, left), *terms], self.hidden.without)

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as plain, JSON-ready values."""
        return {
            "terms": self.rows,
            "words": b" ".join(self.words).decode(),
            "single": self.single,
            "trie": [self.first_step, self.next_word, self.next_node, self.term_at],
            "hidden": self.hidden.to_dict(),
        }

    @classmethod
    def from_dict(cls, tables: Mapping[str, Any]) -> "Vocabulary":
        """Take over what `to_dict` returned.

        Raises
        ------
        ValueError, TypeError, LookupError
            If the tables do not belong together.
        """
        rows = tables["terms"]
        for forms, word_class, family, strength, meaning, meaning_en in rows:
            texts = (forms, family, meaning, meaning_en)
            if word_class not in CLASSES or set(map(type, texts)) != {str}:
                raise ValueError("a term is not what a lexicon has")
            if type(strength) is not int or not 1 <= strength <= 5:
                raise ValueError("a strength is not what a lexicon has")
        written = words_of(tables["words"])
        words = {word: number for number, word in enumerate(written, 1)}
        single, trie = tables["single"], tables["trie"]
        first_step, next_word, next_node, term_at = trie
        nodes, steps = len(term_at), len(next_word)
        _check(single, len(words) + 1, -1, len(rows))
        _check(term_at, nodes, -1, len(rows))
        _check(first_step, nodes + 1, 0, steps + 1)
        _check(next_word, steps, 1, len(words) + 1)
        _check(next_node, steps, len(single), nodes)
        if len(words) != len(written) or first_step != sorted(first_step) or nodes < len(single):
            raise ValueError("the phrases of the lexicon do not belong together")
        return cls(rows, words, single, trie, Hidden.from_dict(tables["hidden"]))


def _has_forms(term: Term) -> bool:
    return bool(term.forms)


def _check(numbers: list[int], count: int, lowest: int, end: int) -> None:
    """Refuse what is not so many whole numbers within these bounds."""
    if len(numbers) != count or set(map(type, numbers)) - {int}:
        raise ValueError("not the tables of a lexicon")
    if numbers and not lowest <= min(numbers) <= max(numbers) < end:
        raise ValueError("the tables of the lexicon do not belong together")


@cache
def packaged_vocabulary() -> Vocabulary:
    """Build the vocabulary of the packaged lexicon, once: what training starts from."""
    return Vocabulary.of(load_lexicon())
