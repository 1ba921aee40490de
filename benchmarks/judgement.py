"""How well the model judges listings that it has not seen, beside what a user could pick instead.

``python benchmarks/judgement.py [--jobs N] [--embedding] [--writers] [--no-rivals] [--write]``

A model is trained on every four of five folds with ``thriftwatch.train`` and judges the fifth;
near-duplicates and the rows of a pair share a fold. Nothing is kept. Models that judge a fold
also score the real listings, so each fold has its own threshold at a real false-positive rate.
Titles and descriptions alone are judged, shop names only where a line says so.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from common import (
    REAL,
    SAMPLE,
    SEED,
    Texts,
    announce_absence,
    arguments,
    publish,
    table,
)
from contenders import (
    Contender,
    Embedding,
    FastText,
    KeywordList,
    SmallFastText,
    WordCharPipeline,
    installed,
)
from numpy.typing import NDArray
from perturbations import PERTURBATIONS

from thriftwatch import Model, train
from thriftwatch.domain import ELEMENTS, FACTS
from thriftwatch.evaluation.groups import grouped_folds, near_duplicate_groups
from thriftwatch.evaluation.intervals import bootstrap_interval
from thriftwatch.evaluation.metrics import (
    average_precision,
    calibration_error,
    precision_at_prevalence,
    threshold_at_false_positive_rate,
)
from thriftwatch.files import read_table
from thriftwatch.training.labelled import Labelled, read_labelled
from thriftwatch.training.spans import SPAN_SEPARATOR, without_evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

FOLDS = 5
RATE = 0.001
PREVALENCES = (0.001, 0.005, 0.02, 0.1)
_LIKELY, _REVIEW = 2, 1


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="threads to train with")
    parser.add_argument("--embedding", action="store_true", help="the transformer too: slow")
    parser.add_argument(
        "--writers", action="store_true", help="also leave out one writer at a time"
    )
    parser.add_argument("--no-rivals", action="store_true", help="this project alone")
    parser.add_argument("--rows", type=int, help="use only so many rows, to try this script out")
    options = parser.parse_args()
    sample, real = Sample.read(options.rows), Real.read()
    fold = grouped_folds(sample.groups, sample.labels, FOLDS, keys=sample.texts.joined())
    ours = judge_with_own_models(sample, real, fold, options.jobs)
    judged = [ours.judged]
    if not options.no_rivals:
        kinds: list[Any] = [KeywordList, WordCharPipeline, FastText, SmallFastText]
        kinds += [Embedding] if options.embedding else []
        judged += [judge_with(rival, sample, real, fold) for rival in installed(*kinds)]
    parts = [comparison(sample, judged), behaviour(sample, ours), calibration(sample, ours)]
    if real is not None:
        parts += [on_real_listings(sample, real, ours), expected_precision(sample, real, ours)]
    if options.writers:
        parts.append(by_writer(sample, options.jobs))
    publish("judgement", "\n\n".join(parts), write=options.write)


# --- what is judged -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """The labelled listings, with the group of near-duplicates and pairs of each row."""

    table: Any
    rows: Labelled
    texts: Texts
    groups: Ints

    @classmethod
    def read(cls, limit: int | None) -> "Sample":
        """Read them; with a limit whole groups of them, about so many rows."""
        whole = cls._of(read_table(SAMPLE).table)
        if limit is None:
            return whole
        drawn = np.random.default_rng(SEED).permutation(whole.groups.max() + 1)
        order = np.argsort(np.argsort(drawn)[whole.groups], kind="stable")
        return cls._of(whole.table.take(np.sort(order[:limit])))

    @classmethod
    def _of(cls, part: Any) -> "Sample":
        rows = read_labelled(part)
        if len(rows) != part.num_rows:
            raise SystemExit(f"{SAMPLE}: {part.num_rows - len(rows)} rows cannot be used")
        columns = (rows.title, rows.description, rows.shop)
        texts = Texts("sample", *(column.tolist() for column in columns))
        groups = near_duplicate_groups(
            [
                f"{title}\n{text}"
                for title, text in zip(texts.titles, texts.descriptions, strict=True)
            ],
            extra_keys=[rows.pair.tolist()],
        )
        return cls(part, rows, texts, groups)

    @property
    def labels(self) -> Ints:
        """Return label 0 or 1 of each row."""
        return self.rows.label.astype(np.int64)

    @property
    def certain(self) -> Marks:
        """Return which rows are not ``uncertain``."""
        return np.asarray(self.rows.certainty != "uncertain")

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Return (positive, twin) of every minimal pair."""
        members: dict[str, list[int]] = {}
        for row, name in enumerate(self.rows.pair):
            if name:
                members.setdefault(name, []).append(row)
        ordered = (sorted(rows, key=lambda row: -self.labels[row]) for rows in members.values())
        return [
            (rows[0], rows[1])
            for rows in ordered
            if len(rows) == 2 and self.labels[rows[0]] > self.labels[rows[1]]
        ]


