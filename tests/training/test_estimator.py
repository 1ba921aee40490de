"""ListingClassifier keeps scikit-learn's contract, on text."""

import csv
import hashlib
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.metrics import average_precision_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedGroupKFold,
    cross_val_score,
    learning_curve,
)
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

from thriftwatch import ListingClassifier
from thriftwatch.errors import ColumnError, InputError
from thriftwatch.evaluation.groups import near_duplicate_groups

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "labelled.csv"
STEP = 16


@pytest.fixture(scope="module")
def frame():
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["certainty"] != "uncertain"]
    return pd.DataFrame(rows[::STEP])[["title", "description", "label", "pair"]]


@pytest.fixture(scope="module")
def listings(frame):
    return frame[["title", "description"]]


@pytest.fixture(scope="module")
def y(frame):
    return frame["label"].astype(int)


@pytest.fixture(scope="module")
def groups(frame):
    texts = (frame["title"] + "\n" + frame["description"]).tolist()
    return near_duplicate_groups(texts, extra_keys=[frame["pair"].tolist()])


@pytest.fixture(scope="module")
def fitted(listings, y):
    return ListingClassifier().fit(listings, y)


# --- scikit-learn's own checks ------------------------------------------------------------------


class NumbersAsWords(ListingClassifier):
    """The estimator itself; only, each number becomes words, as the checks bring numbers."""

    def fit(self, X, y, sample_weight=None):  # noqa: N803
        self._is_new = True
        try:
            return super().fit(X, y, sample_weight)
        finally:
            del self._is_new

    def _texts(self, X):  # noqa: N803
        table = validate_data(self, X, reset=hasattr(self, "_is_new"), dtype=np.float64)
        return [" ".join(words(row)) for row in table], [""] * len(table)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = tags.input_tags.string = tags.input_tags.allow_nan = False
        return tags


