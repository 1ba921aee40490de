"""Score marketplace listings for signs of illegal imported second-hand clothing.

The score is an indication for a human reviewer, never a finding about a seller.

Examples
--------
>>> from thriftwatch import score_listing
>>> found = score_listing("Hoodie Uniqlo second import", "ex bal Jepang, kondisi 9/10")
>>> found.tier
'likely'
"""

from importlib import import_module
from typing import TYPE_CHECKING

from thriftwatch import compiled

if TYPE_CHECKING:
    from thriftwatch.evaluation.compare import compare
    from thriftwatch.evaluation.evaluate import evaluate
    from thriftwatch.evaluation.evaluation import Evaluation
    from thriftwatch.listing import Listing
    from thriftwatch.model.artifact import load_model
    from thriftwatch.model.model import Model
    from thriftwatch.result import ListingScore, Reason
    from thriftwatch.scoring import score_listing, score_listings
    from thriftwatch.sellers import score_sellers
    from thriftwatch.training import ListingClassifier, TrainResult, train
    from thriftwatch.watch.compare_models import compare_models
    from thriftwatch.watch.queue import queue
    from thriftwatch.watch.radar import radar
    from thriftwatch.watch.reposts import RepostIndex

__all__ = [
    "Evaluation",
    "Listing",
    "ListingClassifier",
    "ListingScore",
    "Model",
    "Reason",
    "RepostIndex",
    "TrainResult",
    "compare",
    "compare_models",
    "evaluate",
    "load_model",
    "queue",
    "radar",
    "score_listing",
    "score_listings",
    "score_sellers",
    "train",
]
__version__ = "0.1.0"

compiled.prepare(__path__[0])  # before anything else of the package is imported

# Imported on first use: who scores a listing does not pay for what trains a model.
_MODULES = {
    "Evaluation": "evaluation.evaluation",
    "Listing": "listing",
    "ListingClassifier": "training",
    "ListingScore": "result",
    "Model": "model.model",
    "Reason": "result",
    "RepostIndex": "watch.reposts",
    "TrainResult": "training",
    "compare": "evaluation.compare",
    "compare_models": "watch.compare_models",
    "evaluate": "evaluation.evaluate",
    "load_model": "model.artifact",
    "queue": "watch.queue",
    "radar": "watch.radar",
    "score_listing": "scoring",
    "score_listings": "scoring",
    "score_sellers": "sellers",
    "train": "training",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
