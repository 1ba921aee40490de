"""The exact test of sellers, what is reported of many tests, and lifts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom

from thriftwatch.watch.significance import SellerTest, adjusted, lift_of

some_sellers = st.lists(st.integers(1, 500), min_size=1, max_size=30)


def test_with_one_stratum_it_is_fishers_exact_test():
    test = SellerTest([20] * 12, [25] * 40)
    p, lowest = test.p_values(range(4), range(3))
    assert p == pytest.approx(fisher_exact([[4, 3], [8, 37]], "greater").pvalue)
    assert lowest == pytest.approx(hypergeom.sf(6, 52, 12, 7))


def test_a_word_of_those_who_write_most_is_no_finding_where_these_are_on_one_side():
    first, second = [4] * 5 + [900] * 20, [4] * 60 + [900] * 4
    of_the_long = range(5, 21), range(60, 63)
    by_strata, _ = SellerTest(first, second).p_values(*of_the_long)
    assert by_strata > 0.3
    assert fisher_exact([[16, 3], [9, 61]], "greater").pvalue < 1e-6


def test_odds_that_are_no_finding_make_it_harder():
    plain, demanding = (SellerTest([9] * 30, [9] * 90, odds) for odds in (1.0, 2.0))
    assert demanding.p_values(range(6), range(3))[0] > plain.p_values(range(6), range(3))[0]
    # Twice the odds on the nose are no finding.
    assert demanding.p_values(range(10), range(18))[0] > 0.4


@given(some_sellers, some_sellers, st.data())
def test_p_values_lie_between_the_lowest_and_one(first, second, data):
    users = [
        sorted(data.draw(st.sets(st.integers(0, len(sellers) - 1)))) for sellers in (first, second)
    ]
    p, lowest = SellerTest(first, second, data.draw(st.sampled_from([1.0, 2.0]))).p_values(*users)
    assert 0 < lowest <= p * (1 + 1e-9)
    assert p <= 1 + 1e-9


def test_chance_is_found_no_more_often_than_the_level_says():
    random = np.random.default_rng(0)
    written = random.integers(2, 200, 120)
    found = []
    for _ in range(600):
        sellers = random.permutation(120)
        using = random.random(120) < written / 800  # who writes more uses more words
        first, second = sellers[:40], sellers[40:]
        test = SellerTest(written[first], written[second])
        found.append(test.p_values(np.flatnonzero(using[first]), np.flatnonzero(using[second]))[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.05


def test_words_that_could_not_be_found_do_not_count_as_tests():
    p = np.array([0.004, *[1.0] * 200])
    lowest = np.array([0.001, *[0.2] * 200])
    assert adjusted(p, lowest, 0.1)[0] == 0.004
    assert adjusted(p, np.full(201, 0.0001), 0.1)[0] == pytest.approx(0.804)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=50))
def test_what_is_adjusted_keeps_its_order_and_only_grows(values):
    p = np.array(values)
    found = adjusted(p, np.full(len(p), 1e-9), 0.1)
    assert (found >= p - 1e-12).all()
    assert (np.diff(found[np.argsort(p)]) >= -1e-12).all()


def test_lifts_are_finite_and_turn_round():
    assert lift_of(6, 50, 0, 500, 0.01).value < 500
    assert lift_of(5, 50, 5, 50, 0.1).value == pytest.approx(1.0)
    one, other = lift_of(9, 90, 2, 80, 0.05), lift_of(2, 80, 9, 90, 0.05)
    assert one.value == pytest.approx(1 / other.value)
    assert one.low < one.value < one.high
