"""From labelled listings to a model; the only part of thriftwatch that needs scikit-learn."""

from thriftwatch.training.annotators import Agreement
from thriftwatch.training.estimator import ListingClassifier
from thriftwatch.training.label_issues import LabelIssue
from thriftwatch.training.labelled import Labelled, read_labelled
from thriftwatch.training.learning import label_value
from thriftwatch.training.trainer import TrainResult, out_of_fold_probabilities, train

__all__ = [
    "Agreement",
    "LabelIssue",
    "Labelled",
    "ListingClassifier",
    "TrainResult",
    "label_value",
    "out_of_fold_probabilities",
    "read_labelled",
    "train",
]
