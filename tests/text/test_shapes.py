import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import shapes_read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kondisi 9/10 mulus", ["condition"]),
        ("kondisi 8/10", ["condition"]),
        ("kondisi 95% mulus", ["percent"]),
        ("ukuran 68x56", ["measurements"]),
        ("ukuran 68 x 56 cm", ["measurements"]),
        ("ukuran 68×56", ["measurements"]),
        ("p68 l56", ["measurements"]),
        ("LD 104", ["measurements"]),
        ("panjang 68", ["measurements"]),
        ("ready S M L XL", ["size run"]),
        ("ready S/M/L", ["size run"]),
        ("cuma 35rb/pcs", ["price by unit"]),
        ("35k per pcs", ["price by unit"]),
        ("isi 100 pcs", ["count of unit"]),
        ("2 lusin", ["count of unit"]),
        ("kondisi 95%", ["percent"]),
    ],
)
def test_a_shape_is_seen_whatever_the_numbers_are(text, expected):
    assert shapes_read(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "hoodie", "1/2", "9/11", "24/7", "3 in 1", "iphone 12", "size M", "S M", "25rb", "2024",
     "9\n10", "90 60", "x 56", "no 5"],
)  # fmt: skip
def test_other_numbers_have_no_shape(text):
    assert shapes_read(text) == []


@given(st.integers(10, 299), st.integers(10, 299), st.sampled_from(["x", "X", "×"]))
def test_any_pair_of_measurements_is_one_shape(one, two, mark):
    assert shapes_read(f"ukuran {one}{mark}{two} cm") == ["measurements"]


@given(st.integers(1, 999), st.sampled_from(["pcs", "potong", "helai", "lusin"]))
def test_any_count_of_a_unit_is_one_shape(count, unit):
    assert shapes_read(f"isi {count} {unit} saja") == ["count of unit"]


@given(
    st.integers(10, 999),
    st.sampled_from(["rb", "k", "jt", "ribu"]),
    st.sampled_from(["/", " per ", " / "]),
)
def test_any_price_by_the_piece_is_one_shape(price, money, link):
    assert shapes_read(f"harga {price}{money}{link}pcs saja") == ["price by unit"]


def test_a_price_of_a_few_million_by_the_piece_is_seen():
    assert shapes_read("harga 2jt/pcs") == ["price by unit"]


@given(st.integers(1, 9))
def test_a_shape_does_not_reach_from_the_title_into_the_description(number):
    assert shapes_read(f"isi {number}", "pcs") == []
    assert shapes_read("S M", "L") == []
