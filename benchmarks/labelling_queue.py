"""What the queue buys: labels needed for a recall, against random choice, in three situations.

A *light* model stands in for `train`, which takes half a minute: a logistic regression over words
and named features of the reading, without n-grams, heads and folds. With ``--real-train`` some of
the runs are done again with `train` itself. The lawful stream is the real listings where they are
present; half of them is in the pool, on the other half the threshold is read off that lets 0.1%
through.

Situations:

* *new writers*: no row of three writers, and none of one platform, was labelled before;
* *code word*: a word that no model knows stands where the deciding words were;
* *other policy*: the labels ask for every used garment; what was learned before is only a feature.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from common import SAMPLE, arguments, publish, real_texts, sample_texts, table
from numpy.typing import NDArray
from scipy import sparse, stats
from sklearn.linear_model import LogisticRegression

from thriftwatch.domain import FACT_COLUMNS, probability_of
from thriftwatch.evaluation.groups import near_duplicate_groups
from thriftwatch.evaluation.metrics import threshold_at_false_positive_rate
from thriftwatch.files import read_table
from thriftwatch.text.vocabulary import packaged_vocabulary
from thriftwatch.training import read_labelled, train
from thriftwatch.training.labelled import Labelled
from thriftwatch.training.matrix import (
    Readings,
    count_frequencies,
    feature_matrix,
    read_listings,
)
from thriftwatch.watch.choosing import choose
from thriftwatch.watch.estimate import share_of
from thriftwatch.watch.scored import SAME_POST

SEEDS = 10
STEPS = (25, 50, 100, 200, 400, 800)
POSITIVES = 200
"""Positives in the pool; as many are kept to be found."""
RATE = 0.001
WRITERS, PLATFORM = ("b", "h", "j"), "facebook"
CODE_WORD = "zorbek"
SITUATIONS = ("new writers", "code word", "other policy")
POOLS = {"rare": None, "rich": 600}
"""How many listings of the lawful stream are in the pool; half of them all if not stated."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Situation:
    """Rows of one matrix: what was labelled before, the pool, and what recall is measured on.

    Attributes
    ----------
    features
        All listings, shape (listings, features).
    answer
        The label of each.
    known, pool, sought, lawful
        Rows that were labelled before, that can be, positives to be found, and the lawful stream.
    copies
        The text each row is a near-copy of.
    has_term
        Which rows have a new term of the radar.
    other_labels
        Labels of another policy for the known rows, if these are of no use by themselves.
    """

    features: sparse.csr_matrix
    answer: NDArray[np.int8]
    known: Ints
    pool: Ints
    sought: Ints
    lawful: Ints
    copies: Ints
    has_term: NDArray[np.bool_]
    other_labels: NDArray[np.int8] | None = None


@dataclass(frozen=True)
class Everything:
    """The sample, its copies with a code word, and the lawful stream, read once."""

    rows: Labelled
    platform: NDArray[np.object_]
    features: sparse.csr_matrix
    copies: Ints
    hidden: Ints
    """For each row of the sample with label 1 its copy with the code word; -1 for others."""
    stream: Ints
    texts: tuple[list[str], list[str]]

    @classmethod
    def read(cls) -> "Everything":
        """Read all texts as the library does."""
        rows = read_labelled(SAMPLE)
        platforms = np.array(read_table(SAMPLE).text("platform").to_pylist(), object)[rows.row]
        positives = np.flatnonzero((rows.label == 1) & (rows.spans != ""))
        disguised = [_with_code_word(rows, row) for row in positives.tolist()]
        stream = real_texts()
        if stream is None:
            stream = sample_texts().take(np.flatnonzero(rows.label == 0).tolist())
        titles = [*rows.title, *(t for t, _ in disguised), *stream.titles]
        texts = [*rows.description, *(d for _, d in disguised), *stream.descriptions]
        read = read_listings(titles, texts, packaged_vocabulary())
        frequencies = count_frequencies(
            Readings(read.words[: len(rows)], read.features[: len(rows)])
        )
        every = feature_matrix(read, frequencies)
        kept = every[:, frequencies.columns["words"].start :].tocsr()
        unseen = _unseen_words(read, set(frequencies.words))
        hidden = np.full(len(rows), -1)
        hidden[positives] = len(rows) + np.arange(len(positives))
        copies = near_duplicate_groups(
            [f"{t}\n{d}" for t, d in zip(titles, texts, strict=True)], threshold=SAME_POST
        )
        first = len(rows) + len(positives)
        return cls(
            rows, platforms, sparse.hstack([kept, unseen]).tocsr(), copies, hidden,
            np.arange(first, len(titles)), (titles, texts),
        )  # fmt: skip

    def listings(self, rows: Ints) -> Labelled:
        """Return labelled listings as `train` takes them: the stream is labelled 0, no more."""
        titles, texts = ([column[row] for row in rows] for column in self.texts)
        label = np.zeros(len(rows), np.int8)
        found = Labelled.of(titles, texts, label)
        source = np.full(self.features.shape[0], -1)
        source[: len(self.rows)] = np.arange(len(self.rows))
        positives = np.flatnonzero(self.hidden >= 0)
        source[self.hidden[positives]] = positives
        own = source[rows]
        there = np.flatnonzero(own >= 0)
        label[there] = self.rows.label[own[there]]
        for name in ("certainty", "rule", *FACT_COLUMNS):
            getattr(found, name)[there] = getattr(self.rows, name)[own[there]]
        return found

    def situation(
        self, name: str, from_stream: int | None, random: np.random.Generator
    ) -> Situation:
        """Deal the rows for one run."""
        sure = self.rows.certainty != "uncertain"
        stream = random.permutation(self.stream)
        in_pool, lawful = np.array_split(stream, 2)
        answer = np.zeros(self.features.shape[0], np.int8)
        answer[: len(self.rows)] = self.rows.label
        answer[self.hidden[self.hidden >= 0]] = 1
        has_term = np.zeros(len(answer), bool)
        other = None
        if name == "new writers":
            new = np.isin(self.rows.part, WRITERS)
            known = np.flatnonzero(sure & ~new & (self.platform != PLATFORM))
            positives = np.flatnonzero(sure & new & (self.rows.label == 1))
            negatives = np.flatnonzero(sure & new & (self.rows.label == 0))
        elif name == "code word":
            drawn = random.permutation(np.flatnonzero(sure & (self.hidden >= 0)))[: 2 * POSITIVES]
            known = np.setdiff1d(np.flatnonzero(sure), drawn)
            positives, negatives = self.hidden[drawn], np.empty(0, np.int64)
            has_term[self.hidden[self.hidden >= 0]] = True
        else:
            used = (self.rows.goods != "out") & (self.rows.worn == "yes")
            other = answer.copy()
            answer[: len(self.rows)] = used
            known, rest = np.array_split(random.permutation(np.flatnonzero(sure)), 2)
            positives = rest[used[rest]]
            negatives = rest[~used[rest]]
        positives = random.permutation(positives)
        pool = np.concatenate([positives[:POSITIVES], negatives, in_pool[:from_stream]])
        return Situation(
            self.features, answer, known, pool, positives[POSITIVES : 2 * POSITIVES], lawful,
            self.copies, has_term, other,
        )  # fmt: skip