def words(numbers):
    """A word for about what each number is, and one for what it is more exactly."""
    for place, number in enumerate(numbers):
        for step in (0.5, 0.02):
            name = f"{place} {step} {round(number / step)}"
            letters = hashlib.blake2b(name.encode(), digest_size=5).digest()
            yield "".join("bcdfghjklmnpqrstvwxz"[c % 20] + "aiueo"[c // 20 % 5] for c in letters)


@parametrize_with_checks(
    [NumbersAsWords()],
    expected_failed_checks=lambda _: {
        "check_sample_weight_equivalence_on_dense_data": "inner folds and document frequencies go "
        "by listings, and a listing that is there twice is two of them",
    },
)
def test_the_estimator_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


# --- what goes in -------------------------------------------------------------------------------


def test_titles_may_be_a_list_a_series_an_array_or_a_column(listings, y):
    titles = listings["title"].tolist()
    one = ListingClassifier().fit(titles, y).decision_function(titles)
    for same in (
        listings["title"],
        listings["title"].to_numpy(),
        listings[["title"]],
        listings[["title"]].to_numpy(),
    ):
        other = ListingClassifier().fit(same, y).decision_function(same)
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "make",
    [pl.from_pandas, lambda listings: listings.to_numpy(), lambda listings: listings[::-1][::-1]],
)
def test_every_kind_of_table_scores_the_same(fitted, listings, make):
    np.testing.assert_array_equal(
        fitted.decision_function(make(listings)), fitted.decision_function(listings)
    )


def test_columns_have_indonesian_names_or_those_that_are_given(fitted, listings):
    scores = fitted.decision_function(listings)
    indonesian = listings.rename(columns={"title": "judul", "description": "deskripsi"})
    np.testing.assert_array_equal(fitted.decision_function(indonesian), scores)
    named = clone(fitted).set_params(title="a", description="b")
    named.fit(
        listings.set_axis(["a", "b"], axis=1), listings["title"].str.contains("second").astype(int)
    )
    with pytest.raises(ColumnError, match='column "a"'):
        named.predict(listings)


def test_missing_texts_are_empty_texts(fitted):
    missing = pd.DataFrame({"title": ["Hoodie second import", None], "description": [np.nan, "x"]})
    empty = pd.DataFrame({"title": ["Hoodie second import", ""], "description": ["", "x"]})
    np.testing.assert_array_equal(fitted.predict_proba(missing), fitted.predict_proba(empty))


@pytest.mark.parametrize(
    "wrong", ["Hoodie", 5, None, np.zeros((4, 3)), [["a", "b", "c"]]], ids=repr
)
def test_what_holds_no_listings_is_refused(fitted, wrong):
    with pytest.raises(InputError, match="X must be a table with a title column"):
        fitted.predict(wrong)


def test_numbers_are_no_titles(fitted):
    with pytest.raises(InputError, match="title must be text"):
        fitted.predict([1.5, 2.5])


@pytest.mark.parametrize("c", [0, -1, "1", None, float("nan")])
def test_c_must_be_above_zero(c):
    with pytest.raises(InputError, match="C must be a number above 0"):
        ListingClassifier(C=c).fit(["a b", "c d"], [0, 1])


def test_more_than_two_classes_are_refused():
    with pytest.raises(InputError, match="Only binary classification"):
        ListingClassifier().fit(["a", "b", "c"], [0, 1, 2])


# --- what comes out -----------------------------------------------------------------------------


def test_classes_keep_their_names(listings, y):
    named = ListingClassifier().fit(listings, np.where(y == 1, "ya", "tidak"))
    assert named.classes_.tolist() == ["tidak", "ya"]
    assert set(named.predict(listings)) == {"tidak", "ya"}


def test_probabilities_decisions_and_predictions_agree(fitted, listings):
    probability = fitted.predict_proba(listings)
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    np.testing.assert_array_equal(fitted.decision_function(listings) > 0, probability[:, 1] > 0.5)
    np.testing.assert_array_equal(fitted.predict(listings) == 1, probability[:, 1] > 0.5)


def test_a_row_without_weight_is_not_there(listings, y):
    half = np.arange(len(listings)) % 2
    weighted = ListingClassifier().fit(listings, y, sample_weight=half)
    alone = ListingClassifier().fit(listings[half == 1], y[half == 1])
    np.testing.assert_array_equal(
        weighted.decision_function(listings), alone.decision_function(listings)
    )


def test_it_travels_between_processes(fitted, listings):
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(
        again.decision_function(listings), fitted.decision_function(listings)
    )


def test_an_earlier_model_helps_where_labels_are_few(listings, y, model):
    few = np.r_[np.flatnonzero(y == 1)[:15], np.flatnonzero(y == 0)[:15]]
    rest = np.setdiff1d(np.arange(len(listings)), few)

    def precision(base):
        learned = ListingClassifier(base=base).fit(listings.iloc[few], y.iloc[few])
        return average_precision_score(y.iloc[rest], learned.decision_function(listings.iloc[rest]))

    # The bundled model knows these rows: what is tested is that it carries over at all.
    assert precision("bundled") == precision(model) > precision(None) + 0.1


# --- with scikit-learn's tools ------------------------------------------------------------------


def test_cross_validation_with_groups_beats_chance(listings, y, groups):
    found = cross_val_score(
        ListingClassifier(),
        listings,
        y,
        groups=groups,
        cv=StratifiedGroupKFold(3),
        scoring="average_precision",
    )
    assert found.min() > y.mean() + 0.3


def test_a_grid_search_finds_a_strength(listings, y, groups):
    search = GridSearchCV(
        ListingClassifier(), {"C": [0.001, 1.0]}, cv=StratifiedGroupKFold(2), error_score="raise"
    ).fit(listings, y, groups=groups)
    assert set(search.best_params_) == {"C"}
    assert len(set(search.cv_results_["mean_test_score"])) == 2
    assert search.predict(listings).shape == (len(listings),)


def test_a_learning_curve_rises(listings, y, groups):
    sizes, _, tested = learning_curve(
        ListingClassifier(),
        listings,
        y,
        groups=groups,
        cv=StratifiedGroupKFold(3),
        train_sizes=[0.3, 1.0],
        scoring="average_precision",
        shuffle=True,
        random_state=0,
    )
    assert sizes[0] < sizes[1]
    assert tested[1].mean() > tested[0].mean()
