"""Every figure of an evaluation against scikit-learn or a ten-row table done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from thriftwatch.errors import InputError
from thriftwatch.evaluation.bands import CurveBands
from thriftwatch.evaluation.calibration import CalibrationFigures, calibration_bins
from thriftwatch.evaluation.curves import expected_precision
from thriftwatch.evaluation.figures import Points, ScoreFigures, SliceFigures
from thriftwatch.evaluation.metrics import brier, calibration_error, precision_at_prevalence

LABELS = np.array([1, 1, 0, 1, 0, 1, 0, 0, 0, 0])
SCORES = np.array([0.95, 0.90, 0.80, 0.70, 0.70, 0.40, 0.30, 0.20, 0.10, 0.05])
TIERS = np.array([2, 2, 1, 2, 1, 0, 0, 0, 0, 0], np.int8)
EACH = np.arange(10)


def figures_of(labels=LABELS, scores=SCORES, group=EACH, counts=None, **options):
    options = {"tiers": TIERS, "points": Points(tops=(2, 4)), "probabilities": True} | options
    measure = ScoreFigures(labels, scores, group, **options)
    counts = np.ones(int(group.max()) + 1) if counts is None else counts
    return dict(zip(measure.names, measure(counts), strict=True))


@pytest.mark.parametrize(
    ("figure", "by_hand"),
    [
        # likely: three hits, no false alarm; review and above: three hits, two false alarms.
        ("precision@likely", 3 / 3),
        ("recall@likely", 3 / 4),
        ("f1@likely", 6 / 7),
        ("false_positive_rate@likely", 0),
        ("precision@review", 3 / 5),
        ("recall@review", 3 / 4),
        ("f1@review", 6 / 9),
        ("false_positive_rate@review", 2 / 6),
        ("precision@score=0.5", 3 / 5),
        ("recall@score=0.9", 2 / 4),
        ("false_positive_rate@score=0.25", 3 / 6),
        ("recall@precision=0.9", 2 / 4),
        ("recall@false_positive_rate=0.01", 2 / 4),
        ("precision@top=2", 1),
        ("precision@top=4", 2.5 / 4),
        ("false_positive_rate@recall=0.8", 2 / 6),
        ("read_per_hit@recall=0.8", 6 / 4),
        ("brier", np.mean((SCORES - LABELS) ** 2)),
    ],
)
def test_figures_of_ten_rows_by_hand(figure, by_hand):
    assert figures_of()[figure] == pytest.approx(by_hand)


def test_areas_calibration_and_thresholds_agree_with_other_implementations():
    found = figures_of()
    shown = SCORES >= 0.5
    assert found["average_precision"] == pytest.approx(sk.average_precision_score(LABELS, SCORES))
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(LABELS, SCORES))
    assert found["precision@score=0.5"] == pytest.approx(sk.precision_score(LABELS, shown))
    assert found["recall@score=0.5"] == pytest.approx(sk.recall_score(LABELS, shown))
    assert found["f1@score=0.5"] == pytest.approx(sk.f1_score(LABELS, shown))
    assert found["brier"] == pytest.approx(sk.brier_score_loss(LABELS, SCORES))
    assert found["calibration_error"] == pytest.approx(calibration_error(LABELS, SCORES))


def test_expected_precision_is_bayes_rule():
    found = figures_of()
    for prevalence in (0.001, 0.02):
        expected = precision_at_prevalence(3 / 4, 2 / 6, prevalence)
        name = f"expected_precision@review,prevalence={prevalence:g}"
        assert found[name] == pytest.approx(expected)
    assert np.isnan(expected_precision(0.0, 0.0, 0.1))


@st.composite
def grouped(draw):
    """Rows in groups, and how often each group is drawn."""
    n = draw(st.integers(4, 30))
    labels = np.array([0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))])
    grid = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
    scores = np.array(draw(st.lists(grid, min_size=n, max_size=n)))
    group = np.unique(
        draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)), return_inverse=True
    )[1]
    counts = np.array(draw(st.lists(st.integers(0, 3), min_size=7, max_size=7)), float)
    return labels, scores, group, counts[: group.max() + 1]


@given(grouped())
def test_drawing_a_group_twice_is_having_its_rows_twice(rows):
    labels, scores, group, counts = rows
    tiers = np.digitize(scores, [0.4, 0.8]).astype(np.int8)
    drawn = figures_of(labels, scores, group, counts, tiers=tiers)
    times = counts[group].astype(int)
    if times.sum() == 0:
        assert np.isnan(drawn["average_precision"])
        return
    repeated = figures_of(
        *(np.repeat(column, times) for column in (labels, scores)),
        np.arange(times.sum()),
        tiers=np.repeat(tiers, times),
    )
    # The bins of the calibration error stay those of the data; the top counts rows that are there.
    same = [name for name in drawn if "calibration" not in name and "top" not in name]
    for name in same:
        assert drawn[name] == pytest.approx(repeated[name], nan_ok=True), name


@given(grouped())
def test_slices_have_the_figures_of_the_whole(rows):
    labels, scores, group, counts = rows
    tiers = np.digitize(scores, [0.4, 0.8]).astype(np.int8)
    whole = figures_of(labels, scores, group, counts, tiers=tiers)
    measure = SliceFigures(labels, scores, group, tiers=tiers)
    for name, value in zip(measure.names, measure(counts), strict=True):
        assert value == pytest.approx(whole[name], nan_ok=True), name


def test_calibration_leaves_out_rows_that_do_not_state_the_fact():
    labels = np.where(EACH < 6, LABELS, np.nan)
    measure = CalibrationFigures({"worn": (labels, SCORES)}, EACH)
    found = dict(zip(measure.names, measure(np.ones(10)), strict=True))
    assert found["brier@worn"] == pytest.approx(brier(LABELS[:6], SCORES[:6]))
    assert found["calibration_error@worn"] == pytest.approx(
        calibration_error(LABELS[:6], SCORES[:6])
    )


def test_bins_keep_ties_together_whatever_the_order():
    scores = np.array([0.5, 0.1, 0.5, 0.9, 0.5, 0.1])
    bins = calibration_bins(scores, bins=3)
    assert len({*bins[[0, 2, 4]]}) == 1
    assert bins[3] < bins[0] < bins[1]


def test_curves_on_a_grid_by_hand():
    figures = ScoreFigures(LABELS, SCORES, EACH, points=None)
    bands = CurveBands(figures.ranked, figures.group, [0.0, 0.5, 1.0])
    found = dict(zip(bands.names, bands(np.ones(10)), strict=True))
    assert [found[f"precision_by_recall@{x}"] for x in ("0", "0.5", "1")] == [1, 1, 4 / 6]
    assert [found[f"recall_by_rate@{x}"] for x in ("0", "0.5", "1")] == [0.5, 1, 1]
    assert [found[f"recall_by_read@{x}"] for x in ("0", "0.5", "1")] == [0, 3 / 4, 1]


def test_a_share_that_no_resample_changes_gets_an_exact_bound():
    measure = ScoreFigures(LABELS, SCORES, EACH, tiers=TIERS, points=Points())
    low, _ = measure.floor_and_ceiling("precision@likely", 0.95)
    assert low == pytest.approx(0.025 ** (1 / 3))  # three listings shown, all of them positive
    _, high = measure.floor_and_ceiling("false_positive_rate@likely", 0.95)
    assert high == pytest.approx(1 - 0.025 ** (1 / 6))  # six negatives, none of them shown
    low, _ = measure.floor_and_ceiling("expected_precision@likely,prevalence=0.005", 0.95)
    assert low == pytest.approx(precision_at_prevalence(3 / 4, high, 0.005))
    low, _ = measure.floor_and_ceiling("expected_precision@recall=0.5,prevalence=0.005", 0.95)
    assert low == pytest.approx(precision_at_prevalence(0.5, high, 0.005))
    assert np.isnan(measure.floor_and_ceiling("precision@review", 0.95)).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prevalences": (5,)}, "prevalences must be shares"),
        ({"recalls": (0,)}, "recalls must be shares"),
        ({"tops": (0.5,)}, "tops must be numbers of listings"),
    ],
)
def test_points_that_mean_nothing_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Points(**options)
