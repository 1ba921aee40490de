"""A scikit-learn classifier over listings, for notebooks."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d
from threadpoolctl import threadpool_limits

from thriftwatch.domain import OUTPUTS, log_odds_of, probability_of
from thriftwatch.errors import InputError
from thriftwatch.listing import as_text, find_column
from thriftwatch.model.model import Model
from thriftwatch.scoring import as_model
from thriftwatch.training.counterfactuals import NO_COUNTERFACTUALS
from thriftwatch.training.fitting import FOLDS, Material, choose_folds, find_groups, prepare
from thriftwatch.training.labelled import Labelled

__all__ = ["ListingClassifier"]

Floats = NDArray[np.float64]

_TEXTS = ("title", "description")
_SCORE = OUTPUTS.index("imported")


class ListingClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Learn a label from titles and descriptions, the way `thriftwatch.train` learns the score.

    It is `train` without what a notebook does not need for every fit (facts, tiers, card, figures
    from nested folds), so that cross-validation and searches are quick. What is to be deployed is
    trained with `train`.

    Parameters
    ----------
    C
        How freely words may weigh, compared with `train`: below 1 their weights are held closer to
        zero (inverse strength of the regularisation, times that of `train`).
    base
        An earlier model that carries over: a `Model`, a model folder, ``"bundled"``, or None to
        learn from the rows given to `fit` alone. With few rows an earlier model helps much. Do
        not judge it on rows that it was trained on: the bundled model knows
        ``data/sample/labelled.csv``.
    title, description
        Names of the columns; None finds them by name, English or Indonesian.
    seed
        Which of the possible inner folds to use.
    jobs
        Threads to fit with; the result does not depend on it.

    Attributes
    ----------
    classes_
        The two classes, sorted; the second is the one that is scored.
    model_
        What was learned, as a `Model`: it scores with numpy alone.

    Notes
    -----
    Near-duplicates stay in one of the inner folds that calibrate the score. Splits made outside,
    by `cross_val_score` for example, know nothing of them: give them ``groups``, see
    `thriftwatch.evaluation.groups.near_duplicate_groups`.

    Examples
    --------
    >>> import pandas as pd
    >>> from thriftwatch import ListingClassifier
    >>> worn = ["Hoodie second import", "Kaos thrift Jepang", "Jaket bekas impor Korea"]
    >>> new = ["Hoodie baru lokal", "Kaos polos konveksi", "Jaket kulit produksi Garut"]
    >>> X = pd.DataFrame({"judul": worn + new})
    >>> classifier = ListingClassifier(base="bundled").fit(X, ["ya"] * 3 + ["tidak"] * 3)
    >>> classifier.predict(["Kemeja second import", "Kemeja baru"]).tolist()
    ['ya', 'tidak']
    """

    def __init__(
        self,
        *,
        C: float = 1.0,  # noqa: N803
        base: Model | str | PathLike[str] | None = None,
        title: str | None = None,
        description: str | None = None,
        seed: int = 0,
        jobs: int = 1,
    ) -> None:
        self.C = C
        self.base = base
        self.title = title
        self.description = description
        self.seed = seed
        self.jobs = jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn from labelled listings.

        Parameters
        ----------
        X
            A table with a title and perhaps a description, or titles alone: a series, an array
            or a list of str. Missing texts are empty texts.
        y
            A label of two classes for each row.
        sample_weight
            How much each row counts, shape (rows,); 0 leaves a row out.

        Raises
        ------
        InputError
            If `X` holds no text, rows and labels do not fit together, there are not two classes,
            or the listings are all near-copies of one.
        """
        self.n_features_in_ = X.shape[1] if getattr(X, "ndim", 1) == 2 else 1
        titles, descriptions = self._texts(X)
        label = self._labels(y, len(titles))
        if not isinstance(self.C, int | float | np.number) or not 0 < self.C < np.inf:
            raise InputError(f"C must be a number above 0, not {self.C!r}")
        weights = np.asarray(
            _check_sample_weight(sample_weight, titles, ensure_non_negative=True), np.float64
        )
        counts = np.flatnonzero(weights > 0)
        if len(np.unique(label[counts])) < 2:
            raise InputError("sample_weight leaves one class only; rows of both must count")
        rows = Labelled.of(titles, descriptions, label).take(counts)
        with threadpool_limits(limits=1):
            self.model_ = self._fit(rows, weights[counts])
        return self

    def _labels(self, y: Any, rows: int) -> NDArray[np.int8]:
        if y is None:
            raise InputError(
                "ListingClassifier requires y to be passed, but the target y is None; give labels"
            )
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels, input_name="y")
        check_classification_targets(labels)
        kind = type_of_target(labels, input_name="y", raise_unknown=True)
        self.classes_, label = np.unique(labels, return_inverse=True)
        if kind == "multiclass":
            raise InputError(
                "Only binary classification is supported. The type of the target is multiclass: "
                f"y holds {len(self.classes_)} classes; a listing is one for review, or it is not"
            )
        if len(self.classes_) < 2:
            raise InputError(f"y must hold 2 classes, not {len(self.classes_)} class")
        if len(label) != rows:
            raise InputError(f"{rows} listings and {len(label)} labels; give one for each")
        return label.astype(np.int8)

    def _fit(self, rows: Labelled, weights: Floats) -> Model:
        base = (
            None if self.base is None else as_model(None if self.base == "bundled" else self.base)
        )
        material = prepare(rows, base, carry=base is not None, counterfactuals=NO_COUNTERFACTUALS)
        material = _weighted(material, weights, self.C)
        groups = find_groups(rows)
        folds = min(FOLDS, int(groups.max()) + 1)
        if folds < 2:
            raise InputError(
                "all listings are near-copies of one sample; give listings that differ"
            )
        fold = choose_folds(rows, groups, self.seed, folds=folds)
        joined = material.join(material.predict_simply(fold, jobs=self.jobs))
        tables = material.fit_tables(jobs=self.jobs)
        return Model({}, material.heads, tables, joined.interaction, material.vocabulary)

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Return the log-odds of the second class, shape (rows,)."""
        check_is_fitted(self, "model_")
        titles, descriptions = self._texts(X)
        log_odds: Floats = log_odds_of(self.model_.outputs(titles, descriptions)[:, _SCORE])
        return log_odds

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return the probability of each class, shape (rows, 2)."""
        probability = probability_of(self.decision_function(X))
        return np.column_stack((1.0 - probability, probability))

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Return the more probable class of each row, shape (rows,)."""
        above = self.decision_function(X) > 0
        predicted: NDArray[Any] = self.classes_[above.astype(np.int64)]
        return predicted

    def _texts(self, listings: Any) -> tuple[list[str], list[str]]:
        columns = getattr(listings, "columns", getattr(listings, "column_names", None))
        if columns is not None and hasattr(listings, "__getitem__"):
            return self._columns(listings, [str(name) for name in columns])
        if issparse(listings) or isinstance(listings, str) or not hasattr(listings, "__len__"):
            raise _no_texts(type(listings).__name__)
        values = listings if isinstance(listings, list | tuple) else np.asarray(listings, object)
        shape = np.shape(values)
        if len(shape) == 2 and shape[1] in (1, 2):
            both = np.asarray(values, object).T
            descriptions = both[1] if len(both) == 2 else [""] * shape[0]
            return _as_texts(both[0], "title"), _as_texts(descriptions, "description")
        if len(shape) != 1:
            raise _no_texts(f"an array of shape {shape}")
        return _as_texts(values, "title"), [""] * len(values)

    def _columns(self, table: Any, names: list[str]) -> tuple[list[str], list[str]]:
        found = {
            field: find_column(
                field, names, getattr(self, field), required=field == "title", where="X"
            )
            for field in _TEXTS
        }
        titles = _as_texts(_listed(table[found["title"]]), "title")
        if found["description"] is None:
            return titles, [""] * len(titles)
        return titles, _as_texts(_listed(table[found["description"]]), "description")

    def __sklearn_tags__(self) -> Any:
        """Say what goes in: texts, two classes, no numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _weighted(material: Material, weights: Floats, c: float) -> Material:
    # To weigh every row more is to regularise less.
    of_heads = material.targets.weight * (weights * c)[:, None]
    return replace(
        material,
        targets=replace(material.targets, weight=of_heads),
        weight=material.weight * weights[:, None],
    )


def _listed(column: Any) -> Sequence[object]:
    values: Sequence[object] = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return values


def _as_texts(values: Any, field: str) -> list[str]:
    return [as_text(value, field) for value in values]


def _no_texts(found: str) -> InputError:
    return InputError(
        f"X must be a table with a title column, or titles (a series, an array or a list of str), "
        f"not {found}"
    )
