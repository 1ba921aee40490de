"""Compiled modules and their source read and score alike; the source is the reference."""

import os
import sys
from importlib.machinery import ExtensionFileLoader

import pytest
from disguises import DISGUISES
from hypothesis import example, given, settings
from hypothesis import strategies as st
from listings import FLAGGED, any_text, listing
from reading import new_document, reading_of
from test_tokenizer import COLLIDED, HARD
from twin import NAME, reference

from thriftwatch.compiled import COMPILED, is_compiled
from thriftwatch.text import disguises, fold
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import packaged_vocabulary

REQUIRED = os.environ.get("THRIFTWATCH_REQUIRE_COMPILED") == "1"
"""Where the package must be compiled, as in CI."""
compiled = pytest.mark.skipif(
    not is_compiled() and not REQUIRED,
    reason="NOTHING IS COMPILED HERE: that compiled modules do what their source does is untested",
)
SAMPLES = [
    *HARD,
    *((word, f"jaket {word} thrift") for word in COLLIDED),
    ("x" * 70, "a" * 31 + " " + "a" * 32 + " " + "a" * 33),
    ("\xff\x80é" * 20, "½ ™ 🅱 ♻️ ﷺ"),
    ("z" * 8 + " " + "z" * 9, "9" * 32 + " " + "0" * 40),
    ("1 2 b a l 3 4", "5 e c o n d @thriftshop$ #@secondhand !"),
    ("S M L 9/10 95% 68x56 35rb/pcs 1.000 pcs", "LD 104 P 68 l 56 2jt/pcs rb"),
]
chains = st.text("aA4@bB8eE3iI1!|lLoO0sS5$tT7+kKnNuUrRmMpPgG69zZ2.-*/ ", min_size=1, max_size=70)


def reference_document():
    vocabulary = reference("text.vocabulary").packaged_vocabulary()
    names = reference("text.names").Names(vocabulary, {}, growing=True)
    return reference("text.document").Document(vocabulary, names)


@pytest.fixture(scope="module")
def both():
    """A document of each kind, which keep their caches."""
    return new_document(), reference_document()


@pytest.fixture(scope="module")
def models(model):
    """The bundled model, as it runs and from its source."""
    return model, reference("model.artifact").load_model()


@pytest.mark.skipif(not REQUIRED, reason="asked for with THRIFTWATCH_REQUIRE_COMPILED=1 only")
def test_the_modules_are_compiled_where_that_is_required():
    assert is_compiled()


@compiled
@pytest.mark.parametrize("name", COMPILED)
def test_each_module_runs_compiled_and_its_twin_from_source(name):
    twin = reference(name.removeprefix("thriftwatch."))
    __import__(name)
    assert isinstance(sys.modules[name].__spec__.loader, ExtensionFileLoader)
    assert twin.__name__ == name.replace("thriftwatch", NAME)
    assert twin.__spec__.origin.endswith(".py")


def test_the_twin_has_nothing_of_the_package():
    document = reference_document()
    assert type(document).__module__ == f"{NAME}.text.document"
    assert type(document.vocabulary.hidden).__module__ == f"{NAME}.text.disguises"
    assert not isinstance(document, Document)
    assert not hasattr(type(document), "__pyx_vtable__")
    for name, module in sys.modules.copy().items():
        if name.startswith(f"{NAME}."):
            taken = [value for value in vars(module).values() if callable(value)]
            assert not any(
                str(getattr(value, "__module__", "")).startswith("thriftwatch") for value in taken
            )


@compiled
@given(listing)
@settings(max_examples=300)
def test_a_listing_is_read_alike(both, one):
    compiled_one, source = (reading_of(document, *one) for document in both)
    assert compiled_one == source


@compiled
@given(any_text, any_text)
@settings(max_examples=200)
def test_any_text_at_all_is_read_alike(both, title, description):
    compiled_one, source = (reading_of(document, title, description) for document in both)
    assert compiled_one == source


@compiled
@pytest.mark.parametrize("one", SAMPLES, ids=range(len(SAMPLES)))
def test_hard_listings_are_read_alike(both, one):
    compiled_one, source = (reading_of(document, *one) for document in both)
    assert compiled_one == source


