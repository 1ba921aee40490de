"""From labelled listings to a model; the only part of thriftwatch that needs scikit-learn."""

from thriftwatch.training.trainer import TrainResult, train

__all__ = ["TrainResult", "train"]
