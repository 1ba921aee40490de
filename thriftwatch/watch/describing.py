"""What is told of a new term: counts, lifts, examples, what stands beside it, what it may mean."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from thriftwatch.errors import TableError, shown
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.watch.marks import Marked
from thriftwatch.watch.proposals import PROPOSABLE, Company, Proposal
from thriftwatch.watch.radar_result import Example, RadarTerm
from thriftwatch.watch.significance import Lift, lift_of
from thriftwatch.watch.spellings import nearest_form
from thriftwatch.watch.usage import Usage

__all__ = ["Describer"]

_EXAMPLES = 3
_PHRASES = 5

Tested = tuple[str, float, float]
"""A term, its p-value and the false-discovery rate at which it would be reported."""


class Describer:
    """Describes terms from what was counted.

    Parameters
    ----------
    vocabulary
        The lexicon of the model.
    marked
        The listings of the two times.
    used
        Who uses what: suspicious sellers before and after, lawful ones after.

    Attributes
    ----------
    company
        What stands beside which words; to be filled before anything is described.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        marked: tuple[Marked, Marked],
        used: tuple[Usage, Usage, Usage],
    ) -> None:
        self.company = Company(vocabulary)
        self._marked = marked
        self._before, self._after, self._lawful = used
        self._known = {
            form: Proposal(word_class, family, 1.0)
            for term, word_class, family in zip(
                vocabulary.terms, vocabulary.class_names, vocabulary.families, strict=True
            )
            if word_class in PROPOSABLE
            for form in term.forms
            if " " not in form
        }

    def describe(
        self, tested: Sequence[Tested], beside: Sequence[Tested] = ()
    ) -> tuple[RadarTerm, ...]:
        """Describe terms, the surest first.

        A phrase goes with the word in it that rose, be it among these or beside them: what is said
        with a word of the season is of the season.
        """
        lifts = {term: self._lift(term) for term, _, _ in tested}
        ordered = sorted(tested, key=lambda one: (one[1], " " in one[0], -lifts[one[0]].low, one))
        words = {term for term, _, _ in (*tested, *beside) if " " not in term}
        phrases = [term for term, _, _ in ordered if " " in term]
        return tuple(
            self._described(one, lifts[one[0]], [p for p in phrases if one[0] in p.split()])
            for one in ordered
            if " " not in one[0] or words.isdisjoint(one[0].split())
        )

    def _described(self, tested: Tested, lift: Lift, phrases: Sequence[str]) -> RadarTerm:
        term, p, expected = tested
        before, after, lawful = (u.count(term) for u in (self._before, self._after, self._lawful))
        usual = (after + lawful) / (len(self._after) + len(self._lawful))
        spellings = self._spellings(term)
        known = nearest_form(term, self._known)
        return RadarTerm(
            term=spellings[0],
            spellings=tuple(spellings[1:]),
            known=known or "",
            phrases=tuple(self._spellings(phrase)[0] for phrase in phrases[:_PHRASES]),
            sellers_before=before,
            sellers_after=after,
            sellers_lawful=lawful,
            listings_before=len(self._before.rows.get(term, ())),
            listings_after=len(self._after.rows.get(term, ())),
            lift=lift,
            lift_over_lawful=lift_of(after, len(self._after), lawful, len(self._lawful), usual),
            p=p,
            false_discovery_rate=expected,
            proposal=self._known[known] if known else self.company.proposal(term),
            neighbours=self.company.neighbours(term),
            examples=self._examples(term),
            by_month=self._by_month(term),
        )

    def _lift(self, term: str) -> Lift:
        before, after = self._before.count(term), self._after.count(term)
        usual = (before + after) / (len(self._before) + len(self._after))
        return lift_of(after, len(self._after), before, len(self._before), usual)

    def _spellings(self, term: str) -> list[str]:
        """Return the spellings of a term, the most usual first."""
        every: Counter[str] = Counter()
        for used in (self._before, self._after):
            every.update(used.spellings.get(term, {}))
        return sorted(every, key=lambda form: (-every[form], form != term, form))

    def _examples(self, term: str) -> tuple[Example, ...]:
        """Return listings with a term, each of another seller."""
        listings = self._marked[1].listings
        first: dict[str, int] = {}
        for row in self._after.rows[term]:
            first.setdefault(listings.sellers[row], row)
        return tuple(
            Example(row, listings.titles[row], listings.shops[row])
            for row in list(first.values())[:_EXAMPLES]
        )

    # --- months -------------------------------------------------------------------------------

    @property
    def months(self) -> dict[str, int]:
        """The number of suspicious sellers of each month, in order; empty without dates."""
        return self._sellers_by_month([one.suspicious.tolist() for one in self._marked])

    def _by_month(self, term: str) -> dict[str, int]:
        rows = [used.rows.get(term, []) for used in (self._before, self._after)]
        return self._sellers_by_month(rows)

    def _sellers_by_month(self, rows: Sequence[Sequence[int]]) -> dict[str, int]:
        sellers: dict[str, set[str]] = {}
        for of_rows, months, one in zip(rows, self._dates, self._marked, strict=True):
            for row in of_rows if months else ():
                sellers.setdefault(months[row], set()).add(one.listings.sellers[row])
        return {month: len(sellers[month]) for month in sorted(sellers) if month}

    @cached_property
    def _dates(self) -> list[list[str]]:
        """The month of each listing of the two times; empty where a table has no dates."""
        return [_months(one) for one in self._marked]


def _months(marked: Marked) -> list[str]:
    import pandas as pd

    texts = marked.listings.column("date")
    if texts is None:
        return []
    dates = pd.to_datetime(
        pd.Series(texts, dtype=object), format="ISO8601", errors="coerce", utc=True
    )
    wrong = np.flatnonzero(dates.isna().to_numpy() & np.array([bool(text) for text in texts]))
    if len(wrong):
        read = marked.listings.read
        raise TableError(
            f"{shown(texts[wrong[0]])} is no date; accepted: days such as 2026-01-31, or nothing",
            path=read.file,
            line=int(read.line_numbers[wrong[0]]),
            column="date",
        )
    return dates.dt.strftime("%Y-%m").fillna("").tolist()