@compiled
@pytest.mark.parametrize("name", sorted(DISGUISES))
def test_disguises_are_undone_alike(both, name):
    for word in (*FLAGGED, "kaos", "x"):
        if word == "x" and name in {
            "starred",
            "two stars",
            "leet",
            "vowel dropped",
            "stretched vowel",
        }:
            continue  # they need a vowel
        one = f"jual {DISGUISES[name](word)} murah"
        compiled_one, source = (reading_of(document, one) for document in both)
        assert compiled_one == source


@compiled
@given(chains)
@example("é")
def test_rules_are_asked_alike(text):
    hidden = packaged_vocabulary().hidden
    twin_hidden = reference("text.vocabulary").packaged_vocabulary().hidden
    twin = reference("text.disguises")
    lower = text.lower().encode()
    word = bytes(letter for letter in lower if chr(letter).isalnum())[:32] or b"x"
    assert disguises.undo_separated(lower, hidden) == twin.undo_separated(lower, twin_hidden)
    for is_term in (False, True):
        found = disguises.undo_word(word, hidden, is_term)
        assert found == twin.undo_word(word, twin_hidden, is_term)
    for rule, twin_rule in zip(disguises.DISGUISES, twin.DISGUISES, strict=True):
        written = lower if rule.of in ("text", "chain") else word
        assert rule.may_apply(written, hidden) == twin_rule.may_apply(written, twin_hidden)


@compiled
@given(any_text)
def test_text_is_folded_alike(text):
    twin, words = reference("text.fold"), packaged_vocabulary().words
    assert fold.fold_text(text) == twin.fold_text(text)
    assert fold.fold_with_origin(text, words) == twin.fold_with_origin(text, words)
    assert list(map(fold.fold_character, text)) == list(map(twin.fold_character, text))


@compiled
def test_every_character_is_folded_alike():
    twin = reference("text.fold")
    characters = [chr(code) for code in range(0x80, 0x20000) if not 0xD800 <= code < 0xE000]
    odd = [c for c in characters if fold.fold_character(c) != twin.fold_character(c)]
    assert odd == []


@compiled
def test_the_lexicon_becomes_the_same_tables():
    twin = reference("text.vocabulary").packaged_vocabulary()
    assert packaged_vocabulary().to_dict() == twin.to_dict()


@compiled
def test_features_that_count_are_the_same_numbers(both):
    numbers = {"class:used": 0, "pair:used+origin": 1, "shape:pxl": 2, "title:garment": 3}
    vocabularies = packaged_vocabulary(), reference("text.vocabulary").packaged_vocabulary()
    classes = (
        (Document, Names),
        (
            reference("text.document").Document,
            reference("text.names").Names,
        ),
    )
    found = [
        reading_of(
            document(vocabulary, names(vocabulary, dict(numbers))), "kaos thrift xq korea 68x56"
        )
        for vocabulary, (document, names) in zip(vocabularies, classes, strict=True)
    ]
    assert found[0] == found[1]
    assert {feature.name for feature in found[0].features} == set(numbers)


@compiled
@pytest.mark.parametrize("part", ["b.a.l ", "x", "jualthrift ", "ʇɟᴉɹɥʇ ", "1 "])
def test_long_listings_are_read_alike(part):
    one = ("kaos " + part * (150_000 // len(part)), part * 30_000)
    assert reading_of(new_document(), *one) == reading_of(reference_document(), *one)


@compiled
@given(listing)
@settings(max_examples=100)
@example(("jaket thrift import korea", "bekas, minus noda"))
def test_a_listing_is_scored_and_explained_alike(models, one):
    found = []
    for model in models:
        decision, reasons = model.explain(*one, "", limit=9)
        probabilities = list(model.explainer().heads.probabilities)
        quoted = [(reason.field, reason.start, reason.end, reason.note) for reason in reasons]
        weights = [reason.weight for reason in reasons]
        found.append((decision.tier, quoted, pytest.approx(probabilities, abs=1e-12), weights))
    (tier, quoted, _, weights), twin = found
    assert (tier, quoted) == twin[:2]
    assert list(models[0].explainer().heads.probabilities) == twin[2]
    assert weights == pytest.approx(twin[3], abs=1e-9)
