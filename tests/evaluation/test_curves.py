"""Curves of ranked rows, against scikit-learn and against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from thriftwatch.evaluation.curves import RankedRows
from thriftwatch.evaluation.metrics import average_precision, recall_at_precision, roc_auc

LABELS = np.array([1, 1, 0, 1, 0, 1, 0, 0, 0, 0])
SCORES = np.array([0.95, 0.90, 0.80, 0.70, 0.70, 0.40, 0.30, 0.20, 0.10, 0.05])


@pytest.fixture
def curve():
    return RankedRows.of(LABELS, SCORES).curve(np.ones(10))


@st.composite
def weighted(draw):
    """Labels of both kinds, scores with ties, and how often each row is drawn."""
    labels = [0, 1, *draw(st.lists(st.integers(0, 1), max_size=25))]
    n = len(labels)
    scores = draw(st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), min_size=n, max_size=n))
    weights = draw(st.lists(st.integers(0, 3), min_size=n - 2, max_size=n - 2))
    return np.array(labels), np.array(scores), np.array([1, 1, *weights], float)


@given(weighted())
def test_weights_are_repeated_rows(rows):
    labels, scores, weights = rows
    ranked = RankedRows.of(labels, scores)
    curve = ranked.curve(weights[ranked.order])
    times = weights.astype(int)
    y, s = np.repeat(labels, times), np.repeat(scores, times)
    assert curve.average_precision() == pytest.approx(sk.average_precision_score(y, s))
    assert curve.roc_auc() == pytest.approx(sk.roc_auc_score(y, s))
    for precision in (0.3, 0.5, 0.9):
        expected = recall_at_precision(y, s, precision=precision)
        assert curve.recall_at_precision(precision) == pytest.approx(tuple(expected))


@given(weighted(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
def test_recall_at_a_rate_is_the_best_point_of_the_roc_curve(rows, rate):
    labels, scores, _ = rows
    curve = RankedRows.of(labels, scores).curve(np.ones(len(labels)))
    wrong, found, _ = sk.roc_curve(labels, scores, drop_intermediate=False)
    assert curve.recall_at_rate(rate) == pytest.approx(found[wrong <= rate + 1e-9].max())


def test_recall_and_rate_by_hand(curve):
    # Two positives lead; then a negative; then a tie of one each; then the last positive.
    assert curve.recall_at_rate(0.0) == 2 / 4
    assert curve.recall_at_rate(1 / 6) == 2 / 4  # the tie would bring a second false alarm
    assert curve.recall_at_rate(2 / 6) == 1.0
    assert curve.rate_at_recall(0.5) == 0.0
    assert curve.rate_at_recall(0.75) == 2 / 6
    assert curve.precision_at_recall(0.75) == 3 / 5
    assert curve.precision_at_recall(1.0) == 4 / 6


def test_precision_of_the_highest_rows_by_hand(curve):
    assert curve.precision_at_top(2) == 1.0
    assert curve.precision_at_top(3) == pytest.approx(2 / 3)
    # Row four is one of two that tie, one of them positive: half a hit is expected.
    assert curve.precision_at_top(4) == pytest.approx(2.5 / 4)
    assert np.isnan(curve.precision_at_top(11))


def test_what_is_shown_at_a_threshold_by_hand():
    ranked = RankedRows.of(LABELS, SCORES)
    true_positives, false_positives = ranked.curve(np.ones(10)).at_score(
        ranked.places([1.0, 0.9, 0.7, 0.0])
    )
    assert true_positives.tolist() == [0, 2, 3, 4]
    assert false_positives.tolist() == [0, 0, 2, 6]


def test_one_label_alone_leaves_every_figure_undefined():
    curve = RankedRows.of(np.ones(3), np.array([0.1, 0.2, 0.3])).curve(np.ones(3))
    figures = (
        curve.average_precision(),
        curve.roc_auc(),
        curve.recall_at_precision(0.5)[0],
        curve.recall_at_rate(0.5),
        curve.rate_at_recall(0.5),
        curve.precision_at_recall(0.5),
    )
    assert np.isnan(figures).all()


def test_the_metrics_are_the_same_curves():
    curve = RankedRows.of(LABELS, SCORES).curve(np.ones(10))
    assert curve.average_precision() == average_precision(LABELS, SCORES)
    assert curve.roc_auc() == roc_auc(LABELS, SCORES)
