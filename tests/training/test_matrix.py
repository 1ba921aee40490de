"""What is fitted is what scores: one feature space for scikit-learn and for the model."""

from dataclasses import replace

import numpy as np
import pytest

from thriftwatch.model.heads import Heads, Lookup
from thriftwatch.model.tables import FEATURE_STEP, GRAM_STEP, WORD_STEP, Interaction
from thriftwatch.text.document import Document
from thriftwatch.text.names import Names
from thriftwatch.text.vocabulary import packaged_vocabulary
from thriftwatch.training import matrix, transfer
from thriftwatch.training.matrix import (
    GRAM_BITS,
    count_frequencies,
    feature_matrix,
    make_tables,
    read_listings,
)
from thriftwatch.training.transfer import known_frequencies

LISTINGS = [
    ("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10"),
    ("Kaos polos baru", ""),
    ("T.H.R.I.F.T kemeja", "thr1ft b3k4s importttt size M L XL"),
    ("", "hanya deskripsi"),
    ("", ""),
    ("🔥🔥", "ＫＡＲＵＮＧ 𝗯𝗮𝗹 68x56 25rb"),
    ("kaos kaos kaos kaos", "kaos " * 40),
    ("Keripik bal 25rb", "bukan bekas, bukan second"),
    ("half \ud800 a character", "\udfff"),
]
UNSEEN = [("Jaket Carhartt cakar palembang", "kode bal baru bongkar"), ("xyzzy", "qwrtp")]
HEADS = 3


def read(listings):
    titles, descriptions = zip(*listings, strict=True)
    return read_listings(titles, descriptions, packaged_vocabulary())


def own_steps(tables, frequencies):
    """The weights of words without what their n-grams add."""
    grams = matrix.gram_parts(frequencies, tables.gram_buckets, tables.gram_weights)
    return tables.word_weights - grams / WORD_STEP


def width_of(frequencies):
    return (1 << GRAM_BITS) + len(frequencies.words) + len(frequencies.features)


@pytest.fixture(scope="module")
def readings():
    return read(LISTINGS)


@pytest.fixture(scope="module")
def frequencies(readings):
    return count_frequencies(readings)


@pytest.fixture(scope="module")
def linear(frequencies):
    """Three heads with large weights; like fitted ones they know nothing of what they never saw."""
    random = np.random.default_rng(0)
    known = np.ones(width_of(frequencies))
    known[: len(frequencies.gram_idf)] = frequencies.gram_idf > 0
    return random.normal(0, 2, (HEADS, width_of(frequencies))) * known, random.normal(0, 1, HEADS)


def heads_of(tables, listings):
    """What a model with these tables says of listings, head by head."""
    nothing = Interaction(*(np.zeros((1,) + (HEADS,) * n) for n in (0, 1, 2, 1)))
    numbers = {name: number for number, name in enumerate(tables.features)}
    vocabulary = packaged_vocabulary()
    heads = Heads(Lookup(tables, nothing), Document(vocabulary, Names(vocabulary, numbers)))
    found = []
    for title, description in listings:
        heads.score(title.encode("utf-8", "replace"), description.encode("utf-8", "replace"))
        found.append(list(heads.log_odds))
    return np.array(found)


def test_a_linear_model_decides_on_the_matrix_what_its_tables_score(frequencies, linear):
    coefficients, intercepts = linear
    # Texts the frequencies were not counted on have words and n-grams without an idf.
    listings = LISTINGS + UNSEEN
    decided = feature_matrix(read(listings), frequencies) @ coefficients.T + intercepts
    scored = heads_of(make_tables(coefficients, intercepts, frequencies), listings)
    np.testing.assert_allclose(scored, decided, atol=0.02, rtol=0.002)


def test_without_rounding_the_two_agree_to_single_precision(frequencies, linear):
    """Weights that are whole numbers of steps to begin with lose nothing."""
    coefficients, intercepts = linear
    tables = make_tables(coefficients, intercepts, frequencies)
    scale = np.concatenate(
        [
            matrix.GRAM_SHARE * frequencies.gram_idf / GRAM_STEP,
            matrix.WORD_SHARE * frequencies.word_idf / WORD_STEP,
            matrix.FEATURE_SHARE * frequencies.feature_idf / FEATURE_STEP,
        ]
    )
    stored = np.zeros_like(coefficients)
    grams = len(frequencies.gram_idf)
    stored[:, np.asarray(tables.gram_buckets)] = tables.gram_weights.T
    stored[:, grams : grams + len(frequencies.words)] = own_steps(tables, frequencies).T
    stored[:, grams + len(frequencies.words) :] = tables.feature_weights.T
    rounded = np.divide(stored, scale, out=np.zeros_like(stored), where=scale > 0)
    decided = feature_matrix(read(LISTINGS + UNSEEN), frequencies) @ rounded.T + intercepts
    np.testing.assert_allclose(heads_of(tables, LISTINGS + UNSEEN), decided, atol=2e-5)


def test_the_matrix_has_a_row_per_listing_and_a_column_per_feature(readings, frequencies):
    found = feature_matrix(readings, frequencies)
    width = (1 << GRAM_BITS) + len(frequencies.words) + len(frequencies.features)
    assert found.shape == (len(LISTINGS), width) == (len(readings), width_of(frequencies))
    assert found.dtype == np.float32
    assert np.isfinite(found.data).all()


