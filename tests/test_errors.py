import pickle

import pytest

from thriftwatch.errors import (
    ColumnError,
    InputError,
    ModelError,
    TableError,
    ThriftwatchError,
    did_you_mean,
    listed,
    shown,
)


@pytest.mark.parametrize("kind", [InputError, TableError, ColumnError, ModelError])
def test_every_error_is_of_the_family_and_a_value_error(kind):
    assert issubclass(kind, ThriftwatchError)
    assert issubclass(kind, ValueError)


def test_a_table_error_begins_with_the_place():
    error = TableError("not a label", path="a.csv", line=12, column="label")
    assert str(error) == 'a.csv, line 12, column "label": not a label'
    assert (error.path, error.line, error.row, error.column) == ("a.csv", 12, None, "label")


def test_a_table_error_without_a_place_is_its_problem():
    assert str(TableError("not a table")) == "not a table"


def test_a_column_error_lists_the_columns_and_the_nearest():
    error = ColumnError(
        "there is no such column",
        path="a.csv",
        column="judl",
        available=["judul"],
        suggestion="judul",
    )
    assert 'columns there: "judul"' in str(error)
    assert str(error).endswith('Did you mean "judul"?')
    assert error.available == ("judul",)


def test_a_column_error_says_when_there_are_no_columns():
    assert "columns there: none" in str(ColumnError("no title", available=[]))


@pytest.mark.parametrize(
    "error",
    [
        TableError("bad", path="a.csv", line=3, column="x"),
        ColumnError("bad", path="a.csv", column="x", available=["y"], suggestion="y"),
    ],
)
def test_errors_come_back_whole_from_another_process(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("nasty", ["two\nlines", "\x1b[31mred", "\u202eflipped", "half \ud83d"])
def test_nothing_from_a_file_can_act_on_the_terminal(nasty):
    message = str(TableError("bad", path=nasty, column=nasty))
    assert message.isprintable()


def test_long_values_are_cut():
    assert len(shown("x" * 10_000)) < 100


def test_long_lists_are_cut():
    assert listed(range(30)).endswith('"19" and 10 more')


def test_did_you_mean_ignores_case_and_gives_up_on_strangers():
    assert did_you_mean("JUDL", ["judul", "toko"]) == "judul"
    assert did_you_mean("price", ["judul", "toko"]) is None
