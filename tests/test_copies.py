"""Near-copies share a key, other listings do not."""

import pytest
from hypothesis import given
from listings import any_text, seller_text

from thriftwatch.copies import near_copy_key

TITLE = "Hoodie Uniqlo second import XL 50rb"


@pytest.mark.parametrize(
    "copy",
    [
        "HOODIE UNIQLO SECOND IMPORT M 45rb",
        "second import hoodie uniqlo!!!",
        "🔥 Ｈｏｏｄｉｅ 𝗨𝗻𝗶𝗾𝗹𝗼 second, import, 9/10 🔥",
    ],
)
def test_another_size_price_order_or_font_is_a_copy(copy):
    assert near_copy_key(copy) == near_copy_key(TITLE)


@pytest.mark.parametrize(
    "other", ["Kemeja Uniqlo second import XL 50rb", "Hoodie Uniqlo second", ""]
)
def test_another_noun_or_less_is_another_listing(other):
    assert near_copy_key(other) != near_copy_key(TITLE)


def test_what_has_no_words_is_known_by_what_it_has():
    assert near_copy_key("501") != near_copy_key("502")


@given(any_text, seller_text)
def test_a_key_is_twelve_digits_and_stays(title, description):
    key = near_copy_key(title, description)
    assert len(key) == 12
    assert int(key, 16) >= 0
    assert near_copy_key(title, description) == key
