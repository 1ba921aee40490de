"""What scoring adds up is what its specification says, worked out again with numpy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from listings import listing
from reading import new_document

from thriftwatch import load_model
from thriftwatch.domain import LOGIT_LIMIT, OUTPUTS, probability_of
from thriftwatch.model.heads import Heads, Lookup, gram_buckets
from thriftwatch.model.tables import (
    FEATURE_STEP,
    GRAM_STEP,
    ROW_STEP,
    WORD_STEP,
    Interaction,
    with_arrays,
)
from thriftwatch.text.fields import WORD_ROOM

SPECIFIED = 0xD6E8FEB86659FD93
EXAMPLES = [
    ("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10"),
    ("Kaos b3kas", "bukan b.a.l, 35rb pcs bandung shopee"),
    ("qwertyuiop zxcvb kaoskaos", "jne jnt kirim cepat. bukan bekas"),
    ("kaos " * 40, "a bb ccc dddd eeeee"),
    ("", ""),
    ("🔥", "68x56 9/10 S M L XL"),
]


@pytest.fixture(scope="module")
def tables(model):
    return with_arrays(model.tables)


def read(model, title, description):
    """Return the heads of a listing: what was read in it, and what it adds up to."""
    heads = model.explainer().heads
    heads.score(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
    return heads


def words_of(heads):
    document = heads.document
    return [document.written(document.word[place]) for place in range(document.words)]


def specified_buckets(word, bits):
    """The buckets of the n-grams of a word, as the module specifies them."""
    letters = b"<" + word + b">"
    if word.startswith(b"<"):
        return []
    grams = [letters[at : at + n] for n in (3, 5) for at in range(len(letters) - n + 1)]
    numbers = [sum(byte << 8 * place for place, byte in enumerate(gram)) for gram in grams]
    return [number * SPECIFIED % 2**64 >> (64 - bits) for number in numbers]


def specified_row(word, tables):
    """What a word adds to the heads, and its squared idf: of its own, or what its n-grams give."""
    if word in tables.words:
        row = tables.words.index(word)
        idf = float(tables.word_idf[row])
        return WORD_STEP * tables.word_weights[row], idf * idf
    places = np.searchsorted(tables.gram_buckets, specified_buckets(word, tables.gram_bits))
    buckets = np.append(tables.gram_buckets, -1)[places]
    rows = places[buckets == specified_buckets(word, tables.gram_bits)].astype(np.int64)
    idf = tables.unseen_idf
    squares = (tables.gram_idf[rows].astype(np.float64) ** 2).sum()
    grams = tables.gram_weights[rows].sum(axis=0, dtype=np.int64)
    row = GRAM_STEP * idf / np.sqrt(max(squares, 1e-6)) * grams
    return ROW_STEP * np.rint(row / ROW_STEP), idf * idf


def specified_log_odds(heads, model, tables):
    rows = [specified_row(word, tables) for word in words_of(heads)]
    total = sum((row for row, _ in rows), np.zeros(len(tables.bias)))
    norm = np.sqrt(max(sum(square for _, square in rows), 1.0))
    features = list(heads.document.feature[: heads.document.features])
    named = FEATURE_STEP * tables.feature_weights[features].sum(axis=0, dtype=np.int64)
    return total / norm + named + tables.bias


@pytest.mark.parametrize("word", [b"bal", b"monza", b"a", b"aa", b"x" * 32, b"2nd", b"<place>"])
@pytest.mark.parametrize("bits", [8, 18, 24])
def test_training_fills_the_buckets_that_are_specified(word, bits):
    assert sorted(gram_buckets(word, bits)) == sorted(specified_buckets(word, bits))


def test_every_known_word_has_the_row_that_is_specified(model, tables):
    heads = model.explainer().heads
    seen = set()
    for word in tables.words[::7]:
        read(model, word.decode("ascii").strip("<>"), "")
        for number in heads.document.word[: heads.document.words]:
            form = heads.document.written(number)
            row, square = specified_row(form, tables)
            start = heads.stride * number
            learned = ROW_STEP * np.array(heads.rows[start : start + heads.width])
            np.testing.assert_allclose(learned, row, rtol=0, atol=1.01 * ROW_STEP)
            np.testing.assert_allclose(heads.squares[number], square, rtol=1e-6)
            seen.add(form)
    assert len(seen & set(tables.words)) > 1000


@given(listing)
@example(EXAMPLES[0])
@example(EXAMPLES[1])
@example(EXAMPLES[2])
@example(EXAMPLES[3])
@example(EXAMPLES[4])
@example(EXAMPLES[5])
def test_the_log_odds_of_heads_are_the_sums_that_are_specified(model, tables, one):
    heads = read(model, *one)
    expected = specified_log_odds(heads, model, tables)
    # A row of n-grams may lie half a step between two, and be rounded to either.
    np.testing.assert_allclose(
        heads.log_odds, expected, rtol=1e-9, atol=1e-9 + ROW_STEP * heads.document.words
    )


@given(listing)
@example(EXAMPLES[0])
@example(EXAMPLES[4])
def test_probabilities_are_what_the_interaction_gives_for_the_log_odds(model, one):
    heads = read(model, *one)
    expected = probability_of(model.interaction(np.array([heads.log_odds]))[0])
    np.testing.assert_allclose(heads.probabilities, expected, rtol=0, atol=1e-12)


def test_outputs_are_those_of_many_at_once(model):
    titles, descriptions = zip(*EXAMPLES, strict=True)
    found = model.outputs(titles, descriptions)
    log_odds = np.array([list(read(model, *one).log_odds) for one in EXAMPLES])
    expected = probability_of(model.interaction(log_odds))
    assert found.shape == (len(EXAMPLES), len(OUTPUTS))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [-1e4, -9.0, 0.5, 1e4])
def test_the_heads_are_kept_within_limits_where_they_are_joined(model, tables, bias):
    """However far off heads are, a probability is one."""
    far = replace(tables, bias=np.full_like(tables.bias, bias))
    heads = Heads(Lookup(far, model.interaction), model.explainer().heads.document)
    heads.score(b"kaos bekas", b"")
    kept = np.clip(heads.log_odds, -LOGIT_LIMIT, LOGIT_LIMIT)
    expected = probability_of(model.interaction(kept[None])[0])
    np.testing.assert_allclose(heads.probabilities, expected, rtol=0, atol=1e-12)


def test_an_interaction_is_a_polynomial_of_the_heads():
    random = np.random.default_rng(0)
    pairs = random.normal(size=(2, 3, 3))
    interaction = Interaction(
        random.normal(size=2),
        random.normal(size=(2, 3)),
        pairs + pairs.transpose(0, 2, 1),
        np.zeros((2, 3)),
    )
    z = random.normal(size=3)
    expected = [
        interaction.bias[o] + interaction.linear[o] @ z + z @ interaction.pairs[o] @ z
        for o in range(2)
    ]
    np.testing.assert_allclose(interaction(z[None])[0], expected)


def test_a_word_counts_once_however_often_it_stands_there():
    model = load_model()
    once, often = (list(read(model, title, "").log_odds) for title in ("qwzzy", "qwzzy " * 3))
    assert once == often


@pytest.mark.parametrize("name", ["word_weights", "word_idf", "bias"])
@pytest.mark.parametrize("change", [np.asfortranarray, lambda array: array.astype(np.int64)])
def test_numbers_of_another_kind_or_order_are_refused(model, tables, name, change):
    if change is np.asfortranarray and getattr(tables, name).ndim == 1:
        pytest.skip("it has one order")
    with pytest.raises(TypeError, match="in C order is accepted"):
        Lookup(replace(tables, **{name: change(getattr(tables, name))}), model.interaction)


def test_rows_of_words_are_kept_when_more_of_them_are_met(model):
    """The cache of words grows past the room that it has at first."""
    heads = Heads(model.explainer().heads.lookup, new_document(model.vocabulary))
    heads.score(b"kaos qwxz", b"")
    words = list(heads.document.word[: heads.document.words])
    before = [list(heads.rows[heads.stride * word :][: heads.width]) for word in words]
    heads.score(" ".join(f"q{number:x}" for number in range(2 * WORD_ROOM)).encode(), b"")
    assert heads.document.words_known > WORD_ROOM
    assert [list(heads.rows[heads.stride * word :][: heads.width]) for word in words] == before
