"""A user's few, rare, or wrong labels: an earlier model carries over what they do not tell."""

import csv
from pathlib import Path

import numpy as np
import pytest

from thriftwatch import train
from thriftwatch.domain import log_odds_of
from thriftwatch.errors import InputError
from thriftwatch.evaluation.metrics import average_precision
from thriftwatch.training import (
    Labelled,
    label_value,
    out_of_fold_probabilities,
    read_labelled,
)

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "labelled.csv"
USER = ("g", "h")
"""The writers who play the user; the others are everybody else."""


@pytest.fixture(scope="module")
def rows():
    return read_labelled(SAMPLE)


@pytest.fixture(scope="module")
def user(rows):
    return rows.take(np.flatnonzero(np.isin(rows.part, USER) & (rows.certainty != "uncertain")))


@pytest.fixture(scope="module")
def earlier(rows):
    """A model of some hundred rows of everybody else."""
    others = np.flatnonzero(~np.isin(rows.part, USER))[::5]
    return train(rows.take(others), carry=False).model


@pytest.fixture(scope="module")
def halves(user):
    """Rows to learn from, and rows to judge."""
    order = np.random.default_rng(0).permutation(len(user))
    return user.take(order[: len(user) // 2]), user.take(order[len(user) // 2 :])


def bare(rows, label=None):
    """Titles, descriptions and labels alone."""
    given = rows.label if label is None else label
    return Labelled.of(rows.title.tolist(), rows.description.tolist(), given.astype(np.int8))


def log_odds(model, rows):
    return log_odds_of(model.outputs(rows.title.tolist(), rows.description.tolist())[:, 0])


def precision(model, rows, label=None):
    return average_precision(rows.label if label is None else label, log_odds(model, rows))


def loss(model, rows, label=None):
    label = rows.label if label is None else label
    z = log_odds(model, rows)
    return np.logaddexp(0, np.where(label == 1, -z, z)).mean()


def balanced(rows, count):
    """So many rows of each label."""
    return rows.take(
        np.concatenate([np.flatnonzero(rows.label == label)[:count] for label in (1, 0)])
    )


# --- few labels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [15, 50])
def test_few_labels_like_those_of_others_do_no_harm(earlier, halves, count):
    known, tested = halves
    model = train(bare(balanced(known, count)), base=earlier).model
    assert precision(model, tested) > precision(earlier, tested) - 0.01


def test_some_hundred_labels_help(earlier, halves):
    known, tested = halves
    model = train(bare(known), base=earlier).model
    assert precision(model, tested) > precision(earlier, tested)
    assert loss(model, tested) < loss(earlier, tested)


def test_labels_that_mean_something_else_are_learned(earlier, halves):
    known, tested = halves
    worn, tested_worn = known.worn == "yes", tested.worn == "yes"
    model = train(bare(known, worn), base=earlier).model
    gained = precision(model, tested, tested_worn) - precision(earlier, tested, tested_worn)
    assert gained > 0.05
    assert loss(model, tested, tested_worn) < 0.6 * loss(earlier, tested, tested_worn)


def test_facts_of_few_rows_do_no_harm_either(earlier, halves):
    known, tested = halves
    with_facts = known.take(np.arange(100))
    carried = train(with_facts, base=earlier)
    alone = train(with_facts, carry=False)
    assert precision(carried.model, tested) > precision(alone.model, tested) + 0.05
    assert precision(carried.model, tested) > precision(earlier, tested) - 0.01
    assert carried.model.card["carried_from"] == earlier.id
    assert "carried_from" not in alone.model.card
    assert earlier.id in carried.summary()


def test_facts_are_needed_if_nothing_may_carry_over(halves):
    with pytest.raises(InputError, match="goods, worn and origin"):
        train(bare(halves[0]), carry=False)


def test_figures_of_rows_that_the_earlier_model_knows_say_so(rows, earlier):
    known = rows.take(np.flatnonzero(~np.isin(rows.part, USER))[::5][:400])
    result = train(bare(known), base=earlier)
    assert "the figures flatter" in result.evaluation["what"]


# --- rare positives -----------------------------------------------------------------------------


@pytest.mark.parametrize("negatives", [15, 150, 1485])
def test_positives_may_be_rare(earlier, rows, halves, negatives):
    known, tested = halves
    lawful = rows.take(np.flatnonzero((rows.label == 0) & ~np.isin(rows.part, USER)))
    positive = known.take(np.flatnonzero(known.label == 1)[:15])
    result = train(bare(positive.and_also(lawful.take(np.arange(negatives)))), base=earlier)
    assert precision(result.model, tested) > precision(earlier, tested) - 0.02
    assert result.scores.mean() == pytest.approx(15 / (15 + negatives), abs=0.1)
    tiers = result.model.card["tiers"]["imported"]
    assert 0 < tiers["review"] < tiers["likely"] < 1
    assert result.model.card["prevalence"]["imported"]["training"] == pytest.approx(
        15 / (15 + negatives), abs=1e-6
    )


# --- wrong labels -------------------------------------------------------------------------------


def test_most_labels_that_were_turned_round_are_listed_and_few_others(earlier, user):
    turned = np.random.default_rng(0).choice(
        np.flatnonzero(user.certainty == "sure"), round(0.02 * len(user)), replace=False
    )
    label = user.label.copy()
    label[turned] = 1 - label[turned]
    issues = train(bare(user, label), base=earlier).label_issues
    right = np.isin([issue.row - 1 for issue in issues], turned)
    assert right.sum() >= 0.6 * len(turned)
    assert right.mean() >= 0.4  # where two in a hundred labels are wrong
    assert right[: len(turned) // 2].mean() >= 0.6


# --- another prevalence -------------------------------------------------------------------------


def test_a_prevalence_at_training_is_that_of_the_model_afterwards(earlier, halves):
    known, tested = halves
    plain = train(bare(known), base=earlier)
    rare = train(bare(known), base=earlier, prevalence=0.005)
    assert rare.model.id == plain.model.with_prevalence(0.005).id
    assert rare.evaluation == plain.evaluation
    assert (rare.scores < plain.scores).all()
    assert (np.argsort(rare.scores) == np.argsort(plain.scores)).all()
    np.testing.assert_array_equal(
        np.argsort(log_odds(rare.model, tested)), np.argsort(log_odds(plain.model, tested))
    )
    assert 'precision of "likely"' in rare.summary()


@pytest.mark.parametrize("prevalence", [0, 1.5, "1%"])
def test_a_prevalence_that_is_no_share_is_refused_before_anything_is_read(prevalence):
    with pytest.raises(InputError, match="prevalence must be a share"):
        train("no such file.csv", prevalence=prevalence)


# --- what a user's labels are worth -------------------------------------------------------------


def test_ways_to_use_labels_are_compared_on_the_same_rows(user, rows, earlier):
    others = rows.take(np.flatnonzero(~np.isin(rows.part, USER))[::20])
    found = label_value(user, others, sizes=(60,), repeats=2, base=earlier)
    assert found["way"].tolist() == 2 * [
        "sample alone",
        "labels alone",
        "labels, carried over",
        "labels and sample",
    ]
    mean = found.groupby("way")["average_precision"].mean()
    assert mean["labels alone"] < mean["labels, carried over"]
    assert found["average_precision"].between(0, 1).all()
    assert (found["log_loss"] > 0).all()


# --- probabilities out of fold ------------------------------------------------------------------


@pytest.fixture(scope="module")
def some(rows):
    return rows.take(np.flatnonzero(np.arange(len(rows)) % 24 == 0))


def check_probabilities(rows, found):
    assert found.shape == (len(rows), 6)
    assert ((found > 0) & (found < 1)).all()
    certain = rows.certainty != "uncertain"
    assert average_precision(rows.label[certain], found[certain, 0]) > rows.label.mean() + 0.3


def test_probabilities_out_of_few_folds_beat_chance(some):
    found = out_of_fold_probabilities(some, np.arange(len(some)) % 3, carry=False)
    check_probabilities(some, found)


def test_a_fold_of_many_is_not_judged_by_what_is_in_it(some):
    fold = np.arange(len(some)) % 6
    before = out_of_fold_probabilities(some, fold, carry=False)
    check_probabilities(some, before)
    held_out = np.flatnonzero(fold == 2)
    some.label[held_out] = 1 - some.label[held_out]
    after = out_of_fold_probabilities(some, fold, carry=False)
    some.label[held_out] = 1 - some.label[held_out]
    np.testing.assert_array_equal(before[held_out], after[held_out])
    assert (before[fold == 3] != after[fold == 3]).any()


def test_the_numbers_of_the_folds_do_not_matter(some):
    fold = np.arange(len(some)) % 2
    one = out_of_fold_probabilities(some, fold, carry=False)
    np.testing.assert_array_equal(
        one, out_of_fold_probabilities(some, np.where(fold == 0, 70, 90), carry=False)
    )


def test_folds_must_fit_the_rows(some):
    for fold in (np.zeros(len(some), int), np.arange(3), np.arange(len(some)) / 2):
        with pytest.raises(InputError, match="fold must hold"):
            out_of_fold_probabilities(some, fold)


def test_rows_that_the_earlier_model_knows_are_refused(rows, earlier):
    known = bare(rows.take(np.flatnonzero(~np.isin(rows.part, USER))[::5][:400]))
    with pytest.raises(InputError, match="were in the training data of"):
        out_of_fold_probabilities(known, np.arange(400) % 3, base=earlier)


# --- the command --------------------------------------------------------------------------------


def test_the_command_writes_issues_and_states_the_prevalence(halves, tmp_path):
    from click.testing import CliRunner

    from thriftwatch.cli import main

    known = halves[0]
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["judul", "label_a", "label_b"])
        writer.writerows(zip(known.title, known.label, known.label, strict=True))
    options = ["--prevalence", "0.01", "--issues", str(tmp_path / "issues.csv")]
    result = CliRunner().invoke(
        main,
        ["train", str(tmp_path / "mine.csv"), "-o", str(tmp_path / "model"), *options],
    )
    assert result.exit_code == 0, result.output
    assert "kappa 1.00" in result.output
    assert "listings in either" in result.output
    header = (tmp_path / "issues.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header == "row,id,title,description,label,probability,words,note,note_en"
    card = (tmp_path / "model" / "CARD.md").read_text(encoding="utf-8")
    assert "1.000% of the listings are positive" in " ".join(card.split())


def test_issues_never_overwrite_an_input(tmp_path):
    from click.testing import CliRunner

    from thriftwatch.cli import main

    path = tmp_path / "mine.csv"
    path.write_text("title,label\nKaos,0\n")
    result = CliRunner().invoke(
        main, ["train", str(path), "-o", str(tmp_path / "model"), "--issues", str(path)]
    )
    assert result.exit_code != 0
    assert "would be overwritten" in str(result.exception) + result.output
    assert path.read_text() == "title,label\nKaos,0\n"
