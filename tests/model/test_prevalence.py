"""For another share of positives scores and tiers move, and nothing else does."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thriftwatch import load_model
from thriftwatch.errors import InputError, ModelError
from thriftwatch.model.artifact import seal
from thriftwatch.model.prevalence import (
    PREVALENCES,
    Curve,
    expectation_lines,
    expected_precision,
    log_odds_of,
)

TITLES = ["Hoodie second import", "Kemeja thrift", "Kaos polos baru", "Celana bekas", "Tas"]
TEXTS = (TITLES, ["ex bal Jepang", "", "ready semua size", "pakai sendiri", ""], [""] * 5)


def held_out(rows=4000, share=0.4, seed=0):
    """Labels and log-odds as a fair model gives them."""
    random = np.random.default_rng(seed)
    labels = (random.random(rows) < share).astype(np.int8)
    log_odds = random.normal(np.where(labels == 1, 3.0, -3.0), 2.0)
    return labels, log_odds


@pytest.fixture(scope="module")
def judged(model):
    """The bundled model, with counts of made-up held-out rows."""
    labels, log_odds = held_out()
    tiers = model.card["tiers"]["imported"]
    everyone = np.ones(len(labels), bool)
    curve = Curve.count(labels, log_odds, everyone, [log_odds_of(t) for t in tiers.values()])
    card = dict(model.card) | {
        "curve": {"imported": curve.to_card()},
        "prevalence": {"imported": {"training": 0.4, "stated": 0.4}},
    }
    card["expected_precision"] = expected_precision(card)
    return seal(replace(model, card=card))


def log_odds(model, policy="imported"):
    return np.array([log_odds_of(p) for p in model.score_batch(*TEXTS, policy=policy).score])


# --- what moves ---------------------------------------------------------------------------------


def test_log_odds_of_every_score_move_by_the_same_step(judged):
    rare = judged.with_prevalence(0.004)
    step = log_odds_of(0.004) - log_odds_of(0.4)
    np.testing.assert_allclose(log_odds(rare), log_odds(judged) + step, atol=1e-6)


def test_facts_and_the_other_policy_stay(judged):
    rare = judged.with_prevalence(0.004)
    before, after = judged.score_batch(*TEXTS), rare.score_batch(*TEXTS)
    np.testing.assert_array_equal(before.facts, after.facts)
    np.testing.assert_array_equal(log_odds(judged, "all-used"), log_odds(rare, "all-used"))
    assert judged.card["tiers"]["all-used"] == rare.card["tiers"]["all-used"]


def test_reasons_stay(judged):
    rare = judged.with_prevalence(0.004)
    assert (
        rare.explain(TITLES[0], TEXTS[1][0], "")[1] == judged.explain(TITLES[0], TEXTS[1][0], "")[1]
    )


def test_review_holds_what_it_held(judged):
    rare = judged.with_prevalence(0.004)
    in_review = judged.score_batch(*TEXTS).tier >= 1
    np.testing.assert_array_equal(rare.score_batch(*TEXTS).tier >= 1, in_review)


@pytest.mark.parametrize("first", [0.001, 0.6])
def test_steps_add_up(judged, first):
    twice = judged.with_prevalence(first).with_prevalence(0.02)
    once = judged.with_prevalence(0.02)
    np.testing.assert_allclose(twice.interaction.bias, once.interaction.bias, atol=1e-9)
    assert twice.card["tiers"]["imported"]["likely"] == once.card["tiers"]["imported"]["likely"]
    review = [model.card["tiers"]["imported"]["review"] for model in (once, twice)]
    assert review[0] == pytest.approx(review[1], rel=1e-5)


def test_a_calibrated_score_stays_calibrated_under_another_share_of_positives():
    labels, _ = held_out(40_000)
    random = np.random.default_rng(1)
    # Two normal densities of one width: the log-odds are linear, and known exactly.
    place = random.normal(np.where(labels == 1, 1.0, -1.0), 1.0)
    step = log_odds_of(0.02) - log_odds_of(0.4)
    kept = (labels == 0) | (random.random(len(labels)) < 0.02 / 0.98 * 0.6 / 0.4)
    log_odds_ = 2 * place[kept] + log_odds_of(0.4) + step
    probability = 1 / (1 + np.exp(-log_odds_))
    assert probability.mean() == pytest.approx(labels[kept].mean(), abs=0.003)


# --- what can be promised -----------------------------------------------------------------------


def test_likely_has_the_precision_that_was_asked_for(judged):
    labels, held = held_out()
    for prevalence, precision in ((0.4, 0.9), (0.1, 0.9), (0.02, 0.6)):
        threshold = judged.with_prevalence(prevalence, precision=precision).card["tiers"][
            "imported"
        ]["likely"]
        step = log_odds_of(prevalence) - log_odds_of(0.4)
        above = held + step >= log_odds_of(threshold) - 1e-4
        recall, false = above[labels == 1].mean(), above[labels == 0].mean()
        found = prevalence * recall / (prevalence * recall + (1 - prevalence) * false)
        assert found >= precision


def test_review_shows_no_more_than_can_be_borne(judged):
    labels, held = held_out()
    model = judged.with_prevalence(0.02, review_load=0.03)
    threshold = model.card["tiers"]["imported"]["review"]
    above = held + log_odds_of(0.02) - log_odds_of(0.4) >= log_odds_of(threshold) - 1e-4
    shown = 0.02 * above[labels == 1].mean() + 0.98 * above[labels == 0].mean()
    assert 0.015 < shown <= 0.03
    assert model.card["expected_precision"]["imported"]["shown"]["2.0%"] <= 0.03


def test_a_precision_that_cannot_be_promised_is_an_error_with_the_best_there_is(judged):
    with pytest.raises(InputError, match=r"precision 0\.999 cannot be promised where 0\.10%.*most"):
        judged.with_prevalence(0.001, precision=0.999)
    # Without asking for it, the most that can be promised is taken.
    assert judged.with_prevalence(0.001).card["tiers"]["imported"]["likely"] > 0


def test_a_load_that_cannot_be_promised_is_an_error(judged):
    with pytest.raises(InputError, match="review_load 1e-09 cannot be promised"):
        judged.with_prevalence(0.02, review_load=1e-9)


@pytest.mark.parametrize("prevalence", [0, 1, -0.1, 5, "0.1", None, True, float("nan")])
def test_what_is_no_share_is_refused(judged, prevalence):
    with pytest.raises(InputError, match="prevalence must be a share above 0 and below 1"):
        judged.with_prevalence(prevalence)


def test_an_unknown_policy_is_refused(judged):
    with pytest.raises(InputError, match='policy must be "imported" or "all-used"'):
        judged.with_prevalence(0.1, policy="import")


# --- what a reviewer should expect --------------------------------------------------------------


def test_precision_falls_with_prevalence_and_is_never_certain(judged):
    expected = judged.card["expected_precision"]["imported"]
    for tier in ("likely", "review"):
        values = list(expected[tier].values())
        assert values == sorted(values)
        assert values[0] > 0
        assert values[-1] < 1
    assert list(expected["likely"].values())[-1] > list(expected["review"].values())[-1]
    assert len(expectation_lines(judged.card)) == 4


def test_expected_precision_is_that_of_the_held_out_rows(judged):
    labels, held = held_out()
    tiers = judged.card["tiers"]["imported"]
    above = held >= log_odds_of(tiers["likely"])
    recall = above[labels == 1].mean()
    false = (above[labels == 0].sum() + 0.5) / ((labels == 0).sum() + 1)
    for prevalence in PREVALENCES:
        found = judged.card["expected_precision"]["imported"]["likely"][f"{prevalence:.1%}"]
        hits = prevalence * recall
        assert found == pytest.approx(hits / (hits + (1 - prevalence) * false), abs=1e-3)


@given(st.integers(0, 10_000))
def test_a_curve_counts_every_row_once_and_never_rises(seed):
    labels, held = held_out(300, seed=seed)
    curve = Curve.count(labels, held, held > 0, [0.123])
    assert curve.positives[0] == labels.sum()
    assert curve.negatives[0] == (1 - labels).sum()
    for counts in (curve.positives, curve.negatives, curve.likely_positives):
        assert (np.diff(counts) <= 0).all()
    place = curve.nearest(0.123)
    assert curve.positives[place] == (held[labels == 1] >= 0.123).sum()


# --- kept in the folder -------------------------------------------------------------------------


def test_a_model_for_another_prevalence_is_saved_and_loaded_whole(judged, tmp_path):
    rare = judged.with_prevalence(0.004, review_load=0.3)
    rare.save(tmp_path / "rare")
    loaded = load_model(tmp_path / "rare")
    assert loaded.id == rare.id != judged.id
    assert loaded.card == rare.card
    np.testing.assert_array_equal(loaded.score_batch(*TEXTS).score, rare.score_batch(*TEXTS).score)
    text = (tmp_path / "rare" / "CARD.md").read_text()
    assert "0.400% of the listings are positive" in " ".join(text.split())
    assert "What a reviewer should expect" in text


def test_a_model_of_an_earlier_version_loads_and_says_what_it_cannot(judged, tmp_path):
    new = {"curve", "prevalence", "expected_precision"}
    old = seal(replace(judged, card={k: v for k, v in judged.card.items() if k not in new}))
    old.save(tmp_path / "old")
    loaded = load_model(tmp_path / "old")
    np.testing.assert_array_equal(
        loaded.score_batch(*TEXTS).score, judged.score_batch(*TEXTS).score
    )
    assert expectation_lines(loaded.card) == []
    with pytest.raises(ModelError, match="made by an earlier version; train it again"):
        loaded.with_prevalence(0.01)


@pytest.mark.parametrize(
    "damage",
    [
        {"curve": {"imported": {"log_odds": [0.0]}}},
        {"curve": {"imported": "none"}},
        {"curve": 5},
        {"prevalence": {"imported": {"training": 2, "stated": 0.4}}},
        {"prevalence": {"imported": {"training": "x", "stated": 0.4}}},
    ],
    ids=json.dumps,
)
def test_a_card_that_makes_no_sense_is_a_model_error(judged, damage):
    with pytest.raises(ModelError, match="train it again"):
        replace(judged, card=dict(judged.card) | damage).with_prevalence(0.01)


def test_counts_take_little_room(judged):
    assert len(json.dumps(judged.card["curve"])) < 4000
