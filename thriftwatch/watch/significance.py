"""Whether a word is used by more sellers of one kind than of another, tested for many words.

Counts are of sellers, and few. The tests are exact: given how many sellers use a word at all, the
number among the first kind is a sum of hypergeometric numbers, one for each stratum of sellers who
wrote about as much. Without the strata a seller who writes ten times more would use any word
sooner, and the word would seem to belong to his kind. This is the exact test of a common odds ratio
(Birch, 1964, *Journal of the Royal Statistical Society B* 26: 313-324).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lift", "SellerTest", "adjusted", "lift_of"]

Floats = NDArray[np.float64]
_Z95 = 1.959964
_PRIOR, _LEAST_PRIOR = 2.0, 0.5


class SellerTest:
    """An exact test of whether a word is used more by one kind of sellers than by another.

    Parameters
    ----------
    first, second
        How much each seller of the two kinds wrote, in distinct words: what strata are made of.
    odds
        The largest ratio of the odds that is no finding. With 2 a word has to be more than twice as
        usual among the first kind.

    Examples
    --------
    >>> test = SellerTest([20] * 10, [20] * 30)
    >>> p, lowest = test.p_values([0, 1, 2], [])
    >>> round(p, 4), p == lowest  # 3 of 3 users are among the 10 of 40
    (0.0121, True)
    """

    def __init__(self, first: Sequence[int], second: Sequence[int], odds: float = 1.0) -> None:
        written = np.concatenate([np.asarray(first, np.int64), np.asarray(second, np.int64)])
        strata = np.log2(np.maximum(written, 1)).astype(np.int64)
        self._of_first, self._of_second = strata[: len(first)], strata[len(first) :]
        self._strata = int(strata.max(initial=0)) + 1
        self._first = np.bincount(self._of_first, minlength=self._strata)
        self._second = np.bincount(self._of_second, minlength=self._strata)
        logs = np.log(np.arange(1, len(written) + 1))
        self._log_factorial = np.append(0.0, np.cumsum(logs))
        self._log_odds = log(odds)

    def p_values(self, first: Sequence[int], second: Sequence[int]) -> tuple[float, float]:
        """Test one word.

        Parameters
        ----------
        first, second
            The sellers of each kind who use it, by their places.

        Returns
        -------
        p : float
            Probability of so many users of the first kind, or more, if the odds are no finding.
        lowest : float
            The lowest that could be with so many users in all.
        """
        users = np.bincount(self._of_first[list(first)], minlength=self._strata)
        both = users + np.bincount(self._of_second[list(second)], minlength=self._strata)
        chances, fewest = np.ones(1), 0
        for stratum in np.flatnonzero(both).tolist():
            low, part = self._chances(stratum, int(both[stratum]))
            chances, fewest = np.convolve(chances, part), fewest + low
        chances /= chances.sum()
        return float(chances[int(users.sum()) - fewest :].sum()), float(chances[-1])

    def _chances(self, stratum: int, users: int) -> tuple[int, Floats]:
        """Return the fewest users of the first kind in a stratum, and the chance of each number."""
        first, second = int(self._first[stratum]), int(self._second[stratum])
        low, high = max(0, users - second), min(users, first)
        k = np.arange(low, high + 1)
        logs = self._log_choose(first, k) + self._log_choose(second, users - k)
        logs += self._log_odds * k
        return low, np.exp(logs - logs.max())

    def _log_choose(self, of: int, k: NDArray[np.int64]) -> Floats:
        table = self._log_factorial
        result: Floats = table[of] - table[k] - table[of - k]
        return result


def adjusted(p: Floats, lowest: Floats, rate: float) -> Floats:
    """Return the false-discovery rate at which each word would be reported.

    Benjamini and Hochberg's procedure over those words whose counts could reach it at all: a word
    of two sellers can never be a finding, and is no reason to ask more of the others.

    Parameters
    ----------
    p
        One p-value for each word.
    lowest
        The lowest each could have been, given how many sellers use the word at all.
    rate
        The rate that is asked for.

    Returns
    -------
    ndarray of float64
        Words at or below `rate` may be reported; 1 for those that could not reach it.

    Notes
    -----
    Which words could reach it does not depend on when or by whom they were used (Tarone 1990,
    Gilbert 2005, *Applied Statistics* 54: 143-158). Words go along with one another, mostly in one
    direction, for which the procedure holds (Benjamini and Yekutieli 2001).

    Examples
    --------
    >>> found = adjusted(np.array([0.001, 0.5, 0.3]), np.array([0.001, 0.001, 0.3]), 0.1)
    >>> found.round(3).tolist()
    [0.002, 0.5, 1.0]
    """
    found = np.ones(len(p))
    ordered = np.sort(lowest)
    tests = 1
    while np.searchsorted(ordered, rate / tests, side="right") > tests:
        tests += 1
    able = np.flatnonzero(lowest <= rate / tests)
    order = able[np.argsort(p[able], kind="stable")]
    scaled = p[order] * len(able) / np.arange(1, len(able) + 1)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found


@dataclass(frozen=True, slots=True)
class Lift:
    """How many times higher the odds of a word are in one group of sellers than in another.

    Attributes
    ----------
    value
        The ratio of the odds.
    low, high
        Its interval of 95%.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        value, low, high = (
            f"{number:,.0f}" if number >= 10 else f"{number:.1f}"
            for number in (self.value, self.low, self.high)
        )
        return f"{value} [{low}, {high}]"


def lift_of(users: int, of: int, other_users: int, of_others: int, usual: float) -> Lift:
    """Return the ratio of the odds of a word in two groups, drawn towards what is usual.

    Parameters
    ----------
    users, of
        Sellers of the first group who use the word, and all of that group.
    other_users, of_others
        The same of the second group.
    usual
        The share of all sellers who use it.

    Returns
    -------
    Lift

    Notes
    -----
    Log-odds with an informative Dirichlet prior: that of two sellers who write as all do (Monroe,
    Colaresi and Quinn 2008, *Political Analysis* 16: 372-403, equations 16 and 20), of whom half a
    seller at least uses the word. What nobody used before has a lift that is large, not infinite.

    Examples
    --------
    >>> print(lift_of(9, 100, 1, 100, 0.05))
    6.9 [1.2, 39]
    """
    prior = max(_PRIOR * usual, _LEAST_PRIOR)
    used, other = users + prior, other_users + prior
    rest, other_rest = (all_ + _PRIOR - some for all_, some in ((of, used), (of_others, other)))
    step = log(used / rest) - log(other / other_rest)
    width = _Z95 * sqrt(1 / used + 1 / other)
    return Lift(exp(step), exp(step - width), exp(step + width))
