"""From probabilities to score, facts and tier; of one listing as of many."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thriftwatch.domain import FACTS, OUTPUTS, POLICIES, TIERS
from thriftwatch.model.batch import decide_batch
from thriftwatch.model.decision import decide, lifted_by_shop

THRESHOLDS = {"review": 0.25, "likely": 0.75}
shares = st.floats(0, 1)
probabilities = st.lists(shares, min_size=len(OUTPUTS), max_size=len(OUTPUTS))
shops = st.sampled_from(["", "Toko Berkah Jaya", "Lulu Thrift Corner", "\ud800 bekas", "3Second"])
thresholds = (
    st.tuples(shares, shares)
    .map(sorted)
    .map(lambda pair: dict(zip(("review", "likely"), pair, strict=True)))
)


def outputs(**given):
    """Probabilities by name, 0.9 where none is given."""
    return [given.get(name.replace("-", "_"), 0.9) for name in OUTPUTS]


@given(
    st.lists(st.tuples(probabilities, shops, st.booleans()), max_size=8),
    thresholds,
    st.sampled_from(POLICIES),
)
@example([([0.25] * 6, "", True), ([0.75] * 6, "", True)], THRESHOLDS, "imported")
def test_one_listing_is_judged_as_it_is_among_many(many, limits, policy):
    rows = np.array([row for row, _, _ in many]).reshape(-1, len(OUTPUTS))
    names = [shop for _, shop, _ in many]
    together = decide_batch(rows, names, limits, policy, is_bare=lambda row: many[row][2])
    for place, (row, shop, is_bare) in enumerate(many):
        alone = decide(row, shop, limits, policy, is_bare=is_bare)
        assert alone.score == together.score[place]
        assert alone.facts == tuple(together.facts[place])
        assert alone.tier == together.tier[place]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("score", "tier"),
    [(0.0, "clear"), (0.2499, "clear"), (0.25, "review"), (0.7499, "review"), (0.75, "likely")],
)
def test_a_tier_starts_at_its_threshold(policy, score, tier):
    found = decide(outputs(**{policy.replace("-", "_"): score}), "", THRESHOLDS, policy)
    assert TIERS[found.tier] == tier
    assert (found.score, found.by_text) == (score, score)


@given(probabilities, shops, st.sampled_from(POLICIES))
def test_a_policy_changes_score_and_tier_never_the_facts(row, shop, policy):
    found = decide(row, shop, THRESHOLDS, policy)
    assert found.facts == tuple(row[OUTPUTS.index(fact)] for fact in FACTS)
    assert found.by_text == row[OUTPUTS.index(policy)]


@given(shares, shares, thresholds)
def test_a_shop_lifts_up_to_review_and_never_lowers(score, goods, limits):
    lifted = lifted_by_shop(score, goods, limits)
    assert lifted >= score
    if lifted > score:
        assert goods >= 0.5
        assert lifted <= limits["likely"]


def test_a_shop_that_tells_its_trade_lifts_clothing_alone():
    plain = decide(outputs(imported=0.1), "Toko Jaya", THRESHOLDS, "imported")
    lifted = decide(outputs(imported=0.1), "Lulu Thrift Corner", THRESHOLDS, "imported")
    lamp = decide(outputs(imported=0.1, goods=0.1), "Lulu Thrift Corner", THRESHOLDS, "imported")
    assert (TIERS[plain.tier], TIERS[lifted.tier], TIERS[lamp.tier]) == ("clear", "review", "clear")
    shop = "Lulu Thrift Corner"
    said = decide(outputs(imported=0.1), shop, THRESHOLDS, "imported", is_bare=False)
    assert (said.score, TIERS[said.tier]) == (0.1, "clear")
    assert (plain.by_text, lifted.by_text) == (0.1, 0.1)
    assert lifted.score == pytest.approx(0.1 + 0.25 * 0.9**0.5)


def test_likely_asks_that_a_reviewer_would_be_sure_or_foreign_origin_is_stated():
    tiers = [
        TIERS[decide(outputs(certain=c, foreign=f), "", THRESHOLDS, "imported").tier]
        for c, f in [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9)]
    ]
    assert tiers == ["review", "likely", "likely"]


def test_nothing_is_judged_as_nothing():
    found = decide_batch(np.empty((0, len(OUTPUTS))), [], THRESHOLDS, "imported")
    assert (found.score.shape, found.facts.shape, found.tier.shape) == ((0,), (0, len(FACTS)), (0,))
    assert found.tier.dtype == np.int8
