"""Labelled tables are checked row by row, and no row disappears without a reason."""

import io

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.files import write_table
from thriftwatch.training.labelled import COLUMN_VALUES, read_excluded, read_labelled

TITLES = ["Hoodie second import ex Jepang", "Kaos polos baru", "Celana bekas pakai sendiri"]
LABELS = ["1", "0", "0"]
FACTS = {
    "certainty": ["sure", "", "uncertain"],
    "rule": ["R2", "R0", ""],
    "goods": ["core", "core", "adjacent"],
    "worn": ["yes", "no", "unknown"],
    "origin": ["foreign", "domestic", ""],
}


def frame(**columns):
    return pa.table({"title": TITLES, "label": LABELS} | columns)


def reasons(rows):
    return [(row.line, row.reason) for row in rows.rejected]


@pytest.fixture
def csv_file(tmp_path):
    def write(text, name="labelled.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


# --- what is needed, and what is used -----------------------------------------------------------


def test_title_and_label_are_enough():
    rows = read_labelled(frame())
    assert rows.title.tolist() == TITLES
    assert rows.label.tolist() == [1, 0, 0]
    assert rows.label.dtype == "int8"
    assert rows.description.tolist() == ["", "", ""]
    assert not any(rows.states(fact) for fact in FACTS)


def test_facts_are_used_where_they_are_stated():
    rows = read_labelled(frame(**FACTS))
    for name, values in FACTS.items():
        assert getattr(rows, name).tolist() == values
        assert rows.states(name)


@pytest.mark.parametrize("name", ["judul", "Nama Produk", "NAMA_PRODUK", "Title"])
def test_columns_are_found_by_indonesian_names_in_any_spelling(name):
    table = pa.table({name: TITLES, "Deskripsi": ["a", "b", "c"], "toko": ["", "x", ""]})
    rows = read_labelled(table.append_column("label", [LABELS]))
    assert rows.title.tolist() == TITLES
    assert rows.description.tolist() == ["a", "b", "c"]
    assert rows.shop.tolist() == ["", "x", ""]


def test_columns_can_be_named():
    table = pa.table({"teks": TITLES, "title": ["x", "y", "z"], "impor": LABELS})
    rows = read_labelled(table, columns={"title": "teks", "label": "impor"})
    assert rows.title.tolist() == TITLES
    assert rows.label.tolist() == [1, 0, 0]


def test_columns_nobody_knows_are_ignored():
    assert len(read_labelled(frame(price=[1, 2, 3], photo=[["a"], [], None]))) == 3


def test_values_may_have_blanks_around_them():
    rows = read_labelled(pa.table({"title": TITLES, "label": [" 1", "0 ", "0"]}))
    assert rows.label.tolist() == [1, 0, 0]


def test_a_selection_keeps_every_column_and_the_rejected_rows():
    rows = read_labelled(pa.table({"title": [*TITLES, ""], "label": [*LABELS, "1"]}))
    taken = rows.take([2, 0])
    assert taken.title.tolist() == [TITLES[2], TITLES[0]]
    assert taken.label.tolist() == [0, 1]
    assert taken.rejected == rows.rejected


# --- where labels come from ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        pa.RecordBatch.from_pydict,
        lambda columns: pd.DataFrame(columns, index=[7, 8, 9]),
    ],
    ids=["pandas", "polars", "pyarrow table", "record batch", "pandas with an index"],
)
@pytest.mark.parametrize("labels", [[1, 0, 0], [1.0, 0.0, 0.0], LABELS], ids=str)
def test_every_kind_of_table_gives_the_same_rows(make, labels):
    rows = read_labelled(make({"title": TITLES, "label": labels}))
    assert rows.title.tolist() == TITLES
    assert rows.label.tolist() == [1, 0, 0]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx", "a.csv.gz"])
def test_every_kind_of_file_gives_the_same_rows(name, tmp_path):
    table = frame(**FACTS)
    write_table(table, tmp_path / name)
    rows = read_labelled(tmp_path / name)
    assert rows.title.tolist() == TITLES
    assert rows.label.tolist() == [1, 0, 0]
    assert rows.rule.tolist() == FACTS["rule"]


