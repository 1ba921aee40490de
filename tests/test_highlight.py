"""Texts cut at the words of their reasons, for every view of a listing."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from listings import any_text, listing

from thriftwatch import score_listing
from thriftwatch.highlight import segments
from thriftwatch.listing import Listing
from thriftwatch.result import Reason

WORDS = Reason("title", 7, 13, "second", "worn", 2.1, "", "")

reasons = st.lists(
    st.builds(
        lambda field, start, size, weight: replace(
            WORDS, field=field, start=start, end=start + size, weight=weight
        ),
        st.sampled_from(["title", "description"]),
        st.integers(-3, 50),
        st.integers(-3, 20),
        st.floats(-9, 9),
    ),
    max_size=8,
)


@given(any_text, reasons)
def test_pieces_joined_are_the_text_and_none_is_empty(text, found):
    pieces = segments(text, found, "title")
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)


@given(any_text, reasons)
def test_a_marked_piece_is_what_its_reason_names(text, found):
    for piece, reason in segments(text, found, "title"):
        if reason is not None:
            assert reason in found
            assert reason.field == "title"
            assert piece == text[reason.start : reason.end]


@given(any_text, reasons)
def test_unmarked_pieces_are_as_long_as_can_be(text, found):
    pieces = segments(text, found, "title")
    assert not any(one is None and two is None for (_, one), (_, two) in pairwise(pieces))


@given(listing)
def test_every_reason_of_a_listing_is_marked_once(one):
    texts = Listing(*one)
    found = score_listing(*one, reasons=50).reasons
    marked = [
        (piece, reason)
        for field in ("title", "description")
        for piece, reason in segments(getattr(texts, field), found, field)
        if reason is not None
    ]
    assert all(piece == reason.text for piece, reason in marked)
    assert {reason for _, reason in marked} == set(found)
    assert len(marked) == len(found)


def test_reasons_may_come_in_any_order():
    first = replace(WORDS, start=0, end=6, weight=0.5)
    assert segments("Hoodie second", [WORDS, first], "title") == [
        ("Hoodie", first),
        (" ", None),
        ("second", WORDS),
    ]


def test_where_two_reasons_meet_the_stronger_is_marked():
    weaker = replace(WORDS, start=0, end=9, weight=-0.5)
    assert segments("Hoodie second", [weaker, WORDS], "title") == [
        ("Hoodie ", None),
        ("second", WORDS),
    ]


def test_a_reason_that_does_not_lie_in_the_text_is_not_marked():
    assert segments("Hoodie", [WORDS], "title") == [("Hoodie", None)]


def test_empty_text_has_no_pieces():
    assert segments("", [WORDS], "title") == []
