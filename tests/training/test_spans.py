"""A listing without its evidence keeps everything else."""

from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.training.spans import SPAN_SEPARATOR, without_evidence

texts = st.text(alphabet="ab |.,é😀", max_size=20)


def test_the_deciding_words_go_and_the_rest_stays():
    found = without_evidence(["Kemeja second import L", "ex bal, 50rb"], "second import || ex bal")
    assert [text.split() for text in found] == [["Kemeja", "L"], [",", "50rb"]]


def test_a_span_goes_wherever_it_stands():
    assert without_evidence(["thrift kaos thrift", "thrift"], "thrift") == ["  kaos  ", " "]


def test_a_long_span_goes_before_a_short_one_inside_it():
    assert without_evidence(["second import murah"], "second || second import") == ["  murah"]


def test_neighbours_of_a_removed_word_do_not_grow_together():
    assert without_evidence(["ka-bal-os"], "-bal-") == ["ka os"]


def test_without_marked_words_nothing_changes():
    assert without_evidence(["Kaos", "baru"], "") == ["Kaos", "baru"]


def test_case_must_be_the_sellers_own():
    assert without_evidence(["Thrift thrift"], "thrift") == ["Thrift  "]


@given(st.lists(texts, max_size=3), st.lists(texts.filter(lambda t: "||" not in t), max_size=3))
def test_no_text_grows_and_none_is_lost(listing, spans):
    found = without_evidence(listing, SPAN_SEPARATOR.join(spans))
    assert len(found) == len(listing)
    assert all(len(after) <= len(before) for after, before in zip(found, listing, strict=True))


@given(texts, st.text(alphabet="xyz", min_size=1, max_size=5))
def test_a_marked_word_is_really_gone(text, span):
    (found,) = without_evidence([f"{text}{span}{text}"], span)
    assert span not in found
