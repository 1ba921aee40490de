"""From labelled tables to a model."""

import hashlib
import platform
from collections.abc import Callable, Collection, Sequence
from importlib.metadata import version
from itertools import count
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from thriftwatch.domain import FACT_COLUMNS, OUTPUTS, log_odds_of, probability_of
from thriftwatch.errors import InputError, ModelError, shown
from thriftwatch.evaluation.overlap import joined_texts, seen_share, text_sketch
from thriftwatch.model.artifact import FORMAT, is_name, seal
from thriftwatch.model.model import Model
from thriftwatch.model.prevalence import check_share
from thriftwatch.scoring import as_model
from thriftwatch.text.lexicon import Term, read_lexicon
from thriftwatch.training.annotators import agree_on
from thriftwatch.training.fitting import FOLDS, Material, choose_folds, find_groups, prepare
from thriftwatch.training.gain import measure_gain
from thriftwatch.training.heads import fits_needed
from thriftwatch.training.interaction import unstated_outputs
from thriftwatch.training.label_issues import find_label_issues
from thriftwatch.training.labelled import Labelled, read_excluded, read_labelled
from thriftwatch.training.result import TrainResult, measure
from thriftwatch.training.tiers import LIKELY_PRECISION, REVIEW_RECALL, operating_points

__all__ = ["TrainResult", "out_of_fold_probabilities", "train"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
Preparing = Callable[[Labelled], Material]

FEWEST_OF_A_LABEL = 10


def train(
    labelled: Any,
    *,
    exclude: Any = None,
    base: Model | str | PathLike[str] | None = None,
    carry: bool = True,
    lexicon: str | PathLike[str] | None = None,
    prevalence: float | None = None,
    name: str = "unnamed",
    encoding: str | None = None,
    columns: dict[str, str] | None = None,
    positive: str | Collection[object] | None = None,
    skip_unusable: bool = False,
    seed: int = 0,
    jobs: int = 2,
    progress: Progress | None = None,
) -> TrainResult:
    """Train a model from labelled listings.

    Parameters
    ----------
    labelled
        Paths of CSV, TSV, JSON Lines, Parquet or XLSX files or of exports of Label Studio,
        doccano or Prodigy, a table, or what `read_labelled` returned. Only ``title`` and
        ``label`` (0 or 1, or words for it) are obligatory; ``description``, ``certainty``,
        ``rule``, ``goods``, ``worn``, ``origin``, ``spans`` and ``pair`` are used where present.
    exclude
        A table with an ``id`` column: rows with these ids are held out.
    base
        The earlier model, or its folder, that carries over what the rows do not tell: by default
        the bundled model.
    carry
        Whether it may. It does if the rows lack facts or rules, or are fewer than 2000: then only
        the label is learned from their words, and mixed with what the earlier model says.
    lexicon
        A CSV file of words to add to the lexicon that training starts from, see
        `Model.with_lexicon`: that of the earlier model if it carries over, or else the packaged
        one. Here the labelled rows say what these words weigh.
    prevalence
        Share of positives where the model will be used, such as 0.005; by default that of the
        labelled rows. Scores and tiers are for that share, see `Model.with_prevalence`; the
        figures of `evaluation` are for the rows as they are.
    name
        Name of the model, part of its id: printable, of at most 100 characters. On the command
        line it is by default that of the folder.
    encoding
        Encoding of text files.
    columns
        Column names to use, such as ``{"title": "judul"}``.
    positive
        What stands for 1 in the label column, see `read_labelled`.
    skip_unusable
        Set rows with a wrong label or fact aside instead of raising.
    seed
        Which of the possible folds to use. Same input and seed, same model.
    jobs
        Threads to fit with; the result does not depend on it.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    TrainResult

    Raises
    ------
    InputError
        If there are too few rows of a label, `prevalence` is no share or `name` no name.
    TableError
        If a file is not what it says, or a row has a label that is not 0 or 1.

    Notes
    -----
    Linear heads (label, legal facts, guideline rules) are logistic regressions over hashed words,
    n-grams and named features of the lexicon. What joins them is a logistic regression over their
    out-of-fold log-odds and pairwise products (stacking, Wolpert 1992), so the reported figures
    come from nested folds that no fitted number has seen.

    Examples
    --------
    >>> from thriftwatch import train
    >>> result = train("data/sample/labelled.csv")  # doctest: +SKIP
    >>> result.model.save("my-model")  # doctest: +SKIP
    """
    if prevalence is not None:
        check_share(prevalence, "prevalence", "0.005 for one listing in 200")
    if not is_name(name):
        raise InputError(
            "name must be printable text of 1 to 100 characters, such as thriftwatch-id, "
            f"not {shown(name)}"
        )
    added = () if lexicon is None else read_lexicon(lexicon)
    rows = (
        labelled
        if isinstance(labelled, Labelled)
        else read_labelled(
            labelled,
            encoding=encoding,
            columns=columns,
            positive=positive,
            skip_unusable=skip_unusable,
        )
    )
    if exclude is not None:
        held_out = read_excluded(exclude)
        rows = rows.take(np.flatnonzero([key not in held_out for key in rows.id]))
    _check_enough(rows)
    # The last bits of a sum depend on how many threads share it, and a fit stops at a tolerance:
    # the same input gives the same bytes only with one thread of linear algebra.
    with threadpool_limits(limits=1):
        return _train(
            rows,
            _preparing(base, carry, added),
            prevalence,
            name,
            seed,
            jobs,
            progress or _no_progress,
            words=sum(len(term.forms) for term in added),
            earlier=_earlier(base) if carry else None,
        )


def out_of_fold_probabilities(
    rows: Labelled,
    fold: NDArray[np.int64],
    *,
    base: Model | str | PathLike[str] | None = None,
    carry: bool = True,
    jobs: int = 2,
    progress: Progress | None = None,
) -> Floats:
    """Judge every row with a model that saw no row of its fold.

    Parameters
    ----------
    rows
        Labelled listings.
    fold
        Shape (rows,): the fold of each row, any whole numbers, such as one for each writer. Rows
        that must not tell on each other (near-copies, pairs) belong in one fold.
    base, carry
        As in `train`. An earlier model that carries over must not have been trained on these rows,
        or the probabilities flatter: the bundled model knows ``data/sample/labelled.csv``.
    jobs
        Threads to fit with; the result does not depend on it.
    progress
        Called with (done, total, what is done).

    Returns
    -------
    ndarray of float64, shape (rows, outputs)
        Probabilities, a column for each of `thriftwatch.domain.OUTPUTS`.

    Raises
    ------
    InputError
        If there is not one fold for each row, there are fewer than two folds, the rows outside a
        fold are too few to train on, or the model that carries over was trained on the rows.

    Notes
    -----
    Up to five folds are nested, which is how `train` gets the figures it reports: heads are fitted
    without each fold and without each pair of folds; idf is counted, and slope and shift of the
    calibration are fitted, on all rows. For more folds pairs would need too many fits: each fold
    is judged by a model that was trained on the other rows alone, idf, calibration and all.

    Examples
    --------
    >>> from thriftwatch.training import out_of_fold_probabilities, read_labelled
    >>> rows = read_labelled("data/sample/labelled.csv")  # doctest: +SKIP
    >>> _, writer = np.unique(rows.part.astype(str), return_inverse=True)  # doctest: +SKIP
    >>> out_of_fold_probabilities(rows, writer)[:, 0]  # doctest: +SKIP
    """
    fold = np.asarray(fold)
    if fold.shape != (len(rows),) or not np.issubdtype(fold.dtype, np.integer):
        raise InputError(
            f"fold must hold one whole number for each of the {len(rows)} rows, not "
            f"{fold.dtype} of shape {fold.shape}"
        )
    folds, fold = np.unique(fold, return_inverse=True)
    if len(folds) < 2:
        raise InputError("fold must hold at least 2 different numbers; give some rows another one")
    on_progress = progress or _no_progress
    with threadpool_limits(limits=1):
        on_progress(0, 1, "reading")
        predict = _predict_nested if len(folds) <= FOLDS else _predict_one_by_one
        log_odds = predict(rows, fold, _preparing(base, carry, must_be_new=True), jobs, on_progress)
    return probability_of(log_odds)


def _predict_nested(
    rows: Labelled, fold: NDArray[np.int64], preparing: Preparing, jobs: int, on_progress: Progress
) -> Floats:
    material = preparing(rows)
    folds, heads = int(fold.max()) + 1, len(material.targets.names)
    on_done = _counting(on_progress, fits_needed(folds, heads) - heads)
    return material.join(material.predict(fold, jobs=jobs, on_done=on_done)).log_odds


def _predict_one_by_one(
    rows: Labelled, fold: NDArray[np.int64], preparing: Preparing, jobs: int, on_progress: Progress
) -> Floats:
    groups = find_groups(rows)
    log_odds = np.zeros((len(rows), len(OUTPUTS)))
    folds = int(fold.max()) + 1
    for held_out in range(folds):
        on_progress(held_out, folds, "fitting")
        rest = np.flatnonzero(fold != held_out)
        known = rows.take(rest)
        _check_enough(known)
        material = preparing(known)
        inner = choose_folds(known, groups[rest], seed=0)
        joined = material.join(material.predict_simply(inner, jobs=jobs))
        tables = material.fit_tables(jobs=jobs)
        model = Model({}, material.heads, tables, joined.interaction, material.vocabulary)
        own = np.flatnonzero(fold == held_out)
        texts = rows.title[own].tolist(), rows.description[own].tolist()
        log_odds[own] = log_odds_of(model.outputs(*texts))
    on_progress(folds, folds, "fitting")
    return log_odds


def _train(
    rows: Labelled,
    preparing: Preparing,
    prevalence: float | None,
    name: str,
    seed: int,
    jobs: int,
    on_progress: Progress,
    *,
    words: int,
    earlier: Model | None,
) -> TrainResult:
    on_progress(0, 1, "reading")
    fold = choose_folds(rows, find_groups(rows), seed)
    material = preparing(rows)
    on_done = _counting(on_progress, fits_needed(FOLDS, len(material.targets.names)))
    joined = material.join(material.predict(fold, jobs=jobs, on_done=on_done))
    tables = material.fit_tables(jobs=jobs, on_done=on_done)

    probabilities = probability_of(joined.log_odds)
    target, weight = material.target, material.weight
    stated = [name for n, name in enumerate(OUTPUTS) if weight[:, n].any()]
    evaluation = measure(rows, probabilities, target, stated)
    if material.base is not None and (known := seen_share(rows, material.base.card)):
        evaluation["what"] += f"; {_flattery(material.base, known)}: the figures flatter"
    card = {
        "format": FORMAT,
        "name": name,
        "version": version("thriftwatch"),
        "heads": list(material.heads),
        "outputs": list(OUTPUTS),
        **operating_points(target, weight, joined.log_odds, material.base),
        "tiers_chosen_for": {"likely_precision": LIKELY_PRECISION, "review_recall": REVIEW_RECALL},
        "unseen_idf": tables.unseen_idf,
        "gram_bits": tables.gram_bits,
        "evaluation": evaluation,
        "data": {
            "sha256": _data_hash(rows),
            "rows": len(rows),
            "positives": int(rows.label.sum()),
            "sketch": text_sketch(joined_texts(rows)),
            **({"words_added_to_the_lexicon": words} if words else {}),
        },
        **({"carried_from": material.base.id} if material.base else {}),
        "versions": {
            "python": ".".join(platform.python_version_tuple()[:2]),
            **{package: version(package) for package in ("numpy", "scikit-learn", "anyascii")},
        },
    }
    model = seal(Model(card, material.heads, tables, joined.interaction, material.vocabulary))
    scores = probabilities[:, 0]
    issues = find_label_issues(rows, scores, model)
    carried = material.base is not None
    gain = None
    if earlier is not None:
        gain = measure_gain(rows, scores, earlier, carried=carried, seed=seed)
    if prevalence is not None:
        step = log_odds_of(prevalence) - log_odds_of(card["prevalence"]["imported"]["stated"])
        model = model.with_prevalence(prevalence)
        scores = probability_of(joined.log_odds[:, 0] + step)
    agreement = agree_on(rows)
    return TrainResult(model, evaluation, scores, issues, agreement, rows, rows.rejected, gain)


def _preparing(
    base: Model | str | PathLike[str] | None,
    carry: bool,
    added: Sequence[Term] = (),
    *,
    must_be_new: bool = False,
) -> Preparing:
    """Return what makes the material of a fit from rows."""
    earlier = None if base is None else as_model(base)

    def preparing(rows: Labelled) -> Material:
        material = prepare(rows, earlier, carry=carry, added=added)
        if not carry and unstated_outputs(material.target, material.weight):
            raise InputError(
                "without an earlier model to carry over from, the rows must tell both sides of "
                f"{', '.join(FACT_COLUMNS[:-1])} and {FACT_COLUMNS[-1]}; add these columns, or "
                "allow to carry over"
            )
        known = material.base and seen_share(rows, material.base.card)
        if must_be_new and material.base and known:
            raise InputError(
                f"{_flattery(material.base, known)}; give carry=False, or as base a model that was "
                "trained on other rows"
            )
        return material

    return preparing


def _earlier(base: Model | str | PathLike[str] | None) -> Model | None:
    """Return the model that a new one is measured against; none if the bundled one is outdated."""
    try:
        return as_model(base)
    except ModelError:
        if base is not None:
            raise
        return None


def _flattery(base: Model, known: float) -> str:
    """Say why figures of rows that an earlier model was trained on are too good."""
    return (
        f"about {known:.0%} of the rows were in the training data of {base.id}, which carries over"
    )


def _no_progress(done: int, total: int, what: str) -> None:
    pass


def _counting(on_progress: Progress, total: int) -> Callable[[], None]:
    """Return what to call after each fit."""
    done = count(1)
    return lambda: on_progress(next(done), total, "fitting")


def _check_enough(rows: Labelled) -> None:
    for label in (0, 1):
        count = int(((rows.label == label) & (rows.certainty != "uncertain")).sum())
        if count < FEWEST_OF_A_LABEL:
            raise InputError(
                f"only {count} usable rows are labelled {label} and not uncertain; at least "
                f"{FEWEST_OF_A_LABEL} of each label are needed; add labelled rows, for example "
                "data/sample/labelled.csv"
            )


def _data_hash(rows: Labelled) -> str:
    """Hash what the model was trained on: texts, labels and facts, in order."""
    digest = hashlib.sha256()
    for place in range(len(rows)):
        texts = (rows.title, rows.description, rows.pair, rows.spans)
        facts = (rows.certainty, rows.rule, *(getattr(rows, name) for name in FACT_COLUMNS))
        values = [str(column[place]) for column in (*texts, *facts)]
        digest.update("\0".join([str(int(rows.label[place])), *values, "\n"]).encode())
    return digest.hexdigest()
