"""New words of the trade: what rose among suspicious listings and is not in the lexicon."""

from collections import Counter
from collections.abc import Collection, Sequence
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import TIERS
from thriftwatch.errors import InputError, not_one_of, shown
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model, check_options
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.watch.describing import Describer
from thriftwatch.watch.marks import Marked, mark
from thriftwatch.watch.radar_result import Radar
from thriftwatch.watch.scored import Scored, read_scored
from thriftwatch.watch.significance import SellerTest, adjusted
from thriftwatch.watch.spellings import respellings
from thriftwatch.watch.usage import Usage, find_collocations
from thriftwatch.watch.words import Clause, read_clauses, spelling_key

__all__ = ["FEWEST_SELLERS", "find_terms", "radar"]

FEWEST_SELLERS = 3
"""Fewer sellers are no trend."""
_TIMES_AS_USUAL = 2.0
"""How many times the odds of a word among lawful sellers it has to exceed to be of the trade."""
_LEVEL = 0.05
_RATE = 0.1

Ints = NDArray[np.int64]


def radar(
    before: object,
    after: object,
    *,
    model: Model | str | PathLike[str] | None = None,
    policy: str = "imported",
    tier: str = "review",
    reposts: object = None,
    rate: float = _RATE,
    encoding: str | None = None,
) -> Radar:
    """Find words, spellings and phrases that sellers of suspicious listings have started to use.

    Parameters
    ----------
    before, after
        Listings of an earlier and of a later time, lawful ones among them: paths, or tables in
        memory. Columns are found by their names: title, description, shop; ``label``, where 1 is
        suspicious (taken down) and 0 is not, whatever the score; ``date``, such as 2026-01-31.
    model, policy
        As for `thriftwatch.score_listings`.
    tier
        From which tier on a listing is suspicious: ``"review"`` or ``"likely"``.
    reposts
        Listings of `after` that came back after a takedown: a table or file with a column
        ``new_row``, such as ``thriftwatch reposts`` writes. They are suspicious, too.
    rate
        The false-discovery rate: the share of the reported terms that may be there by chance.
    encoding
        Encoding of text files.

    Returns
    -------
    Radar

    Raises
    ------
    TableError
        If a file is not what it says, or a label or date is not accepted.
    ColumnError
        If there is no title.
    InputError
        If an argument is not accepted, there are no suspicious listings to compare, or no lawful
        ones to contrast them with.

    Notes
    -----
    Everything is counted by seller, as one loud shop is no trend, and tested exactly
    (`thriftwatch.watch.significance.SellerTest`). A term is reported if more of the suspicious
    sellers use it after than before: that is what the false-discovery rate is of, over all terms
    (`thriftwatch.watch.significance.adjusted`). It must also be of the trade: its odds are more
    than twice those among lawful sellers of clothing in `after`, at a level of 5% for each term.
    Words of a season fail that and are set apart.

    A term is no finding about a seller: that somebody uses a word says nothing of his goods.

    Examples
    --------
    >>> from thriftwatch import radar
    >>> found = radar("october.csv", "november.csv")  # doctest: +SKIP
    >>> found.to_frame()  # doctest: +SKIP
    """
    check_options(policy)
    if tier not in TIERS[1:]:
        raise not_one_of("tier", tier, TIERS[1:])
    if not isinstance(rate, float) or not 0 < rate < 1:
        raise InputError(f"rate must be between 0 and 1, such as 0.1, not {shown(rate)}")
    scorer = as_model(model)
    earlier, later = (
        read_scored(source, scorer, policy=policy, encoding=encoding) for source in (before, after)
    )
    lowest = TIERS.index(tier)
    return find_terms(
        mark(earlier, lowest),
        mark(later, lowest, reposts=reposts, encoding=encoding),
        vocabulary=scorer.vocabulary,
        familiar=[word.decode() for word in scorer.tables.words],
        rate=rate,
        said_by=scorer.id,
    )