def test_several_files_are_read_in_order_and_their_columns_may_differ(csv_file):
    one = csv_file("title,label,rule\nHoodie second import,1,R2\n", "one.csv")
    two = csv_file("label;judul\n0;Kaos baru\n", "two.csv")
    rows = read_labelled([one, str(two)])
    assert rows.title.tolist() == ["Hoodie second import", "Kaos baru"]
    assert rows.rule.tolist() == ["R2", ""]


def test_tables_and_files_can_be_mixed(csv_file):
    rows = read_labelled([frame(), csv_file("title,label\nTopi,0\n")])
    assert rows.title.tolist() == [*TITLES, "Topi"]


@pytest.mark.parametrize("source", [5, None, [5], [None], io.StringIO("title,label\n")], ids=repr)
def test_what_is_no_table_is_refused_with_an_example(source):
    with pytest.raises(InputError):
        read_labelled(source)


def test_no_file_at_all_is_refused():
    with pytest.raises(InputError, match="give at least one file"):
        read_labelled([])


# --- what is wrong with a table -----------------------------------------------------------------


def test_without_a_title_column_the_error_names_the_nearest(csv_file):
    with pytest.raises(ColumnError, match=r'columns there: "judl", "label"\. Did you mean "judl"'):
        read_labelled(csv_file("judl,label\nKaos,0\n"))


def test_without_a_label_column_the_error_names_the_nearest(csv_file):
    with pytest.raises(ColumnError, match=r'no column for the label.* Did you mean "labl"'):
        read_labelled(csv_file("title,labl\nKaos,0\n"))


def test_a_named_column_that_is_not_there_is_an_error_even_if_another_would_do():
    with pytest.raises(ColumnError, match='column "judul": there is no such column for the title'):
        read_labelled(frame(), columns={"title": "judul"})


def test_a_misspelled_field_in_columns_is_an_error():
    with pytest.raises(InputError, match=r'"lable" is no field.* Did you mean "label"'):
        read_labelled(frame(), columns={"lable": "label"})


def test_labels_that_a_column_with_gaps_turned_into_floats_are_read(csv_file):
    path = csv_file("title,label\nKaos,0.0\nHoodie,1.0\nTopi,\n")
    assert read_labelled(path).label.tolist() == [0, 1]
    path = csv_file("title,label_a,label_b\nKaos,0,0.0\nHoodie,1,\nTopi,1,1.0\n")
    assert read_labelled(path).label.tolist() == [0, 1, 1]


@pytest.mark.parametrize("label", ["2", "ragu", "-1", "iya dong", "0.5", "１", "ya#tidak"])
def test_a_label_that_is_not_0_or_1_is_named_with_its_line(label, csv_file):
    path = csv_file(f'title,label\n"Kaos\nbaru",0\nHoodie,{label}\n')
    with pytest.raises(TableError) as error:
        read_labelled(path)
    assert error.value.line == 4
    assert error.value.column == "label"
    assert f'"{label}" is not accepted; accepted: 0 or 1, ya or tidak, ' in str(error.value)
    assert "--positive" in str(error.value)
    assert "--skip-unusable" in str(error.value)


def test_in_a_table_in_memory_the_row_is_named():
    with pytest.raises(TableError, match='table, row 3, column "label": "7" is not accepted'):
        read_labelled(pa.table({"title": TITLES, "label": [1, 0, 7]}))


@pytest.mark.parametrize("fact", list(FACTS))
def test_a_fact_that_is_not_accepted_is_named_with_what_is(fact):
    with pytest.raises(TableError) as error:
        read_labelled(frame(**{fact: ["", "maybe", ""]}))
    assert error.value.column == fact
    assert error.value.row == 2
    assert all(f'"{value}"' in str(error.value) for value in COLUMN_VALUES[fact])


def test_what_is_not_utf_8_is_read_and_the_guess_is_said(csv_file):
    path = csv_file("title,label\nKaos,0\nCafé second import,1\n", encoding="latin-1")
    with pytest.warns(UserWarning, match=r"read as cp1252, which is a guess"):
        rows = read_labelled(path)
    assert rows.title.tolist() == ["Kaos", "Café second import"]


def test_a_table_without_a_usable_row_is_an_error():
    with pytest.raises(InputError, match="no usable labelled row"):
        read_labelled(pa.table({"title": ["", "Kaos"], "label": ["1", ""]}))
    with pytest.raises(InputError, match="no usable labelled row"):
        read_labelled(pa.table({"title": pa.array([], pa.string()), "label": pa.array([])}))


