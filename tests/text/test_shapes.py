import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read, shapes_read

from thriftwatch.text.fields import LONGEST_WORD
from thriftwatch.text.shapes import DIGIT, MANY, NUMBER_KINDS, PAIR, PRICE, THREE, TIMES, TWO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kondisi 9/10 mulus", ["condition"]),
        ("kondisi 8/10", ["condition"]),
        ("kondisi 95% mulus", ["percent"]),
        ("ukuran 68x56", ["pxl"]),
        ("ukuran 68 x 56 cm", ["pxl"]),
        ("ukuran 68×56", ["pxl"]),
        ("p68 l56", ["pxl"]),
        ("LD 104", ["measured"]),
        ("panjang 68", ["measured"]),
        ("ready S M L XL", ["size-run"]),
        ("ready S/M/L", ["size-run"]),
        ("cuma 35rb/pcs", ["price-by-unit-piece"]),
        ("35k per pcs", ["price-by-unit-piece"]),
        ("isi 100 pcs", ["count-000-unit-piece"]),
        ("2 lusin", ["count-0-unit-bulk"]),
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
    assert shapes_read(f"ukuran {one}{mark}{two} cm") == ["pxl"]


@given(st.integers(1, 999), st.sampled_from(["pcs", "potong", "helai", "lusin"]))
def test_any_count_of_a_unit_is_one_shape(count, unit):
    (shape,) = shapes_read(f"isi {count} {unit} saja")
    assert shape.startswith(f"count-{'0' * len(str(count))}-unit-")


@given(
    st.integers(10, 999),
    st.sampled_from(["rb", "k", "jt", "ribu"]),
    st.sampled_from(["/", " per ", " / "]),
)
def test_any_price_by_the_piece_is_one_shape(price, money, link):
    assert shapes_read(f"harga {price}{money}{link}pcs saja") == ["price-by-unit-piece"]


def test_a_price_of_a_few_million_by_the_piece_is_seen():
    assert shapes_read("harga 2jt/pcs") == ["price-by-unit-piece"]
    assert shapes_read("harga 2jt/pcs 5 rb")[-1] == "price-by-unit-piece"  # the nearest unit


@given(st.integers(1, 9))
def test_a_shape_does_not_reach_from_the_title_into_the_description(number):
    assert shapes_read(f"isi {number}", "pcs") == []
    assert shapes_read("S M", "L") == []


def test_every_kind_of_number_is_read_with_its_digits_as_0():
    assert set(NUMBER_KINDS.values()) == {DIGIT, TWO, THREE, MANY, PRICE, PAIR, TIMES}
    assert all(set(word) & set(b"123456789") == set() for word in NUMBER_KINDS)
    assert max(map(len, NUMBER_KINDS)) <= LONGEST_WORD


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("isi 100 pcs", 1, 2), ("68 x 56", 0, 2), ("isi 35rb per pcs", 1, 3), ("ready S M L", 1, 3)],
)
def test_a_shape_rests_on_the_words_it_is_made_of(text, first, last):
    (shape,) = [found for found in read(text).features if found.name.startswith("shape:")]
    assert (shape.first, shape.last, shape.paired) == (first, last, False)
