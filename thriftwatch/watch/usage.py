"""Which sellers use which words: the counts behind the radar."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures

from thriftwatch.watch.words import Clause, terms_of

__all__ = ["Usage", "find_collocations"]

_TOGETHER = 10.83
"""Likelihood ratio from which two words belong together (p = 0.001); and so often, at least."""
_FEWEST_TOGETHER = 3


@dataclass(slots=True)
class Usage:
    """Which sellers of a kind use which words.

    Attributes
    ----------
    sellers
        The place of each seller in `written`.
    written
        How many distinct words each seller wrote.
    users
        The sellers who use each term, by their places.
    rows
        The listings each term stands in, as whoever counted them numbers them.
    spellings
        How often each term is spelled how.
    """

    sellers: dict[str, int] = field(default_factory=dict)
    users: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    spellings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _words: list[set[str]] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        rows: Sequence[int],
        listings: Mapping[int, list[Clause]],
        sellers: Sequence[str],
        phrases: Collection[tuple[str, str]],
        counted: Collection[str] | None = None,
    ) -> "Usage":
        """Count listings.

        Parameters
        ----------
        rows
            Which of the listings.
        listings
            The clauses of each, by row.
        sellers
            The seller of every row.
        phrases
            Which two words belong together.
        counted
            The only terms to count; all, if not given.
        """
        usage = cls()
        for row in rows:
            seller = usage.sellers.setdefault(sellers[row], len(usage.sellers))
            if seller == len(usage._words):
                usage._words.append(set())
            usage._words[seller].update(word.key for clause in listings[row] for word in clause)
            for term, spelled in terms_of(listings[row], phrases).items():
                if counted is None or term in counted:
                    usage.users[term].add(seller)
                    usage.rows[term].append(row)
                    usage.spellings[term][spelled] += 1
        return usage

    @property
    def written(self) -> list[int]:
        """How many distinct words each seller wrote."""
        return list(map(len, self._words))

    def __len__(self) -> int:
        """Return the number of sellers."""
        return len(self.sellers)

    def users_of(self, term: str) -> list[int]:
        """Return the sellers who use a term, by their places."""
        return sorted(self.users.get(term, ()))

    def count(self, term: str) -> int:
        """Return how many sellers use a term."""
        return len(self.users.get(term, ()))


def find_collocations(listings: Iterable[list[Clause]]) -> frozenset[tuple[str, str]]:
    """Return the neighbouring words that stand together far more often than by chance.

    Numbers stand between words, but belong to no phrase.

    Notes
    -----
    Dunning's likelihood ratio (1993, *Computational Linguistics* 19: 61-74), which holds for rare
    words, too.
    """
    clauses = [[word.key or "0" for word in clause] for one in listings for clause in one]
    finder = BigramCollocationFinder.from_documents(clauses)
    finder.apply_freq_filter(_FEWEST_TOGETHER)
    finder.apply_word_filter(lambda key: key == "0")
    measure = BigramAssocMeasures.likelihood_ratio
    return frozenset(pair for pair, ratio in finder.score_ngrams(measure) if ratio >= _TOGETHER)