# --- rows that are set aside --------------------------------------------------------------------


def test_rows_without_label_or_title_are_set_aside_with_line_and_reason(csv_file):
    path = csv_file("title,label\nHoodie,1\nKaos,\n,0\n   ,0\nTopi,0\n")
    rows = read_labelled(path)
    assert rows.title.tolist() == ["Hoodie", "Topi"]
    assert reasons(rows) == [(3, "no label"), (4, "no title"), (5, "no title")]
    assert {row.file for row in rows.rejected} == {str(path)}


def test_a_broken_row_of_a_file_is_among_the_rejected(csv_file):
    rows = read_labelled(csv_file("title,label\nHoodie,1\nKaos\nTopi,0\n"))
    assert len(rows) == 2
    assert rows.rejected[0].line == 3


def test_missing_values_of_a_data_frame_are_no_label():
    rows = read_labelled(pd.DataFrame({"title": TITLES, "label": [1, None, 0]}))
    assert rows.label.tolist() == [1, 0]
    assert reasons(rows) == [(2, "no label")]


def test_unusable_rows_can_be_skipped_each_named_once_and_in_order():
    table = pa.table(
        {
            "title": [*TITLES, "Topi", "Kemeja", "Jaket"],
            "label": ["1", "maybe", "0", "", "9", "0"],
            "rule": ["R9", "", "", "", "R9", ""],
        }
    )
    rows = read_labelled(table, skip_unusable=True)
    assert rows.title.tolist() == [TITLES[2], "Jaket"]
    assert [line for line, _ in reasons(rows)] == [1, 2, 4, 5]
    assert reasons(rows)[0][1].startswith('rule "R9" is not accepted')
    assert rows.rejected[1].raw == TITLES[1]


def test_the_first_of_equal_rows_is_kept():
    rows = read_labelled(pa.table({"title": ["Kaos", "Hoodie", "Kaos"], "label": [0, 1, 0]}))
    assert rows.title.tolist() == ["Kaos", "Hoodie"]
    assert reasons(rows) == [(3, "a copy of an earlier row")]


def test_rows_that_differ_in_description_or_shop_are_no_copies():
    table = pa.table(
        {
            "title": ["Kaos"] * 3,
            "description": ["", "baru", ""],
            "shop": ["", "", "toko"],
            "label": [0] * 3,
        }
    )
    assert len(read_labelled(table)) == 3


def test_copies_that_contradict_each_other_are_all_set_aside():
    table = pa.table({"title": ["Kaos", "Hoodie", "Kaos", "Kaos"], "label": [0, 1, 1, 0]})
    rows = read_labelled(table)
    assert rows.title.tolist() == ["Hoodie"]
    assert reasons(rows) == [(n, "the same text is labelled both 0 and 1") for n in (1, 3, 4)]


def test_a_copy_is_named_by_the_file_and_line_it_stands_in(csv_file):
    one = csv_file("title,label\n,0\nKaos,0\n", "one.csv")
    two = csv_file('title,label\n"Topi\nbaru",0\nKaos,0\n', "two.csv")
    rows = read_labelled([one, two])
    copies = [row for row in rows.rejected if "copy" in row.reason]
    assert [(row.file, row.line) for row in copies] == [(str(two), 4)]


# --- ids that are held out ----------------------------------------------------------------------


def test_ids_to_hold_out_are_read_as_text(csv_file):
    assert read_excluded(csv_file("id,title\n007,Kaos\na1,Topi\n")) == {"007", "a1"}


def test_ids_to_hold_out_may_be_a_data_frame():
    assert read_excluded(pd.DataFrame({"id": ["a1", "a2"]})) == {"a1", "a2"}


def test_a_table_to_hold_out_needs_an_id_column(csv_file):
    with pytest.raises(ColumnError, match="no column for the id") as caught:
        read_excluded(csv_file("title\nKaos\n"))
    assert "--id-column" not in str(caught.value)  # there is no such option


def test_the_way_to_name_a_column_is_one_that_training_has(csv_file):
    with pytest.raises(ColumnError, match=r'columns=\{"title": \.\.\.\} in Python') as caught:
        read_labelled(csv_file("benda,label\nKaos,0\n"))
    assert "--title-column" in str(caught.value)
