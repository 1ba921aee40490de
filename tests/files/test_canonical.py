"""Canonical JSON is that of RFC 8785, whichever of the two encoders writes it."""

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st
from listings import any_text

from thriftwatch.files.canonical import canonical_json

NUMBERS = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1).map(lambda x: round(x, 6)),
    st.sampled_from([0.0, -0.0, 1.0, 1e-5, 1e-6, 1e-7, 1e16, 1e21, 1e22, 5e-324, 2.0**53]),
)
TEXTS = any_text.filter(lambda text: text.encode("utf-8", "replace").decode() == text)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"\ue000": 1, "\U0001f600": 2})  # in UTF-16 the second name comes first
@example({"b": {"é": 1.0}, "a": [0.5, 1e-7, "\x7f\u2028</"]})
def test_it_is_what_the_package_for_it_writes(value):
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud83d", {"a": ["\ud83d"]}, {1: 2}]
)
def test_what_has_no_canonical_json_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        rfc8785.dumps(value)
    with pytest.raises(ValueError, match=r"."):
        canonical_json(value)
