from collections import Counter

import numpy as np
import pytest
from disguises import DISGUISES
from hypothesis import example, given, settings
from hypothesis import strategies as st
from listings import FLAGGED, listing, listings, seller_text
from reading import Forms, features_of, words_read

from thriftwatch.text.features import PAIRS
from thriftwatch.text.lexicon import NAMES, load_lexicon
from thriftwatch.text.wordstore import WordStore

HARD = [
    ("thrift", ""), ("", "thrift"), ("", ""), ("\ud800", "\udfff bal\ud800"), ("\0", "\0b.a.l\0"),
    ("bukan", "bekas"), ("🇯🇵", "🇰🇷 b.a.l"), ("b", "a l"), ("bekas " * 400, ""),
]  # fmt: skip


def content(features, which):
    """Return what counts for one listing: its words, and its signals as hashes without order."""
    listing = features.words.text[features.counted] % features.listings
    signals = features.signals.hashes[features.signals.listing == which]
    return features.counted[listing == which], sorted(signals.tolist())


def contents(*of, forms=None):
    """Return the forms of words and the hashes of signals for each listing of a block."""
    forms = Forms() if forms is None else forms
    features = features_of(*of, store=forms.store)
    found = []
    for which in range(len(of)):
        counted, signals = content(features, which)
        rows = forms.store.row[features.numbers[counted]].tolist()
        found.append((sorted(forms[row] for row in rows), signals))
    return found


def scores(model, of, **options):
    titles, descriptions = zip(*of, strict=True)
    batch = model.score_batch(titles, descriptions, [""] * len(of), **options)
    return np.column_stack((batch.score, batch.facts))


def single_forms(word_class):
    return [
        f for t in load_lexicon() if t.word_class == word_class for f in t.forms if " " not in f
    ]


def alone_in(template, name):
    """Return whether a name is a term by itself there, and no part of a longer one."""
    hits = features_of((template.format(name), "")).hits
    place = template.split().index("{}")
    return (place, 1) in zip(hits.first.tolist(), hits.length.tolist(), strict=True)


# Once


@given(listing)
def test_every_feature_counts_once(one):
    ((words, signals),) = contents(one)
    assert max(Counter(words).values(), default=1) == 1
    assert max(Counter(signals).values(), default=1) == 1


@given(seller_text, st.integers(2, 5))
def test_repeating_a_title_adds_no_word(title, times):
    ((once, _),) = contents((title, ""))
    ((repeated, _),) = contents(("\n".join([title] * times), ""))
    assert repeated == once


@given(seller_text.filter(str.strip), st.integers(3, 9))
def test_repeating_a_title_adds_no_signal_but_pairs_across_the_seam(title, times):
    def read(times):
        signals = features_of(("\n".join([title, "xq"] * times), "")).signals
        paired = np.isin(signals.kind, PAIRS)
        return sorted(signals.hashes[~paired].tolist()), sorted(signals.hashes[paired].tolist())

    once, twice, often = read(1), read(2), read(times)
    assert once[0] == twice[0] == often[0]
    assert set(once[1]) <= set(twice[1])
    assert len(once[1]) == len(set(once[1]))


@pytest.mark.parametrize(
    "title",
    ["Hoodie Uniqlo second import", "Kemeja flanel thrift 68x56", "Celana baru! Ready S M L XL"],
)
def test_repeating_a_sentence_again_and_again_changes_no_score(model, title):
    repeated = scores(model, [("\n".join([title] * times), "") for times in (2, 3, 9, 50)])
    assert np.ptp(repeated, axis=0).max() < 1e-6


def test_a_word_in_title_and_description_counts_once():
    assert len(features_of(("hoodie bekas", "bekas hoodie bekas")).counted) == 2


# One listing, many listings


@given(listings)
@example(HARD)
@example([("thrift", "")])
def test_a_block_has_the_features_of_each_listing_alone(of):
    assert contents(*of) == [contents(one)[0] for one in of]


@given(listings)
@settings(max_examples=60)
def test_what_was_read_before_changes_nothing(of):
    forms = Forms()
    contents(*of, forms=forms)
    assert contents(*reversed(of), forms=forms) == contents(*reversed(of))


def test_an_interrupted_block_leaves_no_word_half_learnt():
    class Interrupted:
        learnt = ()

        def learn_words(self, forms):
            if not self.learnt:
                self.learnt = (None,)
                raise KeyboardInterrupt
            self.learnt += tuple(forms)
            return 0

    learner = Interrupted()
    store = WordStore(learner)
    with pytest.raises(KeyboardInterrupt):
        features_of(("hoodie", ""), store=store)
    features_of(("hoodie", ""), store=store)
    assert learner.learnt[1:] == (b"hoodie",)


