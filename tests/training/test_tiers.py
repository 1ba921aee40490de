"""Thresholds keep their promise on the scores they were chosen from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.training.tiers import choose_tiers

scored = st.lists(
    st.tuples(st.integers(0, 1), st.floats(0, 1).map(lambda x: round(x, 3))), min_size=2
)


def arrays(rows):
    labels, scores = zip(*rows, strict=True)
    return np.array(labels, np.int8), np.array(scores)


def test_separable_scores_put_every_positive_in_review_and_no_negative_in_likely():
    labels = np.repeat([0, 1], 50).astype(np.int8)
    scores = np.concatenate([np.linspace(0.05, 0.4, 50), np.linspace(0.6, 0.9, 50)])
    tiers = choose_tiers(labels, scores)
    assert (scores[labels == 1] >= tiers["review"]).mean() >= 0.95
    assert not (scores[labels == 0] >= tiers["likely"]).any()


def test_likely_is_as_precise_as_demanded():
    random = np.random.default_rng(0)
    scores = random.random(5000)
    labels = (random.random(5000) < scores).astype(np.int8)
    for precision in (0.8, 0.9, 0.95):
        likely = choose_tiers(labels, scores, precision=precision)["likely"]
        # The threshold is stored with four decimals, which may let in a row or two.
        assert labels[scores >= likely].mean() >= precision - 0.005


def test_review_finds_the_demanded_share_of_the_positives():
    random = np.random.default_rng(1)
    scores = random.random(5000)
    labels = (random.random(5000) < scores).astype(np.int8)
    for recall in (0.5, 0.8, 0.95):
        review = choose_tiers(labels, scores, recall=recall)["review"]
        assert (scores[labels == 1] >= review - 1e-4).mean() >= recall


def test_a_higher_precision_never_lowers_likely():
    random = np.random.default_rng(2)
    scores = random.random(2000)
    labels = (random.random(2000) < scores**2).astype(np.int8)
    likely = [choose_tiers(labels, scores, precision=p)["likely"] for p in (0.6, 0.8, 0.9, 0.99)]
    assert likely == sorted(likely)


def test_a_precision_out_of_reach_leaves_likely_almost_empty():
    labels = np.array([0, 1] * 50, np.int8)
    tiers = choose_tiers(labels, np.full(100, 0.7), precision=0.98)
    assert tiers["likely"] == 0.995


@pytest.mark.parametrize("label", [0, 1])
def test_with_one_label_only_there_are_still_tiers(label):
    tiers = choose_tiers(np.full(10, label, np.int8), np.linspace(0, 1, 10))
    assert tiers == {"review": 0.985, "likely": 0.995}


def test_the_order_of_rows_makes_no_difference():
    random = np.random.default_rng(3)
    scores, labels = random.random(300), random.integers(0, 2, 300).astype(np.int8)
    order = random.permutation(300)
    assert choose_tiers(labels, scores) == choose_tiers(labels[order], scores[order])


@given(scored)
def test_tiers_are_ordered_probabilities_whatever_the_scores(rows):
    tiers = choose_tiers(*arrays(rows))
    assert set(tiers) == {"review", "likely"}
    assert 0 < tiers["review"] < tiers["likely"] < 1
