"""Labels as people write them."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.errors import InputError, TableError
from thriftwatch.training.labelled import read_labelled
from thriftwatch.training.labels import LabelWords, is_usual

PAIRS = [
    ("1", "0"),
    ("1.0", "0.0"),
    ("ya", "tidak"),
    ("Ya", "TIDAK"),
    ("yes", "no"),
    ("True", "False"),
    ("BENAR", "SALAH"),
    ("illegal", "legal"),
    ("ilegal", "bukan ilegal"),
    ("positif", "negatif"),
    (" positive ", "not positive"),
]


def frame(*labels, **columns):
    titles = [f"Kaos {number}" for number in range(len(labels))]
    return pa.table({"title": titles, "label": list(labels)} | columns)


@pytest.mark.parametrize(("positive", "negative"), PAIRS)
def test_usual_words_are_labels(positive, negative):
    rows = read_labelled(frame(positive, negative, ""))
    assert rows.label.tolist() == [1, 0]
    assert [row.reason for row in rows.rejected] == ["no label"]


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0]])
def test_labels_that_are_no_text_are_labels(values):
    assert read_labelled(frame(*values)).label.tolist() == [1, 0]


def test_it_is_said_which_words_were_read_as_which_label():
    assert read_labelled(frame("1", "0")).notes == ()
    (note,) = read_labelled(frame("Ya", "tidak", "0")).notes
    assert note == 'labels were read so: "Ya" as 1, "tidak", "0" as 0'


def test_a_named_word_is_1_and_every_other_is_0_and_that_is_said():
    rows = read_labelled(frame("Thrift", "baru", "ragu", ""), positive="thrift")
    assert rows.label.tolist() == [1, 0, 0]
    assert rows.notes == ('labels were read so: "Thrift" as 1, "baru", "ragu" as 0',)
    several = read_labelled(frame("bal", "baru", "thrift"), positive=["bal", "thrift"])
    assert several.label.tolist() == [1, 0, 1]
    assert read_labelled(frame(3, 4), positive=[3]).label.tolist() == [1, 0]


def test_a_named_word_that_nobody_wrote_is_refused():
    with pytest.raises(
        InputError, match=r'no row is labelled "thirft"; .* Did you mean "thrift"\?'
    ):
        read_labelled(frame("thrift", "baru"), positive="thirft")
    with pytest.raises(InputError, match="positive must name"):
        read_labelled(frame("thrift"), positive=" ")


def test_a_word_in_one_of_several_files_is_enough():
    tables = [frame("baru"), pa.table({"title": ["Jaket"], "label": ["thrift"]})]
    assert read_labelled(tables, positive="thrift").label.tolist() == [0, 1]


def test_an_unknown_word_is_an_error_that_says_how_to_name_one():
    with pytest.raises(
        TableError, match=r'row 2, column "label": "ragu" is not accepted; .*--positive'
    ):
        read_labelled(frame("ya", "ragu"))


def test_a_named_word_makes_no_votes_of_columns_that_only_begin_with_label():
    table = frame("thrift", "baru", label_date=["3 Mei", ""], label_budi=["baru", "thrift"])
    rows = read_labelled(table, positive="thrift")
    assert [name for name, _ in rows.votes[0]] == ["", "budi"]


@given(st.text(max_size=12))
def test_a_word_is_a_label_its_denial_the_other_or_neither_is_one(word):
    label, denied = (LabelWords().label(text) for text in (word, f"bukan {word}"))
    if label in {"0", "1"} and "#" not in word:
        assert {label, denied} == {"0", "1"}
    assert is_usual(word) == (label is not None) or "#" in word
