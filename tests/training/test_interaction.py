"""What joins the heads: every output from the heads that bear on it."""

import numpy as np
import pytest

from thriftwatch.domain import OUTPUTS
from thriftwatch.training.counterfactuals import NO_COUNTERFACTUALS
from thriftwatch.training.heads import HEADS, OutOfFold
from thriftwatch.training.interaction import join_heads

ROWS, FOLDS = 400, 4
ALL_USED, IMPORTED = OUTPUTS.index("all-used"), OUTPUTS.index("imported")
BESIDE_GOODS_AND_WEAR = [at for at, name in enumerate(HEADS) if name not in ("goods", "worn")]


@pytest.fixture(scope="module")
def judged():
    """Heads that judge rows on which what is foreign is mostly worn, too, and the truth."""
    random = np.random.default_rng(0)
    goods, foreign = random.random((2, ROWS)) < 0.5
    worn = np.where(random.random(ROWS) < 0.8, foreign, ~foreign)
    facts = {"goods": goods, "worn": worn, "foreign": foreign, "label": goods & worn & foreign}
    log_odds = random.normal(0.0, 1.5, (ROWS, len(HEADS)))
    for name, fact in facts.items():
        log_odds[:, HEADS.index(name)] += np.where(fact, 2.0, -2.0)
    nested = np.broadcast_to(log_odds, (FOLDS, *log_odds.shape))
    truth = facts | {"imported": facts["label"], "certain": facts["label"]}
    truth["all-used"] = goods & worn
    target = np.column_stack([truth[name] for name in OUTPUTS]).astype(np.int8)
    return OutOfFold(nested, np.arange(ROWS) % FOLDS), target


@pytest.fixture(scope="module")
def joined(judged):
    heads, target = judged
    return join_heads(heads, HEADS, target, np.ones(target.shape), NO_COUNTERFACTUALS)


def test_whether_worn_goods_are_banned_does_not_turn_on_their_origin(joined, judged):
    heads = judged[0].plain()
    elsewhere = heads.copy()
    elsewhere[:, BESIDE_GOODS_AND_WEAR] *= -1
    before, after = joined.interaction(heads), joined.interaction(elsewhere)
    np.testing.assert_array_equal(before[:, ALL_USED], after[:, ALL_USED])
    assert not np.allclose(before[:, IMPORTED], after[:, IMPORTED])


def test_the_heads_that_are_joined_tell_worn_goods_from_others(joined, judged):
    worn_goods = judged[1][:, ALL_USED] == 1
    said = joined.log_odds[:, ALL_USED] > 0
    assert (said == worn_goods).mean() > 0.8


def test_the_order_of_the_heads_does_not_matter(joined, judged):
    heads, target = judged
    backwards = OutOfFold(heads.nested[:, :, ::-1], heads.fold)
    other = join_heads(backwards, HEADS[::-1], target, np.ones(target.shape), NO_COUNTERFACTUALS)
    np.testing.assert_allclose(other.log_odds, joined.log_odds, atol=1e-2)
