"""What a new word may mean: the family of the lexicon whose company it keeps.

Words that are used in the same way stand beside the same words (Harris 1954). *Buka bola, isi 100
pcs, grade A* puts *bola* where *bal* used to be.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import log, sqrt

from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.watch.words import Clause

__all__ = ["PROPOSABLE", "Company", "Proposal"]

_REACH = 3
_FEWEST = 5
"""Occurrences from which a family's company says something."""
_SHOWN = 5
PROPOSABLE = frozenset(
    {"used", "import", "wholesale", "condition", "trade", "evasion", "origin", "market"}
)
"""Classes that a new word of the trade may be of. A new garment or brand is no finding."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a new word may mean, for a human to accept or correct.

    Attributes
    ----------
    word_class, family
        As in the lexicon.
    likeness
        How alike the company of the word and that of the family are, from 0 to 1.
    """

    word_class: str
    family: str
    likeness: float


@dataclass(slots=True)
class Company:
    """What stands beside words, and beside families of the lexicon.

    Parameters
    ----------
    vocabulary
        The lexicon.
    """

    vocabulary: Vocabulary
    _beside: defaultdict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter), init=False
    )
    _times: Counter[str] = field(default_factory=Counter, init=False)

    def add(self, clauses: Iterable[Clause]) -> None:
        """See what stands beside what in a listing."""
        for clause in clauses:
            names = [*self._names(clause)]
            for at, (first, last, name) in enumerate(names):
                if name is None:
                    continue
                self._times[name] += 1
                for other_first, other_last, other in names[max(0, at - 2 * _REACH) :]:
                    if other_first > last + _REACH:
                        break
                    apart = other_last < first or other_first > last
                    if apart and other and other_last >= first - _REACH:
                        self._beside[name][other] += 1

    def _names(self, clause: Clause) -> Iterator[tuple[int, int, str | None]]:
        """Yield first and last place and name of every word, term and new term of a clause."""
        at = 0
        while at < len(clause):
            word, last = clause[at], at
            if word.term >= 0:
                while last + 1 < len(clause) and clause[last + 1].occurrence == word.occurrence:
                    last += 1
                yield at, last, f"<{self.vocabulary.families[word.term]}>"
            else:
                yield at, at, word.key or None
            at = last + 1

    def neighbours(self, term: str) -> tuple[str, ...]:
        """Return what stands beside a term most often, families of the lexicon as ``<family>``."""
        beside = self._of(term)
        ordered = sorted(beside, key=lambda name: (-beside[name], name))
        return tuple(ordered[:_SHOWN])

    def proposal(self, term: str) -> Proposal:
        """Return the class and family whose company is most like that of a term."""
        own = self._of(term)
        best = Proposal("evasion", term.replace(" ", "-"), 0.0)
        for family, word_class in self._families().items():
            if self._times[f"<{family}>"] >= _FEWEST:
                likeness = _cosine(own, self._weighed(self._beside[f"<{family}>"]))
                if likeness > best.likeness:
                    best = Proposal(word_class, family, likeness)
        return best

    def _of(self, term: str) -> dict[str, float]:
        """Return what stands beside the words of a term, other than these."""
        words = term.split()
        beside: Counter[str] = Counter()
        for word in words:
            beside.update(self._beside[word])
        return self._weighed({name: n for name, n in beside.items() if name not in words})

    def _families(self) -> dict[str, str]:
        pairs = zip(self.vocabulary.families, self.vocabulary.class_names, strict=True)
        return {family: of for family, of in pairs if of in PROPOSABLE}

    def _weighed(self, beside: Mapping[str, int]) -> dict[str, float]:
        """Give rare neighbours more weight: what stands beside everything tells nothing."""
        total = sum(self._times.values())
        return {name: n * log(total / self._times[name]) for name, n in beside.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    both = sum(weight * other[name] for name, weight in one.items() if name in other)
    lengths = sum(w * w for w in one.values()) * sum(w * w for w in other.values())
    return both / sqrt(lengths) if lengths else 0.0
