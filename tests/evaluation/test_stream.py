"""A catalogue without labels, set against labelled positives."""

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import evaluate, load_model
from thriftwatch.errors import ColumnError, InputError
from thriftwatch.evaluation.metrics import (
    precision_at_prevalence,
    recall_at_threshold,
    threshold_at_false_positive_rate,
)

GOODS = ["Panci stainless", "Kemeja batik pria baru", "Keripik singkong pedas", "Lampu LED 10 watt"]


@pytest.fixture(scope="module")
def catalogue():
    titles = [f"{GOODS[n % 4]} {n} ukuran {n * 7}" for n in range(400)]
    used = ["Kaos thrift second", "Jaket second import bal"]
    return pa.table(
        {
            "judul": titles + used,
            "source": ["toko a"] * 300 + ["toko b"] * 102,
            "second_hand": [""] * 400 + ["title", "title"],
        }
    )


@pytest.fixture(scope="module")
def evaluation(sample, catalogue):
    return evaluate(sample, stream=catalogue, known="second_hand", samples=30)


def test_recall_is_of_labelled_positives_at_the_false_positive_rate_of_the_catalogue(
    evaluation, catalogue
):
    scores = load_model().score_batch(catalogue["judul"], [""] * 402, [""] * 402).score[:400]
    assert np.allclose(evaluation.stream.scores, scores)
    positives = evaluation.rows.counted & (evaluation.rows.target == 1)
    threshold = threshold_at_false_positive_rate(scores, 0.01)
    assert evaluation.stream.thresholds[0.01] == threshold
    found = evaluation.stream.figures["recall@false_positive_rate=0.01"]
    ours = evaluation.rows.scores.score[positives]
    assert found.value == pytest.approx(
        recall_at_threshold(np.ones(len(ours)), ours, threshold=threshold)
    )
    assert evaluation.stream.figures["recall@review"].value == evaluation["recall@review"].value


def test_precision_is_expected_from_the_alarms_of_the_catalogue(evaluation):
    figures = evaluation.stream.figures
    expected = precision_at_prevalence(
        figures["recall@review"].value, figures["false_positive_rate@review"].value, 0.02
    )
    name = "expected_precision@review,prevalence=0.02"
    assert figures[name].value == pytest.approx(expected, nan_ok=True)
    assert "average_precision" not in figures  # how many of each there are is chance


def test_no_alarm_at_all_is_no_proof(evaluation):
    rate = evaluation.stream.figures["false_positive_rate@likely"]
    assert rate.value == 0
    assert rate.high > 0
    expected = evaluation.stream.figures["expected_precision@likely,prevalence=0.001"]
    assert expected.value == 1
    assert expected.low < 0.9


def test_listings_known_to_be_used_are_no_part_of_the_lawful_stream(evaluation):
    stream = evaluation.stream
    assert stream.whole.rows == 400
    (known,) = stream.known
    assert (known.name, known.rows, known.tiers["clear"]) == ("title", 2, 0)
    assert known.small
    assert [(part.name, part.rows) for part in stream.parts] == [("toko a", 300), ("toko b", 100)]
    assert evaluation.to_frame("stream")["rows"].tolist() == [400, 300, 100, 2]


def test_the_highest_of_the_catalogue_are_there_to_be_read(evaluation):
    scores = [found.score for _, found in evaluation.stream.highest]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 20


def test_what_is_missing_is_said(sample, catalogue):
    with pytest.raises(ColumnError, match='Did you mean "second_hand"'):
        evaluate(sample, stream=catalogue, known="second_hnd", samples=5)
    with pytest.raises(InputError, match="no listing is left"):
        evaluate(sample, stream=catalogue, known="judul", samples=5)
    with pytest.raises(InputError, match="give a model too"):
        evaluate(pa.table({"label": [0, 1]}), scores=[0, 1], stream=catalogue, samples=5)


def test_a_catalogue_is_read_before_models_are_trained(sample, monkeypatch):
    never = "thriftwatch.evaluation.evaluate.out_of_split"
    monkeypatch.setattr(never, lambda *_, **__: pytest.fail("it trained"))
    with pytest.raises(InputError, match="there is no such file"):
        evaluate(sample, stream="no-catalogue.csv", cross_validate=True)
