from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from disguises import DISGUISES
from hypothesis import example, given, settings
from hypothesis import strategies as st
from listings import FLAGGED, listing, listings, seller_text
from reading import classes_read, features_read, read, words_read

from thriftwatch.text.lexicon import NAMES, load_lexicon

HARD = [
    ("thrift", ""), ("", "thrift"), ("", ""), ("\ud800", "\udfff bal\ud800"), ("\0", "\0b.a.l\0"),
    ("bukan", "bekas"), ("🇯🇵", "🇰🇷 b.a.l"), ("b", "a l"), ("bekas " * 400, ""), ("m1nza", "m0nza"),
]  # fmt: skip


def outputs(model, of):
    return model.outputs(*zip(*of, strict=True))


def single_forms(word_class):
    return [
        f for t in load_lexicon() if t.word_class == word_class for f in t.forms if " " not in f
    ]


def alone_in(template, name):
    """Return whether a name is a term by itself there, and no part of a longer one."""
    place = template.split().index("{}")
    terms = read(template.format(name)).terms
    return (place, place) in [(term.first, term.last) for term in terms]


def words_counted(title, description=""):
    return [form.decode() for form, _ in read(title, description).words]


def named(title, description="", *, kind):
    """Return the features of one kind: their names without it, and what they rest on."""
    return [
        (feature.name.partition(":")[2], feature.first, feature.last)
        for feature in read(title, description).features
        if feature.name.partition(":")[0].removeprefix("not ") == kind
    ]


# Once


@given(listing)
@example(("bekas bekas 9/10 9/10 bal import bal import", "bekas S M L S M L"))
def test_every_feature_and_every_word_counts_once(one):
    reading = read(*one)
    names = [feature.name for feature in reading.features]
    forms = [form for form, _ in reading.words]
    assert len(set(names)) == len(names)
    assert len(set(forms)) == len(forms)


@given(listing)
def test_what_counts_rests_on_tokens_that_are_there(one):
    reading = read(*one)
    count, titled = len(reading.tokens), reading.titled
    places = [at for _, at in reading.words]
    assert places == sorted(set(places))
    assert all(0 <= at < count for at in places)
    for feature in reading.features:
        assert 0 <= feature.first <= feature.last < count
        assert (feature.first < titled) == (feature.last < titled)
        assert feature.paired == feature.name.startswith("pair:")
        assert not feature.paired or feature.first < feature.last


def test_a_word_or_feature_that_occurs_again_rests_on_its_first_place():
    reading = read("kaos bekas xq xq xq xq bekas", "bekas")
    assert reading.words == ((b"kaos", 0), (b"bekas", 1), (b"xq", 2))
    assert [f.first for f in reading.features if f.name == "class:used"] == [1]


@given(seller_text, st.integers(2, 5))
def test_repeating_a_title_adds_no_word(title, times):
    once, repeated = words_counted(title), words_counted("\n".join([title] * times))
    assert sorted(repeated) == sorted(once)


@given(seller_text.filter(str.strip), st.integers(3, 9))
def test_repeating_a_title_adds_no_feature_but_pairs_across_the_seam(title, times):
    def split(count):
        names = features_read("\n".join([title, "xq"] * count))
        pairs = {name for name in names if name.startswith("pair:")}
        return set(names) - pairs, pairs

    once, twice, often = split(1), split(2), split(times)
    assert once[0] == twice[0] == often[0]
    assert once[1] <= twice[1]


@pytest.mark.parametrize(
    "title",
    ["Hoodie Uniqlo second import", "Kemeja flanel thrift 68x56", "Celana baru! Ready S M L XL"],
)
def test_repeating_a_sentence_again_and_again_changes_no_score(model, title):
    repeated = outputs(model, [("\n".join([title] * times), "") for times in (2, 3, 9, 50)])
    assert np.ptp(repeated, axis=0).max() < 1e-6


def test_a_word_in_title_and_description_counts_once():
    assert words_counted("hoodie bekas", "bekas hoodie bekas") == ["hoodie", "bekas"]


# Terms and what they tell


def test_a_term_tells_its_family_class_strength_and_that_it_stands_in_the_title():
    assert features_read("monza", "x") == [
        "class:import", "family:monza", "strength:import-5", "title:import",
    ]  # fmt: skip
    assert features_read("x", "monza") == ["class:import", "family:monza", "strength:import-5"]