@given(listings)
@example(HARD)
@example([("thrift", "")])
def test_a_batch_scores_each_listing_as_alone(model, of):
    alone = np.concatenate([scores(model, [one]) for one in of])
    np.testing.assert_allclose(scores(model, of), alone, rtol=0, atol=1e-6)


@given(listing)
@example(("thrift", ""))
def test_an_explained_score_is_the_score(model, one):
    explained, _ = model.explain(*one, "")
    found = [explained.score[0], *explained.facts[0]]
    np.testing.assert_allclose(found, scores(model, [one])[0], rtol=0, atol=1e-6)


@given(listings, st.randoms())
def test_the_order_of_rows_does_not_matter(model, of, random):
    order = list(range(len(of)))
    random.shuffle(order)
    shuffled = scores(model, [of[place] for place in order])
    np.testing.assert_allclose(shuffled, scores(model, of)[order], rtol=0, atol=1e-6)


def test_many_blocks_score_as_one_listing_after_the_other(model):
    of = [
        (f"hoodie {DISGUISES[name](word)} ori", "kondisi 9/10")
        for name in DISGUISES
        for word in FLAGGED
    ]
    many = of * 25
    found = scores(model, many)
    alone = np.concatenate([scores(model, [one]) for one in of])
    np.testing.assert_allclose(found, np.tile(alone, (25, 1)), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "text", ["x", "bekas ", "b.a.l ", "𝓽𝓱𝓻𝓲𝓯𝓽 ", "a", "🇯🇵", "\ud800", "1", "*"]
)
def test_a_megabyte_in_a_batch_scores_as_alone(model, text):
    of = [("hoodie thrift", ""), ("jaket", text * (1_000_000 // len(text))), ("kaos bekas", "")]
    alone = np.concatenate([scores(model, [one]) for one in of])
    np.testing.assert_allclose(scores(model, of), alone, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "title",
    [
        ("abcdefghijklmnopqrstuvwxyzabcdzz", "abcdefghijklmnopqrstuvwxyzabcdzzz"),
        ("aaaabcdefghijklmnopqrstuvwxyzabcxxxx", "aaaabcdefghijklmnopqrstuvwxyzabcyyyy"),
    ],
)
def test_very_long_words_with_an_equal_beginning_do_not_disturb_each_other(title):
    one, other = ((word, "") for word in title)
    assert contents(one, other) == [contents(one)[0], contents(other)[0]]


# What is no evidence


@pytest.mark.parametrize("word_class", sorted(NAMES))
def test_which_brand_or_place_it_is_changes_nothing(model, word_class):
    for template in ("Hoodie {} second import", "{} thrift", "Kemeja {} baru", "ex {}"):
        names = [n for n in single_forms(word_class) if alone_in(template, n)]
        assert len(names) > 20
        swapped = scores(model, [(template.format(name), "") for name in names])
        odd = np.abs(swapped - swapped[0]).max(axis=1) > 1e-6
        assert [name for name, is_odd in zip(names, odd, strict=True) if is_odd] == []


@given(st.integers(10, 99), st.integers(10, 99), st.sampled_from(["rb", "k", ".000", "ribu"]))
def test_the_price_changes_nothing(model, one, other, money):
    of = [
        (f"Hoodie second import {price}{money}", f"harga {price}{money}") for price in (one, other)
    ]
    np.testing.assert_allclose(*scores(model, of), rtol=0, atol=1e-6)


@given(seller_text)
def test_upper_and_lower_case_and_full_width_change_nothing(model, title):
    if title.isascii():
        np.testing.assert_allclose(*scores(model, [(title, ""), (title.upper(), "")]), atol=1e-6)


# Words and their hashes


@given(
    st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20), max_size=6)
)
def test_a_word_counts_as_it_reads_with_digits_as_0_and_names_as_one(parts):
    title = " jual ".join(["ini", *parts, "itu"])
    forms = Forms()
    features = features_of((title, ""), store=forms.store)
    names = {form: term.word_class for term in load_lexicon() for form in term.forms}
    for word, row in zip(words_read(title), forms.store.row[features.numbers], strict=True):
        if names.get(word) in NAMES:
            assert forms[row] == f"<{names[word]}>".encode()
        else:
            assert forms[row] == "".join("0" if c.isdigit() else c for c in word).encode()


@pytest.mark.parametrize("name", ["leet", "dots", "spaces", "stretched end", "neighbours swapped"])
def test_a_disguised_word_is_known_as_one(name):
    features = features_of((f"hoodie {DISGUISES[name]('thrift')} ori", ""))
    assert features.disguised.tolist() == [False, True, False]


@pytest.mark.parametrize(
    "title", ["hoodie thrift ori", "m4nt4p bgt", "ｈｏｏｄｉｅ", "h.o.o.d.i.e", "5XL 25rb"]
)
def test_plain_words_and_decoration_of_other_words_are_no_disguise(title):
    assert not features_of((title, "")).disguised.any()
