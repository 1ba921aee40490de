"""What a user's own labels are worth: alone, beside an earlier model, and added to a sample."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from thriftwatch.domain import OUTPUTS, log_odds_of
from thriftwatch.evaluation.metrics import average_precision
from thriftwatch.model.model import Model
from thriftwatch.training.estimator import ListingClassifier
from thriftwatch.training.fitting import find_groups
from thriftwatch.training.labelled import Labelled
from thriftwatch.training.trainer import FEWEST_OF_A_LABEL, train

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["label_value"]

Ints = NDArray[np.int64]

_TESTED = 0.5
_SCORE = OUTPUTS.index("imported")


def label_value(
    user: Labelled,
    sample: Labelled,
    *,
    sizes: Sequence[int] = (30, 100, 300),
    repeats: int = 3,
    base: Model | None = None,
    add: bool = True,
    seed: int = 0,
    jobs: int = 2,
) -> "pd.DataFrame":
    """Compare what can be done with a user's labels, on other listings of that user.

    Of the user's rows a random half, whole groups of near-duplicates, is held out to test. From
    the other half more and more rows are taken, with title, description and label alone: first the
    ten of each label that it takes to train at all, then others at random.

    Parameters
    ----------
    user
        The user's labelled listings.
    sample
        Labelled listings of others.
    sizes
        How many of the user's rows to learn from; more than there are takes all.
    repeats
        How many times to draw the halves.
    base
        A model of `sample`; trained from it if none is given. It must not know the user's rows.
    add
        Whether to train on both together: it takes as long as training on the sample.
    seed
        Decides the halves.
    jobs
        Threads to fit with.

    Returns
    -------
    pandas.DataFrame
        A row for each repeat, size and way of training (``way``: ``"sample alone"``,
        ``"labels alone"``, ``"labels, carried over"``, ``"labels and sample"``), with average
        precision and log loss on the held-out rows that are not uncertain.

    Examples
    --------
    >>> from thriftwatch.training import label_value, read_labelled
    >>> rows = read_labelled("data/sample/labelled.csv")  # doctest: +SKIP
    >>> own, others = rows.part == "g", rows.part != "g"  # doctest: +SKIP
    >>> label_value(rows.take(own), rows.take(others))  # doctest: +SKIP
    """
    import pandas as pd

    earlier = base or train(sample, carry=False, jobs=jobs).model
    groups = find_groups(user)
    found: list[dict[str, object]] = []
    for repeat in range(repeats):
        test, known = _halves(groups, user.label, seed + repeat)
        held_out = user.take(test[user.certainty[test] != "uncertain"])
        found.append({"way": "sample alone", "labels": 0} | _figures(earlier, held_out, repeat))
        for size in sizes:
            own = user.take(known[:size])
            own = Labelled.of(own.title.tolist(), own.description.tolist(), own.label)
            for way, model in _models(own, sample if add else None, earlier, jobs):
                found.append({"way": way, "labels": len(own)} | _figures(model, held_out, repeat))
    return pd.DataFrame(found)


def _halves(groups: Ints, label: NDArray[np.int8], seed: int) -> tuple[Ints, Ints]:
    """Return the rows to test on, and the rows to learn from: the fewest that do, then the rest."""
    random = np.random.default_rng(seed)
    number = int(groups.max()) + 1
    tested = np.isin(groups, random.permutation(number)[: int(number * _TESTED)])
    known = random.permutation(np.flatnonzero(~tested))
    first = np.concatenate([known[label[known] == one][:FEWEST_OF_A_LABEL] for one in (0, 1)])
    return np.flatnonzero(tested), np.append(first, known[~np.isin(known, first)])


def _models(
    own: Labelled, sample: Labelled | None, earlier: Model, jobs: int
) -> Iterator[tuple[str, Model]]:
    alone = ListingClassifier(jobs=jobs).fit(
        np.column_stack((own.title, own.description)), own.label
    )
    yield "labels alone", alone.model_
    yield "labels, carried over", train(own, base=earlier, jobs=jobs).model
    if sample is not None:
        yield "labels and sample", train(own.and_also(sample), base=earlier, jobs=jobs).model


def _figures(model: Model, rows: Labelled, repeat: int) -> dict[str, object]:
    outputs = model.outputs(rows.title.tolist(), rows.description.tolist())
    log_odds = log_odds_of(outputs[:, _SCORE])
    margin = np.where(rows.label == 1, log_odds, -log_odds)
    return {
        "repeat": repeat,
        "average_precision": average_precision(rows.label, log_odds),
        "log_loss": float(np.logaddexp(0.0, -margin).mean()),
    }
