import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import classes_read, new_document, read, reading_of, terms_read, words_read

from thriftwatch.errors import InputError
from thriftwatch.text.disguises import undo_word
from thriftwatch.text.lexicon import CLASS_NUMBERS, Term, load_lexicon
from thriftwatch.text.vocabulary import Vocabulary, packaged_vocabulary

TELLING = {"used", "import", "wholesale"}
FORMS = [(form, term) for term in load_lexicon() for form in term.forms]
BY_FORM = dict(FORMS)
SMALL = [
    Term(("bal", "bal segel"), "wholesale", "bale", 4, "bal", "bale"),
    Term(("kaos",), "garment", "shirt", 1, "", ""),
    Term(("bal kapas", "bal kerupuk"), "trap", "trap-bale", 1, "", ""),
]


def plain(term):
    """Return a term as a vocabulary holds it: where a word is used is not read."""
    meanings = term.meaning_id, term.meaning_en
    return Term(term.forms, term.word_class, term.family, term.strength, *meanings)


def found(text):
    return [term.term for term in terms_read(text)]


def found_classes(text):
    return {term.word_class for term in terms_read(text)}


def apart(form):
    hidden = packaged_vocabulary().hidden
    words = (undo_word(word.encode(), hidden, True) or (word.encode(),) for word in form.split())
    return " ".join(piece.decode() for pieces in words for piece in pieces)


# The tables


def test_the_packaged_vocabulary_holds_the_packaged_lexicon():
    vocabulary = packaged_vocabulary()
    assert vocabulary.terms == tuple(map(plain, load_lexicon()))
    assert vocabulary.classes == [CLASS_NUMBERS[term.word_class] for term in load_lexicon()]
    assert vocabulary.strengths == [term.strength for term in load_lexicon()]


def test_all_names_of_a_class_are_one_family():
    vocabulary = packaged_vocabulary()
    named = set(zip(vocabulary.class_names, vocabulary.families, strict=True))
    assert {family for name, family in named if name == "place"} == {"place"}
    assert {family for name, family in named if name == "garment"} > {"tops", "footwear"}


def test_words_are_numbered_from_1_and_phrases_are_steps():
    vocabulary = Vocabulary.of(SMALL)
    assert vocabulary.words == {b"bal": 1, b"segel": 2, b"kaos": 3, b"kapas": 4, b"kerupuk": 5}
    assert vocabulary.single == [-1, 0, -1, 1, -1, -1]
    first, stop = vocabulary.first_step[1:3]
    steps = zip(vocabulary.next_word[first:stop], vocabulary.next_node[first:stop], strict=True)
    assert {word: vocabulary.term_at[node] for word, node in steps} == {2: 0, 4: 2, 5: 2}


def test_stored_tables_are_the_same_vocabulary():
    for vocabulary in (Vocabulary.of(SMALL, ["leet"]), packaged_vocabulary()):
        stored = json.loads(json.dumps(vocabulary.to_dict()))
        again = Vocabulary.from_dict(stored)
        assert again.to_dict() == vocabulary.to_dict()
        assert again.terms == vocabulary.terms
        assert again.hidden.misspelt == vocabulary.hidden.misspelt
        assert again.hidden.beginnings == vocabulary.hidden.beginnings


@pytest.mark.parametrize("name", ["bal segel", "s.e.g.e.l kaos", "balbalan kaosss", "b4l kapas"])
def test_a_stored_vocabulary_reads_as_it_did(name):
    vocabulary = Vocabulary.of(SMALL)
    again = Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict())))
    assert reading_of(new_document(again), name) == reading_of(new_document(vocabulary), name)


def test_more_terms_are_read_and_a_form_that_was_there_changes_hands():
    before = Vocabulary.of(SMALL, ["stars"])
    moved = Term(("bal segel", "balbo"), "import", "sealed", 5, "", "")
    after = before.with_terms([moved])
    assert after.hidden.without == ("stars",)
    assert [term.forms for term in after.terms] == [
        ("bal",), ("kaos",), ("bal kapas", "bal kerupuk"), ("bal segel", "balbo"),
    ]  # fmt: skip
    reading = reading_of(new_document(after), "kaos bal segel, b.a.l.b.o")
    assert [after.terms[term.term].family for term in reading.terms] == [
        "shirt",
        "sealed",
        "sealed",
    ]


