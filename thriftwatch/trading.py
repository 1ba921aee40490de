"""How likely a shop trades in prohibited goods, from the scores of its listings: the estimate.

Shops are estimated together, as a hierarchy: each has a share of such goods of its own, which is
drawn from that of lawful shops or from that of trading ones, and how many shops trade is learned
from all of them. So a shop of few listings keeps to what shops are like, and one of many shows what
it is itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import log_odds_of

__all__ = ["CREDIBLE", "Estimates", "estimate_trading"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LAWFUL_PRIOR = (1.0, 60.0)
"""Beta distribution of the share of such goods among the listings of a lawful shop: hardly any, but
a text can be misread, and one piece may be resold."""
TRADING_PRIOR = (2.0, 1.0)
"""The same for a trading shop: any share, but who trades in such goods rather offers many."""
TRADING_SHOPS = (1.0, 9.0)
"""Trading and lawful shops that are taken to have been seen before those of the table."""
STRONGEST = 100.0
"""How many times more likely a text may be said to be among such goods than among others: the texts
of a shop are misread alike, so that no single one may decide beyond that."""
CREDIBLE = 0.9
"""Probability that the share lies within its interval."""

_POINTS = 160
_STEPS = 200
_SHOPS, _LISTINGS = 1 << 12, 1 << 14


@dataclass(frozen=True, slots=True)
class Estimates:
    """What is estimated of each shop.

    Attributes
    ----------
    share, low, high
        float64, shape (shops,): the share of such goods, and the interval it lies in with a
        probability of `CREDIBLE`.
    trading
        float64, shape (shops,): the probability that the shop trades in them.
    """

    share: Floats
    low: Floats
    high: Floats
    trading: Floats


def estimate_trading(score: Floats, of_shop: Ints, shops: int, prevalence: float) -> Estimates:
    """Estimate all shops together.

    Parameters
    ----------
    score
        float64, shape (listings,): calibrated scores, near-copies counted once.
    of_shop
        int64, shape (listings,), ascending: whose they are, from 0.
    shops
        How many shops there are.
    prevalence
        The share of positives that the scores are stated for.

    Returns
    -------
    Estimates

    Notes
    -----
    A score s that is calibrated for a share q of positives says that a text is r = odds(s) /
    odds(q) times as likely among positives, so that the texts of a shop with a share t of them
    have the likelihood of the product of t r + 1 - t. The share is drawn from `LAWFUL_PRIOR` or
    `TRADING_PRIOR`, on a grid. How many shops trade is estimated by EM, which starts as if
    `TRADING_SHOPS` had been seen: empirical Bayes (Efron 2010, *Large-Scale Inference*, chapters 1
    and 2). Time and memory are linear in listings and shops.

    Examples
    --------
    >>> found = estimate_trading(np.array([0.01, 0.9, 0.95, 0.97]), np.array([0, 1, 1, 1]), 2, 0.4)
    >>> found.trading.round(1).tolist()
    [0.1, 1.0]
    """
    share, lawful, trade = _grid()
    ratio = np.exp(np.minimum(log_odds_of(score) - log_odds_of(prevalence), np.log(STRONGEST)))
    ends = np.searchsorted(of_shop, np.arange(shops + 1))

    # Twice over blocks of shops, so that a grid for all of them is never held at once.
    def likelihoods() -> Iterator[tuple[slice, Floats]]:
        for first in range(0, shops, _SHOPS):
            block = slice(first, min(first + _SHOPS, shops))
            own = slice(ends[block.start], ends[block.stop])
            yield block, _likelihood(ratio[own], of_shop[own] - first, block.stop - first, share)

    by_lawful, by_trade = np.zeros(shops), np.zeros(shops)
    for block, likelihood in likelihoods():
        by_lawful[block], by_trade[block] = likelihood @ lawful, likelihood @ trade
    trading = _trading(by_lawful, by_trade)
    found = Estimates(np.zeros(shops), np.zeros(shops), np.zeros(shops), trading)
    tail = (1 - CREDIBLE) / 2
    for block, likelihood in likelihoods():
        posterior = likelihood * (
            np.outer(trading[block] / by_trade[block], trade)
            + np.outer((1 - trading[block]) / by_lawful[block], lawful)
        )
        below = np.cumsum(posterior, axis=1)
        found.share[block] = posterior @ share
        found.low[block] = share[(below < tail).sum(axis=1)]
        found.high[block] = share[np.minimum((below < 1 - tail).sum(axis=1), _POINTS - 1)]
    return found


def _likelihood(ratio: Floats, of_shop: Ints, shops: int, share: Floats) -> Floats:
    """Return how likely the texts of each shop are for each share, up to a factor of the shop."""
    found = np.zeros((shops, len(share)))
    for start in range(0, len(ratio), _LISTINGS):
        block = slice(start, start + _LISTINGS)
        np.add.at(found, of_shop[block], np.log(np.outer(ratio[block], share) + (1 - share)))
    likelihood: Floats = np.exp(found - found.max(axis=1, keepdims=True))
    return likelihood


def _trading(by_lawful: Floats, by_trade: Floats) -> Floats:
    """Return the probability of trade of each shop, and learn from all how many trade."""
    seen, passed = TRADING_SHOPS
    rate = seen / (seen + passed)
    trading = np.zeros(len(by_trade))
    for _ in range(_STEPS):
        trading = rate * by_trade / (rate * by_trade + (1 - rate) * by_lawful)
        rate = (trading.sum() + seen) / (len(trading) + seen + passed)
    return trading


def _grid() -> tuple[Floats, Floats, Floats]:
    """Return shares, densest near zero, and the weights that both priors give them."""
    place = (np.arange(_POINTS) + 0.5) / _POINTS
    share = place**2
    weights = []
    for a, b in (LAWFUL_PRIOR, TRADING_PRIOR):
        density = share ** (a - 1) * (1 - share) ** (b - 1) * place
        weights.append(density / density.sum())
    return share, *weights
