import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listings import listing
from reading import new_document, reading_of

from thriftwatch.text.document import Document
from thriftwatch.text.fields import OF_A_PAIR, OF_A_TERM
from thriftwatch.text.lexicon import CLASSES, Term
from thriftwatch.text.names import Names
from thriftwatch.text.shapes import CONDITION, COUNT, SHAPES, THREE
from thriftwatch.text.vocabulary import Vocabulary, packaged_vocabulary

VOCABULARY = Vocabulary.of(
    [
        Term(("bal",), "wholesale", "bale", 4, "", ""),
        Term(("bekas",), "used", "bekas", 2, "", ""),
        Term(("second",), "used", "second", 3, "", ""),
        Term(("pcs",), "unit", "unit-piece", 1, "", ""),
        Term(("bandung",), "place", "west-java", 1, "", ""),
    ]
)
terms = st.integers(0, len(VOCABULARY.terms) - 1)
scopes = st.integers(0, 1)
NAME = re.compile(
    r"(not )?(family|class|title):[a-z0-9_-]+|(not )?strength:[a-z_]+-[1-5]|shape:[a-z0-9-]+"
    r"|pair:(not )?[a-z_]+(\.[a-z0-9_-]+)?\+(not )?[a-z_]+(\.[a-z0-9_-]+)?"
)


def growing():
    numbers = {}
    return Names(VOCABULARY, numbers, growing=True), numbers


def name_of(numbers, number):
    return list(numbers)[number]


@pytest.mark.parametrize(
    ("place", "negated", "name"),
    [
        (0, 0, "family:bale"), (1, 0, "class:wholesale"), (2, 0, "strength:wholesale-4"),
        (3, 0, "title:wholesale"), (0, 1, "not family:bale"), (1, 1, "not class:wholesale"),
        (2, 1, "not strength:wholesale-4"), (3, 1, "not title:wholesale"),
    ],
)  # fmt: skip
def test_a_term_tells_its_family_class_strength_and_place(place, negated, name):
    names, numbers = growing()
    assert name_of(numbers, names.of_term(0, negated, place)) == name


@pytest.mark.parametrize(
    ("pair", "kind", "name"),
    [
        ((0, 0, 1, 0), 0, "pair:wholesale+used"),
        ((0, 0, 1, 0), 1, "pair:wholesale.bale+used"),
        ((0, 0, 1, 0), 2, "pair:wholesale+used.bekas"),
        ((0, 1, 1, 0), 1, "pair:not wholesale.bale+used"),
        ((1, 0, 0, 1), 2, "pair:used+not wholesale.bale"),
        ((1, 1, 2, 1), 0, "pair:not used+not used"),
    ],
)
def test_a_pair_tells_both_classes_and_each_family(pair, kind, name):
    names, numbers = growing()
    assert name_of(numbers, names.of_pair(*pair, kind)) == name


@pytest.mark.parametrize(
    ("shape", "unit", "name"),
    [(CONDITION, -1, "shape:condition"), (COUNT + THREE, 3, "shape:count-000-unit-piece")],
)
def test_a_shape_tells_its_unit(shape, unit, name):
    names, numbers = growing()
    assert name_of(numbers, names.of_shape(shape, unit)) == name


def test_terms_of_one_family_or_class_share_its_features():
    names, _ = growing()
    assert names.of_term(1, 0, 1) == names.of_term(2, 0, 1)
    assert names.of_term(1, 0, 0) != names.of_term(2, 0, 0)
    assert names.of_pair(0, 0, 1, 0, 1) == names.of_pair(0, 0, 2, 0, 1)
    assert names.of_pair(0, 0, 1, 0, 2) != names.of_pair(0, 0, 2, 0, 2)


@given(
    st.lists(
        st.tuples(terms, scopes, st.integers(0, OF_A_TERM - 1))
        | st.tuples(terms, scopes, terms, scopes, st.integers(0, OF_A_PAIR - 1))
        | st.tuples(st.integers(0, len(SHAPES) - 1), st.integers(-1, len(VOCABULARY.terms) - 1))
    )
)
def test_a_number_is_that_of_one_name_whatever_was_asked_before(asked):
    names, numbers = growing()
    ask = {2: names.of_shape, 3: names.of_term, 5: names.of_pair}
    found = [ask[len(one)](*one) for one in asked]
    assert [ask[len(one)](*one) for one in asked] == found
    for one, number in zip(asked, found, strict=True):
        alone, known = growing()
        again = {2: alone.of_shape, 3: alone.of_term, 5: alone.of_pair}[len(one)](*one)
        assert (again, name_of(known, 0)) == (0, name_of(numbers, number))
    assert sorted(numbers.values()) == list(range(len(numbers)))
    assert len(numbers) <= names.most()


def test_a_feature_that_does_not_count_has_no_number():
    numbers = {"class:used": 0, "pair:used+wholesale": 1}
    names = Names(VOCABULARY, numbers)
    assert names.of_term(1, 0, 1) == 0
    assert names.of_term(1, 0, 0) == names.of_term(1, 1, 1) == names.of_term(0, 0, 1) == -1
    assert names.of_pair(1, 0, 0, 0, 0) == 1
    assert names.of_pair(0, 0, 1, 0, 0) == names.of_shape(CONDITION, -1) == -1
    assert numbers == {"class:used": 0, "pair:used+wholesale": 1}
    assert names.most() == 2


def test_only_features_that_count_are_features():
    document = Document(VOCABULARY, Names(VOCABULARY, {"title:used": 0, "shape:condition": 1}))
    found = reading_of(document, "bekas second bal", "bekas 9/10 9/10 bandung")
    assert [(feature.name, feature.first, feature.last) for feature in found.features] == [
        ("title:used", 0, 0), ("shape:condition", 4, 5),
    ]  # fmt: skip


def test_the_largest_number_of_each_kind_lies_in_its_table():
    """The last term and the last class, which the packaged lexicon has, denied."""
    vocabulary = packaged_vocabulary()
    names = Names(vocabulary, {}, growing=True)
    numbers = set()
    last = len(vocabulary.terms) - 1
    by_class = {word_class: place for place, word_class in enumerate(vocabulary.classes)}
    assert max(by_class) == len(CLASSES) - 1
    for term in (0, last, *by_class.values()):
        numbers |= {names.of_term(term, negated, place) for negated in (0, 1) for place in range(4)}
        numbers |= {names.of_pair(term, 1, last, 1, kind) for kind in range(3)}
        numbers |= {names.of_pair(last, 1, term, 1, kind) for kind in range(3)}
        numbers |= {names.of_shape(shape, term) for shape in range(len(SHAPES))}
    assert numbers == set(range(len(names.numbers)))
    assert len(numbers) == len(set(names.numbers)) <= names.most()


@given(listing)
def test_features_have_names_that_can_be_read(one):
    assert all(
        NAME.fullmatch(feature.name) for feature in reading_of(new_document(), *one).features
    )
