"""Labels that look wrong are listed with a reason, and those that were turned round are found."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from thriftwatch.training.label_issues import find_label_issues, issues_table, suspects
from thriftwatch.training.labelled import Labelled

LISTINGS = [
    ("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10", 1, 0.98),
    ("Kemeja flanel thrift", "slot buka bal, minus noda dikit", 1, 0.91),
    ("Jaket second import Korea", "no minus", 0, 0.97),
    ("Kaos polos cotton combed", "baru, ready semua size", 0, 0.01),
    ("Celana chino baru", "produksi konveksi sendiri", 1, 0.02),
    ("Tas sekolah anak", "garansi toko", 0, 0.03),
]


def rows_of(listings=LISTINGS):
    titles, descriptions, labels, _ = zip(*listings, strict=True)
    return Labelled.of(titles, descriptions, np.array(labels, np.int8))


def test_rows_whose_other_label_is_more_sure_than_usual_are_listed_most_suspect_first(model):
    found = find_label_issues(rows_of(), np.array([p for *_, p in LISTINGS]), model)
    assert [(issue.row, issue.label) for issue in found] == [(5, 1), (3, 0)]
    assert all(issue.title == LISTINGS[issue.row - 1][0] for issue in found)


def test_the_reason_names_words_of_the_listing_in_two_languages(model):
    found = find_label_issues(rows_of(), np.array([p for *_, p in LISTINGS]), model)
    by_label = {issue.label: issue for issue in found}
    for issue in found:
        text = f"{issue.title}\n{issue.description}"
        assert issue.words
        assert all(word in text for word in issue.words)
        assert all(word in issue.note and word in issue.note_en for word in issue.words)
    assert "mendukung" in by_label[0].note
    assert "speak for" in by_label[0].note_en
    assert "no sign of" in by_label[1].note_en


def test_rows_that_are_known_to_be_uncertain_are_no_issue(model):
    rows = rows_of()
    rows.certainty[2] = "uncertain"
    found = find_label_issues(rows, np.array([p for *_, p in LISTINGS]), model)
    assert [issue.row for issue in found] == [5]


def test_issues_make_a_table_even_when_there_are_none(model):
    found = find_label_issues(rows_of(), np.array([p for *_, p in LISTINGS]), model)
    table = issues_table(found)
    assert table.num_rows == len(found) == 2
    assert table.column_names == issues_table([]).column_names
    assert table["words"].to_pylist() == [" || ".join(issue.words) for issue in found]


@given(
    hnp.arrays(np.int8, 20, elements=st.integers(0, 1)),
    hnp.arrays(np.float64, 20, elements=st.floats(0, 1)),
)
def test_a_suspect_is_more_probably_of_the_other_label(labels, probabilities):
    found = suspects(labels, probabilities)
    own = np.where(labels == 1, probabilities, 1 - probabilities)[found]
    assert (own < 0.5).all()
    assert (np.diff(own) >= 0).all()


def test_labels_that_the_model_agrees_with_are_no_suspects():
    labels = np.array([0, 1] * 10, np.int8)
    assert not len(suspects(labels, np.where(labels == 1, 0.7, 0.2)))


def test_one_label_alone_has_no_suspects():
    assert not len(suspects(np.ones(5, np.int8), np.linspace(0, 1, 5)))