@pytest.mark.parametrize("word", ["bandung", "uniqlo", "bukan", "ongkir"])
def test_names_negators_and_shipping_are_no_features(word):
    assert features_read(word) == []


def test_a_garment_in_a_phrase_is_a_garment_too():
    assert len(read("baju bekas").terms) == 1
    assert classes_read("baju bekas") == {"used", "garment"}
    assert [
        place for name, *place in named("jual baju bekas", kind="class") if name == "garment"
    ] == [[1, 1]]


def test_a_garment_in_a_trap_is_none():
    assert classes_read("parfum baju thrift") == {"trap"}


def test_a_garment_is_not_denied_with_the_phrase_that_holds_it():
    assert classes_read("bukan baju bekas") == {"not used", "garment"}


# Denials


def test_what_is_denied_is_no_word():
    assert words_counted("hoodie bukan bekas") == ["hoodie", "bukan"]
    assert words_counted("hoodie bukan barang bekas") == ["hoodie", "bukan", "barang"]
    assert words_counted("hoodie bekas bukan second") == ["hoodie", "bekas", "bukan"]


def test_a_phrase_that_denies_is_no_word():
    assert words_counted("hoodie bukan import") == ["hoodie"]
    assert classes_read("hoodie bukan import") == {"garment", "domestic"}


def test_a_denied_garment_is_a_word():
    assert words_counted("bukan kaos") == ["bukan", "kaos"]
    assert classes_read("bukan kaos") == {"not garment"}


@pytest.mark.parametrize(("between", "negated"), [(0, True), (1, True), (2, False)])
def test_a_negator_reaches_one_word_further(between, negated):
    text = f"bukan {'xq ' * between}bekas"
    assert ("not used" in classes_read(text)) == negated
    assert ("bekas" in words_counted(text)) != negated


def test_a_negator_denies_all_within_its_reach():
    assert [term.negated for term in read("tidak bekas noda").terms] == [False, True, True]
    assert [term.negated for term in read("bukan kw bekas").terms] == [False, False]
    assert [term.negated for term in read("tidak bukan bekas").terms] == [False, True, True]


# Shop talk


def test_words_of_shop_talk_do_not_count():
    assert words_counted("hoodie", "kirim via jne hari ini. bekas") == ["hoodie", "bekas"]
    assert words_counted("hoodie", "xq kirim jne\nxq") == ["hoodie", "xq"]


def test_shop_talk_of_the_goods_counts():
    assert "kirim" not in words_counted("hoodie", "kirim jne xq")
    assert {"bekas", "xq"} <= set(words_counted("hoodie", "kirim bekas jne xq"))


def test_shop_talk_in_the_title_counts():
    assert "xq" in words_counted("kirim jne xq")


def test_shop_talk_ends_with_its_clause():
    assert words_counted("x", "jne xq! zz yy") == ["x", "zz", "yy"]
    assert words_counted("x", "zz yy! jne xq") == ["x", "zz", "yy"]


def test_shop_talk_is_still_read_for_features():
    assert features_read("x", "kirim jne 9/10") == ["shape:condition"]
    assert words_counted("x", "kirim jne 9/10") == ["x"]


# Pairs


