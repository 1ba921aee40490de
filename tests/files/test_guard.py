import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thriftwatch.files import guard_cell, guard_column, unguard_cell, unguard_column

SIGNS = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"
BLANKS = " \t\r\n\0\v\f\xa0\u2003\u200b\u3000\ufeff"
cells = st.text() | st.builds(
    "".join,
    st.tuples(
        st.text("'", max_size=3),
        st.text(BLANKS, max_size=3),
        st.text(SIGNS + "'", max_size=2),
        st.text(max_size=5),
    ),
)


@pytest.mark.parametrize("first", [*SIGNS, "  =", "\u3000＝", "\xa0-", "\ufeff@", "\n\0+"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(first):
    assert guard_cell(f"{first}1+1") == f"'{first}1+1"
    assert unguard_cell(f"'{first}1+1") == f"{first}1+1"


def is_number(text):
    try:
        float(text.removesuffix("%").replace(",", "."))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("number", ["-6.2088", "-6,2088", "-5", "+3", "-1e5", "-5%", "-0.1e-3"])
def test_a_number_is_no_formula(number):
    assert guard_cell(number) == unguard_cell(number) == number


@pytest.mark.parametrize(
    "text", ["+6281234567890", "-5+1", "- 5", "-5\n", "-", "-1.2.3", "-5rb", "--5"]
)
def test_what_is_only_nearly_a_number_is_guarded(text):
    assert guard_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "plain", ["", "'", "''", "hoodie -50%", "'90s hoodie", " 90s", " '=1", "−1", "±1"]
)
def test_other_cells_are_left_alone(plain):
    assert guard_cell(plain) == plain
    assert unguard_cell(plain) == plain


def test_exactly_one_apostrophe_is_taken_off():
    assert unguard_cell("'''=1") == "''=1"


@given(cells)
@example("'=1")
@example("'  =1")
def test_taking_off_undoes_putting_on(text):
    assert unguard_cell(guard_cell(text)) == text


@given(cells, cells)
def test_different_cells_stay_different(one, other):
    assert (guard_cell(one) == guard_cell(other)) == (one == other)


@given(cells)
@example("-6.2088")
def test_a_guarded_cell_is_never_run(text):
    if is_number(guard_cell(text)):
        return
    assert not guard_cell(text).lstrip(BLANKS).startswith(tuple(SIGNS))
    assert not guard_cell(text).startswith(("\t", "\r", "\n"))


@given(st.lists(st.none() | cells))
def test_columns_are_guarded_like_cells(texts):
    column = pa.chunked_array([texts], pa.string())
    assert guard_column(column).to_pylist() == [t if t is None else guard_cell(t) for t in texts]
    assert unguard_column(column).to_pylist() == [
        t if t is None else unguard_cell(t) for t in texts
    ]
    assert unguard_column(guard_column(column)).to_pylist() == texts