def _with_code_word(rows: Labelled, row: int) -> tuple[str, str]:
    """Put the code word where the deciding words were: once in each field, gone elsewhere."""
    found = []
    for text in (rows.title[row], rows.description[row]):
        changed = text
        for place, span in enumerate(filter(None, str(rows.spans[row]).split(" || "))):
            changed = changed.replace(span, CODE_WORD if place == 0 else "")
        found.append(changed)
    if CODE_WORD not in " ".join(found):
        found[0] += f" {CODE_WORD}"
    return found[0], found[1]


def _unseen_words(read: Readings, seen: set[bytes]) -> sparse.csr_matrix:
    """Return the words that the sample does not have, so that a model can learn them."""
    number: dict[bytes, int] = {}
    pairs = [
        (row, number.setdefault(word, len(number)))
        for row, words in enumerate(read.words)
        for word in words
        if word not in seen
    ]
    rows, columns = np.array(pairs).T
    shape = (len(read), len(number))
    return sparse.csr_matrix((np.full(len(rows), 0.3, np.float32), (rows, columns)), shape)


def light_scores(of: Situation, labelled: Ints) -> Floats:
    """Fit a light model on what was known and what was labelled since; score everything."""
    model = LogisticRegression(C=10.0, solver="liblinear")
    if of.other_labels is None:
        rows = np.append(of.known, labelled)
        return probability_of(
            model.fit(of.features[rows], of.answer[rows]).decision_function(of.features)
        )
    earlier = model.fit(of.features[of.known], of.other_labels[of.known])
    known = np.clip(earlier.decision_function(of.features), -8, 8)
    if len(np.unique(of.answer[labelled])) < 2:
        return probability_of(known)
    beside = sparse.hstack([of.features, sparse.csr_matrix(0.2 * known[:, None])]).tocsr()
    return probability_of(
        LogisticRegression(C=10.0, solver="liblinear")
        .fit(beside[labelled], of.answer[labelled])
        .decision_function(beside)
    )


def recall(of: Situation, score: Floats) -> float:
    """Return the share of the sought positives above what 0.1% of the lawful stream is above."""
    threshold = threshold_at_false_positive_rate(score[of.lawful], RATE)
    return float((score[of.sought] >= threshold).mean())


def by_queue(of: Situation, score: Floats, left: Ints, n: int, seed: int) -> Ints:
    """Choose as the queue does."""
    chosen = choose(score[left], of.copies[left], of.has_term[left], n, seed=seed)
    return left[chosen.rows]


def by_chance(of: Situation, score: Floats, left: Ints, n: int, seed: int) -> Ints:
    """Choose at random."""
    return np.random.default_rng(seed).permutation(left)[:n]


Way = Callable[[Situation, Floats, Ints, int, int], Ints]


