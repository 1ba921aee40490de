import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.errors import ColumnError, InputError
from thriftwatch.listing import COLUMN_NAMES, Listing, as_text, find_column, well_formed

MISSING = [None, float("nan"), np.nan, np.float32("nan"), pd.NA, pd.NaT]


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_value_is_empty_text(missing):
    assert as_text(missing, "title") == ""


@pytest.mark.parametrize("missing", MISSING)
def test_a_listing_may_lack_everything(missing):
    assert Listing(missing, missing, missing) == Listing("")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(501, "int"), (1.5, "float"), (b"kaos", "bytes"), (["kaos"], "list"), (True, "bool")],
)
def test_a_title_that_is_not_text_is_named_with_its_type(value, kind):
    with pytest.raises(InputError, match=rf"^title must be text.*not {kind} "):
        Listing(value)


def test_the_field_at_fault_is_named():
    with pytest.raises(InputError, match=r"^shop must be text"):
        Listing("Kaos", shop=7)


def test_a_listing_cannot_be_changed():
    with pytest.raises(AttributeError):
        Listing("Kaos").title = "Celana"


def test_half_an_emoji_is_replaced_and_positions_stay():
    assert Listing("a\ud83db").title == "a\ufffdb"


@given(st.text(st.characters(codec=None, categories=None)))
def test_well_formed_text_is_utf8_of_the_same_length(text):
    assert len(well_formed(text).encode().decode()) == len(text)


@given(st.text())
def test_text_that_is_unicode_is_left_alone(text):
    assert as_text(text, "title") == text


@pytest.mark.parametrize(
    ("field", "column"),
    [(field, name) for field, names in COLUMN_NAMES.items() for name in names],
)
def test_every_accepted_name_is_found(field, column):
    assert find_column(field, ["x", column, "y"], required=True, where="a.csv") == column


@pytest.mark.parametrize(
    "column", ["Judul", "NAMA PRODUK", "nama-produk", " Nama_Produk ", "TITLE"]
)
def test_case_and_spacing_make_no_difference(column):
    assert find_column("title", ["id", column], required=True, where="a.csv") == column


def test_the_earlier_accepted_name_wins_whatever_the_order_of_the_columns():
    assert find_column("title", ["nama", "judul"], required=True, where="a.csv") == "judul"
    assert find_column("title", ["judul", "Title"], required=True, where="a.csv") == "Title"


def test_the_exact_spelling_wins_among_spellings():
    assert find_column("title", ["Title", "title"], required=True, where="a.csv") == "title"


def test_the_first_wins_among_inexact_spellings():
    assert find_column("title", ["Title", "TITLE"], required=True, where="a.csv") == "Title"


def test_a_field_without_other_names_is_found_under_its_own():
    assert find_column("price", ["Price"], required=True, where="a.csv") == "Price"


def test_an_optional_column_may_be_missing():
    assert find_column("shop", ["title"], required=False, where="a.csv") is None


def test_an_explicit_column_is_taken_whatever_its_name():
    found = find_column("title", ["title", "x"], "x", required=True, where="a.csv")
    assert found == "x"


def test_an_explicit_column_that_is_missing_is_an_error_even_if_optional():
    with pytest.raises(ColumnError, match=r'Did you mean "judul"\?') as caught:
        find_column("shop", ["judul", "harga"], "Judull", required=False, where="a.csv")
    assert caught.value.path == "a.csv"
    assert caught.value.column == "Judull"


def test_a_required_column_that_is_missing_says_what_is_accepted_and_what_is_there():
    with pytest.raises(ColumnError) as caught:
        find_column("title", ["tittle", "harga"], required=True, where="a.csv")
    message = str(caught.value)
    assert message.startswith("a.csv: there is no column for the title")
    for part in ('"judul"', "--title-column", '"harga"', 'Did you mean "tittle"?'):
        assert part in message
    assert "\n" not in message


def test_a_column_that_is_its_own_field_is_named_once():
    with pytest.raises(ColumnError, match='"nope": there is no such column; columns there'):
        find_column("nope", ["title"], "nope", required=True, where="a.csv")


def test_importing_the_module_loads_none_of_the_heavy_packages():
    heavy = "pandas pyarrow sklearn scipy nltk matplotlib"
    program = (
        "import sys, thriftwatch.listing, thriftwatch.errors;"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
