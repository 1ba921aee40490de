"""From the probabilities that heads give to facts, score and tier."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from thriftwatch.domain import FACTS, GOODS, OUTPUTS, tier_of
from thriftwatch.text.shops import shop_hint

__all__ = ["Decision", "decide", "lifted_by_shop"]


class Decision(NamedTuple):
    """What is said of one listing.

    Attributes
    ----------
    score
        Probability, in [0, 1], that a careful reviewer labels the listing 1.
    facts
        Probability of each of `thriftwatch.domain.FACTS`.
    tier
        Place in `thriftwatch.domain.TIERS`.
    by_text
        The score of the text alone, without the name of the shop.
    """

    score: float
    facts: tuple[float, ...]
    tier: int
    by_text: float


def decide(
    probabilities: Sequence[float],
    shop: str,
    thresholds: Mapping[str, float],
    policy: str,
    *,
    is_bare: bool = True,
) -> Decision:
    """Decide about one listing.

    Parameters
    ----------
    probabilities
        Those of `thriftwatch.domain.OUTPUTS`.
    shop
        The name of the shop, or "".
    thresholds
        The scores from which a listing is "review" and "likely".
    policy
        One of `thriftwatch.domain.POLICIES`.
    is_bare
        Whether the text leaves open where the goods are from (`Document.is_bare`). What it says
        itself is not outweighed by the name of a shop.

    Examples
    --------
    >>> thresholds = {"review": 0.2, "likely": 0.8}
    >>> found = decide([0.9, 0.9, 1.0, 0.9, 0.9, 0.9], "", thresholds, "imported")
    >>> found.score, found.tier
    (0.9, 2)
    """
    outputs = dict(zip(OUTPUTS, probabilities, strict=True))
    by_text = score = outputs[policy]
    if shop and is_bare and shop_hint(shop):
        score = lifted_by_shop(score, outputs[GOODS], thresholds)
    tier = int(tier_of(score, outputs, thresholds, policy))
    return Decision(score, tuple([outputs[name] for name in FACTS]), tier, by_text)


def lifted_by_shop(score: float, goods: float, thresholds: Mapping[str, float]) -> float:
    """Lift clothing of a shop whose name tells a trade to "review", never to "likely"."""
    if goods < 0.5:
        return score
    review, likely = thresholds["review"], thresholds["likely"]
    lifted = min(score + review * sqrt(goods), review + 0.5 * (likely - review))
    return max(score, lifted)
