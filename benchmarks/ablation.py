"""What each part of the model buys: one part is switched off at a time, and all is trained anew.

``python benchmarks/ablation.py [--jobs N] [--rows N] [--only PART ...] [--write]``

Judged by nested cross-validation on the hand-written sample, near-duplicates and pairs in one fold.
Intervals resample groups of near-duplicates and pairs; differences are paired, on the same
resamples. ``--write`` also stores the figures in ``ablation.csv``, which the notebook
``02_retrain`` draws, and what the whole model said of each row in ``out_of_fold.csv``, which
``03_evaluate`` judges.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from common import SAMPLE, SEED, arguments, publish, table
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from thriftwatch import Evaluation, compare, evaluate
from thriftwatch.domain import FACTS, OUTPUTS
from thriftwatch.evaluation.intervals import Interval, bootstrap_interval
from thriftwatch.files import atomic_path
from thriftwatch.text.disguises import DISGUISES
from thriftwatch.text.lexicon import load_lexicon
from thriftwatch.text.vocabulary import Vocabulary
from thriftwatch.training import Labelled, read_labelled
from thriftwatch.training.counterfactuals import (
    NO_COUNTERFACTUALS,
    Counterfactuals,
    make_counterfactuals,
)
from thriftwatch.training.fitting import FOLDS, Material, choose_folds, find_groups, prepare
from thriftwatch.training.heads import RULES, HeadTargets, OutOfFold
from thriftwatch.training.matrix import feature_matrix

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Change = Callable[[Labelled, Material], Material]
"""From the rows and the material of the whole model to what is fitted without a part."""

STORED = Path(__file__).with_suffix(".csv")
OUT_OF_FOLD = STORED.with_name("out_of_fold.csv")
WHOLE = "the whole model"
TRUST = "trust in features"
LABEL_ALONE = "joining (label head alone)"
FIGURES = ("average precision", "recall at 95% precision", "disguised: AP", "pairs in order")
COLUMNS = ("part", "figure", "value", "low", "high", "change", "change_low", "change_high")


@dataclass(frozen=True)
class Scored:
    """What a variant said of rows that it had not seen.

    Attributes
    ----------
    name
        The part that was left out.
    scores
        Shape (rows,): log-odds, or anything else that puts them in order.
    outputs
        Shape (rows, outputs): log-odds of score and facts, where there are any.
    """

    name: str
    scores: Floats
    outputs: Floats | None = None


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="threads to train with")
    parser.add_argument("--rows", type=int, help="use only so many rows, to try this script out")
    parser.add_argument("--only", nargs="+", metavar="PART", help="leave out these parts only")
    options = parser.parse_args()
    if options.write and (options.rows or options.only):
        parser.error("only the whole ablation is kept: --write goes without --rows and --only")
    rows = read_labelled(SAMPLE)
    rows = some_of(rows, options.rows) if options.rows else rows
    scored = judge_all(rows, options.only, options.jobs, report)
    found = measure_all(rows, scored)
    if options.write:
        store(STORED, found)
        store(OUT_OF_FOLD, probabilities(rows, scored))
    publish("ablation", as_table(rows, found), write=options.write)


def some_of(rows: Labelled, number: int) -> Labelled:
    """Return whole groups of rows, about so many, chosen at random."""
    groups = find_groups(rows)
    rank = np.random.default_rng(SEED).permutation(groups.max() + 1)[groups]
    return rows.take(np.sort(np.argsort(rank, kind="stable")[:number]))


# --- parts, and how each is switched off --------------------------------------------------------


def without_columns(*kinds: str) -> Change:
    """Take kinds of features away."""

    def changed(_: Labelled, whole: Material) -> Material:
        kept = np.ones(whole.matrix.shape[1], np.float32)
        for kind in kinds:
            kept[whole.frequencies.columns[kind]] = 0
        left = (whole.matrix @ sparse.diags(kept)).tocsr().astype(np.float32)
        left.eliminate_zeros()
        return replace(whole, matrix=left)

    return changed


def without_disguises(*names: str) -> Change:
    """Leave disguises as they are written."""
    return partial(read_with, lambda: Vocabulary.of(load_lexicon(), without=names))


def read_with(vocabulary: Callable[[], Vocabulary], rows: Labelled, whole: Material) -> Material:
    """Read the rows with another vocabulary."""
    return prepare(
        rows, carry=False, counterfactuals=whole.counterfactuals, vocabulary=vocabulary()
    )


def without_idf(_: Labelled, whole: Material) -> Material:
    """Let rare words weigh as much as common ones: as much as all do on average."""

    def flat(idf: Floats) -> Floats:
        return np.where(idf > 0, idf[idf > 0].mean(), 0.0)

    known = whole.frequencies
    word, grams, features = map(flat, (known.word_idf, known.gram_idf, known.feature_idf))
    even = replace(
        known, word_idf=word, gram_idf=grams, feature_idf=features, unseen_idf=float(word.max())
    )
    return replace(whole, frequencies=even, matrix=feature_matrix(whole.readings, even))


def with_copies(*, wanted: bool) -> Change:
    """Learn from one kind of counterfactuals only."""

    def changed(rows: Labelled, _: Material) -> Material:
        every = make_counterfactuals(rows)
        kept = np.flatnonzero(every.wanted == wanted)
        texts = ([column[at] for at in kept] for column in (every.titles, every.descriptions))
        counterfactuals = (
            Counterfactuals(every.of[kept], every.wanted[kept], *texts)
            if len(kept)
            else NO_COUNTERFACTUALS
        )
        return prepare(rows, carry=False, counterfactuals=counterfactuals)

    return changed


def without_rules(_: Labelled, whole: Material) -> Material:
    """Learn no head for the rules of the guideline."""
    targets = whole.targets
    kept = [place for place, name in enumerate(targets.names) if name not in RULES]
    names = tuple(targets.names[place] for place in kept)
    others = HeadTargets(names, targets.target[:, kept], targets.weight[:, kept])
    return replace(whole, targets=others)


def unchanged(_: Labelled, whole: Material) -> Material:
    """Change how the heads are fitted, not what they are fitted to."""
    return whole


SWITCHES: dict[str, Change] = {
    "lexicon": partial(read_with, lambda: Vocabulary.of(())),
    "named features": without_columns("features"),
    "character n-grams": without_columns("n-grams"),
    "words": without_columns("words"),
    "words and n-grams": without_columns("n-grams", "words"),
    **{f"disguise: {rule.name}": without_disguises(rule.name) for rule in DISGUISES},
    "every disguise of spelling": without_disguises(
        *(rule.name for rule in DISGUISES if rule.of != "text")
    ),
    "every disguise": without_disguises(*(rule.name for rule in DISGUISES)),
    "idf": without_idf,
    TRUST: unchanged,
    "copies without evidence": with_copies(wanted=True),
    "copies that ask for goods": with_copies(wanted=False),
    "rule heads": without_rules,
}
"""Parts that are switched off before the heads are fitted."""


# --- other ways to join the heads of the whole model ---------------------------------------------


def label_head_alone(material: Material, judged: OutOfFold) -> Floats:
    """Return the log-odds of a linear model of the label, nothing joined to it."""
    return judged.plain()[:, material.heads.index("label")]


def multiplied(material: Material, judged: OutOfFold) -> Floats:
    """Return the product of what label, goods and worn say by themselves."""
    places = [material.heads.index(name) for name in ("label", "goods", "worn")]
    return -np.logaddexp(0.0, -judged.plain()[:, places]).sum(axis=1)


def joined_linearly(material: Material, judged: OutOfFold) -> Floats:
    """Join the heads by a logistic regression without their products."""
    rows = len(material.target)
    label, weight = material.target[:, 0], material.weight[:, 0]
    scores = np.zeros(rows)
    for number in range(FOLDS):
        own = judged.fold[:rows] == number
        inputs = judged.nested[number][:rows]
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model.fit(inputs[~own], label[~own], logisticregression__sample_weight=weight[~own])
        scores[own] = model.decision_function(inputs[own])
    return scores


JOININGS: dict[str, Callable[[Material, OutOfFold], Floats]] = {
    "products of the heads": joined_linearly,
    "joining (three heads multiplied)": multiplied,
    LABEL_ALONE: label_head_alone,
}
"""Parts of what joins the heads; the heads themselves are those of the whole model."""


# --- judging ------------------------------------------------------------------------------------


def judge_all(
    rows: Labelled,
    only: Sequence[str] | None = None,
    jobs: int = 2,
    tell: Callable[[str], None] = print,
) -> list[Scored]:
    """Judge all rows with the whole model and without each part."""
    unknown = {*(only or ())} - {*SWITCHES, *JOININGS}
    if unknown:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}")
    fold = choose_folds(rows, find_groups(rows), seed=0)
    tell(WHOLE)
    material = prepare(rows, carry=False)
    judged = fit(material, fold, jobs)
    whole = material.join(judged).log_odds
    found = [Scored(WHOLE, whole[:, 0], whole)]
    for name, switch in SWITCHES.items():
        if only is None or name in only:
            tell(f"without {name}")
            part = switch(rows, material)
            outputs = part.join(fit(part, fold, jobs, trust=name != TRUST)).log_odds
            found.append(Scored(name, outputs[:, 0]))
    for name, join in JOININGS.items():
        if only is None or name in only:
            found.append(Scored(name, join(material, judged)[: len(rows)]))
    return found


def fit(material: Material, fold: Ints, jobs: int, *, trust: bool = True) -> OutOfFold:
    """Fit the heads without each fold and each pair of folds."""
    with threadpool_limits(limits=1):
        return material.predict(fold, jobs=jobs, trust=trust)


# --- measuring ----------------------------------------------------------------------------------


def measure_all(rows: Labelled, scored: Sequence[Scored]) -> list[dict[str, object]]:
    """Return a line for each variant and figure, with the change against the whole model."""
    groups = find_groups(rows)
    whole = evaluated(rows, groups, scored[0].scores)
    whole_order = in_order(rows, scored[0].scores)
    found = []
    for one in scored:
        own = evaluated(rows, groups, one.scores)
        difference = compare(whole, own).differences
        disguised = next(s for s in own.slices if (s.by, s.value) == ("evasion", "1"))
        order = in_order(rows, one.scores)
        firsts = groups[[first for first, _ in pairs_of(rows)]]
        figures = {
            "average precision": (own["average_precision"], difference["average_precision"]),
            "recall at 95% precision": (
                own["recall@precision=0.95"],
                difference["recall@precision=0.95"],
            ),
            "disguised: AP": (disguised.figures["average_precision"], None),
            "pairs in order": (mean(order, firsts), mean(order - whole_order, firsts)),
        }
        for name, (value, change) in figures.items():
            numbers = (*ends(value), *ends(getattr(change, "difference", change)))
            found.append(dict(zip(COLUMNS, (one.name, name, *numbers), strict=True)))
    return found


def ends(figure: Interval | None) -> list[float]:
    """Return a figure and the ends of its interval; NaN where there is none."""
    if figure is None:
        return [float("nan")] * 3
    return [round(float(number), 4) for number in (figure.value, figure.low, figure.high)]


def evaluated(rows: Labelled, groups: Ints, scores: Floats) -> Evaluation:
    """Evaluate scores; `uncertain` rows are left out of the figures."""
    columns = {name: pa.array(getattr(rows, name).tolist()) for name in ("label", "certainty")}
    columns["evasion"] = pa.array(disguised_rows(rows))
    return evaluate(pa.table(columns), scores=scores, groups=groups)


def disguised_rows(rows: Labelled) -> list[str]:
    """Return "1" for rows whose seller hid a word, "0" for others."""
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        hidden = {line["id"]: line["evasion"] for line in csv.DictReader(lines)}
    return [hidden[key] for key in rows.id]


def pairs_of(rows: Labelled) -> list[tuple[int, int]]:
    """Return (positive, twin) of every minimal pair that is there as a whole."""
    members: dict[str, list[int]] = {}
    for row in np.flatnonzero(rows.pair != "").tolist():
        members.setdefault(rows.pair[row], []).append(row)
    ordered = (sorted(both, key=lambda row: -rows.label[row]) for both in members.values())
    return [(both[0], both[1]) for both in ordered if rows.label[both].tolist() == [1, 0]]


def in_order(rows: Labelled, scores: Floats) -> Floats:
    """Return 1 for pairs whose positive scores above its twin, 0 for others."""
    return np.array([float(scores[one] > scores[twin]) for one, twin in pairs_of(rows)])


def mean(values: Floats, groups: Ints) -> Interval:
    """Return the mean with an interval from resampled groups."""

    def figure(_: Floats, numbers: Floats, weights: Floats) -> float:
        return float(np.average(numbers, weights=weights))

    # The bootstrap wants labels; a mean has none.
    return bootstrap_interval(figure, np.arange(len(values)) % 2, values, groups)


# --- showing ------------------------------------------------------------------------------------


def probabilities(rows: Labelled, scored: Sequence[Scored]) -> list[dict[str, object]]:
    """Return what the whole model, and its label head alone, say of each row."""
    whole = next(one for one in scored if one.outputs is not None)
    alone = next(one for one in scored if one.name == LABEL_ALONE)
    columns = {"score": whole.scores, "label_head_alone": alone.scores}
    for fact in FACTS:
        columns[fact] = whole.outputs[:, OUTPUTS.index(fact)]
    shares = {name: 1 / (1 + np.exp(-column)) for name, column in columns.items()}
    return [
        {"id": rows.id[row]} | {name: round(float(of[row]), 6) for name, of in shares.items()}
        for row in range(len(rows))
    ]


def store(path: Path, lines: Sequence[dict[str, object]]) -> None:
    """Write lines as CSV; what is not a number is empty."""
    with atomic_path(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        for line in lines:
            blank = {name: "" for name, value in line.items() if str(value) == "nan"}
            writer.writerow(line | blank)


def as_table(rows: Labelled, found: Sequence[dict[str, object]]) -> str:
    """Write the figures as a table, a line for each part."""
    cells: dict[str, list[str]] = {}
    for line in found:
        value, low, high = (f"{line[name]:.3f}" for name in ("value", "low", "high"))
        cells.setdefault(str(line["part"]), []).append(f"{value} ({low} to {high})")
        if line["figure"] == FIGURES[0]:
            change, low, high = (f"{line[f'change{end}']:+.4f}" for end in ("", "_low", "_high"))
            clear = "" if line["change_low"] <= 0 <= line["change_high"] else " *"
            whole = line["part"] == WHOLE
            cells[str(line["part"])].append("" if whole else f"{change} ({low} to {high}){clear}")
    title = (
        f"{len(rows):,} hand-written listings, {FOLDS} grouped folds; 95% intervals from resampled "
        "groups; * where the interval of the change leaves 0 out"
    )
    header = ["left out", FIGURES[0], "change", *FIGURES[1:]]
    return f"{title}\n\n{table(header, [[name, *line] for name, line in cells.items()])}"


def report(what: str) -> None:
    """Say on standard error how far it is."""
    print(f"fitting: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
