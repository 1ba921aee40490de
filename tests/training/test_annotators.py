"""Several annotators: their votes become one label, and how far they agree is told."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from thriftwatch.errors import ColumnError, TableError
from thriftwatch.training.annotators import (
    SETTLED,
    agree_on,
    consensus,
    find_vote_columns,
    votes_in,
)
from thriftwatch.training.labelled import read_labelled

TITLES = ["Hoodie second import", "Kaos polos baru", "Kemeja thrift", "Celana bekas"]


def said(*labels):
    return tuple(zip("abcdefgh", labels, strict=False))


def wide(**columns):
    return pa.table({"title": TITLES} | columns)


def long(votes, titles=TITLES, **columns):
    """A row for each annotator and title."""
    table = {"title": [], "annotator": [], "label": []}
    for annotator, labels in votes.items():
        table["title"] += titles
        table["annotator"] += [annotator] * len(titles)
        table["label"] += labels
    return pa.table(table | columns)


# --- what they say together ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ((1, 1), (1, "")),
        ((0, 0, 0), (0, "")),
        ((1, 1, 0), (1, "probable")),
        ((0, 1, 0), (0, "probable")),
        ((1, 0), (0, "uncertain")),
        ((1, 0, 0, 1), (0, "uncertain")),
    ],
)
def test_the_majority_decides_and_a_tie_is_an_uncertain_0(labels, expected):
    assert consensus(said(*labels)) == expected


@given(st.lists(st.integers(0, 1), min_size=1, max_size=8), st.randoms())
def test_the_order_of_the_votes_decides_nothing(labels, random):
    votes = list(said(*labels))
    shuffled = votes.copy()
    random.shuffle(shuffled)
    assert consensus(tuple(votes)) == consensus(tuple(shuffled))


def test_whoever_is_unsure_makes_no_row_surer():
    assert consensus(said(1, 1), ["sure", "probable"]) == (1, "probable")
    assert consensus(said(1, 1, 0), ["sure", "sure", "sure"]) == (1, "probable")
    assert consensus(said(0, 0, 1), ["uncertain"] * 3) == (0, "uncertain")


def test_a_label_that_settles_the_matter_wins():
    assert consensus(votes_in([("a", "1"), ("b", "0")], settled="1")) == (1, "")
    assert votes_in([("a", "1")], settled="0") == ((SETTLED, 0), ("a", 1))


# --- from a column each -------------------------------------------------------------------------


def test_a_column_for_each_annotator_needs_no_label():
    rows = read_labelled(
        wide(label_a=[1, 0, 1, 0], label_b=[1, 0, 0, 0], label_c=[None, 0, 1, None])
    )
    assert rows.label.tolist() == [1, 0, 1, 0]
    assert rows.certainty.tolist() == ["", "", "probable", ""]
    assert rows.votes[2] == (("a", 1), ("b", 0), ("c", 1))


def test_a_label_beside_the_annotators_settles_their_ties():
    rows = read_labelled(wide(label=[1, 0, 1, None], label_a=[1, 0, 1, 0], label_b=[1, 0, 0, 1]))
    assert rows.label.tolist() == [1, 0, 1, 0]
    assert rows.certainty.tolist() == ["", "", "", "uncertain"]
    assert agree_on(rows).disputed == (2, 3)


def test_a_data_frame_with_gaps_will_do():
    frame = pd.DataFrame({"title": TITLES, "label_a": [1, 0, 1, 0], "label_b": [1, None, 1, 0]})
    rows = read_labelled(frame)
    assert rows.label.tolist() == [1, 0, 1, 0]
    assert rows.votes[1] == (("a", 0),)


def test_a_row_that_nobody_labelled_is_set_aside():
    rows = read_labelled(wide(label_a=[1, 0, 1, None], label_b=[1, 0, 1, None]))
    assert [(row.line, row.reason) for row in rows.rejected] == [(4, "no label")]


def test_a_vote_that_is_no_label_is_an_error_that_names_the_column():
    with pytest.raises(TableError, match='row 3, column "label_b": "ragu" is not accepted'):
        read_labelled(wide(label_a=[1, 0, 1, 0], label_b=["1", "0", "ragu", "0"]))


def test_other_columns_that_begin_with_label_are_no_annotators():
    rows = read_labelled(wide(label=[1, 0, 1, 0], label_date=["3 Mei", "", "", ""]))
    assert agree_on(rows) is None
    assert find_vote_columns(["labels", "label", "label_", "labelled_by"]) == {}


def test_without_any_label_the_error_is_as_before():
    with pytest.raises(ColumnError, match="no column for the label"):
        read_labelled(wide())


# --- from a row each ----------------------------------------------------------------------------


def test_rows_of_several_annotators_become_one():
    rows = read_labelled(long({"ani": [1, 0, 1, 0], "budi": [1, 0, 0, 0]}))
    assert rows.title.tolist() == TITLES
    assert rows.label.tolist() == [1, 0, 0, 0]
    assert rows.certainty.tolist() == ["", "", "uncertain", ""]
    assert rows.row.tolist() == [0, 1, 2, 3]
    assert not rows.rejected


def test_annotators_may_hand_in_a_file_each(tmp_path):
    for name, label in (("ani", 1), ("budi", 0)):
        text = f"judul,annotator,label\nKemeja thrift,{name},{label}\nKaos baru,{name},0\n"
        (tmp_path / f"{name}.csv").write_text(text)
    rows = read_labelled([tmp_path / "ani.csv", tmp_path / "budi.csv"])
    assert rows.label.tolist() == [0, 0]
    assert agree_on(rows).annotators == ("ani", "budi")


def test_who_judges_twice_has_thought_again():
    rows = read_labelled(long({"ani": [1, 0, 1, 0]}, titles=TITLES[:2] * 2))
    assert rows.label.tolist() == [1, 0]
    twice = pa.table({"title": ["Kaos"] * 2, "annotator": ["ani"] * 2, "label": [1, 0]})
    assert read_labelled(twice).label.tolist() == [0]


def test_facts_are_what_most_say_of_those_who_agree_with_the_label():
    table = long(
        {"ani": [1], "budi": [1], "citra": [0]},
        titles=["Kemeja thrift"],
        rule=["R4", "R4", "R6"],
        worn=["yes", "yes", "no"],
        origin=["foreign", "unknown", "domestic"],
        spans=["thrift", "Kemeja thrift", ""],
    )
    rows = read_labelled(table)
    assert (rows.rule[0], rows.worn[0], rows.origin[0]) == ("R4", "yes", "")
    assert rows.spans[0] == "thrift || Kemeja thrift"


def test_rows_without_an_annotator_stay_as_they_are():
    rows = read_labelled(pa.table({"title": ["a", "a"], "annotator": ["", ""], "label": [1, 1]}))
    assert [row.reason for row in rows.rejected] == ["a copy of an earlier row"]


# --- how far they agree -------------------------------------------------------------------------

votes_of_two = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=4, max_size=30)


@given(votes_of_two)
def test_kappa_of_two_is_that_of_scikit_learn(votes):
    first, second = zip(*votes, strict=True)
    titles = [f"Kaos {'x' * place}" for place in range(len(votes))]
    found = agree_on(read_labelled(long({"a": list(first), "b": list(second)}, titles=titles)))
    assert found.rows == len(votes)
    assert found.share == pytest.approx(sum(a == b for a, b in votes) / len(votes))
    if len({*first, *second}) == 1:
        assert found.kappa == found.alpha == 1.0
    else:
        assert found.kappa == pytest.approx(cohen_kappa_score(first, second))
        assert found.alpha <= 1.0


def test_annotators_need_not_have_judged_the_same_rows():
    rows = read_labelled(
        wide(label_a=[1, 0, 1, None], label_b=[1, 0, None, 0], label_c=[None, 0, 0, 1])
    )
    found = agree_on(rows)
    assert found.rows == 4
    assert found.disputed == (2, 3)
    # a and b agree on two rows; a and c, b and c share two rows each and agree on one of them.
    assert found.kappa == pytest.approx((1.0 + 0.0 + 0.0) / 3)


def test_agreement_on_the_hard_rules_is_told_apart():
    rows = read_labelled(
        wide(label_a=[1, 0, 1, 0], label_b=[1, 0, 0, 1], rule=["R2", "R7", "R4", "R6"])
    )
    found = agree_on(rows)
    assert found.hard.rows == 2
    assert found.hard.kappa < found.kappa
    assert "R4 to R6" in str(found)


def test_one_annotator_agrees_with_nobody():
    assert agree_on(read_labelled(wide(label_a=[1, 0, 1, 0]))) is None
    assert agree_on(read_labelled(wide(label=[1, 0, 1, 0]))) is None
