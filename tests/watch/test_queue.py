"""The queue: what it chooses, that chance is chance, and that estimates are of the pool."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market import market

from thriftwatch import queue, train
from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.files import write_table
from thriftwatch.watch.choosing import DOUBT, HIGH, RANDOM, TERM, choose
from thriftwatch.watch.estimate import estimate_pool, share_of


@pytest.fixture(scope="module")
def pool():
    _, after = market()
    return pa.Table.from_pylist(after).drop_columns("label")


pools = st.integers(1, 60).flatmap(
    lambda size: st.tuples(
        st.lists(st.floats(0, 1), min_size=size, max_size=size),
        st.lists(st.integers(0, 9), min_size=size, max_size=size),
        st.lists(st.booleans(), min_size=size, max_size=size),
        st.integers(1, size),
        st.floats(0.01, 1),
    )
)


@given(pools, st.integers(0, 9))
def test_n_different_rows_are_chosen_of_which_the_first_are_random(drawn, seed):
    score, copies, has_term, n, share = drawn
    score, copies, has_term = np.array(score), np.array(copies), np.array(has_term)
    found = choose(score, copies, has_term, n, random_share=share, seed=seed)
    assert len(set(found.rows.tolist())) == len(found.why) == n
    at_random = found.why.count(RANDOM)
    assert at_random == min(n, max(1, round(n * share)))
    assert set(found.why[:at_random]) == {RANDOM}
    assert all(has_term[row] for row, why in zip(found.rows, found.why, strict=True) if why == TERM)
    again = choose(score, copies, has_term, n, random_share=share, seed=seed)
    assert again.rows.tolist() == found.rows.tolist()


def test_the_highest_and_the_most_doubtful_are_chosen():
    score = np.linspace(0.001, 0.999, 1000)
    found = choose(score, np.arange(1000), np.zeros(1000, bool), 100, random_share=0.01)
    of = {why: [score[row] for row, w in zip(found.rows, found.why, strict=True) if w == why]
          for why in (HIGH, DOUBT)}  # fmt: skip
    assert min(of[HIGH]) > 0.96
    assert max(abs(one - 0.5) for one in of[DOUBT]) < 0.05


def test_a_text_is_chosen_once_while_there_are_others():
    copies = np.repeat(np.arange(20), 10)
    score = np.linspace(0, 1, 200)
    found = choose(score, copies, np.zeros(200, bool), 20, random_share=0.05)
    assert len(set(copies[found.rows].tolist())) == 20
    every = choose(score, copies, np.zeros(200, bool), 200)
    assert sorted(every.rows.tolist()) == list(range(200))


def test_every_listing_has_the_same_chance_to_be_random():
    times = np.zeros(40)
    for seed in range(2000):
        found = choose(np.linspace(0, 1, 40), np.arange(40), np.zeros(40, bool), 20, seed=seed)
        times[found.rows[:4]] += 1
    # 2000 x 4 / 40 are expected; five standard deviations
    assert np.abs(times - 200).max() < 5 * np.sqrt(200 * 0.9)


def test_weights_add_up_to_the_pool(pool):
    found = queue(pool, 30)
    weights = [one.weight for one in found if one.why == RANDOM]
    assert len(weights) == 6
    assert sum(weights) == pytest.approx(found.pool) == pool.num_rows
    assert all(one.weight is None for one in found if one.why != RANDOM)
    assert found.counts.total() == len(found) == 30


def test_new_words_have_their_share(pool, tmp_path):
    terms = tmp_path / "terms.csv"
    terms.write_text("term,class\nmulus,evasion\n")
    titles = pool["title"].to_pylist()
    marked = [f"{title} z o r b e k" if row % 9 == 0 else title for row, title in enumerate(titles)]
    terms.write_text("term,class\nzorbek,used\n")
    table = pool.set_column(pool.column_names.index("title"), "title", [marked])
    found = queue(table, 20, terms=terms)
    assert found.counts[TERM] == 4
    assert all("z o r b e k" in one.title for one in found if one.why == TERM)


def test_what_is_labelled_is_left_out(pool):
    label = ["1" if row < 100 else "" for row in range(pool.num_rows)]
    partly = pool.append_column("label", pa.array(label))
    found = queue(partly, 20, labelled=[pool.slice(100, 50)])
    texts = {(t, d) for t, d in zip(pool["title"].to_pylist()[100:150],
                                    pool["description"].to_pylist()[100:150], strict=True)}  # fmt: skip
    assert all(one.row >= 150 and (one.title, one.description) not in texts for one in found)
    with pytest.raises(InputError, match="only 110 listings are there to choose from"):
        queue(partly, 111)


def test_the_file_is_one_of_labelled_rows_whose_labels_are_missing(pool, tmp_path):
    path = tmp_path / "queue.csv"
    write_table(queue(pool, 12).to_table(), path)
    with pytest.raises(InputError, match="no usable labelled row; a row needs a title and 0 or 1"):
        train(path)
    table = queue(pool, 60).to_table()
    label = ["1" if "baru" not in title else "0" for title in table["title"].to_pylist()]
    some = [value if row < 50 else "" for row, value in enumerate(label)]
    filled = table.set_column(table.column_names.index("label"), "label", [some])
    result = train(filled)
    assert [row.reason for row in result.rejected].count("no label") == 10


def test_tasks_carry_the_weights_with_the_texts(pool):
    tasks = json.loads(json.dumps(queue(pool, 5).to_tasks()))
    assert len(tasks) == 5
    carried = {"pool_row", "why", "weight", "date"}
    assert all(set(task["data"]) == {"title", "description", "shop"} | carried for task in tasks)
    assert [task["data"]["weight"] for task in tasks if task["data"]["why"] == RANDOM] == [210.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"n": 0}, "n must be a positive whole number"), ({"n": 10**6}, "ask for fewer than"),
     ({"n": 5, "random_share": 0}, "random_share must be"), ({"n": 5, "policy": "all"}, "policy")],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused(pool, options, message):
    with pytest.raises(InputError, match=message):
        queue(pool, **options)


# --- estimates --------------------------------------------------------------------------------


def test_equal_weights_give_the_exact_interval():
    from scipy.stats import binomtest

    found = share_of([True] * 3 + [False] * 47, [7.0] * 50)
    exact = binomtest(3, 50).proportion_ci(method="exact")
    assert (found.value, found.low, found.high) == pytest.approx((0.06, exact.low, exact.high))
    none = share_of([False] * 50, [7.0] * 50)
    assert (none.low, none.high) == pytest.approx((0.0, 1 - 0.025 ** (1 / 50)))


@given(st.lists(st.tuples(st.booleans(), st.floats(1, 1e4)), min_size=1, max_size=40))
def test_an_estimate_lies_in_its_interval_and_units_of_weight_do_not_matter(rows):
    holds, weights = zip(*rows, strict=True)
    found, scaled = share_of(holds, weights), share_of(holds, np.array(weights) * 3)
    assert 0 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    assert found.value == pytest.approx(scaled.value)
    assert (found.low, found.high) == pytest.approx((scaled.low, scaled.high))


def test_intervals_of_queues_cover_the_prevalence():
    random = np.random.default_rng(0)
    positive = random.random(3000) < 0.08
    score = np.clip(0.6 * positive + 0.4 * random.random(3000), 0, 1)  # the queue sees them well
    covered = 0
    for seed in range(300):
        found = choose(score, np.arange(3000), np.zeros(3000, bool), 300, seed=seed)
        rows = found.rows[: found.why.count(RANDOM)]
        estimate = share_of(positive[rows], np.full(len(rows), 3000 / len(rows)))
        covered += estimate.low <= positive.mean() <= estimate.high
    assert covered >= 0.95 * 300


def test_only_rows_that_chance_drew_are_counted(pool):
    table = queue(pool, 100, random_share=0.5).to_table()
    lawful = ["baru" in title for title in table["title"].to_pylist()]
    label = pa.array(["0" if one else "1" for one in lawful])
    table = table.set_column(table.column_names.index("label"), "label", label)
    found = estimate_pool(table)
    assert found.listings == pytest.approx(pool.num_rows)
    assert found.prevalence.rows == 50
    drawn = [
        one for one, why in zip(lawful, table["why"].to_pylist(), strict=True) if why == RANDOM
    ]
    assert found.prevalence.value == pytest.approx(1 - np.mean(drawn))
    assert found.recall.rows + found.false_positive_rate.rows == 50


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"title": ["a"], "label": ["1"]}, ColumnError, "no column for the weight"),
        ({"title": ["a"], "label": ["x"], "weight": ["3"]}, TableError, "0 or 1"),
        ({"title": ["a"], "label": ["1"], "weight": ["-3"]}, TableError, "number of listings"),
        ({"title": ["a"], "label": [""], "weight": ["3"]}, InputError, "no row has both"),
    ],
)
def test_what_cannot_be_estimated_from_is_refused(columns, error, message):
    with pytest.raises(error, match=message):
        estimate_pool(pa.table(columns))
