import unicodedata

import numpy as np
import pytest
from disguises import DISGUISES
from hypothesis import example, given
from hypothesis import strategies as st
from listings import listing

from thriftwatch import score_listing
from thriftwatch.listing import Listing
from thriftwatch.model.model import POLICIES
from thriftwatch.model.reasons import contributions
from thriftwatch.text.blocks import blocks_of

WIDE = 50  # more reasons than a listing here can have
STRONG = ("thrift", "bekas", "seken", "balpres", "monza", "lelong")
UNREAD = {
    ("leet symbols", "bekas"),
    ("leet symbols", "balpres"),
    ("two stars", "monza"),
    ("two stars", "seken"),
}


def has_no_letter(text):
    return not any(unicodedata.category(character)[0] in "LN" for character in text)


@given(listing, st.sampled_from(POLICIES))
@example(("thrift", ""), "imported")
@example(("", "\ud800 b.a.l \udfff"), "imported")
@example(("ＴＨＲＩＦＴ t\u0336h\u0336rift", "🇹🇭🇷🇮🇫🇹 second\xad import"), "all-used")
@example(("kondisi 5½bekas", "🎽🎽 thrift"), "imported")
@example(("", "0¼"), "imported")
def test_reasons_are_slices_of_the_original_text_that_do_not_overlap(one, policy):
    texts = Listing(*one)
    found = score_listing(*one, policy=policy, reasons=WIDE)
    taken = set()
    for reason in found.reasons:
        original = getattr(texts, reason.field)
        assert 0 <= reason.start < reason.end <= len(original)
        assert reason.text == original[reason.start : reason.end]
        places = {(reason.field, place) for place in range(reason.start, reason.end)}
        assert not taken & places
        taken |= places


@given(listing)
@example(("thrift", ""))
@example(("", ""))
@example(("bekas " * 300, "bukan bekas"))
def test_contributions_and_intercept_are_every_heads_log_odds(model, one):
    (block,) = blocks_of([one[0]], [one[1]], [""])
    features = model.features(block)
    found = model.head_scores(features)
    shares = contributions(model, features, found)
    assert shares.words.shape == (len(features.words), len(model.heads))
    total = shares.intercept + shares.words.sum(axis=0)
    np.testing.assert_allclose(total, found.heads[0], rtol=1e-5, atol=1e-5)


@given(listing)
def test_reasons_carry_a_fact_a_weight_and_two_sentences(one):
    for reason in score_listing(*one, reasons=WIDE).reasons:
        assert reason.fact in {"goods", "worn", "foreign", "score"}
        assert np.isfinite(reason.weight)
        assert reason.weight != 0
        quoted = " ".join(reason.text.split())
        assert f'"{quoted}"' in reason.note
        assert f'"{quoted}"' in reason.note_en
        assert reason.note.endswith("(meringankan)") is (reason.weight < 0)


@given(listing, st.integers(0, 4))
def test_fewer_reasons_are_the_first_of_many(one, limit):
    many = score_listing(*one, reasons=WIDE).reasons
    assert score_listing(*one, reasons=limit).reasons == many[:limit]


@pytest.mark.parametrize("word", STRONG)
@pytest.mark.parametrize("name", DISGUISES)
def test_the_strongest_reason_is_the_disguised_word_where_the_seller_wrote_it(name, word):
    if (name, word) in UNREAD:
        pytest.skip("known not to be read")
    disguised = DISGUISES[name](word)
    title = f"Hoodie ❤ {disguised}! ok"
    reason = score_listing(title).reasons[0]
    start = title.index(disguised)
    before, behind = title[start : reason.start], title[reason.end : start + len(disguised)]
    assert start <= reason.start < reason.end <= start + len(disguised)
    assert has_no_letter(before)
    assert has_no_letter(behind)


@pytest.mark.parametrize("word", STRONG)
@pytest.mark.parametrize(
    "name", ["full width", "negative squared", "leet", "dots", "zero width", "stretched end"]
)
def test_a_disguise_does_not_turn_a_reason_around(name, word):
    if (name, word) in UNREAD:
        pytest.skip("known not to be read")
    plain, hidden = (
        {reason.start: reason for reason in score_listing(f"{text} uniqlo hoodie").reasons}
        for text in (word, DISGUISES[name](word))
    )
    assert hidden[0].supports == plain[0].supports


def test_words_for_and_against_are_both_given():
    found = score_listing("Kaos import", "baru dengan tag, bukan second", reasons=WIDE)
    assert {reason.supports for reason in found.reasons} == {True, False}


def test_a_reason_stands_in_the_field_it_was_written_in():
    reasons = score_listing("Hoodie uniqlo", "ini thrift", reasons=WIDE).reasons
    thrift = next(reason for reason in reasons if "thrift" in reason.text)
    assert (thrift.field, thrift.start) == ("description", 4 if thrift.text == "thrift" else 0)


def test_no_text_no_reasons():
    assert score_listing("").reasons == ()
