import unicodedata

import numpy as np
import pytest
from disguises import DISGUISES
from hypothesis import example, given
from hypothesis import strategies as st
from listings import listing, listings

from thriftwatch import score_listing, score_listings
from thriftwatch.domain import POLICIES
from thriftwatch.highlight import segments
from thriftwatch.listing import Listing
from thriftwatch.model.reasons import LONGEST_QUOTE
from thriftwatch.text.lexicon import NAMES, load_lexicon

WIDE = 50  # more reasons than a listing here can have
STRONG = ("thrift", "bekas", "seken", "balpres", "monza", "lelong")
UNREAD = {
    ("two stars", "monza"),
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
        assert reason.end - reason.start <= LONGEST_QUOTE
        assert reason.text == original[reason.start : reason.end]
        places = {(reason.field, place) for place in range(reason.start, reason.end)}
        assert not taken & places
        taken |= places


@given(listings, st.sampled_from(POLICIES), st.integers(0, 5))
def test_many_listings_get_the_reasons_that_each_of_them_gets(many, policy, limit):
    together = score_listings(many, policy=policy, reasons=limit)
    for one, found in zip(many, together, strict=True):
        alone = score_listing(*one, policy=policy, reasons=limit).reasons
        assert found.reasons == alone


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


@pytest.mark.parametrize("word", STRONG)
@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_word_is_highlighted_and_nothing_else(name, word):
    if (name, word) in UNREAD:
        pytest.skip("known not to be read")
    disguised = DISGUISES[name](word)
    title = f"Hoodie ❤ {disguised}! ok"
    found = score_listing(title, reasons=1)
    pieces = segments(title, found.reasons, "title")
    (marked,) = (piece for piece, reason in pieces if reason is not None)
    assert marked in disguised
    assert has_no_letter(disguised.replace(marked, ""))


def test_of_a_giant_word_only_the_beginning_is_quoted():
    found = score_listing("x" * 3_000_000, "bekas impor", reasons=WIDE)
    assert max(len(reason.note) for reason in found.reasons) < 2 * LONGEST_QUOTE


def test_words_that_name_used_imports_go_before_circumstances():
    reasons = score_listing("Kemeja thrift, sablon retak", "made in USA").reasons
    assert "thrift" in reasons[0].text


def test_what_is_said_of_the_goods_goes_before_what_they_are_called():
    reasons = score_listing("Hoodie second", reasons=WIDE).reasons
    assert [reason.text for reason in reasons] == ["second", "Hoodie"]
    assert [reason.fact for reason in reasons] == ["worn", "goods"]


def test_goods_out_of_scope_speak_against_first():
    reason = score_listing("Gitar listrik bekas").reasons[0]
    assert (reason.text, reason.fact, reason.supports) == ("Gitar", "goods", False)


@pytest.mark.parametrize("between", [", ", ". ", "! ", "\n"])
def test_terms_on_both_sides_of_a_stop_are_two_reasons(between):
    reasons = score_listing(f"kaos lubang kecil{between}bukan baru", reasons=WIDE).reasons
    assert not any("lubang" in reason.text and "baru" in reason.text for reason in reasons)


def test_a_price_ends_with_its_unit():
    reasons = score_listing("Kaos second 35rb pcs Pesennya", reasons=WIDE).reasons
    assert not any("pcs Pesennya" in reason.text for reason in reasons)


def test_names_of_makers_and_places_are_no_reasons():
    names = [form for term in load_lexicon() if term.word_class in NAMES for form in term.forms]
    found = score_listings([(name, "") for name in names], reasons=WIDE)
    assert not [name for name, one in zip(names, found, strict=True) if one.reasons]


@pytest.mark.parametrize(
    ("shop", "said"),
    [
        ("Lulu Thrift Corner", "Thrift"),
        ("bdg.monzastore", "monzastore"),
        ("Lulu \U0001d4e3hrift", "\U0001d4e3hrift"),
        ("\U0001f1ee\U0001f1e9 kaos_bekasimpor", "bekasimpor"),
        ("Kaos Bekas Import Bekasi", "Bekas Import"),
    ],
)
def test_a_shop_name_that_lifts_a_score_is_a_reason(shop, said):
    bare, lifted = (score_listing("hoodie timberland", shop=name) for name in ("", shop))
    assert "shop" not in {reason.field for reason in bare.reasons}
    (reason,) = (reason for reason in lifted.reasons if reason.field == "shop")
    assert (reason.text, reason.fact) == (said, "score")
    assert shop[reason.start : reason.end] == said
    bare_odds, lifted_odds = (one.score / (1 - one.score) for one in (bare, lifted))
    assert reason.weight == pytest.approx(np.log(lifted_odds / bare_odds), abs=1e-4)
    assert said in reason.note
    assert said in reason.note_en


@pytest.mark.parametrize("reasons", [1, 2, 5])
def test_the_shop_is_among_the_reasons_however_few_there_are_to_be(reasons):
    found = score_listing("hoodie timberland kaos", "jaket", shop="Thrift Store", reasons=reasons)
    assert len(found.reasons) <= reasons
    assert "shop" in {reason.field for reason in found.reasons}


def test_a_shop_name_that_lifts_nothing_is_no_reason():
    said = ("kaos polos", "kaos nike baru", "kaos nike koleksi pribadi", "kaos nike s m l xl")
    for title in ("lampu meja LED", "hoodie second import ex bal Jepang", *said):
        found = score_listing(title, shop="Lulu Thrift Corner")
        assert "shop" not in {reason.field for reason in found.reasons}
