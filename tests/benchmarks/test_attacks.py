"""An attack leaves a listing that a buyer reads as before, and is the same each time."""

import random as chance
from html import unescape

import pytest
from anyascii import anyascii
from attacks import (
    ATTACKS,
    CANDIDATES,
    EDITED,
    EDITS,
    TRANSFORMS,
    Offer,
    add_digits,
    diluted,
    prose_of,
    read_pool,
)
from hypothesis import given
from hypothesis import strategies as st

OFFER = Offer(
    "Hoodie Uniqlo second import",
    "kondisi 9/10, ada noda dikit. Ex bal Jepang\nharga 90rb",
    evidence=("second import", "Ex bal Jepang"),
)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)
seeds = st.integers(0, 2**32)


def distance(one, other):
    """Insertions, deletions, replacements and exchanges of neighbours between two words."""
    rows = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            rows[i][j] = min(
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if one[max(i - 2, 0) : i] == other[max(j - 2, 0) : j][::-1] and min(i, j) > 1:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(st.sampled_from(sorted(EDITS)), words, seeds)
def test_an_edit_changes_one_character_of_a_word(name, word, seed):
    edited = EDITS[name](word, chance.Random(seed))
    assert distance(word, edited) <= 1
    assert not set(edited) & set(" \t\n")


@given(words, seeds)
def test_an_accent_or_a_hidden_character_folds_back_to_the_word(word, seed):
    for name in ("accent", "hidden character"):
        edited = EDITS[name](word, chance.Random(seed))
        seen = "".join(c for c in edited if c not in "\u200b\u200c\u2060\xad")
        assert anyascii(seen) == word


@pytest.mark.parametrize("name", sorted(EDITS))
def test_every_edit_applies_to_a_word_of_the_trade(name):
    assert any(
        EDITS[name](word, chance.Random(seed)) != word
        for word in ("second", "bekas")
        for seed in range(9)
    )


def test_a_word_is_edited_twice_at_most(random):
    offer = OFFER
    for _ in range(50):
        found = ATTACKS["character edits"](offer, random)
        if not found:
            break
        offer = found[0]
    assert not found
    assert max(map(offer.edited.count, offer.edited)) == 2
    assert offer.title.count(" ") == OFFER.title.count(" ")


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_offers_different_listings_and_the_same_each_time(name):
    first, again = (ATTACKS[name](OFFER, chance.Random(5)) for _ in range(2))
    assert first == again
    assert first
    assert OFFER not in first
    assert name == "whole text" or len(first) <= max(CANDIDATES, EDITED)


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_takes_a_listing_without_a_description_or_without_a_title(name, random):
    for offer in (OFFER._replace(description=""), OFFER._replace(title="")):
        assert all(one.title or one.description for one in ATTACKS[name](offer, random))


def test_lines_leave_the_evidence_as_it_is(random):
    for name in ("neutral lines", "claims about something else"):
        for one in ATTACKS[name](OFFER, random):
            assert one.title == OFFER.title
            assert OFFER.description in one.description


def test_moved_evidence_is_still_in_the_listing(random):
    for one in ATTACKS["evidence moved"](OFFER, random):
        assert all(
            word in f"{one.title} {one.description}".split()
            for words in OFFER.evidence
            for word in words.split()
        )


def test_a_diluted_listing_stands_in_so_many_words(random):
    for one in diluted(1000, evidence_alone=False)(OFFER, random):
        assert 1000 <= len(one.description.split()) <= 1050
        assert OFFER.description in one.description
        assert one.title == OFFER.title


def test_evidence_alone_in_prose_is_its_sentences_and_those_of_the_title(random):
    for one in diluted(200, evidence_alone=True)(OFFER, random):
        assert one.title == "Hoodie Uniqlo"
        assert "\nHoodie Uniqlo second import\nEx bal Jepang\n" in one.description
        assert "noda dikit" not in one.description


def test_prose_changes_its_words_when_its_sentences_come_again(random):
    assert len(set(prose_of(1000, random))) > len(read_pool("measure-prose")) // 3


def test_digits_come_in_one_run(random):
    (one,) = add_digits(30)(OFFER, random)
    assert one.description.splitlines()[-1].isdigit()
    assert len(one.description.splitlines()[-1]) == 30


@pytest.mark.parametrize("name", ["letters apart", "letters in brackets", "words glued"])
def test_a_transform_keeps_the_letters(name):
    letters = [c for c in TRANSFORMS[name]("second import").lower() if c.isalpha()]
    assert "".join(letters) == "secondimport"


def test_character_references_are_shown_as_the_plain_text():
    assert unescape(TRANSFORMS["character references"]("second import")) == "second import"