def find_terms(
    before: Marked,
    after: Marked,
    *,
    vocabulary: Vocabulary,
    familiar: Collection[str] = (),
    rate: float = _RATE,
    said_by: str = "",
) -> Radar:
    """Find new terms among listings that are scored and marked.

    Parameters
    ----------
    before, after
        The listings of the two times.
    vocabulary
        The lexicon of the model.
    familiar
        Words that are no spelling of another one, though they may look like it.
    rate
        As for `radar`.
    said_by
        Id of the model.

    Returns
    -------
    Radar
    """
    _check_enough(before, after)
    clauses = [
        _read(before.listings, before.suspicious, vocabulary),
        _read(after.listings, np.append(after.suspicious, after.lawful), vocabulary),
    ]
    _join_spellings(clauses, familiar)
    marked = [
        [clauses[time][row] for row in one.suspicious.tolist()]
        for time, one in enumerate((before, after))
    ]
    phrases = find_collocations(marked[0] + marked[1])
    used = [
        Usage.of(one.suspicious.tolist(), clauses[time], one.listings.sellers, phrases)
        for time, one in enumerate((before, after))
    ]
    terms = sorted(used[0].users.keys() | used[1].users.keys())
    rose = SellerTest(used[1].written, used[0].written)
    tests = [rose.p_values(used[1].users_of(term), used[0].users_of(term)) for term in terms]
    over_time, lowest = (np.array(values) for values in zip(*tests, strict=True))
    few = np.array([used[1].count(term) < FEWEST_SELLERS for term in terms])
    over_time[few] = 1.0

    risen = frozenset(terms[at] for at in np.flatnonzero(over_time <= rate).tolist())
    lawful = Usage.of(after.lawful.tolist(), clauses[1], after.listings.sellers, phrases, risen)
    of_trade = SellerTest(used[1].written, lawful.written, _TIMES_AS_USUAL)
    as_tested = over_time.copy()
    for at in np.flatnonzero(over_time <= rate).tolist():
        users = used[1].users_of(terms[at]), lawful.users_of(terms[at])
        if of_trade.p_values(*users)[0] > _LEVEL:
            as_tested[at] = 1.0
    expected = adjusted(as_tested, lowest, rate)
    is_new = expected <= rate
    is_apart = (adjusted(over_time, lowest, rate) <= rate) & ~is_new

    describer = Describer(vocabulary, (before, after), (used[0], used[1], lawful))
    for listing in marked[0] + marked[1]:
        describer.company.add(listing)
    tested = [*zip(terms, over_time.tolist(), expected.tolist(), strict=True)]
    new, apart = (
        [tested[at] for at in np.flatnonzero(kept).tolist()] for kept in (is_new, is_apart)
    )
    return Radar(
        terms=describer.describe(new, beside=apart),
        set_apart=describer.describe(apart, beside=new),
        sellers={"before": len(used[0]), "after": len(used[1]), "lawful": len(lawful)},
        rate=rate,
        model=said_by,
        months=describer.months,
    )


def _check_enough(before: Marked, after: Marked) -> None:
    for one, name in ((before, "before"), (after, "after")):
        if not len(one.suspicious):
            raise InputError(
                f"{name} ({one.listings.read.file}): no listing is suspicious, so that there is "
                "nothing to compare; add listings with label 1, or take a longer time"
            )
    if not len(after.lawful):
        raise InputError(
            f"after ({after.listings.read.file}): there is no lawful clothing, so that words of a "
            "season cannot be told from those of the trade; add lawful listings of the same time"
        )


def _read(listings: Scored, rows: Ints, vocabulary: Vocabulary) -> dict[int, list[Clause]]:
    """Return the clauses of some listings, by row."""
    titles = [listings.titles[row] for row in rows]
    descriptions = [listings.descriptions[row] for row in rows]
    return dict(zip(rows.tolist(), read_clauses(titles, descriptions, vocabulary), strict=True))


def _join_spellings(clauses: Sequence[dict[int, list[Clause]]], familiar: Collection[str]) -> None:
    """Let unfamiliar words that are spellings of one word count as one."""
    known = {spelling_key(word) for word in familiar}
    listings: Counter[str] = Counter()
    for of_row in clauses:
        for one in of_row.values():
            keys = {word.key for clause in one for word in clause if word.term < 0}
            listings.update(keys - known)
    joined = respellings(listings)
    for of_row in clauses:
        for one in of_row.values():
            for clause in one:
                for at, word in enumerate(clause):
                    if word.key in joined and word.term < 0:
                        clause[at] = word._replace(key=joined[word.key])
