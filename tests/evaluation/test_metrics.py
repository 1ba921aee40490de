"""Every figure against scikit-learn or arithmetic done by hand."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from thriftwatch.errors import InputError
from thriftwatch.evaluation.intervals import bootstrap_interval
from thriftwatch.evaluation.metrics import (
    average_precision,
    brier,
    calibration_error,
    precision_at_prevalence,
    precision_at_threshold,
    recall_at_precision,
    recall_at_threshold,
    roc_auc,
    threshold_at_false_positive_rate,
)

# Ten rows, highest score first, with one tie between a positive and a negative.
LABELS = [1, 1, 0, 1, 0, 1, 0, 0, 0, 0]
SCORES = [0.95, 0.90, 0.80, 0.70, 0.70, 0.40, 0.30, 0.20, 0.10, 0.05]

RANKING = [average_precision, roc_auc, recall_at_precision]
EVERY = [
    *RANKING,
    partial(recall_at_threshold, threshold=0.5),
    partial(precision_at_threshold, threshold=0.5),
    calibration_error,
    brier,
]


@st.composite
def tables(draw):
    """Labels of both classes, scores with many ties, whole or fractional weights."""
    labels = [0, 1, *draw(st.lists(st.integers(0, 1), max_size=30))]
    n = len(labels)
    grid = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
    scores = draw(st.lists(grid | st.floats(0, 1), min_size=n, max_size=n))
    weight = st.sampled_from([1.0, 2.0, 0.5, 3.25])
    weights = draw(st.lists(weight, min_size=n, max_size=n))
    return np.array(labels), np.array(scores), np.array(weights)


# --- by hand -----------------------------------------------------------------------------------


def test_average_precision_by_hand():
    # Thresholds that gain recall: .95 (1/1), .90 (2/2), .70 (3/5: the tie counts whole), .40 (4/6).
    expected = (1 / 1 + 2 / 2 + 3 / 5 + 4 / 6) / 4
    assert average_precision(LABELS, SCORES) == pytest.approx(expected)


def test_roc_auc_by_hand():
    # Negatives below each positive: 6, 6, 4 and one tie, 4; of 4 x 6 pairs.
    assert roc_auc(LABELS, SCORES) == pytest.approx((6 + 6 + 4.5 + 4) / 24)


@pytest.mark.parametrize(
    ("precision", "recall", "threshold"), [(1.0, 2 / 4, 0.90), (0.61, 1.0, 0.40), (0.67, 0.5, 0.9)]
)
def test_recall_at_precision_by_hand(precision, recall, threshold):
    assert recall_at_precision(LABELS, SCORES, precision=precision) == (recall, threshold)


def test_recall_at_precision_out_of_reach_selects_nothing():
    result = recall_at_precision([0, 1], [0.9, 0.1], precision=0.95)
    assert result == (0.0, float("inf"))
    assert recall_at_threshold([0, 1], [0.9, 0.1], threshold=result.threshold) == 0


def test_recall_at_precision_prefers_the_higher_threshold():
    found = recall_at_precision([1, 0, 0], [0.9, 0.5, 0.1], precision=0.3)
    assert found == (1.0, 0.9)


def test_threshold_figures_by_hand():
    assert recall_at_threshold(LABELS, SCORES, threshold=0.7) == pytest.approx(3 / 4)
    assert precision_at_threshold(LABELS, SCORES, threshold=0.7) == pytest.approx(3 / 5)
    assert np.isnan(precision_at_threshold(LABELS, SCORES, threshold=0.99))


def test_brier_by_hand():
    assert brier([1, 0, 1], [0.9, 0.2, 0.4], [1, 1, 2]) == pytest.approx((0.01 + 0.04 + 0.72) / 4)


def test_calibration_error_by_hand():
    # Two bins of five rows: labels 3/5 against scores 4.05/5, labels 1/5 against scores 1.05/5.
    expected = (abs(3 - 4.05) + abs(1 - 1.05)) / 10
    assert calibration_error(LABELS, SCORES, bins=2) == pytest.approx(expected)


def test_calibration_keeps_a_tie_in_one_bin():
    # One score: whatever the number of bins, the only honest statement is 1/2 against 0.3.
    assert calibration_error([0, 1, 0, 1], [0.3] * 4, bins=4) == pytest.approx(0.2)


def test_a_calibrated_score_has_a_small_error_and_a_shifted_one_its_shift():
    random = np.random.default_rng(0)
    chance = random.uniform(0, 0.8, 20_000)
    labels = (random.random(20_000) < chance).astype(int)
    assert calibration_error(labels, chance) < 0.02
    assert calibration_error(labels, chance + 0.1) == pytest.approx(0.1, abs=0.01)


def test_precision_at_prevalence_by_hand():
    # Of 100,000 listings 500 are positive: 400 found, 995 false alarms.
    assert precision_at_prevalence(0.8, 0.01, 0.005) == pytest.approx(400 / 1395)
    assert np.isnan(precision_at_prevalence(0.0, 0.0, 0.1))


def test_precision_at_the_prevalence_of_the_sample_is_the_observed_one():
    recall = recall_at_threshold(LABELS, SCORES, threshold=0.7)
    assert precision_at_prevalence(recall, 2 / 6, 0.4) == pytest.approx(
        precision_at_threshold(LABELS, SCORES, threshold=0.7)
    )


# --- threshold at a false-positive rate --------------------------------------------------------


@given(
    st.lists(st.sampled_from([0.1, 0.2, 0.3]) | st.floats(0, 1), min_size=1, max_size=40),
    st.integers(0, 100),
)
def test_the_false_positive_rate_is_kept_and_not_wasted(scores, percent):
    rate = percent / 100
    threshold = threshold_at_false_positive_rate(scores, rate)
    allowed = percent * len(scores) // 100
    column = np.array(scores)
    assert (column >= threshold).sum() <= allowed
    lower = column[column < threshold]  # the next lower score would let too many pass
    assert not lower.size or (column >= lower.max()).sum() > allowed


def test_a_product_that_rounds_down_loses_no_false_positive():
    scores = np.arange(100) / 100
    assert (scores >= threshold_at_false_positive_rate(scores, 0.29)).sum() == 29


# --- against scikit-learn ----------------------------------------------------------------------


@given(tables())
def test_figures_equal_those_of_scikit_learn(table):
    y, s, w = table
    shown = s >= 0.5
    assert average_precision(y, s, w) == pytest.approx(
        sk.average_precision_score(y, s, sample_weight=w)
    )
    assert roc_auc(y, s, w) == pytest.approx(sk.roc_auc_score(y, s, sample_weight=w))
    assert brier(y, s, w) == pytest.approx(sk.brier_score_loss(y, s, sample_weight=w))
    assert recall_at_threshold(y, s, w, threshold=0.5) == pytest.approx(
        sk.recall_score(y, shown, sample_weight=w)
    )
    if shown.any():
        assert precision_at_threshold(y, s, w, threshold=0.5) == pytest.approx(
            sk.precision_score(y, shown, sample_weight=w)
        )


@given(tables(), st.sampled_from([0.5, 0.8, 0.95]))
def test_recall_at_precision_equals_the_best_point_of_the_curve(table, wanted):
    y, s, w = table
    precision, recall, _ = sk.precision_recall_curve(y, s, sample_weight=w)
    ours = recall_at_precision(y, s, w, precision=wanted)
    assert ours.recall == pytest.approx(recall[precision >= wanted].max())
    if ours.recall > 0:
        assert recall_at_threshold(y, s, w, threshold=ours.threshold) == pytest.approx(ours.recall)
        assert precision_at_threshold(y, s, w, threshold=ours.threshold) >= wanted - 1e-12


# --- what holds for every figure ---------------------------------------------------------------


@pytest.mark.parametrize("figure", EVERY)
@given(table=tables(), data=st.data())
def test_the_order_of_rows_does_not_matter(figure, table, data):
    y, s, w = table
    order = np.array(data.draw(st.permutations(range(len(y)))))
    assert figure(y, s, w) == pytest.approx(figure(y[order], s[order], w[order]), nan_ok=True)


@pytest.mark.parametrize("figure", EVERY)
@given(table=tables())
def test_a_weight_is_a_number_of_copies_and_zero_is_absence(figure, table):
    y, s, _ = table
    copies = np.arange(len(y)) % 3
    copies[:2] = 1  # one row of each class remains
    again = np.repeat(np.arange(len(y)), copies)
    assert figure(y, s, copies) == pytest.approx(figure(y[again], s[again]), nan_ok=True)


@pytest.mark.parametrize("figure", EVERY)
@pytest.mark.parametrize(
    ("labels", "scores", "weights", "message"),
    [
        ([0, 1], [0.1], None, "equal length"),
        ([0, 1], [0.1, 0.2], [1.0], "equal length"),
        ([], [], None, "not empty"),
        ([[0, 1]], [[0.1, 0.2]], None, "flat"),
        ([0, 2], [0.1, 0.2], None, "row 1 is 2"),
        ([0, -1], [0.1, 0.2], None, "labels must be 0 or 1"),
        ([0, 1], [0.1, float("nan")], None, "row 1 is nan"),
        ([0, 1], [float("inf"), 0.1], None, "scores must be finite"),
        (["no", "yes"], [0.1, 0.2], None, "labels must be numbers"),
        ([0, 1], [0.1, 0.2], [1, -1], "negative"),
        ([0, 1], [0.1, 0.2], [0, 0], "above 0"),
    ],
)
def test_bad_columns_are_refused(figure, labels, scores, weights, message):
    with pytest.raises(InputError, match=message):
        figure(labels, scores, weights)


@pytest.mark.parametrize("figure", RANKING)
@pytest.mark.parametrize("label", [0, 1])
def test_ranking_figures_need_both_classes(figure, label):
    with pytest.raises(InputError, match="same label"):
        figure([label, label], [0.1, 0.2])
    with pytest.raises(InputError, match="same label"):
        figure([0, 1], [0.1, 0.2], [1 - label, label])


@pytest.mark.parametrize(
    "call",
    [
        lambda: recall_at_threshold([0, 0], [0.1, 0.2], threshold=0.1),
        lambda: recall_at_precision(LABELS, SCORES, precision=1.5),
        lambda: calibration_error(LABELS, SCORES, bins=0),
        lambda: calibration_error([0, 1], [-0.1, 0.5]),
        lambda: brier([0, 1], [0.1, 1.5]),
        lambda: threshold_at_false_positive_rate([], 0.1),
        lambda: threshold_at_false_positive_rate([0.1, float("nan")], 0.1),
        lambda: threshold_at_false_positive_rate([0.1], 1.1),
        lambda: precision_at_prevalence(0.5, 0.5, float("nan")),
    ],
)
def test_values_outside_their_range_are_refused(call):
    with pytest.raises(InputError):
        call()


# --- bootstrap ---------------------------------------------------------------------------------


def clustered(seed, groups=60, size=5):
    """Groups of near-copies: one label and nearly one score each. The true ROC-AUC is 0.76."""
    random = np.random.default_rng(seed)
    labels = np.arange(groups) % 2
    centres = labels + random.normal(size=groups)
    scores = np.repeat(centres, size) + random.normal(scale=1e-3, size=groups * size)
    return np.repeat(labels, size), scores, np.repeat(np.arange(groups), size)


def coverage(*, grouped):
    truth = 0.7602  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt(2))
    inside = 0
    for seed in range(100):
        labels, scores, groups = clustered(seed)
        interval = bootstrap_interval(
            roc_auc, labels, scores, groups if grouped else None, samples=150, seed=seed
        )
        inside += interval.low <= truth <= interval.high
    return inside / 100


def test_the_grouped_interval_covers_the_truth_and_the_row_interval_does_not():
    assert 0.88 <= coverage(grouped=True) <= 1.0
    assert coverage(grouped=False) < 0.75


def test_larger_groups_give_a_wider_interval():
    labels, scores, groups = clustered(0)
    rows = bootstrap_interval(roc_auc, labels, scores)
    grouped = bootstrap_interval(roc_auc, labels, scores, groups)
    assert rows.value == grouped.value == pytest.approx(roc_auc(labels, scores))
    assert grouped.high - grouped.low > 1.5 * (rows.high - rows.low)


def test_a_higher_level_gives_a_wider_interval_and_a_seed_the_same():
    labels, scores, groups = clustered(1)
    wide, narrow, again = (
        bootstrap_interval(average_precision, labels, scores, groups, samples=200, level=level)
        for level in (0.99, 0.8, 0.8)
    )
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert narrow == again
    assert str(narrow) == f"{narrow.value:.3f} [{narrow.low:.3f}, {narrow.high:.3f}]"


def test_the_interval_ignores_the_names_of_groups():
    labels, scores, groups = clustered(2)
    names = np.array([f"shop {number:03}" for number in groups])
    by_name, by_number = (
        bootstrap_interval(roc_auc, labels, scores, column, samples=50)
        for column in (names, groups)
    )
    assert by_name == by_number


def test_weights_stay_in_every_resample():
    labels, scores, groups = clustered(3)
    half = np.where(groups < 30, 1.0, 0.0)
    interval = bootstrap_interval(roc_auc, labels, scores, groups, weights=half, samples=50)
    assert interval.value == pytest.approx(roc_auc(labels[:150], scores[:150]))


def test_the_metric_receives_rows_sorted_once():
    def seen(_, scores, __):
        assert np.all(np.diff(scores) <= 0)
        return 1.0

    bootstrap_interval(seen, LABELS, SCORES[::-1], samples=3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 1}, "samples"),
        ({"level": 95}, "level"),
        ({"groups": [1, 2]}, "groups must have shape"),
        ({"groups": [0] * 5 + [1] * 5, "weights": [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]}, "undefined in"),
    ],
)
def test_an_interval_that_would_mislead_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        bootstrap_interval(roc_auc, LABELS, SCORES, **options)


def test_an_undefined_figure_has_no_interval():
    with pytest.raises(InputError, match="undefined on these rows"):
        bootstrap_interval(partial(precision_at_threshold, threshold=2.0), LABELS, SCORES)
