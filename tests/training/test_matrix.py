"""What is fitted is what scores: one feature space for scikit-learn and for the model."""

import numpy as np
import pytest

from thriftwatch.text.blocks import blocks_of
from thriftwatch.training.matrix import (
    GRAM_BITS,
    SIGNAL_BITS,
    WORD_BITS,
    count_frequencies,
    feature_matrix,
    make_tables,
)

WIDTH = (1 << GRAM_BITS) + (1 << WORD_BITS) + (1 << SIGNAL_BITS)
LISTINGS = [
    ("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10"),
    ("Kaos polos baru", ""),
    ("T.H.R.I.F.T kemeja", "thr1ft b3k4s importttt size M L XL"),
    ("", "hanya deskripsi"),
    ("", ""),
    ("🔥🔥", "ＫＡＲＵＮＧ 𝗯𝗮𝗹 68x56 25rb"),
    ("kaos kaos kaos kaos", "kaos " * 40),
    ("Keripik bal 25rb", "bukan bekas, bukan second"),
]
TITLES = [title for title, _ in LISTINGS]
DESCRIPTIONS = [description for _, description in LISTINGS]


@pytest.fixture(scope="module")
def frequencies():
    return count_frequencies(TITLES, DESCRIPTIONS)


@pytest.fixture(scope="module")
def linear(frequencies):
    """Three heads with large weights; like fitted ones they know nothing of what they never saw."""
    random = np.random.default_rng(0)
    idf = np.concatenate((frequencies.gram, frequencies.word, frequencies.signal))
    return random.normal(0, 2, (3, WIDTH)) * (idf > 0), random.normal(0, 1, 3)


def heads_of_model(model, tables, titles, descriptions):
    """What a model with these tables says of listings, head by head."""
    other = type(model)(model.card, ("a", "b", "c"), tables, model.interaction)
    blocks = blocks_of(titles, descriptions, [""] * len(titles))
    return np.vstack([other.head_scores(other.features(block)).heads for block in blocks])


def test_a_linear_model_decides_on_the_matrix_what_its_tables_score(model, frequencies, linear):
    coefficients, intercepts = linear
    # Texts the frequencies were not counted on have words and n-grams without an idf.
    titles = [*TITLES, "Jaket Carhartt cakar palembang", "xyzzy"]
    descriptions = [*DESCRIPTIONS, "kode bal baru bongkar", "qwrtp"]
    matrix = feature_matrix(titles, descriptions, frequencies)
    tables = make_tables(coefficients, intercepts, frequencies)
    scored = heads_of_model(model, tables, titles, descriptions)
    np.testing.assert_allclose(scored, matrix @ coefficients.T + intercepts, atol=0.02, rtol=0.002)


def test_the_matrix_has_a_row_per_listing_and_a_column_per_table_row(frequencies):
    matrix = feature_matrix(TITLES, DESCRIPTIONS, frequencies)
    assert matrix.shape == (len(LISTINGS), WIDTH)
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix.data).all()


def test_a_listing_without_text_has_no_features(frequencies):
    assert feature_matrix([""], [""], frequencies).nnz == 0


def test_a_row_depends_on_its_own_text_alone(frequencies):
    together = feature_matrix(TITLES, DESCRIPTIONS, frequencies)
    for place, (title, description) in enumerate(LISTINGS):
        alone = feature_matrix([title], [description], frequencies)
        assert abs(together[place] - alone).max() < 1e-6


def test_long_batches_cross_blocks_without_a_seam(frequencies):
    times = 1200  # more listings and more bytes than one block holds
    many = feature_matrix(TITLES * times, DESCRIPTIONS * times, frequencies)
    once = feature_matrix(TITLES, DESCRIPTIONS, frequencies)
    for start in (0, (times // 2) * len(LISTINGS), (times - 1) * len(LISTINGS)):
        assert abs(many[start : start + len(LISTINGS)] - once).max() < 1e-6


def test_a_rare_word_weighs_more_than_a_common_one():
    found = count_frequencies(["kaos bal", "kaos", "kaos", "kaos topi"], [""] * 4)
    assert found.unseen_word > found.word.max() > found.word[found.word > 0].min()


def test_frequencies_do_not_depend_on_the_order_of_listings(frequencies):
    other = count_frequencies(TITLES[::-1], DESCRIPTIONS[::-1])
    np.testing.assert_array_equal(frequencies.word, other.word)
    np.testing.assert_array_equal(frequencies.gram, other.gram)
    np.testing.assert_array_equal(frequencies.signal, other.signal)


def test_tables_are_stored_in_half_precision_without_loss(frequencies, linear):
    tables = make_tables(*linear, frequencies)
    for name in ("word_idf", "gram_idf", "word_weights", "gram_weights", "signal_weights"):
        values = getattr(tables, name)
        np.testing.assert_array_equal(values, values.astype(np.float16).astype(np.float32))
    assert (tables.word_bits, tables.gram_bits) == (WORD_BITS, GRAM_BITS)
    assert tables.signal_bits == SIGNAL_BITS
