import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import classes_read, features_of, terms_read

from thriftwatch.text.compounds import split_compound
from thriftwatch.text.features import CLASS
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.vocabulary import load_vocabulary

TELLING = {"used", "import", "wholesale"}
FORMS = [(form, term) for term in load_lexicon() for form in term.forms]
BY_FORM = dict(FORMS)


def found(text):
    return [term.term for term in terms_read(text)]


def found_classes(text):
    return {term.word_class for term in terms_read(text)}


def classes(text):
    return classes_read(CLASS, text)


def apart(form):
    words = (split_compound(word.encode()) or (word.encode(),) for word in form.split())
    return " ".join(piece.decode() for pieces in words for piece in pieces)


@pytest.mark.parametrize("around", ["{}", "xq {} xq"])
def test_every_form_of_the_lexicon_is_found_as_one_term(around):
    whole = [(form, term) for form, term in FORMS if apart(form) == form]
    assert len(whole) > 10_000
    text = [terms_read(around.format(form.upper())) for form, _ in whole]
    assert [found for found, (_, term) in zip(text, whole, strict=True) if found != [term]] == []


@pytest.mark.parametrize("form", [form for form, _ in FORMS if apart(form) != form])
def test_a_form_that_is_glued_is_found_as_its_pieces_and_whole_as_a_hashtag(form):
    assert terms_read(form) == terms_read(apart(form)) != []
    if " " not in form:
        assert terms_read(f"#{form}") == [BY_FORM[form]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cakar", ["cakar"]),
        ("cakar ayam", ["cakar ayam"]),
        ("cakar bongkar", ["cakar bongkar"]),
        ("baju bekas", ["baju bekas"]),
        ("bal segel import", ["bal segel"]),
        ("second import", ["bekas impor"]),
        ("hoodie second ori", ["hoodie", "second ori"]),
    ],
)
def test_the_longest_phrase_wins_and_covers_its_words(text, expected):
    assert found(text)[: len(expected)] == expected


def reference_terms(words):
    """Find terms as the module's words say: longest first, none inside one that begins before."""
    matches = {}
    for first in range(len(words)):
        for size in (4, 3, 2, 1):
            form = " ".join(words[first : first + size])
            if len(words) - first >= size and form in BY_FORM:
                matches[first] = (size, BY_FORM[form])
                break
    covered = {first + k for first, (size, _) in matches.items() for k in range(1, size)}
    return [term for first, (_, term) in sorted(matches.items()) if first not in covered]


@given(
    st.lists(st.sampled_from([form for form, _ in FORMS]), min_size=1, max_size=8).map(" ".join),
    st.randoms(use_true_random=False),
)
def test_one_listing_has_the_terms_that_a_block_has(text, random):
    vocabulary = load_vocabulary()
    kept = [word for word in text.split() if random.random() < 0.9] or ["xq"]
    numbers = [vocabulary.numbers.get(word.encode(), 0) for word in kept]
    breaks = [random.random() < 0.1 for _ in numbers[1:]] + [True]
    single = [vocabulary.single_terms[number] for number in numbers]
    terms = {at: term for at, term in enumerate(single) if term >= 0}
    found = vocabulary.find(np.array(numbers), np.array(breaks))
    columns = (found.first.tolist(), found.length.tolist(), found.term.tolist())
    words = [word.encode() for word in kept]
    assert vocabulary.find_in_one(words, terms, breaks) == list(zip(*columns, strict=True))


@given(
    st.lists(
        st.sampled_from([form for form, _ in FORMS if " " in form])
        | st.sampled_from(["xq", "bekas", "bal", "import", "cakar", "second", "ayam", "motor"]),
        max_size=5,
    )
)
def test_terms_are_those_that_a_plain_search_finds(parts):
    words = " ".join(parts).split()
    assert terms_read(" ".join(words)) == reference_terms(words)


@pytest.mark.parametrize(
    "trap",
    [
        "cakar ayam pedas", "sepatu ferrari monza", "sepeda monza", "harga 25rb", "lelong motor",
        "bekas jerawat", "bekas luka", "second skin", "second account", "bal kerupuk", "gym ball",
        "karung beras", "ban bekas", "as roma", "cimol bojot",
    ],
)  # fmt: skip
def test_a_trap_cancels_the_telling_word_in_it(trap):
    assert not found_classes(trap) & TELLING


@pytest.mark.parametrize(
    "text",
    ["cakar makassar", "baju monza", "lelong baju", "bekas import", "second ori", "bal segel"],
)
def test_the_same_words_outside_a_trap_still_tell(text):
    assert found_classes(text) & TELLING


@pytest.mark.parametrize(
    "trap", ["c4k4r ayam", "c.a.k.a.r ayam", "ｃａｋａｒ ayam", "cakarrr ayam"]
)
def test_a_trap_cancels_a_disguised_word_too(trap):
    assert not found_classes(trap) & TELLING


@pytest.mark.parametrize("end", ["! ", "\n", ". ", "; ", "?"])
def test_a_phrase_does_not_go_on_behind_the_end_of_a_sentence(end):
    assert "cakar" in found(f"cakar{end}ayam")


def test_a_phrase_does_not_go_on_from_the_title_to_the_description():
    assert next(term.term for term in terms_read("jual cakar", "ayam")) == "cakar"


@pytest.mark.parametrize("form", [form for form, term in FORMS if term.word_class == "place"][:20])
def test_a_place_with_a_telling_beginning_is_a_place(form):
    assert found_classes(form) == {"place"}


# Negation


@pytest.mark.parametrize(
    "text", ["bukan bekas", "tidak bekas", "bukan barang bekas", "BUKAN BEKAS", "baru bukan second"]
)
def test_a_denied_term_counts_as_denied(text):
    assert "not used" in classes(text)
    assert "used" not in classes(text)


@pytest.mark.parametrize(
    "text",
    [
        "bukan KW bekas", "bukan kw, second ori", "bukan. bekas", "bukan\nbekas", "bekas bukan",
        "bukan baju anak yang bekas", "no minus bekas", "bukan awul awul biasa tapi bekas",
    ],
)  # fmt: skip
def test_a_denial_of_something_else_does_not_reach_the_term(text):
    assert "not used" not in classes(text)


def test_a_denial_at_the_end_of_the_title_does_not_reach_the_description():
    assert classes_read(CLASS, "hoodie bukan", "bekas") == {"garment", "used"}


@pytest.mark.parametrize(
    ("text", "word_class"),
    [("no minus", "condition"), ("bukan kw", "counterfeit"), ("bukan import", "domestic")],
)
def test_denials_that_are_terms_keep_their_meaning(text, word_class):
    assert classes(text) == {word_class}


def test_the_tables_agree_with_the_lexicon():
    vocabulary = load_vocabulary()
    assert vocabulary.terms == load_lexicon()
    assert len(vocabulary.word_class) == len(vocabulary.family) == len(vocabulary.terms)
    assert (np.diff(features_of(("bekas import bal", "second")).hits.first) > 0).all()