def curve(of: Situation, way: Way, seed: int, steps: tuple[int, ...] = STEPS) -> list[float]:
    """Return the recall before any label and after each step, each step learned from at once."""
    labelled = np.empty(0, np.int64)
    score = light_scores(of, labelled)
    found = [recall(of, score)]
    for place, step in enumerate(steps):
        left = np.setdiff1d(of.pool, labelled)
        labelled = np.append(
            labelled, way(of, score, left, step - len(labelled), 1000 * seed + place)
        )
        score = light_scores(of, labelled)
        found.append(recall(of, score))
    return found


def with_interval(values: Floats) -> str:
    """Write a mean over seeds with its interval (Student's t)."""
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values) if len(values) > 1 else 0.0
    return f"{values.mean():.2f} [{values.mean() - half:.2f}, {values.mean() + half:.2f}]"


def compare_ways(everything: Everything, name: str, pool: str, seeds: int) -> Iterator[str]:
    """Compare the queue with chance in one situation: after N labels with chance after 2 N."""
    curves: dict[str, list[list[float]]] = {"queue": [], "random": []}
    for seed in range(seeds):
        of = everything.situation(name, POOLS[pool], np.random.default_rng(seed))
        curves["queue"].append(curve(of, by_queue, seed))
        curves["random"].append(curve(of, by_chance, seed))
    positive = int(of.answer[of.pool].sum())
    yield f"**{name}**, {pool} pool: {len(of.pool):,} listings, {positive:,} positive"
    yield ""
    queue, random = (np.array(curves[way]) for way in ("queue", "random"))
    rows = []
    for place, labels in enumerate((0, *STEPS)):
        double = "-"
        if 0 < place < len(STEPS):
            double = with_interval(queue[:, place] - random[:, place + 1])
        cells = (with_interval(one[:, place]) for one in (random, queue))
        rows.append([labels, *cells, double])
    header = ["labels", "random", "queue", "queue, minus random with twice the labels"]
    yield table(header, rows)
    yield ""


def with_train(everything: Everything, name: str, seeds: int, n: int = 200) -> list[list[object]]:
    """Return recall of models that `train` made: before, with n labels, and with 2 n by chance."""
    found = []
    for seed in range(seeds):
        of = everything.situation(name, POOLS["rare"], np.random.default_rng(seed))
        nothing = np.empty(0, np.int64)
        score = light_scores(of, nothing)
        ways = (
            nothing,
            by_queue(of, score, of.pool, n, seed),
            by_chance(of, score, of.pool, n, seed),
            by_chance(of, score, of.pool, 2 * n, seed),
        )
        cells = []
        for labelled in ways:
            rows = everything.listings(np.append(of.known, labelled))
            model = train(rows, carry=False, seed=seed).model
            scores = np.zeros(len(of.answer))
            for part in (of.sought, of.lawful):
                texts = everything.listings(part)
                scores[part] = model.outputs(list(texts.title), list(texts.description))[:, 0]
            cells.append(f"{recall(of, scores):.2f}")
        found.append([name, seed, *cells])
    return found


def coverage(everything: Everything, runs: int = 2000) -> str:
    """Return how often the interval of the prevalence covers the truth."""
    of = everything.situation("new writers", None, np.random.default_rng(0))
    truth = of.answer[of.pool].mean()
    score = light_scores(of, np.empty(0, np.int64))[of.pool]
    copies, nothing = of.copies[of.pool], np.zeros(len(of.pool), bool)
    rows = []
    for n in (100, 500, 2000):
        covered, values = 0, []
        for seed in range(runs):
            chosen = choose(score, copies, nothing, n, seed=seed)
            at_random = chosen.rows[[why == "random" for why in chosen.why]]
            weights = np.full(len(at_random), len(of.pool) / len(at_random))
            found = share_of(of.answer[of.pool][at_random] == 1, weights)
            covered += found.low <= truth <= found.high
            values.append(found.value)
        rows.append(
            [n, len(at_random), f"{truth:.4f}", f"{np.mean(values):.4f}", f"{covered / runs:.1%}"]
        )
    header = ["queue", "random share", "prevalence", "mean estimate", "intervals that cover it"]
    return table(header, rows)


def main(options: argparse.Namespace) -> None:
    everything = Everything.read()
    lines = [
        f"{options.seeds} seeds: mean recall where {RATE:.1%} of the lawful stream is flagged",
        "",
    ]
    for name in SITUATIONS:
        for pool in POOLS:
            lines += compare_ways(everything, name, pool, options.seeds)
    lines += ["What the random share of a queue tells of the prevalence:", "", coverage(everything)]
    if options.real_train:
        header = ["situation", "seed", "before", "queue, 200", "random, 200", "random, 400"]
        rows = [row for name in SITUATIONS[:2] for row in with_train(everything, name, 2)]
        lines += ["", "The same with `train` in place of the light model:", "", table(header, rows)]
    publish("labelling queue", "\n".join(lines), write=options.write)


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--real-train", action="store_true", help="also check with train")
    main(parser.parse_args())
