"""Words and phrases as the radar reads them, and their spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch.text.vocabulary import packaged_vocabulary
from thriftwatch.watch.spellings import nearest_form, respellings
from thriftwatch.watch.usage import find_collocations
from thriftwatch.watch.words import phrases_in, read_clauses, spelling_key, terms_of

VOCABULARY = packaged_vocabulary()


def clauses_of(title, description=""):
    return next(read_clauses([title], [description], VOCABULARY))


@pytest.mark.parametrize("form", ["zorbek", "z0rbek", "zorbekk", "zorbek2", "zzorrrb3k"])
def test_spellings_of_a_word_have_one_key(form):
    assert spelling_key(form) == "zorbek"


@pytest.mark.parametrize("form", ["", "x", "35", "35rb", "l2", "68x56", "xl7"])
def test_numbers_quantities_and_letters_have_none(form):
    assert spelling_key(form) == ""


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", max_size=20))
def test_a_key_is_made_of_letters_and_is_its_own_key(form):
    key = spelling_key(form)
    assert key.isalpha() or not key
    assert spelling_key(key) in (key, "")


def test_words_of_the_lexicon_are_read_through_disguises_and_are_not_new():
    clauses = clauses_of("jual b.e.k.a.s zorbek")
    assert [(word.form, word.term >= 0) for word in clauses[0][1:]] == [
        ("bekas", True), ("zorbek", False),
    ]  # fmt: skip
    assert "bekas" not in terms_of(clauses, ())
    assert "zorbek" in terms_of(clauses, ())


def test_a_phrase_does_not_reach_over_the_end_of_a_clause_or_title():
    pairs = [(a.form, b.form) for c in clauses_of("zor bek! kas", "lum") for a, b in phrases_in(c)]
    assert pairs == [("zor", "bek")]


def test_words_that_stand_together_by_habit_are_a_phrase():
    listings = [clauses_of(f"bola kasur {word}") for word in ("aku", "ini", "itu", "dia", "sana")]
    found = find_collocations(listings)
    assert ("bola", "kasur") in found
    assert all(pair == ("bola", "kasur") for pair in found)
    assert terms_of(listings[0], found)["bola kasur"] == "bola kasur"


def test_unfamiliar_words_a_letter_apart_are_joined_with_the_most_usual():
    assert respellings({"zorbak": 1, "zorbek": 7, "krimpul": 3}) == {"zorbak": "zorbek"}


@given(st.dictionaries(st.text("abz", min_size=4, max_size=8), st.integers(1, 9), max_size=12))
def test_no_spelling_is_joined_with_one_that_is_joined_itself(users):
    joined = respellings(users)
    assert not set(joined.values()) & set(joined)
    assert all(word[0] == head[0] for word, head in joined.items())


def test_a_spelling_of_a_known_word_is_told():
    forms = [form for term in VOCABULARY.terms for form in term.forms if " " not in form]
    assert nearest_form("balpresh", forms) == "balpres"
    assert nearest_form("zorbek", ["monza", "lelong"]) is None
