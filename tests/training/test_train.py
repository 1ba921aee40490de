"""Training on a slice of the sample: reproducible, honest about its rows, better than chance."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from thriftwatch import load_model, train
from thriftwatch.errors import InputError
from thriftwatch.evaluation.metrics import average_precision

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "labelled.csv"
STEP = 16


def table(rows, *columns):
    names = columns or tuple(rows[0])
    return pa.table({name: [row[name] for row in rows] for name in names})


def scores(model, rows, **options):
    empty = [""] * len(rows)
    titles, descriptions = ([row[name] for row in rows] for name in ("title", "description"))
    return model.score_batch(titles, descriptions, empty, **options)


def labels(rows):
    return np.array([int(row["label"]) for row in rows])


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def sample():
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def some(sample):
    """About 300 rows of every writer, whole pairs among them."""
    return sample[::STEP]


@pytest.fixture(scope="module")
def others(sample):
    """As many other rows."""
    return sample[STEP // 2 :: STEP]


@pytest.fixture(scope="module")
def progress():
    return []


@pytest.fixture(scope="module")
def result(some, progress):
    """A model of the rows with all that is known about them."""
    return train(table(some), carry=False, jobs=2, progress=lambda *told: progress.append(told))


@pytest.fixture(scope="module")
def plain(some):
    """A model of titles and labels alone."""
    return train(table(some, "title", "label"), jobs=2)


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Words to add to a lexicon: one new, one that has a meaning already."""
    path = tmp_path_factory.mktemp("lexicon") / "words.csv"
    path.write_text("term,class,family\nzorblat,import,monza\nkaos,garment,zorbing\n")
    return path


# --- what is learned ----------------------------------------------------------------------------


def test_a_few_hundred_rows_beat_chance_on_rows_that_were_held_out(result, others):
    prevalence = labels(others).mean()
    assert average_precision(labels(others), scores(result.model, others).score) > prevalence + 0.3


def test_facts_are_learned_where_they_are_labelled(result, others):
    found = scores(result.model, others).by_fact()
    worn = np.array([row["worn"] == "yes" for row in others])
    foreign = np.array([row["origin"] == "foreign" for row in others])
    assert found["worn"][worn].mean() > found["worn"][~worn].mean() + 0.3
    assert found["foreign"][foreign].mean() > found["foreign"][~foreign].mean() + 0.3


def test_titles_and_labels_alone_beat_chance(plain, others):
    prevalence = labels(others).mean()
    assert plain.rows.states("title")
    assert not plain.rows.states("worn")
    assert average_precision(labels(others), scores(plain.model, others).score) > prevalence + 0.2


def test_facts_that_were_not_labelled_are_those_of_the_bundled_model(plain, model, others):
    found, bundled = scores(plain.model, others), scores(model, others)
    np.testing.assert_allclose(found.facts, bundled.facts, atol=0.02)


def test_probabilities_are_probabilities(result, plain, others):
    for model in (result.model, plain.model):
        for policy in ("imported", "all-used"):
            found = scores(model, others, policy=policy)
            for values in (found.score, found.facts):
                assert np.isfinite(values).all()
                assert values.min() >= 0
                assert values.max() <= 1


def test_reported_scores_come_from_folds_that_did_not_see_the_row(result, some):
    seen = scores(result.model, some).score
    assert len(result.scores) == len(result.rows)
    # A model that saw a row separates it better than one that did not.
    assert average_precision(labels(some), seen) > average_precision(labels(some), result.scores)


# --- words that are added to the lexicon --------------------------------------------------------


def families(model):
    return {form: term.family for term in model.vocabulary.terms for form in term.forms}


def test_added_words_are_learned_with_what_stands_in_the_rows(some, words):
    rows = [row | {"title": row["title"].replace("second", "zorblat")} for row in some]
    found = train(table(rows, "title", "label"), lexicon=words, jobs=2)
    known = families(found.model)
    assert (known["zorblat"], known["kaos"]) == ("monza", "zorbing")
    assert "family:zorbing" in found.model.tables.features
    assert found.model.card["data"]["words_added_to_the_lexicon"] == 2
    assert "words" not in found.model.id  # the hash of the model holds them
    one = [{"title": "Kaos zorblat", "description": ""}]
    assert scores(found.model, one).score[0] > 0.5


def test_words_are_added_to_the_lexicon_of_the_model_that_carries_over(some, words, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text("term,class\nblatzor,used\n")
    earlier = load_model().with_lexicon(more)
    known = families(train(table(some, "title", "label"), base=earlier, lexicon=words).model)
    assert {"zorblat", "blatzor"} <= set(known)


def test_a_lexicon_that_is_none_is_an_error_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match=r"words\.csv: cannot be read"):
        train(tmp_path / "no such file.csv", lexicon=tmp_path / "words.csv")


