"""Contributions are exact, and phrases are made of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listings import listing

from thriftwatch.domain import FACTS, OUTPUTS
from thriftwatch.model.explain import Roles


def explained(model, title, description=""):
    """Return what explains a listing that was scored."""
    explainer = model.explainer()
    explainer.heads.score(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
    return explainer


def shares(explainer):
    """Return what each token adds to each head, shape (tokens, heads)."""
    explainer.share_out()
    heads = explainer.heads
    count = heads.document.count
    return np.array(explainer.parts[: count * heads.width]).reshape(count, heads.width)


@given(listing)
@example(("thrift", ""))
@example(("", ""))
@example(("bekas " * 300, "bukan bekas"))
@example(("hoodie second 35rb pcs", "68x56"))
@example(("kaos 8rb pcs", ""))
@example(("Sprei baru", "20rb lbr. Stok"))
@example(("x" * 100_000, "bekas impor " * 3000))
def test_contributions_and_bias_are_the_log_odds_of_every_head(model, one):
    explainer = explained(model, *one)
    parts = shares(explainer)
    total = parts.sum(axis=0) + np.asarray(model.tables.bias)
    largest = max(1.0, np.abs(parts).sum())
    np.testing.assert_allclose(
        total, np.array(explainer.heads.log_odds), rtol=0, atol=1e-9 * largest
    )


def test_what_one_listing_has_in_it_contributes_to_no_other(model):
    many = [("kaos 8rb pcs", ""), ("Pesennya banyak", "second import"), ("panci", "68x56 9/10")]
    alone = [shares(explained(model, *one)).copy() for one in many]
    for one, expected in zip(reversed(many), reversed(alone), strict=True):
        np.testing.assert_array_equal(shares(explained(model, *one)), expected)


def test_a_long_listing_leaves_nothing_behind(model):
    before = shares(explained(model, "kaos second", "ex bal")).copy()
    explained(model, "bekas impor " * 40_000).share_out()
    np.testing.assert_array_equal(shares(explained(model, "kaos second", "ex bal")), before)


def test_a_word_that_stands_there_twice_contributes_where_it_stands_first(model):
    explainer = explained(model, "qwzzy kaos qwzzy")
    parts = shares(explainer)
    assert np.abs(parts[0]).max() > 0
    assert not parts[2].any()


def test_a_pair_of_terms_rests_on_its_ends(model):
    """*yang* between two terms has its own weight and nothing of what the terms are together."""
    explainer = explained(model, "hoodie qwzzy second")
    paired = shares(explainer)[1]
    alone = shares(explained(model, "qwzzy"))[0]
    norms = [explained(model, text).heads.norm for text in ("hoodie qwzzy second", "qwzzy")]
    np.testing.assert_allclose(paired * norms[0], alone * norms[1], atol=1e-6)


def written(explainer, phrase):
    """The folded text of the field that a phrase stands in."""
    document = explainer.heads.document
    title, description = document.text[: document.border], document.text[document.border + 1 :]
    return (title if phrase.in_title else description).decode()


def quoted(explainer, phrase):
    return written(explainer, phrase)[phrase.start : phrase.end]


@given(listing, st.integers(0, len(OUTPUTS) - 1))
@example(("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10"), 0)
@example(("bekas " * 300, "bukan bekas"), 0)
def test_phrases_do_not_overlap_and_come_strongest_first(model, one, output):
    explainer = explained(model, *one)
    phrases = explainer.phrases(output)
    document = explainer.heads.document
    taken = sorted((not phrase.in_title, phrase.start, phrase.end) for phrase in phrases)
    for (field, _, end), (other_field, start, _) in pairwise(taken):
        # The words that a separated one hides all stand where it was written.
        assert field < other_field or end <= start or document.joined
    assert [phrase.strength for phrase in phrases] == sorted(
        (phrase.strength for phrase in phrases), reverse=True
    )
    for phrase in phrases:
        assert 0 <= phrase.start < phrase.end <= len(written(explainer, phrase))
        assert -1 <= phrase.fact < len(FACTS)
        assert -1 <= phrase.term < len(model.vocabulary.rows)


def test_a_term_is_quoted_whole(model):
    explainer = explained(model, "hoodie second import")
    phrase = explainer.phrases(OUTPUTS.index("imported"))[0]
    assert quoted(explainer, phrase) == "second import"
    assert "second import" in model.vocabulary.terms[phrase.term].forms


def test_a_phrase_that_names_used_imports_speaks_for_by_more_than_its_garment(model):
    explainer = explained(model, "hoodie second import")
    weights = {
        quoted(explainer, phrase).split()[0]: phrase.weight
        for phrase in explainer.phrases(OUTPUTS.index("imported"))
    }
    assert weights["second"] > weights["hoodie"] > 0


@pytest.mark.parametrize(
    ("title", "fact"),
    [("kaos bekas", "worn"), ("gitar listrik", "goods"), ("buatan lokal bandung", "foreign")],
)
def test_the_strongest_phrase_bears_on_the_fact_that_its_words_state(model, title, fact):
    phrase = explained(model, title).phrases(OUTPUTS.index("imported"))[0]
    assert FACTS[phrase.fact] == fact


def test_heads_without_facts_have_places_for_none(model):
    roles = Roles(["label"], model.interaction)
    assert list(roles.facts) == [-1] * len(FACTS)