def test_a_term_without_a_form_of_its_own_is_gone():
    after = Vocabulary.of(SMALL).with_terms([Term(("kaos",), "trap", "trap-kaos", 1, "", "")])
    assert [term.family for term in after.terms] == ["bale", "trap-bale", "trap-kaos"]


def test_a_disguise_that_there_is_not_cannot_be_switched_off():
    with pytest.raises(InputError, match='Did you mean "leet"'):
        Vocabulary.of(SMALL, ["leat"])


def _change(*path, to):
    def change(tables):
        *before, last = path
        for key in before:
            tables = tables[key]
        tables[last] = to(tables[last])

    return change


HOSTILE = {
    "no terms": _change("terms", to=lambda _: None),
    "a class that is none": _change("terms", 0, 1, to=lambda _: "criminal"),
    "a strength that is none": _change("terms", 0, 3, to=lambda _: 6),
    "a strength that is no number": _change("terms", 0, 3, to=lambda _: True),
    "a meaning that is no text": _change("terms", 0, 4, to=lambda _: ["x"]),
    "a term that is too short": _change("terms", 0, to=lambda row: row[:-1]),
    "a term less": _change("terms", to=lambda rows: rows[:-1]),
    "a word less": _change("words", to=lambda words: words.partition(" ")[2]),
    "a word twice": _change("words", to=lambda words: words + " " + words.split()[0]),
    "a word twice for another": _change(
        "words", to=lambda words: " ".join([words.split()[1], *words.split()[1:]])
    ),
    "a word that is too long": _change("words", to=lambda words: words + "x" * 40),
    "a word that is none": _change("words", to=lambda words: words.upper()),
    "a word of another script": _change("words", to=lambda words: words[:-1] + "é"),
    "words that are no text": _change("words", to=lambda words: words.split()),
    "a single term beyond the last": _change("single", 1, to=lambda _: 99),
    "a single term before none": _change("single", 1, to=lambda _: -2),
    "a single term that is a half": _change("single", 1, to=lambda _: 0.5),
    "a huge single term": _change("single", 1, to=lambda _: 1 << 40),
    "singles that are text": _change("single", to=str),
    "a trie of three tables": _change("trie", to=lambda trie: trie[:3]),
    "steps that go back": _change("trie", 0, -2, to=lambda _: 0),
    "steps beyond the last": _change("trie", 0, -1, to=lambda last: last + 1),
    "a step by a word that is none": _change("trie", 1, 0, to=lambda _: 0),
    "a step by a word beyond the last": _change("trie", 1, 0, to=lambda _: 6),
    "a step to a first word": _change("trie", 2, 0, to=lambda _: 1),
    "a step to a node beyond the last": _change("trie", 2, 0, to=lambda _: 99),
    "a node of a term beyond the last": _change("trie", 3, -1, to=lambda _: 3),
    "too few nodes": _change("trie", 3, to=lambda nodes: nodes[:3]),
    "no hidden words": _change("hidden", to=lambda _: None),
    "hidden words that are no text": _change("hidden", "worth", to=lambda _: [1]),
    "a hidden word that is too long": _change("hidden", "starred", to=lambda _: "b" * 33),
    "misspelt words without what they are": _change("hidden", "misspelt", to=lambda it: it[:1]),
    "a misspelt word too many": _change("hidden", "misspelt", 0, to=lambda it: (it + " x").strip()),
    "a hidden word that is none": _change("hidden", "pieces", to=lambda _: "<place>"),
    "a disguise that there is not": _change("hidden", "without", to=lambda _: ["all"]),
}  # fmt: skip


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_tables_that_do_not_belong_together_are_refused(change):
    tables = json.loads(json.dumps(Vocabulary.of(SMALL).to_dict()))
    assert Vocabulary.from_dict(tables).terms == tuple(SMALL)
    change(tables)
    with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
        Vocabulary.from_dict(tables)


# Terms


