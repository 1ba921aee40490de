"""Two models on the same rows: paired differences."""

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import compare, evaluate
from thriftwatch.errors import InputError
from thriftwatch.evaluation.intervals import draw_groups
from thriftwatch.evaluation.metrics import average_precision


@pytest.fixture(scope="module")
def rows():
    """Two scores that share most of their noise, the second a little better."""
    random = np.random.default_rng(0)
    label = (np.arange(300) % 3 == 0).astype(int)
    noise = random.normal(size=300)
    one = label + noise
    two = 1.25 * label + noise + 0.05 * random.normal(size=300)
    return pa.table({"label": label, "title": [f"listing {n:03}" for n in range(300)]}), one, two


@pytest.fixture(scope="module")
def both(rows):
    table, *scores = rows
    return [evaluate(table, scores=one, groups=np.arange(300), samples=200) for one in scores]


def test_paired_differences_are_narrower_than_two_intervals(both):
    a, b = both
    found = compare(a, b)["average_precision"]
    assert found.difference.value == pytest.approx(
        b["average_precision"].value - a["average_precision"].value
    )
    width = found.difference.high - found.difference.low
    assert width < 0.5 * (a["average_precision"].high - a["average_precision"].low)
    assert found.is_clear
    assert found.b_higher > 0.97
    assert a["average_precision"].high > b["average_precision"].low  # unpaired, nothing is clear


def test_the_difference_is_of_the_same_resamples(rows, both):
    table, one, two = rows
    label = table["label"].to_numpy()
    random = np.random.default_rng(0)
    gained = []
    for _ in range(200):
        weights = draw_groups(random, 300)
        gained.append(
            average_precision(label, two, weights) - average_precision(label, one, weights)
        )
    low, high = np.quantile(gained, [0.025, 0.975])
    found = compare(*both)["average_precision"].difference
    assert (found.low, found.high) == pytest.approx((low, high))


def test_a_model_is_no_better_than_itself(both):
    found = compare(both[0], both[0])
    assert all(one.difference.value == 0 for one in found.differences.values())
    assert found.listings == ()
    assert found.moved == 0
    assert found["roc_auc"].b_higher == 0.5


def test_the_listings_on_which_they_differ_most_come_first(rows, both):
    _, one, two = rows
    found = compare(*both, listings=5)
    apart = np.abs(one - two)
    assert [listing.row for listing in found.listings] == np.argsort(-apart)[:5].tolist()
    first = found.listings[0]
    nearer = abs(two[first.row] - first.label) < abs(one[first.row] - first.label)
    assert first.better == ("b" if nearer else "a")
    assert found.to_frame("listings")["title"][0] == first.title


def test_a_comparison_reads_as_text_table_and_html(both):
    found = compare(*both)
    assert "b - a +" in str(found)
    assert "average precision" in found._repr_html_()
    frame = found.to_frame()
    assert set(frame["figure"]) == set(found.differences)
    with pytest.raises(InputError, match='Did you mean "listings"'):
        found.to_frame("listing")


def test_other_rows_groups_or_samples_are_refused(rows, both):
    table, one, _ = rows
    fewer = evaluate(table.slice(0, 200), scores=one[:200], samples=200)
    with pytest.raises(InputError, match="not of the same rows"):
        compare(both[0], fewer)
    grouped = evaluate(table, scores=one, groups=np.arange(300) // 2, samples=200)
    with pytest.raises(InputError, match="different groups"):
        compare(both[0], grouped)
    other = evaluate(table, scores=one, groups=np.arange(300), samples=200, seed=1)
    with pytest.raises(InputError, match="evaluate returned, not Comparison"):
        compare(both[0], compare(*both))
    with pytest.raises(InputError, match="seed is 0 in one evaluation and 1"):
        compare(both[0], other)