@dataclass(frozen=True)
class Real:
    """The real listings; only figures on them are ever printed."""

    texts: Texts
    evidence: NDArray[np.object_]

    @classmethod
    def read(cls) -> "Real | None":
        """Read them, or say loudly that they are not there."""
        if not REAL.exists():
            announce_absence()
            return None
        read = read_table(REAL)
        columns = (read.text(name).to_pylist() for name in ("title", "description", "shop"))
        found = np.array(read.text("second_hand_clothing").to_pylist(), object)
        return cls(Texts("real", *columns), found)

    @property
    def reviewed(self) -> Marks:
        """Return the rows that were read and found to be used clothing."""
        return np.asarray(self.evidence != "")

    @property
    def worn_by_text(self) -> Marks:
        """Return the reviewed rows whose evidence is in the text, not only in the shop name."""
        return self.reviewed & (self.evidence != "shop name only")


@dataclass(frozen=True)
class Judged:
    """What one contender said of rows it had not seen.

    Attributes
    ----------
    scores
        Shape (rows,).
    hit
        Shape (rows,): whether the score passes the threshold of its fold that `RATE` of the
        unreviewed real listings pass; None without real listings.
    """

    name: str
    scores: Floats
    hit: Floats | None


# --- judging ------------------------------------------------------------------------------------


def judge_with(rival: Contender, sample: Sample, real: Real | None, fold: Ints) -> Judged:
    """Cross-validate a rival on the same folds and texts."""
    scores = np.zeros(len(fold))
    hit = np.zeros(len(fold))
    joined = sample.texts.joined()
    for number in range(FOLDS):
        tell(f"{rival.name}: fold {number + 1} of {FOLDS}")
        seen, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        seen = seen[sample.certain[seen]]
        rival.fit([joined[row] for row in seen], sample.labels[seen].tolist())
        scores[held] = rival.score(rival.prepare(sample.texts.take(held.tolist())))
        if real is not None:
            others = rival.score(rival.prepare(real.texts))[~real.reviewed]
            hit[held] = scores[held] >= threshold_at_false_positive_rate(others, RATE)
    return Judged(rival.name, scores, None if real is None else hit)


@dataclass(frozen=True)
class Own:
    """What the models of this project said, fold by fold.

    Attributes
    ----------
    models
        The model that did not see fold ``i``.
    fold
        Shape (rows,).
    with_shops
        Scores of the rows with their shop names, shape (rows,).
    facts
        Shape (rows, 3).
    real_tiers, real_used
        Tier with shop names, and score under the policy "all-used" of the texts, of the real
        listings; shape (folds, real listings).
    real_used_tiers
        Tier under "all-used", with shop names.
    """

    judged: Judged
    models: list[Model]
    fold: Ints
    with_shops: Floats
    tiers: Ints
    facts: Floats
    real_tiers: Ints
    real_used: Floats
    real_used_tiers: Ints

    def model_of(self, row: int) -> Model:
        """Return the model that did not see a row."""
        return self.models[self.fold[row]]

    @property
    def review_from(self) -> Floats:
        """Return for each row where the tier "review" of its model begins."""
        starts = [model.card["tiers"]["imported"]["review"] for model in self.models]
        return np.array(starts)[self.fold]