@pytest.mark.parametrize("around", ["{}", "xq {} xq"])
def test_every_form_of_the_lexicon_is_found_as_one_term(around):
    whole = [(form, plain(term)) for form, term in FORMS if apart(form) == form]
    assert len(whole) > 10_000
    text = [terms_read(around.format(form.upper())) for form, _ in whole]
    assert [found for found, (_, term) in zip(text, whole, strict=True) if found != [term]] == []


@pytest.mark.parametrize("form", [form for form, _ in FORMS if apart(form) != form])
def test_a_form_that_is_glued_is_found_as_its_pieces_and_whole_as_a_hashtag(form):
    assert terms_read(form) == terms_read(apart(form)) != []
    if " " not in form:
        assert terms_read(f"#{form}") == [plain(BY_FORM[form])]


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


def test_what_a_covered_phrase_would_cover_is_read():
    """*Hp bekas* is a trap, but not where its *hp* is used up by the phrase before it."""
    assert found_classes("hp bekas") == {"trap"}
    assert found("no hp bekas") == [*found("no hp"), "bekas"]
    assert found("silahkan cari bal") == [*found("silahkan cari"), "bal"]


def plainly_found(words):
    """Find terms as the module's words say: from left to right, the longest, none inside one."""
    terms, at = [], 0
    while at < len(words):
        sizes = [
            size
            for size in range(8, 0, -1)
            if at + size <= len(words) and " ".join(words[at : at + size]) in BY_FORM
        ]
        if sizes:
            terms.append(plain(BY_FORM[" ".join(words[at : at + sizes[0]])]))
        at += sizes[0] if sizes else 1
    return terms


@given(
    st.lists(
        st.sampled_from([form for form, _ in FORMS if " " in form])
        | st.sampled_from(["xq", "bekas", "bal", "import", "cakar", "second", "ayam", "motor"]),
        max_size=5,
    )
)
def test_terms_are_those_that_a_plain_search_finds(parts):
    text = " ".join(parts)
    assert terms_read(text) == plainly_found(words_read(text))


@given(st.lists(st.sampled_from([form for form, _ in FORMS]), max_size=8).map(" ".join))
def test_terms_are_in_order_and_apart_and_the_words_say_so(text):
    reading, last = read(text), -1
    for term in reading.terms:
        assert last < term.first <= term.last < len(reading.tokens)
        last = term.last
        written = [token.reads.decode() for token in reading.tokens[term.first : last + 1]]
        assert " ".join(written) in packaged_vocabulary().terms[term.term].forms
        assert not any(token.breaks for token in reading.tokens[term.first : last])


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
def test_a_phrase_does_not_go_on_behind_the_end_of_a_clause(end):
    assert "cakar" in found(f"cakar{end}ayam")


def test_a_phrase_does_not_go_on_from_the_title_to_the_description():
    assert next(term.term for term in terms_read("jual cakar", "ayam")) == "cakar"


@pytest.mark.parametrize("form", [form for form, term in FORMS if term.word_class == "place"][:20])
def test_a_place_with_a_telling_beginning_is_a_place(form):
    assert found_classes(form) == {"place"}


# Denials


@pytest.mark.parametrize(
    "text", ["bukan bekas", "tidak bekas", "bukan barang bekas", "BUKAN BEKAS", "baru bukan second"]
)
def test_a_denied_term_counts_as_denied(text):
    assert "not used" in classes_read(text)
    assert "used" not in classes_read(text)


@pytest.mark.parametrize(
    "text",
    [
        "bukan KW bekas", "bukan kw, second ori", "bukan. bekas", "bukan\nbekas", "bekas bukan",
        "bukan baju anak yang bekas", "no minus bekas", "bukan awul awul biasa tapi bekas",
    ],
)  # fmt: skip
def test_a_denial_of_something_else_does_not_reach_the_term(text):
    assert "not used" not in classes_read(text)


def test_a_denial_at_the_end_of_the_title_does_not_reach_the_description():
    assert classes_read("hoodie bukan", "bekas") == {"garment", "used"}


@pytest.mark.parametrize(
    ("text", "word_class"),
    [("no minus", "condition"), ("bukan kw", "counterfeit"), ("bukan import", "domestic")],
)
def test_denials_that_are_terms_keep_their_meaning(text, word_class):
    assert classes_read(text) == {word_class}
