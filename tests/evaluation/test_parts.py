"""Slices, mistakes, the keyword list and the sketch of training texts."""

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import evaluate, load_model
from thriftwatch.evaluation.baseline import keyword_scores, word_pattern
from thriftwatch.evaluation.mistakes import NOTHING, find_mistakes
from thriftwatch.evaluation.overlap import seen_share, text_sketch
from thriftwatch.evaluation.reading import read_rows
from thriftwatch.evaluation.slices import FEWEST_POSITIVES, slice_values
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.training.labelled import read_labelled

# --- slices ------------------------------------------------------------------------------------


def test_a_slice_has_the_figures_of_its_rows_alone(sample, evaluation):
    shopee = sample.filter(pa.compute.equal(sample["platform"], "shopee"))
    alone = evaluate(shopee, samples=5)
    (one,) = (s for s in evaluation.slices if (s.by, s.value) == ("platform", "shopee"))
    assert one.rows == alone.counts["rows"]
    assert one.positives == alone.counts["positives"]
    for name, figure in one.figures.items():
        assert figure.value == pytest.approx(alone.figures[name].value, nan_ok=True), name


def test_slices_cut_by_everything_there_is(evaluation):
    assert {one.by for one in evaluation.slices} >= {
        "platform", "rule", "goods", "evasion", "writer", "slice", "text", "length",
    }  # fmt: skip


def test_without_a_region_the_regional_words_of_the_trade_tell_it(sample):
    table = read_rows(sample)
    regions = slice_values(table)["region"]
    named = {
        title: region for title, region in zip(table.rows.title, regions, strict=True) if region
    }
    assert named
    assert all("word of" in region for region in named.values())
    own = sample.append_column("kota", pa.array(["Medan", "Bandung"] * (sample.num_rows // 2)))
    assert set(slice_values(read_rows(own))["region"]) == {"Medan", "Bandung"}


def test_small_slices_are_marked(evaluation):
    for one in evaluation.slices:
        few = one.positives or one.rows
        assert one.small == (few < FEWEST_POSITIVES)
    assert {one.small for one in evaluation.slices} == {True, False}


def test_a_rule_that_only_negatives_have_still_has_its_false_positives(evaluation):
    (new_goods,) = (s for s in evaluation.slices if (s.by, s.value) == ("rule", "R7"))
    assert new_goods.positives == 0
    assert 0 <= new_goods.figures["false_positive_rate@review"].value < 0.2
    assert np.isnan(new_goods.figures["average_precision"].value)


def test_a_column_of_the_users_is_a_slice(sample):
    colours = pa.array(
        ["merah", "biru"] * (sample.num_rows // 2) + ["biru"] * (sample.num_rows % 2)
    )
    found = evaluate(sample.append_column("warna", colours), slices=["warna"], samples=5)
    assert {one.value for one in found.slices if one.by == "warna"} == {"merah", "biru"}


# --- mistakes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mistakes(sample):
    """Labels turned round, so that there is a lot to explain."""
    turned = ["0" if label == "1" else "1" for label in sample["label"].to_pylist()]
    place = sample.column_names.index("label")
    return evaluate(sample.set_column(place, "label", pa.array(turned)), samples=5).mistakes


def test_the_worst_mistakes_come_first_with_their_reasons(mistakes):
    alarms = mistakes.of_kind("false positive")
    assert [m.score for m in alarms] == sorted((m.score for m in alarms), reverse=True)
    assert all(m.label == 0 and m.tier != "clear" for m in alarms)
    for mistake in alarms:
        for reason in mistake.reasons:
            text = getattr(mistake.listing, reason.field)
            assert text[reason.start : reason.end] == reason.text
    misses = mistakes.of_kind("false negative")
    assert [m.score for m in misses] == sorted(m.score for m in misses)


def test_mistakes_are_grouped_by_the_word_that_misled(mistakes):
    alarms = [group for group in mistakes.groups if group.kind == "false positive"]
    assert sum(group.rows for group in alarms) == min(mistakes.false_positives, 400)
    assert [group.rows for group in alarms] == sorted((g.rows for g in alarms), reverse=True)
    assert alarms[0].cause != NOTHING
    known = {form for term in load_lexicon() for form in term.forms}
    assert sum(g.rows for g in alarms if g.cause in known) > 0.8 * sum(g.rows for g in alarms)
    assert all(sum(group.rules.values()) == group.rows for group in alarms)


def test_without_a_model_mistakes_have_no_reasons(evaluation):
    found = find_mistakes(evaluation.rows, None)
    assert found.explained_by == ""
    assert all(mistake.reasons == () for mistake in found.worst)
    assert found.groups == ()


# --- the keyword list --------------------------------------------------------------------------


def test_the_keyword_list_takes_whole_words_and_the_longest():
    assert keyword_scores(["sekond", "second", "secondary"])[2] == 0
    words = ["bal", "bal pres", "b.j"]
    assert word_pattern(words).findall("2 bal pres, bal, bola, b.j, bxj") == [
        "bal pres",
        "bal",
        "b.j",
    ]


def test_a_keyword_counts_once_however_often_it_is_said():
    once, often = keyword_scores(["hoodie second", "hoodie second SECOND second"])
    assert once == often > 0


# --- the sketch --------------------------------------------------------------------------------


def table_of(texts):
    return read_labelled(pa.table({"title": texts, "label": [0] * len(texts)}))


def test_the_sketch_estimates_what_share_was_trained_on():
    trained = [f"listing {number} of a shop" for number in range(5000)]
    card = {"data": {"sketch": text_sketch(trained)}}
    half = trained[:1000] + [f"another {number}" for number in range(1000)]
    assert seen_share(table_of(trained), card) == 1.0
    assert seen_share(table_of(half), card) == pytest.approx(0.5, abs=0.15)
    assert seen_share(table_of(half[1000:]), card) == 0.0


def test_the_hash_of_the_rows_alone_is_enough_and_a_silent_card_tells_nothing():
    from thriftwatch.training.trainer import _data_hash

    rows = table_of(["Kaos", "Topi"])
    assert seen_share(rows, {"data": {"sha256": _data_hash(rows)}}) == 1.0
    assert seen_share(rows, {}) is None
    assert load_model().card["data"]["rows"] > 0
