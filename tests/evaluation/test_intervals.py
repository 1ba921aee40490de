"""Intervals: do they cover the truth as often as they say?"""

import numpy as np
import pytest

from thriftwatch.evaluation.calibration import CalibrationFigures
from thriftwatch.evaluation.figures import Points, ScoreFigures
from thriftwatch.evaluation.intervals import (
    Bootstrap,
    bootstrap_interval,
    bound_of_none,
    interval_of,
)
from thriftwatch.evaluation.metrics import average_precision, roc_auc

POINTS = Points(scores=(), precisions=(), rates=(0.1,), recalls=(), tops=(), prevalences=())


def clustered(seed, groups=120, size=3):
    """Scores whose noise is shared by a group, as by copies of a listing."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    labels = (np.arange(groups) % 3 == 0)[group].astype(float)
    noise = random.normal(size=groups)[group] + 0.2 * random.normal(size=groups * size)
    return labels, 1.5 * labels + noise, group


def measured(labels, scores, group, samples=120, seed=0):
    tiers = np.digitize(scores, [0.5, 1.5]).astype(np.int8)
    measure = ScoreFigures(labels, scores, group, tiers=tiers, points=POINTS)
    groups = int(group.max()) + 1
    bootstrap = Bootstrap(samples, seed=seed)
    (drawn,) = bootstrap.draw([measure], groups)
    return bootstrap.intervals(measure, drawn, groups)


@pytest.fixture(scope="module")
def truth():
    """The figures of so many groups that chance plays no part."""
    labels, scores, group = clustered(999, groups=60_000)
    tiers = np.digitize(scores, [0.5, 1.5]).astype(np.int8)
    measure = ScoreFigures(labels, scores, group, tiers=tiers, points=POINTS)
    return dict(zip(measure.names, measure(np.ones(60_000)), strict=True))


def test_grouped_intervals_cover_the_truth_and_row_intervals_do_not(truth):
    names = ("average_precision", "roc_auc", "precision@review", "recall@review", "f1@likely")
    grouped, by_row = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    trials = 80
    for trial in range(trials):
        labels, scores, group = clustered(trial)
        for covered, groups in ((grouped, group), (by_row, np.arange(len(group)))):
            found = measured(labels, scores, groups, seed=trial)
            for name in names:
                covered[name] += found[name].low <= truth[name] <= found[name].high
    assert min(grouped.values()) >= 0.86 * trials
    assert sum(grouped.values()) >= 0.9 * trials * len(names)
    assert sum(by_row.values()) < 0.8 * trials * len(names)


def test_the_interval_of_a_calibration_error_covers_it():
    def share(score):  # the probability is overstated: log-odds count 0.6 times
        return 1 / (1 + (1 / score - 1) ** 0.6)

    many = np.clip(np.random.default_rng(9).beta(0.3, 0.6, 200_000), 1e-4, 1 - 1e-4)
    measure = CalibrationFigures({"": (share(many), many)}, np.arange(len(many)))
    truth = measure(np.ones(len(many)))[1]
    inside, trials = 0, 60
    for trial in range(trials):
        random = np.random.default_rng(trial)
        score = np.clip(random.beta(0.3, 0.6, 1000), 1e-4, 1 - 1e-4)
        label = (random.random(1000) < share(score)).astype(float)
        measure = CalibrationFigures({"": (label, score)}, np.arange(1000))
        bootstrap = Bootstrap(100, seed=trial)
        (drawn,) = bootstrap.draw([measure], 1000)
        found = bootstrap.intervals(measure, drawn, 1000)["calibration_error"]
        inside += found.low <= truth <= found.high
    assert inside >= 0.85 * trials


def test_a_figure_has_the_interval_that_bootstrap_interval_gives_it():
    labels, scores, group = clustered(1)
    found = measured(labels, scores, group)
    for name, metric in (("average_precision", average_precision), ("roc_auc", roc_auc)):
        alone = bootstrap_interval(metric, labels, scores, group, samples=120)
        assert found[name].value == pytest.approx(alone.value)
        assert (found[name].low, found[name].high) == pytest.approx((alone.low, alone.high))


def test_all_measures_see_the_same_resamples():
    labels, scores, group = clustered(2)
    one = ScoreFigures(labels, scores, group, points=None)
    first, second = Bootstrap(10, seed=3).draw([one, one], 120)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, Bootstrap(10, seed=4).draw([one], 120)[0])


def test_progress_is_told():
    labels, scores, group = clustered(3)
    told = []
    measure = ScoreFigures(labels, scores, group, points=None)
    Bootstrap(7).draw([measure], 120, lambda *progress: told.append(progress))
    assert told == [(done, 7) for done in range(1, 8)]


def test_a_figure_that_is_mostly_undefined_has_no_ends():
    drawn = np.where(np.arange(100) < 20, np.nan, 0.5)
    found = interval_of(0.5, drawn, 0.95)
    assert found.value == 0.5
    assert np.isnan([found.low, found.high]).all()
    assert found.to_dict() == {"value": 0.5, "low": None, "high": None}


def test_none_seen_in_a_hundred_is_not_never():
    assert bound_of_none(100, 0.95) == pytest.approx(0.0362, abs=1e-4)
    assert interval_of(1.0, np.ones(50), 0.95, floor=0.9).low == 0.9
