"""Splits: what must not be on both sides is not."""

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import evaluate
from thriftwatch.errors import InputError
from thriftwatch.evaluation.reading import read_rows
from thriftwatch.evaluation.splits import SPLITS, available_splits, make_split, out_of_split


@pytest.fixture(scope="module")
def table(sample):
    days = [f"2026-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(sample.num_rows)]
    return read_rows(sample.append_column("date", pa.array(days)))


def together(keys, fold):
    """Whether rows of the same non-empty key are in the same fold."""
    return all(len(set(fold[keys == key])) == 1 for key in set(keys) - {""})


def test_pairs_and_sellers_are_never_on_both_sides(table):
    assert max(np.unique(table.rows.pair.astype(str), return_counts=True)[1][1:]) == 2
    for name in ("group", "seller"):
        assert together(table.rows.pair.astype(str), make_split(name, table).fold)
    assert together(table.rows.shop.astype(str), make_split("seller", table).fold)


def test_a_platform_is_judged_by_a_model_that_saw_none_of_it(table):
    split = make_split("platform", table)
    assert together(table.columns["platform"].astype(str), split.fold)
    assert len(set(split.fold)) > 3
    assert min(np.bincount(np.unique(split.fold, return_inverse=True)[1])) >= 15


def test_writers_are_left_out_one_at_a_time(table):
    split = make_split("writer", table)
    large = [part for part in set(table.rows.part) if (table.rows.part == part).sum() >= 30]
    assert len({split.fold[table.rows.part == part][0] for part in large}) == len(large)


def test_time_goes_forward(table):
    split = make_split("time", table)
    dates = table.columns["date"]
    for period in range(1, split.fold.max() + 1):
        assert dates[split.fold == period].min() > dates[split.fold == period - 1].max()
    assert split.forward
    assert not split.tested[split.fold == 0].any()


def test_the_random_split_is_last_and_called_optimistic(table):
    assert available_splits(table)[-1] == "random"
    assert list(SPLITS)[-1] == "random"
    assert "optimistic" in SPLITS["random"]


def test_the_random_split_deals_rows_and_a_seed_deals_them_again(table):
    folds = [make_split("random", table, seed=seed).fold for seed in (0, 0, 1)]
    assert np.array_equal(folds[0], folds[1])
    assert not np.array_equal(folds[0], folds[2])
    assert not together(table.rows.pair.astype(str), folds[0])


def test_only_splits_that_the_columns_allow_are_offered():
    bare = read_rows(
        pa.table({"title": [f"kaos {n} {n * n}" for n in range(20)], "label": [0, 1] * 10})
    )
    assert "seller" not in available_splits(bare)
    with pytest.raises(InputError, match='"seller" needs a column "shop"'):
        make_split("seller", bare)


def test_what_is_no_split_or_no_date_is_said(table):
    with pytest.raises(InputError, match='Did you mean "platform"'):
        make_split("platforms", table)
    wrong = pa.table(
        {
            "title": ["a", "b", "c"],
            "label": [0, 1, 0],
            "tanggal": ["2026-01-01", "kemarin", "2026-01-02"],
        }
    )
    with pytest.raises(InputError, match='row 2 has "kemarin"'):
        make_split("time", read_rows(wrong))


def test_the_past_judges_the_future(sample):
    years = ["2025-06-01" if row % 2 else "2026-01-31" for row in range(sample.num_rows)]
    table = read_rows(sample.append_column("tanggal", pa.array(years)))
    split = make_split("time", table)
    judged = out_of_split(split, table.rows)
    assert np.isnan(judged[split.fold == 0]).all()
    score, label = judged[split.tested, 0], table.rows.label[split.tested]
    assert score[label == 1].mean() > score[label == 0].mean() + 0.2


def test_several_splits_are_reported_in_order_with_the_random_one_last(sample):
    few = sample.slice(0, 240)
    found = evaluate(few, cross_validate=["random", "group"], samples=10)
    assert [split.name for split in found.splits] == ["group", "random"]
    assert found.how == "group"
    frame = found.to_frame("splits")
    assert frame["average_precision_value"].between(0, 1).all()
    group, chance = found.splits
    worse = chance.figures["average_precision"].value <= group.figures["average_precision"].value
    assert bool(chance.note) == worse
