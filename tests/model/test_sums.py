"""Sums of rows are exact, and probabilities what the polynomial of the log-odds says."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twin import reference

from thriftwatch.domain import LOGIT_LIMIT, probability_of
from thriftwatch.model import sums

KINDS = {"as it runs": sums, "reference": reference("model.sums")}
WEIGHTS = array("d", np.random.default_rng(0).normal(size=24))  # 2 heads: 6 monomials, and 2 zeros
WEIGHTS[6:8] = WEIGHTS[14:16] = WEIGHTS[22:24] = array("d", [0.0, 0.0])


@pytest.fixture(params=KINDS)
def of_three(request):
    """Sums of rows of four numbers, and three outputs."""
    return KINDS[request.param].Sums(4, WEIGHTS, 3)


@pytest.mark.parametrize("count", [0, 1, 3, 1024, 1025, 5000])
def test_rows_add_up_exactly(of_three, count):
    random = np.random.default_rng(count)
    rows = random.integers(-(2**20), 2**20, size=(50, 4), endpoint=True).astype(np.int32)
    rows[0] = 2**20
    short = (rows >> 6).clip(-(2**15), 2**15 - 1).astype(np.int16)
    picked = random.integers(50, size=count, dtype=np.int32) * (count != 5000)
    found = array("d", [1.0] * 4)
    of_three.add_rows(array("i", rows.tobytes()), array("i", picked.tobytes()), count, found)
    assert list(found) == rows[picked].sum(axis=0, dtype=np.int64).tolist()
    of_three.add_short_rows(array("h", short.tobytes()), array("i", picked.tobytes()), count, found)
    assert list(found) == short[picked].sum(axis=0, dtype=np.int64).tolist()


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=2))
def test_probabilities_are_those_of_the_polynomial(heads):
    one, two = np.clip(heads, -LOGIT_LIMIT, LOGIT_LIMIT)
    monomials = np.array([1.0, one, two, one * one, one * two, two * two, 0.0, 0.0])
    expected = probability_of(np.array(WEIGHTS).reshape(3, 8) @ monomials)
    found = []
    for module in KINDS.values():
        of_three = module.Sums(4, WEIGHTS, 3)
        of_three.join(array("d", heads), 2)
        found.append(list(of_three.probabilities))
    np.testing.assert_allclose(found[0], expected, rtol=1e-9, atol=1e-12)
    assert found[0] == found[1]
