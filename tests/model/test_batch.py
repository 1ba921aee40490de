"""Columns of texts of every kind give the scores that lists of the same texts give."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from listings import any_text, seller_text

from thriftwatch.domain import FACTS, OUTPUTS
from thriftwatch.model import batch
from thriftwatch.model.batch import blocks_of

TEXTS = [
    "Hoodie Uniqlo second import", "", "ＫＡＲＵＮＧ 𝗯𝗮𝗹", "kaos\0bekas", "é", "b4l thr1ft korea",
    "x" * 5000, "Kemeja batik baru", "", "🔥🔥",
]  # fmt: skip
OTHERS = [f"{text[::-1][:40]} bukan bekas" for text in TEXTS]
KINDS = {
    "string": lambda texts: pa.array(texts, pa.string()),
    "large string": lambda texts: pa.array(texts, pa.large_string()),
    "string view": lambda texts: pa.array(texts, pa.string_view()),
    "dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "slice": lambda texts: pa.array(["before", *texts, "behind"]).slice(1, len(texts)),
    "large slice": lambda texts: pa.array(["é", *texts, "x"], pa.large_string())[1:-1],
    "slice of a slice": lambda texts: pa.array(["a", "b", *texts, "c"])[1:][1:-1],
    "view slice": lambda texts: pa.array(["a" * 50, *texts], pa.string_view()).slice(1),
    "chunks": lambda texts: pa.chunked_array([texts[:1], texts[1:4], [], texts[4:]], pa.string()),
    "one chunk": lambda texts: pa.chunked_array([texts], pa.string()),
    "sliced chunks": lambda texts: pa.chunked_array([["a", *texts[:3]], texts[3:]]).slice(1),
    "numpy": lambda texts: np.array(texts, object),
    "tuple": tuple,
}


@pytest.fixture(scope="module")
def expected(model):
    return model.outputs(TEXTS, OTHERS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", ["string", "large slice", "chunks", "tuple"])
def test_every_kind_of_column_gives_the_same_bits(model, expected, kind, other):
    found = model.outputs(KINDS[kind](TEXTS), KINDS[other](OTHERS))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 3, 4])
def test_blocks_are_cut_from_every_kind_of_column(model, expected, kind, rows, monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", rows)
    found = model.outputs(KINDS[kind](TEXTS), KINDS[kind](OTHERS))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_text_says_is_asked_of_columns_of_every_kind(model, kind):
    titles = ["hoodie columbia", "hoodie columbia baru", "kaos polos"] * 3
    is_bare = model.bareness(KINDS[kind](titles), KINDS[kind]([""] * 9))
    assert [is_bare(row) for row in range(9)] == [True, False, False] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_shops_of_every_kind_lift_the_same(model, kind):
    shops = ["Lulu Thrift Corner", ""] * 5
    titles = ["hoodie timberland"] * 10
    found = model.score_batch(titles, [""] * 10, KINDS[kind](shops))
    assert found.score.tolist() == model.score_batch(titles, [""] * 10, shops).score.tolist()
    assert found.score[0] > found.score[1]


@pytest.mark.parametrize(
    "nothing",
    [
        [],
        pa.array([], pa.string()),
        pa.array([], pa.large_string()),
        pa.array([], pa.string_view()),
        pa.array(["a"]).slice(1),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([[], []], pa.string()),
    ],
    ids=repr,
)
def test_no_listings_give_no_scores(model, nothing):
    assert model.outputs(nothing, nothing).shape == (0, len(OUTPUTS))
    found = model.score_batch(nothing, nothing, nothing)
    assert (found.score.shape, found.facts.shape, found.tier.shape) == ((0,), (0, len(FACTS)), (0,))
    assert list(model.explain_batch(nothing, nothing, nothing)) == []


def test_columns_without_text_have_no_buffer_and_are_empty_texts(model):
    none = pa.array(["", "", ""])
    found = model.outputs(none, none)
    np.testing.assert_array_equal(found, model.outputs([""] * 3, [""] * 3))


@given(st.lists(st.tuples(any_text | seller_text, any_text), max_size=5))
@example([("kaos \ud800bekas", "\udfff"), ("\ud800", ""), ("", "\ud83d\ude00 second")])
def test_half_a_character_is_read_as_a_question_mark(model, many):
    titles, descriptions = [one for one, _ in many], [two for _, two in many]
    whole = [
        pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.string())
        for texts in (titles, descriptions)
    ]
    np.testing.assert_array_equal(model.outputs(titles, descriptions), model.outputs(*whole))


def test_bytes_that_are_no_text_spoil_no_other_listing(model):
    """Arrow does not look into what it is given."""
    content = b"\xff\xfe\xf0\x9f kaos bekas\xe2\x82"
    offsets = pa.py_buffer(np.array([0, 4, 15, 17], np.int32))
    array = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(content)])
    found = model.outputs(array, [""] * 3)
    assert ((found > 0) & (found < 1)).all()
    np.testing.assert_array_equal(found[1], model.outputs([" kaos bekas"], [""])[0])


def test_blocks_are_in_order_and_hold_all(monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", 3)
    blocks = list(blocks_of(pa.array(TEXTS), OTHERS))
    assert [len(block.borders) for block in blocks] == [3, 3, 3, 1]
    found = [
        (block.texts[start:border].decode(), block.texts[border:end].decode())
        for block in blocks
        for start, border, end in zip(
            block.offsets[:-1], block.borders, block.offsets[1:], strict=True
        )
    ]
    assert found == [(one, f"\n{other}") for one, other in zip(TEXTS, OTHERS, strict=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_reasons_are_given_for_columns_of_every_kind(model, kind):
    columns = [KINDS[kind](texts) for texts in (TEXTS, OTHERS, [""] * len(TEXTS))]
    found = list(model.explain_batch(*columns, limit=3))
    expected = [model.explain(*texts, "", limit=3) for texts in zip(TEXTS, OTHERS, strict=True)]
    assert found == expected


def test_columns_of_different_lengths_are_refused(model):
    for columns in ((TEXTS, OTHERS[1:]), (pa.array(TEXTS), pa.array(OTHERS[1:]))):
        with pytest.raises(ValueError, match="10 titles and 9 descriptions"):
            model.outputs(*columns)