def judge_with_own_models(sample: Sample, real: Real | None, fold: Ints, jobs: int) -> Own:
    """Train one model per fold and let it judge its fold and the real listings."""
    models = [train_without(sample, fold == number, jobs) for number in range(FOLDS)]
    size = len(fold)
    scores, with_shops, hit = np.zeros(size), np.zeros(size), np.zeros(size)
    tiers, facts = np.zeros(size, np.int64), np.zeros((size, len(FACTS)))
    real_tiers, real_used, real_used_tiers = [], [], []
    for number, model in enumerate(models):
        held = np.flatnonzero(fold == number)
        texts = sample.texts.take(held.tolist())
        found = score(model, texts)
        scores[held], facts[held] = found.score, found.facts
        shown = score(model, texts, shops=True)
        with_shops[held], tiers[held] = shown.score, shown.tier
        if real is None:
            continue
        others = score(model, real.texts).score[~real.reviewed]
        hit[held] = scores[held] >= threshold_at_false_positive_rate(others, RATE)
        real_tiers.append(score(model, real.texts, shops=True).tier)
        real_used.append(score(model, real.texts, policy="all-used").score)
        real_used_tiers.append(score(model, real.texts, policy="all-used", shops=True).tier)
    return Own(
        Judged("thriftwatch", scores, None if real is None else hit),
        models,
        fold,
        with_shops,
        tiers,
        facts,
        np.array(real_tiers, np.int64),
        np.array(real_used),
        np.array(real_used_tiers, np.int64),
    )


def train_without(sample: Sample, held: Marks, jobs: int) -> Model:
    """Train on all rows but the held ones."""
    begin = time.perf_counter()
    model = train(sample.table.take(np.flatnonzero(~held)), jobs=jobs).model
    tell(f"trained without {held.sum()} rows in {time.perf_counter() - begin:.0f} s")
    return model


def score(model: Model, texts: Texts, *, shops: bool = False, policy: str = "imported") -> Any:
    """Score listings, with or without their shop names."""
    names = texts.shops if shops else [""] * len(texts)
    return model.score_batch(texts.titles, texts.descriptions, names, policy=policy)


# --- tables -------------------------------------------------------------------------------------


def comparison(sample: Sample, judged: Sequence[Judged]) -> str:
    """Compare all contenders on the figures that every tool has."""
    labels, certain, groups = sample.labels, sample.certain, sample.groups
    header = ["model", "average precision", "with uncertain rows", f"recall at {RATE:.1%} of real"]
    header += ["pairs in order"]
    rows = []
    for one in judged:
        precision = bootstrap_interval(
            average_precision, labels[certain], one.scores[certain], groups[certain]
        )
        recall = "not measured"
        if one.hit is not None:
            found = labels == 1
            recall = interval(
                bootstrap_interval(weighted_mean, labels[found], one.hit[found], groups[found])
            )
        rows.append(
            [
                one.name,
                interval(precision),
                f"{average_precision(labels, one.scores):.3f}",
                recall,
                f"{share_in_order(sample, one.scores):.1%}",
            ]
        )
    title = (
        f"{len(labels):,} listings, {labels.sum():,} positive, {(~certain).sum():,} uncertain; "
        f"{FOLDS} folds of {groups.max() + 1:,} groups; 95% intervals from resampled groups"
    )
    return f"{title}\n\n{table(header, rows)}"


def behaviour(sample: Sample, own: Own) -> str:
    """Say how the score answers to changed listings, and whether reasons meet the evidence."""
    positives, twins = map(list, zip(*sample.pairs, strict=True))
    above = own.judged.scores >= own.review_from
    both_right = above[positives] & ~above[twins]
    drop, cut = cue_deletion(sample, own)
    overlap, explained = reason_overlap(sample, own)
    rows = [
        ["minimal pairs", "pairs in order", f"{share_in_order(sample, own.judged.scores):.1%}"],
        ["", "both on their side of the review line", f"{both_right.mean():.1%}"],
        [f"cue deletion ({cut:,} positives)", "mean fall of the score", f"{drop:.3f}"],
        [f"reasons ({explained:,} positives)", "strongest meets a marked span", f"{overlap:.1%}"],
    ]
    for name in PERTURBATIONS:
        change, changed = mean_change(sample, own, name)
        rows.append([f"{name} ({changed:,} listings)", "mean absolute change", f"{change:.4f}"])
    return f"Behaviour on held-out rows\n\n{table(['probe', 'figure', 'value'], rows)}"