def test_a_listing_without_text_has_no_features(frequencies):
    assert feature_matrix(read([("", "")]), frequencies).nnz == 0


def test_a_row_depends_on_its_own_text_alone(readings, frequencies):
    together = feature_matrix(readings, frequencies)
    for place, listing in enumerate(LISTINGS):
        alone = feature_matrix(read([listing]), frequencies)
        assert abs(together[place] - alone).max() < 1e-6


def test_many_listings_are_read_as_each_of_them_is(readings):
    times = 1200
    many = read(LISTINGS * times)
    assert many.words == readings.words * times
    assert list(map(set, many.features)) == list(map(set, readings.features)) * times


def test_a_reading_has_every_word_and_feature_once(readings):
    for words, features in zip(readings.words, readings.features, strict=True):
        assert len(set(words)) == len(words)
        assert len(set(features)) == len(features)
    assert b"bekas" in readings.words[2]  # written b3k4s
    assert "not class:used" in readings.features[7]


def test_a_rare_word_weighs_more_than_a_common_one():
    found = count_frequencies(read([("kaos bal", ""), ("kaos", ""), ("kaos", ""), ("topi", "")]))
    idf = dict(zip(found.words, found.word_idf, strict=True))
    assert found.unseen_idf > idf[b"bal"] > idf[b"kaos"] > 1


def test_frequencies_do_not_depend_on_the_order_of_listings(frequencies):
    other = count_frequencies(read(LISTINGS[::-1]))
    assert (other.words, other.features) == (frequencies.words, frequencies.features)
    for name in ("word_idf", "gram_idf", "feature_idf"):
        np.testing.assert_array_equal(getattr(other, name), getattr(frequencies, name))


def test_tables_have_whole_numbers_in_the_order_of_the_names(frequencies, linear):
    coefficients, intercepts = linear
    tables = make_tables(coefficients, intercepts, frequencies)
    for name in ("word_weights", "gram_weights", "feature_weights"):
        assert getattr(tables, name).dtype == np.int16
        assert getattr(tables, name).flags.c_contiguous
    assert tables.words == frequencies.words == sorted(frequencies.words)
    assert tables.features == frequencies.features == sorted(frequencies.features)
    assert (np.diff(tables.gram_buckets) > 0).all()
    assert tables.gram_bits == GRAM_BITS
    place = frequencies.words.index(b"bekas")
    column = coefficients[:, (1 << GRAM_BITS) + place]
    expected = column * matrix.WORD_SHARE * frequencies.word_idf[place]
    stored = WORD_STEP * own_steps(tables, frequencies)[place]
    np.testing.assert_allclose(stored, expected, atol=WORD_STEP / 2)


def test_weights_beyond_what_two_bytes_hold_are_cut_there(frequencies, linear):
    coefficients, intercepts = linear
    tables = make_tables(coefficients * 1e6, intercepts, frequencies)
    assert tables.word_weights.max() == 32767
    assert tables.word_weights.min() == -32768


def test_of_too_many_words_the_rarest_get_no_weights_of_their_own(readings, monkeypatch):
    every = count_frequencies(readings)
    monkeypatch.setattr(matrix, "MOST_WORDS", 5)
    few = count_frequencies(readings)
    common = sorted(zip(every.word_idf, every.words, strict=True))[:5]
    assert few.words == sorted(word for _, word in common)
    known, unseen = (feature_matrix(read([(word, "")]), few) for word in ("kaos", "xyzzy"))
    assert known[:, 1 << GRAM_BITS :].nnz > 0
    assert unseen[:, 1 << GRAM_BITS :].nnz == 0


def test_an_earlier_model_keeps_its_idf_and_its_words(model, readings, frequencies, monkeypatch):
    merged = known_frequencies(frequencies, model)
    idf = dict(zip(merged.words, merged.word_idf, strict=True))
    earlier = dict(zip(model.tables.words, np.asarray(model.tables.word_idf), strict=True))
    assert merged.words == sorted({*frequencies.words, *earlier})
    assert all(idf[word] == earlier[word] for word in earlier)
    assert set(model.tables.features) <= set(merged.features)
    monkeypatch.setattr(transfer, "MOST_WORDS", len(earlier) + 1)
    cut = known_frequencies(frequencies, model)
    assert len(set(cut.words) - set(earlier)) == 1


def test_carried_heads_say_what_they_said(model):
    """Over idf of other words the numbers of an earlier model stay what they are."""
    merged = known_frequencies(count_frequencies(read(LISTINGS)), model)
    titles, descriptions = zip(*LISTINGS, strict=True)
    carried = transfer.transfer_heads(
        model, ("label",), merged, model.vocabulary, titles, descriptions
    )
    assert carried.names == tuple("prior" if n == "label" else n for n in model.heads)
    for row, listing in enumerate(LISTINGS[:2]):  # of words that the model knows
        heads = model.explainer().heads
        heads.score(*(text.encode() for text in listing))
        np.testing.assert_allclose(carried.log_odds[row], list(heads.log_odds), atol=1e-6)
    for name in ("word_weights", "gram_weights", "feature_weights"):
        assert getattr(carried.tables, name).flags.c_contiguous
        own = replace(carried.tables, bias=np.zeros(0), **{name: getattr(carried.tables, name)})
        joined = carried.joined_to(own)
        assert getattr(joined, name).shape[1] == 2 * len(carried.names)
