"""Which listings to label next, given their scores: the rule behind the queue."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import log_odds_of

__all__ = ["RANDOM", "SHARES", "WHY", "Chosen", "choose"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RANDOM, TERM, HIGH, DOUBT = "random", "term", "high", "doubt"
WHY = (RANDOM, TERM, HIGH, DOUBT)
"""Why a listing is in the queue: by chance, for a new term, for its score, for doubt."""
SHARES = {RANDOM: 0.2, TERM: 0.2, HIGH: 0.3}
"""Which share of the queue each takes, at most; doubt takes the rest."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows to label, in the order in which they were taken.

    Attributes
    ----------
    rows
        int64, shape (n,): places in the pool, the random ones first.
    why
        Why each was taken: one of `WHY`.
    """

    rows: Ints
    why: tuple[str, ...]


def choose(
    score: Floats,
    copies: Ints,
    has_term: NDArray[np.bool_],
    n: int,
    *,
    random_share: float = SHARES[RANDOM],
    boundary: float = 0.5,
    seed: int = 0,
) -> Chosen:
    """Choose what to label next.

    Parameters
    ----------
    score
        Scores of the pool, shape (listings,).
    copies
        The text each listing is a near-copy of, shape (listings,).
    has_term
        Whether each has a new term of the radar, shape (listings,).
    n
        How many to choose, at most as many as there are.
    random_share
        Share of the n that is drawn at random from the whole pool, at least one listing. Only from
        these the prevalence can be estimated without bias, so they are drawn first.
    boundary
        The score that is no evidence in either direction, where doubt is greatest.
    seed
        Decides what chance draws.

    Returns
    -------
    Chosen

    Notes
    -----
    But for the random share, no text is taken twice while there are others: a near-copy teaches
    nothing new.
    """
    random = np.random.default_rng(seed)
    drawn = random.permutation(len(score))
    at_random = min(n, max(1, round(n * random_share)))
    taken = _Taken(copies, drawn[:at_random], n)
    log_odds = np.asarray(log_odds_of(score))
    # Chance decides among equals, so that a pool sorted by shop is not taken shop by shop.
    highest = drawn[np.argsort(-score[drawn], kind="stable")]
    nearest = drawn[np.argsort(np.abs(log_odds - log_odds_of(boundary))[drawn], kind="stable")]
    with_term = highest[has_term[highest]]
    taken.take(with_term, TERM, round(n * SHARES[TERM]))
    taken.take(highest, HIGH, round(n * SHARES[HIGH]))
    taken.take(nearest, DOUBT, n)
    taken.take(nearest, DOUBT, n, again=True)
    return Chosen(np.array(taken.rows, np.int64), tuple(taken.why))


class _Taken:
    """What was taken so far, each text once unless said otherwise."""

    def __init__(self, copies: Ints, at_random: Ints, most: int) -> None:
        self.rows: list[int] = at_random.tolist()
        self.why = [RANDOM] * len(self.rows)
        self._copies, self._most = copies, most
        self._rows = set(self.rows)
        self._texts = set(copies[at_random].tolist())

    def take(self, ordered: Ints, why: str, most: int, *, again: bool = False) -> None:
        """Take the first of these rows, so many at most; texts that were taken only if asked."""
        end = min(self._most, len(self.rows) + most)
        for row in ordered.tolist():
            if len(self.rows) >= end:
                break
            text = int(self._copies[row])
            if row in self._rows or (text in self._texts and not again):
                continue
            self.rows.append(row)
            self.why.append(why)
            self._rows.add(row)
            self._texts.add(text)