def calibration(sample: Sample, own: Own) -> str:
    """Say how far probabilities are from what happens."""
    certain, data = sample.certain, sample.rows
    scores = own.judged.scores
    rows = [
        ["score", f"{calibration_error(sample.labels[certain], scores[certain]):.3f}"],
        ["score, uncertain rows as 0", f"{calibration_error(sample.labels, scores):.3f}"],
        [
            "score, shop names given",
            f"{calibration_error(sample.labels[certain], own.with_shops[certain]):.3f}",
        ],
    ]
    for place, element in enumerate(ELEMENTS):
        holds, stated = data.fact(element)
        error = calibration_error(holds[stated].astype(int), own.facts[stated, place])
        rows.append([element.name, f"{error:.3f}"])
    shown = bootstrap_interval(
        average_precision, sample.labels[certain], own.with_shops[certain], sample.groups[certain]
    )
    return (
        f"Expected calibration error on held-out rows\n\n{table(['probability', 'error'], rows)}"
        f"\n\nAverage precision with shop names given: {interval(shown)}."
    )


def on_real_listings(sample: Sample, real: Real, own: Own) -> str:
    """Say what the models make of real listings: counts only."""
    likely = (own.real_tiers == _LIKELY).sum(axis=1)
    review = (own.real_tiers == _REVIEW).sum(axis=1)
    against_all = real.worn_by_text.astype(int)
    figures = [average_precision(against_all, scores) for scores in own.real_used]
    size = len(real.texts)
    rows = [
        ['in "likely"', f"{likely.mean() / size:.3%} ({spread(likely)} rows)"],
        ['in "review"', f"{review.mean() / size:.2%} ({spread(review)} rows)"],
        [
            f"reviewed with evidence in the text ({against_all.sum()}), policy all-used: AP",
            f"{np.mean(figures):.3f} ({min(figures):.3f} to {max(figures):.3f})",
        ],
    ]
    for policy, tiers in (("imported", own.real_tiers), ("all-used", own.real_used_tiers)):
        for tier, name in ((_LIKELY, "likely"), (_REVIEW, "review"), (0, "clear")):
            count = (tiers[:, real.reviewed] == tier).sum(axis=1)
            what = f'reviewed ({real.reviewed.sum()}), policy {policy}: in "{name}"'
            rows.append([what, spread(count)])
    title = f"{size:,} real listings, shop names given, the models of the {FOLDS} folds"
    return f"{title}\n\n{table(['what', 'value'], rows)}"


def expected_precision(sample: Sample, real: Real, own: Own) -> str:
    """Say what a reviewer should expect at each prevalence of positives."""
    positive = sample.labels == 1
    rows = []
    for name, tier in (("likely", _LIKELY), ("review or likely", _REVIEW)):
        recall = float((own.tiers[positive] >= tier).mean())
        false_positive_rate = float((own.real_tiers[:, ~real.reviewed] >= tier).mean())
        expected = [
            precision_at_prevalence(recall, false_positive_rate, share) for share in PREVALENCES
        ]
        rows.append(
            [name, f"{recall:.1%}", f"{false_positive_rate:.3%}", *(f"{p:.1%}" for p in expected)]
        )
    header = ["tier", "recall", "of real listings"]
    header += [f"precision at {share:.1%}" for share in PREVALENCES]
    return f"Expected precision by prevalence\n\n{table(header, rows)}"


