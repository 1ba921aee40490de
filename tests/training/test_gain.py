"""Whether a new model is better than the earlier one, on rows that neither has seen."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import load_model
from thriftwatch.evaluation.overlap import joined_texts, text_sketch, unseen_rows
from thriftwatch.training.gain import measure_gain
from thriftwatch.training.labelled import read_labelled

WORDS = ["merah", "biru", "hijau", "kuning", "ungu", "hitam", "putih", "cokelat"]


@pytest.fixture(scope="module")
def rows():
    """Listings that the earlier model judges by what they say, not by their labels."""
    titles = [
        f"{kind} {one} {other} {number}"
        for number, (one, other) in enumerate((a, b) for a in WORDS for b in WORDS)
        for kind in ("Hoodie second import", "Panci presto baru")
    ]
    labels = [int(number % 3 == 0) for number in range(len(titles))]
    return read_labelled(pa.table({"title": titles, "label": labels}))


@pytest.fixture(scope="module")
def earlier():
    return load_model()


def knowing(model, texts):
    """The model, as if it had been trained on these texts."""
    card = {**model.card, "data": {"sketch": text_sketch(texts)}}
    return replace(model, card=card)


def test_a_model_that_knows_the_labels_is_better(rows, earlier):
    gain = measure_gain(rows, rows.label.astype(float), earlier)
    assert gain.is_better
    assert not gain.is_worse
    assert (gain.rows, gain.after) == (len(rows), 1.0)
    assert gain.difference.low > 0
    assert str(gain).startswith(f"better than {earlier.id} on {len(rows)} rows that neither")


def test_a_model_that_is_wrong_is_worse(rows, earlier):
    words = [title.split() for title in rows.title]
    # Texts that have little in common but what the earlier model goes by.
    titles = [f"{' '.join(name[:2])} {' '.join(name[-3:] * 4)}" for name in words]
    label = np.array([int(name[1] == "second") for name in words], np.int8)
    known = replace(rows, title=np.array(titles, object), label=label)
    gain = measure_gain(known, 1.0 - label, earlier)
    assert gain.is_worse
    assert "Warning: worse than" in str(gain)
    assert "go on using that one" in str(gain)


def test_the_same_scores_are_not_clearly_better(rows, earlier):
    gain = measure_gain(rows, earlier.outputs(rows.title, rows.description)[:, 0], earlier)
    assert gain.difference.value == 0
    assert not gain.is_better
    assert "Warning: not clearly better than" in str(gain)


def test_rows_that_the_earlier_model_has_seen_are_left_out_and_it_is_said(rows, earlier):
    texts = joined_texts(rows)
    model = knowing(earlier, texts[:60])
    gain = measure_gain(rows, rows.label.astype(float), model)
    assert gain.rows == len(rows) - 60
    assert gain.seen == pytest.approx(60 / len(rows))
    assert "was trained on about 47% of these rows" in str(gain)
    alone = measure_gain(rows, rows.label.astype(float), model, carried=False)
    assert "Warning" not in str(alone)


def test_where_too_few_are_new_nothing_is_compared(rows, earlier):
    model = knowing(earlier, joined_texts(rows)[:-12])
    gain = measure_gain(rows, rows.label.astype(float), model)
    assert gain.difference is None
    assert not gain.is_better
    assert "not compared" in str(gain)


def test_copies_of_few_listings_give_no_interval(rows, earlier):
    first = np.array([title.startswith("Hoodie") for title in rows.title])
    copies = replace(
        rows,
        title=np.where(first, "Hoodie second import", "Panci presto baru").astype(object),
        label=first.astype(np.int8),
    )
    gain = measure_gain(copies, first.astype(float), earlier)
    assert gain.difference is None
    assert gain.after == 1.0
    assert "nan" not in str(gain)


def test_uncertain_rows_are_not_counted(rows, earlier):
    certainty = np.where(np.arange(len(rows)) < 20, "uncertain", "sure").astype(object)
    gain = measure_gain(replace(rows, certainty=certainty), rows.label.astype(float), earlier)
    assert gain.rows == len(rows) - 20


def test_of_a_full_sketch_only_rows_within_it_are_known_to_be_new():
    titles = [f"listing {number}" for number in range(3000)]
    rows = read_labelled(pa.table({"title": titles, "label": [0, 1] * 1500}))
    seen = titles[:1500]
    unseen = unseen_rows(rows, {"data": {"sketch": text_sketch(seen)}})
    assert not unseen[:1500].any()
    assert 100 < unseen.sum() < 600
    assert unseen_rows(rows, {"data": {"sketch": text_sketch(["x"])}}).all()
    assert unseen_rows(rows, {}).all()
