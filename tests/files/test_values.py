"""Prices and dates as exports and sellers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.files.values import read_date, read_price


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Rp78.000", 78_000), ("Rp 1.250.000,-", 1_250_000), ("IDR 50,000", 50_000), ("50000", 50_000), ("45rb", 45_000),
        ("45 K", 45_000), ("1,5jt", 1_500_000), ("2 juta", 2_000_000), ("Rp 60.000,00", 60_000), ("50000.0", 50_000),
        ("1.200rb", 1_200), ("0", 0),
    ],
)  # fmt: skip
def test_a_price_is_read(text, price):
    assert read_price(text) == price


@pytest.mark.parametrize(
    "text", ["", "nego", "15-35rb", "Rp", "gratis ongkir 20rb", "-5", "1.2.3.4.5.6.7", "9" * 10**6]
)
def test_what_is_no_single_price_is_left_alone(text):
    assert read_price(text) is None


@pytest.mark.parametrize(
    "text",
    ["2026-03-12", "2026-03-12T08:00:00Z", "2026/3/12 08:00", "12/03/2026", "12-3-26", "12.03.2026 10:00", "12 Maret 2026",
     "12 Mar 2026", "1773302400", "1773302400000", " 12-Mar-2026 "],
)  # fmt: skip
def test_a_day_is_read(text):
    assert read_date(text) == date(2026, 3, 12)


def test_the_day_comes_first_unless_it_cannot():
    assert read_date("03/04/2026") == date(2026, 4, 3)
    assert read_date("03/14/2026") == date(2026, 3, 14)


@pytest.mark.parametrize(
    "text", ["", "kemarin", "31/02/2026", "2026", "12", "99/99/9999", "0000-01-01", "1 2 3"]
)
def test_what_is_no_day_is_none(text):
    assert read_date(text) is None


@given(st.text())
def test_nothing_raises(text):
    assert read_price(text) is None or read_price(text) >= 0
    assert read_date(text) is None or read_date(text).year > 0


@given(st.integers(0, 10**12))
def test_a_price_with_points_is_the_same_price(price):
    assert read_price(f"Rp{price:,}".replace(",", ".")) == price