def by_writer(sample: Sample, jobs: int) -> str:
    """Leave out one writer at a time."""
    rows = []
    for writer in sorted(set(sample.rows.part)):
        held = np.asarray(sample.rows.part == writer)
        # Whatever is nearly the same as a held row is left out of training too.
        left_out = np.isin(sample.groups, sample.groups[held])
        model = train_without(sample, left_out, jobs)
        judged = held & sample.certain
        texts = sample.texts.take(np.flatnonzero(judged).tolist())
        figure = average_precision(sample.labels[judged], score(model, texts).score)
        rows.append([writer, f"{judged.sum():,}", f"{figure:.3f}"])
    return f"One writer left out\n\n{table(['writer', 'rows', 'average precision'], rows)}"


# --- probes -------------------------------------------------------------------------------------


def share_in_order(sample: Sample, scores: Floats) -> float:
    """Return the share of pairs whose positive scores above its twin."""
    return float(np.mean([scores[one] > scores[other] for one, other in sample.pairs]))


def cue_deletion(sample: Sample, own: Own) -> tuple[float, int]:
    """Return how far the mean score of positives falls without their deciding words."""
    rows = [row for row in np.flatnonzero(sample.labels).tolist() if sample.rows.spans[row]]
    bare = []
    for row in rows:
        texts = [sample.texts.titles[row], sample.texts.descriptions[row]]
        title, description = without_evidence(texts, sample.rows.spans[row])
        bare.append((row, title, description))
    fall = own.judged.scores[rows] - rescored(own, bare)
    return float(fall.mean()), len(rows)


def mean_change(sample: Sample, own: Own, name: str) -> tuple[float, int]:
    """Return the mean absolute change of the score under a change that should not matter."""
    random = np.random.default_rng(SEED)
    changed = []
    for row, pair in enumerate(zip(sample.texts.titles, sample.texts.descriptions, strict=True)):
        new = PERTURBATIONS[name](*pair, random)
        if new is not None:
            changed.append((row, *new))
    before = own.judged.scores[[row for row, *_ in changed]]
    return float(np.abs(rescored(own, changed) - before).mean()), len(changed)


def rescored(own: Own, changed: Sequence[tuple[int, str, str]]) -> Floats:
    """Score changed listings, each with the model that did not see its row."""
    scores = np.zeros(len(changed))
    fold = own.fold[[row for row, *_ in changed]]
    for number, model in enumerate(own.models):
        places = np.flatnonzero(fold == number).tolist()
        titles, descriptions = [changed[p][1] for p in places], [changed[p][2] for p in places]
        texts = Texts("", titles, descriptions, [""] * len(places))
        scores[places] = score(model, texts).score
    return scores


def reason_overlap(sample: Sample, own: Own) -> tuple[float, int]:
    """Return how often the strongest reason of a found positive meets a marked span."""
    meets = []
    for row in np.flatnonzero((sample.labels == 1) & (own.tiers >= _REVIEW)).tolist():
        if not sample.rows.spans[row]:
            continue
        fields = {
            "title": sample.texts.titles[row],
            "description": sample.texts.descriptions[row],
            "shop": sample.texts.shops[row],
        }
        _, reasons = own.model_of(row).explain(*fields.values(), limit=1)
        meets.append(
            any(
                reason.start < end and begin < reason.end
                for reason in reasons
                for begin, end in places_of(sample.rows.spans[row], fields[reason.field])
            )
        )
    return float(np.mean(meets)), len(meets)


def places_of(spans: str, text: str) -> list[tuple[int, int]]:
    """Return where the marked spans stand in a text."""
    places = []
    for span in filter(None, spans.split(SPAN_SEPARATOR)):
        begin = text.find(span)
        while begin >= 0:
            places.append((begin, begin + len(span)))
            begin = text.find(span, begin + 1)
    return places


# --- small words --------------------------------------------------------------------------------


def weighted_mean(labels: Floats, scores: Floats, weights: Floats) -> float:
    """Return the mean of the scores; the labels are there for the bootstrap alone."""
    return float(np.average(scores, weights=weights))


def interval(found: Any) -> str:
    """Write a figure with its confidence interval."""
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def spread(counts: Ints) -> str:
    """Write the counts of the folds as a mean and a range."""
    return f"{counts.mean():.1f}, from {counts.min()} to {counts.max()}"


def tell(what: str) -> None:
    """Report progress."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
