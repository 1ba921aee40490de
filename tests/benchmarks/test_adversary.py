"""The greedy seller keeps what helps most, stops when done, and does the same each time."""

import json

import numpy as np
import pytest
from adversary import NAMES, cases_as_expected, summary, trials
from attacks import Offer
from greedy import Trial, run_trial

OFFERS = [Offer("Rok 2"), Offer("Rok 4"), Offer("Rok 9")]


def by_number(offers):
    """Score a listing by the number in its title; it is flagged from 1."""
    scores = np.array([float(offer.title.split()[1]) for offer in offers])
    return scores, scores >= 1


def subtract(offer, random):
    """Offer three cheaper listings, and a dearer one."""
    number = int(offer.title.split()[1])
    return [Offer(f"Rok {number - step}") for step in (1, 2, 0, -5)]


def run(trial, judge=by_number, seed=1):
    return run_trial(judge, OFFERS, trial, seed)


def test_the_change_that_lowers_the_score_most_is_kept_at_each_step():
    found = run(Trial("lower", subtract, (1, 2, 3, 5)))
    assert found.shares == {1: 1 / 3, 2: 2 / 3, 3: 2 / 3, 5: 1.0}
    assert (found.rows, found.tried) == (3, 4)


def test_a_lawful_listing_is_flagged_by_what_raises_its_score():
    def clear_below_ten(offers):
        scores = by_number(offers)[0]
        return scores, scores >= 10

    found = run(Trial("raise", subtract, (1, 2), lawful=True), clear_below_ten)
    assert found.shares == {1: 1 / 3, 2: 1.0}


def test_a_change_that_does_not_help_is_not_kept():
    found = run(Trial("worse", lambda offer, random: [Offer("Rok 99")], (1, 5)))
    assert found.shares == {1: 0.0, 5: 0.0}


def test_an_attack_that_does_not_apply_turns_nothing():
    assert run(Trial("none", lambda offer, random: [])).shares == {1: 0.0}


def test_chance_follows_the_seed():
    def by_chance(offer, random):
        return [Offer(f"Rok {random.randint(-3, 9)}")]

    trial = Trial("chance", by_chance, (1, 2, 3, 5))
    assert run(trial, seed=3) == run(trial, seed=3)
    assert len({str(run(trial, seed=seed).shares) for seed in range(20)}) > 1


def test_trials_are_chosen_by_name():
    assert [trial.lawful for trial in trials(["neutral lines"])] == [False, True]
    assert {trial.name for trial in trials(None)} == set(NAMES)


def test_a_summary_is_json_and_the_same_each_time(model):
    first, again = (summary(model, rows=5, seed=2, only=["neutral lines"]) for _ in range(2))
    assert json.loads(json.dumps(first)) == first == again
    shares = first["cleared"]["neutral lines"]
    assert list(shares) == ["1", "2", "3", "5"]
    assert list(shares.values()) == sorted(shares.values())


def test_the_held_out_cases_are_counted(model):
    counted = cases_as_expected(model)["held-out cases"]
    assert len(counted) == 107


@pytest.mark.parametrize("name", ["cleared", "flagged"])
def test_a_summary_of_one_side_leaves_the_other_empty(model, name):
    only = {"cleared": "synonyms", "flagged": "own lawful sentences"}[name]
    found = summary(model, rows=2, only=[only])
    assert [side for side in ("cleared", "flagged") if found[side]] == [name]