# --- same input, same bytes ---------------------------------------------------------------------


def test_same_rows_give_the_same_bytes_from_a_file_or_a_table_with_any_number_of_jobs(
    plain, some, tmp_path
):
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["title", "label"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(some)
    again = train(path, jobs=1)
    plain.model.save(tmp_path / "one")
    again.model.save(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    np.testing.assert_array_equal(plain.scores, again.scores)


def test_the_order_of_rows_moves_no_row_to_another_fold(plain, some):
    turned = train(table(some[::-1], "title", "label"))
    # Folds go by content; only the sums of floating-point numbers run in another order.
    np.testing.assert_allclose(turned.scores[::-1], plain.scores, atol=1e-6)
    assert turned.evaluation == plain.evaluation


def test_a_model_that_was_saved_scores_as_before(result, others, tmp_path):
    result.model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.id == result.model.id
    np.testing.assert_array_equal(scores(loaded, others).score, scores(result.model, others).score)


# --- which rows are used ------------------------------------------------------------------------


def test_excluded_ids_are_really_out(plain, some, others, tmp_path):
    out = {row["id"] for row in others[:100]}
    path = tmp_path / "held-out.csv"
    path.write_text("\n".join(["id", *sorted(out)]) + "\n")
    without = train(table([*some, *others[:100]], "id", "title", "label"), exclude=path)
    assert not out & set(without.rows.id)
    assert without.model.id == plain.model.id


def test_rows_that_cannot_be_used_are_listed_and_the_others_trained_on(plain, some):
    bad = [{"title": "Kaos", "label": ""}, {"title": "", "label": "1"}]
    found = train(table([*bad, *some, some[0]], "title", "label"))
    assert [(row.line, row.reason) for row in found.rejected] == [
        (1, "no label"),
        (2, "no title"),
        (len(some) + 3, "a copy of an earlier row"),
    ]
    assert len(found.rows) == len(found.scores) == len(some)
    assert found.model.id == plain.model.id


@pytest.mark.parametrize("label", [0, 1])
def test_too_few_rows_of_a_label_are_an_error_with_the_number(sample, label):
    of_label = [row for row in sample if row["label"] == str(label)][:9]
    enough = [row for row in sample if row["label"] != str(label)][:30]
    with pytest.raises(InputError, match=f"only 9 usable rows are labelled {label}.*at least 10"):
        train(table([*of_label, *enough], "title", "label"))


def test_rows_in_too_few_groups_are_an_error():
    # Every listing is the same one again but for its numbers.
    titles = [f"Kaos polos harga {price}" for price in range(40)]
    with pytest.raises(InputError, match="groups"):
        train(pa.table({"title": titles, "label": [price % 2 for price in range(40)]}))


# --- what is told -------------------------------------------------------------------------------


def test_progress_never_goes_back_and_reaches_its_end(result, progress):
    fitting = [(done, total) for done, total, what in progress if what == "fitting"]
    assert [done for done, _ in fitting] == list(range(1, len(fitting) + 1))
    assert {total for _, total in fitting} == {len(fitting)}


def test_the_figures_stand_in_the_summary_and_in_the_card(result, some):
    figures = result.model.card["evaluation"]
    assert figures == result.evaluation
    assert figures["rows"] == len(some)
    assert figures["positives"] == labels(some).sum()
    assert figures["uncertain"] == sum(row["certainty"] == "uncertain" for row in some)
    assert set(figures["calibration_error"]) == {"score", "goods", "worn", "foreign"}
    summary = result.summary()
    assert f"{len(some)} rows" in summary
    assert f"{figures['average_precision']:.3f}" in summary
    assert "no measure of accuracy in the field" in figures["what"]


def test_tiers_are_ordered_for_every_policy(result, plain):
    for model in (result.model, plain.model):
        for tiers in model.card["tiers"].values():
            assert 0 < tiers["review"] < tiers["likely"] < 1


def test_pairs_and_near_copies_share_a_fold(sample):
    from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups

    texts = [f"{row['title']}\n{row['description']}" for row in sample]
    pairs = [row["pair"] for row in sample]
    groups = near_duplicate_groups(texts, extra_keys=[pairs])
    folds = grouped_folds(groups, labels(sample), 5, keys=texts)
    of_pair = defaultdict(set)
    for pair, fold in zip(pairs, folds.tolist(), strict=True):
        of_pair[pair].add(fold)
    assert all(len(where) == 1 for pair, where in of_pair.items() if pair)
    assert len(set(folds.tolist())) == 5


@pytest.mark.parametrize("name", ["", "two\nlines", "\x1b[31mred", "x" * 101, None])
def test_a_name_that_no_model_could_be_loaded_with_is_refused_at_once(name):
    with pytest.raises(InputError, match=r"^name must be printable .* such as thriftwatch-id"):
        train("no such file.csv", name=name)
