"""`evaluate`: what comes in, what is counted, and what is said beside the figures."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn import metrics as sk

from thriftwatch import evaluate, load_model
from thriftwatch.errors import ColumnError, InputError, TableError
from thriftwatch.evaluation.tables import TABLES
from thriftwatch.training import out_of_fold_probabilities
from thriftwatch.training.labelled import read_labelled

LABELS = [1, 1, 0, 1, 0, 1, 0, 0, 0, 0]
SCORES = [0.95, 0.90, 0.80, 0.70, 0.70, 0.40, 0.30, 0.20, 0.10, 0.05]


def scored(**columns):
    return pa.table({"label": LABELS, "score": SCORES, **columns})


# --- figures -----------------------------------------------------------------------------------


def test_headline_agrees_with_scikit_learn(sample, evaluation):
    frame = sample.to_pandas()
    certain = (frame["certainty"] != "uncertain").to_numpy()
    label = frame["label"].astype(int).to_numpy()
    columns = (frame["title"].tolist(), frame["description"].tolist(), frame["shop"].tolist())
    found = load_model().score_batch(*columns)
    figures = evaluation.figures
    expected = sk.average_precision_score(label[certain], found.score[certain])
    assert figures["average_precision"].value == pytest.approx(expected)
    everyone = sk.average_precision_score(label, found.score)
    assert evaluation.with_uncertain["average_precision"].value == pytest.approx(everyone)
    shown = found.tier >= 1
    precision, recall, f1, _ = sk.precision_recall_fscore_support(
        label[certain], shown[certain], average="binary"
    )
    assert figures["precision@review"].value == pytest.approx(precision)
    assert figures["recall@review"].value == pytest.approx(recall)
    assert figures["f1@review"].value == pytest.approx(f1)
    assert evaluation.counts == {
        "rows": int(certain.sum()),
        "positives": int(label[certain].sum()),
        "uncertain": int((~certain).sum()),
        "groups": evaluation.counts["groups"],
    }


def test_every_interval_holds_its_figure(evaluation):
    ends = [f for f in evaluation.figures.values() if np.isfinite(f.low)]
    assert len(ends) > 50
    assert all(figure.low <= figure.value <= figure.high for figure in ends)


def test_the_keyword_list_is_always_beside_the_model(evaluation):
    ours, words = evaluation["average_precision"], evaluation.baseline["average_precision"]
    assert words.high < ours.low


def test_the_policy_all_used_is_after_worn_goods_in_scope(sample):
    found = evaluate(sample, policy="all-used", samples=5)
    rows = found.rows.table.rows
    assert np.array_equal(found.rows.target == 1, (rows.worn == "yes") & (rows.goods != "out"))
    assert found.counts["uncertain"] == 0
    assert found["average_precision"].value > 0.99


def test_the_policy_all_used_needs_the_facts(sample):
    with pytest.raises(InputError, match='"all-used" needs the columns goods and worn'):
        evaluate(sample.select(["title", "label"]), policy="all-used", samples=5)


def test_the_same_seed_gives_the_same_intervals_and_another_one_others():
    one, same, other = (evaluate(scored(), scores="score", samples=30, seed=s) for s in (1, 1, 2))
    assert one.to_dict() == same.to_dict()
    assert one["roc_auc"] != other["roc_auc"]


def test_given_groups_are_resampled_whole():
    group = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    found = evaluate(scored(shop_group=group), scores="score", groups="shop_group", samples=10)
    assert found.counts["groups"] == 5
    by_array = evaluate(scored(), scores="score", groups=group, samples=10)
    assert found["roc_auc"] == by_array["roc_auc"]


# --- scores that are there already -------------------------------------------------------------


def test_scored_rows_need_no_titles():
    found = evaluate(scored(), scores="score", samples=20)
    assert found["average_precision"].value == pytest.approx((1 + 1 + 3 / 5 + 4 / 6) / 4)
    assert found.baseline == {}
    assert found.mistakes.false_positives == 2  # 0.8 and 0.7: there are no tiers
    assert found.model is None


def test_scores_can_be_an_array_or_a_mapping_with_tiers():
    table = pa.table({"label": LABELS})
    tiers = ["likely"] * 2 + ["review"] * 3 + ["clear"] * 5
    found = evaluate(table, scores={"score": SCORES, "tier": tiers}, samples=5)
    assert found["precision@likely"].value == 1
    assert found["recall@review"].value == 3 / 4
    assert "precision@likely" not in evaluate(table, scores=SCORES, samples=5).figures


def test_scores_of_a_model_get_its_tiers():
    found = evaluate(pa.table({"label": LABELS}), scores=SCORES, model=load_model(), samples=5)
    review = load_model().card["tiers"]["imported"]["review"]
    assert found["recall@review"].value == np.mean(
        np.array(SCORES)[np.array(LABELS) == 1] >= review
    )


def test_a_models_own_scores_get_the_tiers_that_the_model_gives(sample, evaluation):
    scores = load_model().score_batch(*(sample[name] for name in ("title", "description", "shop")))
    by_score = (scores.score >= load_model().card["tiers"]["imported"]["likely"]).sum()
    assert (scores.tier == 2).sum() < by_score  # certainty decides too
    for given in ("own", {"score": scores.score}, {"score": scores.score, **scores.by_fact()}):
        table = sample.append_column("own", pa.array(scores.score))
        found = evaluate(table, scores=given, model=load_model(), samples=5)
        for figure in ("recall@likely", "precision@likely", "recall@review"):
            assert found[figure].value == evaluation[figure].value
        assert not any("by score alone" in note for _, note in found.notes)


def test_facts_that_come_with_scores_go_before_those_of_the_model():
    table = pa.table({"label": [1, 0] * 5, "title": ["hoodie thrift"] * 10})
    given = {"score": [0.999, 0.001] * 5, "foreign": [0.9, 0.1] * 5}
    assert evaluate(table, scores=given, model=load_model(), samples=5)["recall@likely"].value == 1
    given["foreign"] = [0.1] * 10
    assert evaluate(table, scores=given, model=load_model(), samples=5)["recall@likely"].value == 0


def test_without_titles_tiers_are_by_score_alone_and_it_is_said(sample):
    table = sample.select(["label", "goods", "worn"])
    given = [0.999 if label == "1" else 0.001 for label in table["label"].to_pylist()]
    found = evaluate(table, scores=given, model=load_model(), samples=5)
    assert found["recall@likely"].value == 1
    assert any("by score alone" in note for _, note in found.notes)
    # Where the policy asks for nothing else the score is the whole rule.
    used = evaluate(table, scores=given, model=load_model(), policy="all-used", samples=5)
    assert "recall@likely" in used.figures
    assert not any("by score alone" in note for _, note in used.notes)


def test_a_file_that_thriftwatch_scored_is_read_back(sample, tmp_path):
    from thriftwatch.files import write_table
    from thriftwatch.ranking import rank_listings, read_listings

    source, target = tmp_path / "labelled.csv", tmp_path / "scored.csv"
    write_table(sample, source)
    write_table(rank_listings(read_listings([source]), load_model()).table, target)
    found = evaluate(target, scores="score", samples=5)
    expected = evaluate(source, samples=5)
    assert found["average_precision"].value == pytest.approx(
        expected["average_precision"].value, abs=1e-4
    )
    assert found["calibration_error@worn"].value == pytest.approx(
        expected["calibration_error@worn"].value, abs=1e-4
    )


def test_ranks_are_scores_too_but_no_probabilities():
    found = evaluate(pa.table({"label": LABELS}), scores=list(range(20, 0, -2)), samples=5)
    assert "brier" not in found.figures
    assert "average_precision" in found.figures


def test_copies_of_a_row_are_counted_and_resampled_together():
    rows = {"title": ["kaos a", "kaos b", "jaket c", "topi d"], "label": [0, 1, 0, 1]}
    table = pa.table({name: values * 5 for name, values in rows.items()})
    found = evaluate(table, scores=[0.2, 0.7, 0.3, 0.6] * 5, samples=5)
    assert found.counts["rows"] == 20
    assert found.counts["groups"] <= 4


# --- cross-validation --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def few(sample):
    return sample.slice(0, 300)


@pytest.fixture(scope="module")
def cross_validated(few):
    return evaluate(few, cross_validate=True, samples=20)


def test_cross_validated_scores_are_of_models_that_saw_none_of_the_group(few, cross_validated):
    from thriftwatch.evaluation.reading import read_rows
    from thriftwatch.evaluation.splits import make_split

    rows = read_labelled(few)
    fold = make_split("group", read_rows(few)).fold
    judged = out_of_fold_probabilities(rows, fold, carry=False)[:, 0]
    no_shop = rows.shop == ""  # a shop can lift a score
    assert np.allclose(cross_validated.rows.scores.score[no_shop], judged[no_shop])
    assert cross_validated.how == "group"


def test_cross_validation_is_humbler_than_the_training_rows(evaluation, cross_validated):
    assert cross_validated["average_precision"].value < evaluation["average_precision"].value
    assert "had not seen it" in str(cross_validated)


def knowing(monkeypatch, share):
    for module in ("notes", "splits"):
        monkeypatch.setattr(f"thriftwatch.evaluation.{module}.seen_share", lambda *_: share)
    monkeypatch.setattr("thriftwatch.training.trainer.seen_share", lambda *_: share)


def test_rows_that_do_not_tell_the_facts_lean_on_the_bundled_model(sample, monkeypatch):
    bare = sample.select(["title", "description", "label", "certainty"])
    knowing(monkeypatch, None)
    assert "parts of the bundled model carry over" in str(
        evaluate(bare, cross_validate=True, samples=5)
    )
    knowing(monkeypatch, 0.9)
    with pytest.raises(InputError, match="it was trained on about 90% of them; add the columns"):
        evaluate(bare, cross_validate=True, samples=5)


def test_scores_move_with_a_model_that_was_moved_to_another_share_of_positives(sample):
    from thriftwatch.evaluation.evaluate import _of_split
    from thriftwatch.evaluation.reading import read_rows

    model = load_model()
    shares = {"prevalence": {"imported": {"training": 0.5, "stated": 0.1}}}
    moved = replace(model, card=dict(model.card) | shares)
    table = read_rows(sample.slice(0, 3))
    judged = np.full((3, 6), 0.5)
    table.rows.shop[:] = ""
    assert _of_split(judged, table, moved, "imported").score == pytest.approx([0.1] * 3)
    found = evaluate(sample, model=moved, samples=5)
    assert any("catalogue with 10.00% targets" in english for _, english in found.notes)


def test_scores_cannot_be_cross_validated():
    with pytest.raises(InputError, match="drop one"):
        evaluate(
            pa.table({"title": ["a", "b"], "label": [0, 1]}), scores=[0, 1], cross_validate=True
        )


# --- what is said ------------------------------------------------------------------------------


def test_a_model_judged_by_its_training_rows_is_pointed_out(sample):
    rows = read_labelled(sample)
    from thriftwatch.evaluation.overlap import joined_texts, text_sketch

    model = load_model()
    data = dict(model.card["data"]) | {"sketch": text_sketch(joined_texts(rows))}
    trained = replace(model, card=dict(model.card) | {"data": data})
    assert any("flatter" in note for _, note in evaluate(sample, model=trained, samples=5).notes)
    data["sketch"] = text_sketch(["another listing"])
    notes = evaluate(sample, model=trained, samples=5).notes
    assert not any("flatter" in note for _, note in notes)


def test_where_the_card_does_not_tell_a_figure_too_good_does(sample):
    model = load_model()
    data = {name: value for name, value in model.card["data"].items() if name != "sketch"}
    silent = replace(model, card=dict(model.card) | {"data": data})
    (note, *_) = (english for _, english in evaluate(sample, model=silent, samples=5).notes)
    assert "probably trained on these rows" in note
    assert "--cross-validate" in note


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_a_data_frame(evaluation, name):
    frame = evaluation.to_frame(name)
    assert isinstance(frame, pd.DataFrame)
    assert name in {"splits", "stream"} or len(frame) > 0


def test_an_unknown_table_is_refused(evaluation):
    with pytest.raises(InputError, match='Did you mean "slices"'):
        evaluation.to_frame("slice")


def test_everything_is_json_without_nan(evaluation, tmp_path):
    path = tmp_path / "evaluation.json"
    evaluation.to_json(path)

    def refuse(constant):
        raise AssertionError(constant)

    read = json.loads(path.read_text(), parse_constant=refuse)
    assert read["figures"]["average_precision"]["value"] == evaluation["average_precision"].value


def test_a_notebook_shows_the_headline_and_no_markup_of_a_name(evaluation):
    shown = replace(evaluation, name="<script>")._repr_html_()
    assert "average precision" in shown
    assert "<script>" not in shown


# --- what is refused ---------------------------------------------------------------------------


def test_a_catalogue_without_labels_is_told_what_it_is_good_for():
    with pytest.raises(ColumnError, match="--stream"):
        evaluate(pa.table({"title": ["Kaos"]}))
    with pytest.raises(InputError, match=r"is empty; nothing can be judged.*--stream"):
        evaluate(pa.table({"title": ["Kaos"], "label": [""]}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scores": SCORES[:3]}, "one value for each of the 10 rows"),
        ({"scores": [float("nan")] * 10}, "must be finite"),
        ({"scores": {"tier": ["clear"] * 10}}, 'has no "score"'),
        ({"scores": {"score": SCORES, "tier": ["high"] * 10}}, 'row 0 is "high"'),
        ({"scores": SCORES, "groups": [1, 2]}, "groups must be flat"),
        ({"scores": SCORES, "samples": 1}, "samples must be at least 2"),
        ({"scores": SCORES, "samples": 2.5}, "samples must be at least 2 and whole"),
        ({"scores": SCORES, "level": 95}, "level must be between 0 and 1"),
        ({"scores": SCORES, "seed": -1}, "seed must be 0 or a positive whole number"),
        ({"scores": ["high"] * 10}, 'scores must be numbers; row 0 is "high"'),
        ({"scores": SCORES, "points": 0.5}, "points must be Points"),
        ({"scores": SCORES, "known": "used"}, "give the catalogue too"),
        ({"scores": SCORES, "cross_validate": 5}, "cross_validate must be True, a split"),
        ({"scores": SCORES, "columns": {"titel": "judul"}}, 'Did you mean "title"'),
        ({"scores": SCORES, "policy": "import"}, 'Did you mean "imported"'),
        ({"scores": SCORES, "slices": "shop"}, "slices must be a list"),
        ({"scores": SCORES, "slices": ["category"]}, "no column for the category"),
    ],
)
def test_what_is_not_accepted_is_said(options, message):
    with pytest.raises(InputError, match=message):
        evaluate(pa.table({"label": LABELS}), **options)


def test_one_label_alone_is_refused():
    with pytest.raises(InputError, match="needs labels of both kinds"):
        evaluate(pa.table({"label": [1, 1]}), scores=[0.1, 0.2])


def test_one_label_alone_among_the_rows_that_count_is_refused():
    rows = {"label": [0, 1, 1], "certainty": ["uncertain", "sure", "sure"]}
    with pytest.raises(InputError, match="the others do not have labels of both kinds"):
        evaluate(pa.table(rows), scores=[0.1, 0.2, 0.3])


@pytest.mark.parametrize("score", ["", "high", "nan", "inf"])
def test_a_score_that_is_no_number_is_told_with_its_place(tmp_path, score):
    path = tmp_path / "scored.csv"
    path.write_text(f"label,score\n1,0.5\n0,{score}\n")
    with pytest.raises(TableError, match=r'scored.csv, line 3, column "score": .* is no score'):
        evaluate(path, scores="score")
    table = pa.table({"label": ["1", "0"], "score": ["0.5", score]})
    with pytest.raises(TableError, match=r'table, row 2, column "score"'):
        evaluate(table, scores="score")


@pytest.mark.parametrize("text", ["", "title,label\n"])
def test_a_table_without_rows_is_refused(tmp_path, text):
    path = tmp_path / "labelled.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=r"labelled\.csv: (there is nothing in it|no usable)"):
        evaluate(path)


def test_labels_of_several_annotators_are_labels():
    titles = [f"listing {n}" for n in range(10)]
    table = pa.table({"title": titles, "label_a": ["0", "1"] * 5, "label_b": ["0", ""] * 5})
    assert evaluate(table, scores=SCORES, samples=5).counts["positives"] == 5