def test_a_pair_rests_on_two_terms():
    assert named("thrift xq xq korea", kind="pair") == [
        ("used+origin", 0, 3), ("used.thrift+origin", 0, 3), ("used+origin.korea", 0, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(("between", "are_paired"), [(0, True), (3, True), (4, False)])
def test_terms_are_paired_that_are_at_most_four_words_apart(between, are_paired):
    assert bool(named(f"bekas {'xq ' * between}noda", kind="pair")) == are_paired


@pytest.mark.parametrize("between", ["bandung", "uniqlo", "erigo", "xl", "cm", "pcs", "bukan"])
def test_names_sizes_and_units_stand_in_no_pair_and_part_none(between):
    pairs = {name for name, *_ in named(f"noda {between} bal", kind="pair")}
    assert len(pairs) == 3
    assert not any(word in name for name in pairs for word in ("place", "brand", "size", "unit"))


def test_a_denied_term_is_paired_as_denied():
    assert "pair:not used+condition" in features_read("bukan bekas, xq noda")


def test_a_title_is_not_paired_with_the_description():
    assert named("bekas", "noda", kind="pair") == []


def test_pairs_go_on_from_clause_to_clause():
    assert ("used+condition", 0, 1) in named("bekas. noda", kind="pair")


# One listing, many listings


@given(listings)
@example(HARD)
@example([("thrift", "")])
@settings(max_examples=50)
def test_a_batch_scores_each_listing_as_alone(model, of):
    alone = np.concatenate([outputs(model, [one]) for one in of])
    assert outputs(model, of).tolist() == alone.tolist()


@given(listings, st.randoms())
@settings(max_examples=50)
def test_the_order_of_rows_does_not_matter(model, of, random):
    order = list(range(len(of)))
    random.shuffle(order)
    shuffled = outputs(model, [of[place] for place in order])
    assert shuffled.tolist() == outputs(model, of)[order].tolist()


@given(listings)
@settings(max_examples=20)
def test_a_thread_with_an_empty_cache_scores_the_same(model, of):
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(outputs, model, of).result()
    assert elsewhere.tolist() == outputs(model, of).tolist()


def test_many_listings_score_as_one_after_the_other(model):
    of = [
        (f"hoodie {DISGUISES[name](word)} ori", "kondisi 9/10")
        for name in DISGUISES
        for word in FLAGGED
    ]
    alone = np.concatenate([outputs(model, [one]) for one in of])
    assert outputs(model, of * 10).tolist() == np.tile(alone, (10, 1)).tolist()


@pytest.mark.parametrize(
    "text", ["x", "bekas ", "b.a.l ", "𝓽𝓱𝓻𝓲𝓯𝓽 ", "a", "🇯🇵", "\ud800", "1", "*"]
)
def test_a_megabyte_in_a_batch_changes_no_other_score(model, text):
    of = [("hoodie thrift", ""), ("jaket", text * (1_000_000 // len(text))), ("kaos bekas", "")]
    found = outputs(model, of)
    assert np.isfinite(found).all()
    for place in (0, 2):
        assert found[place].tolist() == outputs(model, [of[place]])[0].tolist()


@given(listing)
@example(("m1nza m0nza monza thriiiitf 25rb bandung", "m7nza"))
def test_every_word_that_counts_has_a_row_of_its_own(model, one):
    """In training it has, so that an empty one in scoring would be another model."""
    heads = model.explainer().heads
    heads.score(*(text.encode("utf-8", "replace") for text in one))
    words = list(heads.document.word[: heads.document.words])
    assert all(heads.squares[word] > 0 for word in words)


# What is no evidence


@pytest.mark.parametrize("word_class", sorted(NAMES))
def test_which_brand_or_place_it_is_changes_nothing(model, word_class):
    for template in ("Hoodie {} second import", "{} thrift", "Kemeja {} baru", "ex {}"):
        names = [n for n in single_forms(word_class) if alone_in(template, n)]
        assert len(names) > 20
        swapped = outputs(model, [(template.format(name), "") for name in names])
        odd = np.abs(swapped - swapped[0]).max(axis=1) > 1e-6
        assert [name for name, is_odd in zip(names, odd, strict=True) if is_odd] == []


@given(st.integers(10, 99), st.integers(10, 99), st.sampled_from(["rb", "k", ".000", "ribu"]))
def test_the_price_changes_nothing(model, one, other, money):
    of = [
        (f"Hoodie second import {price}{money}", f"harga {price}{money}") for price in (one, other)
    ]
    np.testing.assert_allclose(*outputs(model, of), rtol=0, atol=1e-6)


@given(seller_text)
def test_upper_and_lower_case_change_nothing(title):
    if title.isascii():
        assert read(title.upper()) == read(title)


# Disguised


@pytest.mark.parametrize("name", ["leet", "dots", "spaces", "stretched end", "neighbours swapped"])
def test_a_disguised_word_is_known_as_one(name):
    tokens = read(f"hoodie {DISGUISES[name]('thrift')} ori").tokens
    assert [token.disguised for token in tokens] == [False, True, False]


@pytest.mark.parametrize(
    "title", ["hoodie thrift ori", "m4nt4p bgt", "ｈｏｏｄｉｅ", "h.o.o.d.i.e", "5XL 25rb"]
)
def test_plain_words_and_decoration_of_other_words_are_no_disguise(title):
    assert not any(token.disguised for token in read(title).tokens)


@pytest.mark.parametrize("name", sorted(DISGUISES))
def test_that_a_word_was_disguised_is_no_feature(name):
    plain, disguised = "jual thrift murah", f"jual {DISGUISES[name]('thrift')} murah"
    assert words_read(disguised) == words_read(plain)
    assert features_read(disguised) == features_read(plain)
    assert words_counted(disguised) == words_counted(plain)
