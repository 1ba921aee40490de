"""A seller who changes a listing step by step, keeping what helps most, against any tool.

`Judge` is this project and `Rival` another tool; a `Trial` is what is done to which rows.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

import numpy as np
from attacks import Attack, Offer
from common import SAMPLE, Texts
from contenders import (
    Contender,
    KeywordList,
    SmallFastText,
    VowpalWabbit,
    WordCharPipeline,
    installed,
)
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from thriftwatch import Model
from thriftwatch.training.labelled import Labelled
from thriftwatch.training.spans import SPAN_SEPARATOR

__all__ = [
    "Judge", "Outcome", "Rival", "Trial", "attack_all", "lawful_garments", "offers_of",
    "positives", "rivals", "run_trial", "some_that_are", "unseen_rows",
]  # fmt: skip

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

UNSEEN = SAMPLE.with_name("listings.csv")
"""Rows of the sample that the bundled model was not trained on."""


@dataclass(frozen=True)
class Trial:
    """An attack on some rows: by how many changes at most, and how many it takes.

    Attributes
    ----------
    lawful
        Whether it is done to lawful garments, which it should not flag, and not to positives,
        which it should not clear.
    """

    name: str
    attack: Attack
    budgets: tuple[int, ...] = (1,)
    lawful: bool = False


@dataclass(frozen=True)
class Outcome:
    """Which of the rows an attack turned: cleared of positives, flagged of lawful garments.

    Attributes
    ----------
    shares
        By budget, in [0, 1].
    rows
        How many were attacked.
    tried
        The mean number of changed listings tried at a step.
    """

    shares: dict[int, float]
    rows: int
    tried: float


class Judge:
    """A tool that says how high a listing scores and whether it is flagged."""

    name = "thriftwatch"

    def __init__(self, model: Model) -> None:
        self.model = model

    def __call__(self, offers: Sequence[Offer]) -> tuple[Floats, Marks]:
        """Return scores and whether each is flagged, shape (offers,)."""
        found = self.model.score_batch(
            [offer.title for offer in offers],
            [offer.description for offer in offers],
            [offer.shop for offer in offers],
        )
        return found.score, found.tier > 0


class Rival(Judge):
    """Another tool, fitted on the sample, with a threshold in place of a tier.

    Parameters
    ----------
    lawful
        The lawful rows of the sample.
    share
        How many of them are to be flagged.
    """

    def __init__(self, name: str, tool: Contender, lawful: Sequence[Offer], share: float) -> None:
        self.name, self.tool = name, tool
        scores = np.sort(self._scores(lawful))
        self.threshold = scores[len(scores) - max(1, round(share * len(scores)))]

    def __call__(self, offers: Sequence[Offer]) -> tuple[Floats, Marks]:
        """Return scores and whether each is flagged, shape (offers,)."""
        scores = self._scores(offers)
        return scores, scores >= self.threshold

    def _scores(self, offers: Sequence[Offer]) -> Floats:
        columns = zip(*(offer[:3] for offer in offers), strict=True)
        return np.asarray(self.tool.score(self.tool.prepare(Texts("", *map(list, columns)))))


# --- rows -----------------------------------------------------------------------------------------


def unseen_rows(sample: Labelled) -> Marks:
    """Return which rows the bundled model was not trained on."""
    with UNSEEN.open(encoding="utf-8", newline="") as file:
        return np.isin(sample.id, [row["id"] for row in csv.DictReader(file)])


def offers_of(sample: Labelled, rows: Marks) -> list[Offer]:
    """Return rows of the sample as offers, without shop names."""
    columns = (sample.title[rows], sample.description[rows], sample.spans[rows])
    return [
        Offer(title, description, "", tuple(filter(None, spans.split(SPAN_SEPARATOR))))
        for title, description, spans in zip(*columns, strict=True)
    ]


def positives(sample: Labelled) -> list[Offer]:
    """Return the sure positives."""
    return offers_of(sample, (sample.label == 1) & (sample.certainty == "sure"))


def lawful_garments(sample: Labelled, rules: Sequence[str] = ()) -> list[Offer]:
    """Return the sure lawful garments, of some rules or of all."""
    rows = (sample.label == 0) & (sample.certainty == "sure") & (sample.goods == "core")
    return offers_of(sample, rows & np.isin(sample.rule, rules) if rules else rows)


# --- other tools ----------------------------------------------------------------------------------


def rivals(sample: Labelled, judge: Judge) -> list[Judge]:
    """Fit what users could pick instead; each flags as many lawful rows as this project does."""
    certain = np.asarray(sample.certainty != "uncertain")
    lawful = offers_of(sample, certain & (sample.label == 0))
    share = float(judge(lawful)[1].mean())
    texts = [f"{offer.title}\n{offer.description}".strip() for offer in offers_of(sample, certain)]
    found: list[Judge] = []
    for tool in installed(*RIVALS):
        tool.fit(texts, sample.label[certain].tolist())
        found.append(Rival(RIVALS[type(tool)], tool, lawful, share))
    return found


RIVALS: dict[type[Contender], str] = {
    WordCharPipeline: "scikit-learn, words and characters",
    SmallFastText: "fastText",
    VowpalWabbit: "Vowpal Wabbit",
    KeywordList: "keyword list",
}
"""What users could pick instead (``contenders.py``), and what the tables call it."""


# --- attacking ------------------------------------------------------------------------------------


def attack_all(
    judge: Judge, sample: Labelled, chosen: Sequence[Trial], rows: int, seed: int
) -> dict[Trial, Outcome]:
    """Try all attacks on rows that the judge flags, or finds clear, before."""
    started = {
        lawful: some_that_are(judge, offers, not lawful, rows, seed)
        for lawful, offers in ((False, positives(sample)), (True, lawful_garments(sample)))
    }
    found = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(judge.name, total=sum(max(trial.budgets) for trial in chosen))
        for trial in chosen:
            progress.update(task, description=f"{judge.name}: {trial.name}")
            found[trial] = run_trial(
                judge, started[trial.lawful], trial, seed, lambda: progress.advance(task)
            )
    return found


def some_that_are(
    judge: Judge, offers: Sequence[Offer], flagged: bool, rows: int, seed: int
) -> list[Offer]:
    """Draw offers, the same ones for every judge, and leave out those it judges otherwise."""
    drawn = Random(seed).sample(offers, min(rows, len(offers)))
    return [offer for offer, is_flagged in zip(drawn, judge(drawn)[1], strict=True)
            if is_flagged == flagged]  # fmt: skip


def run_trial(
    judge: Judge,
    offers: Sequence[Offer],
    trial: Trial,
    seed: int,
    advance: Callable[[], None] = lambda: None,
) -> Outcome:
    """Let each seller change the listing step by step, keeping the best change.

    The candidates of all listings are scored together, as one call is much faster than many.
    """
    current, turned = list(offers), np.zeros(len(offers), bool)
    scores = judge(current)[0] if current else np.zeros(0)
    sign = 1 if trial.lawful else -1
    shares, tried = {}, []
    for step in range(1, max(trial.budgets) + 1):
        open_rows = np.flatnonzero(~turned).tolist()
        candidates = [
            trial.attack(current[row], Random(f"{seed} {trial.name} {row} {step}"))
            for row in open_rows
        ]
        tried += [len(some) for some in candidates]
        every = list(chain.from_iterable(candidates))
        found, flagged = judge(every) if every else (np.zeros(0), np.zeros(0, bool))
        start = 0
        for row, some in zip(open_rows, candidates, strict=True):
            if some:
                best = start + int(np.argmax(sign * found[start : start + len(some)]))
                if sign * found[best] > sign * scores[row]:
                    current[row], scores[row] = every[best], found[best]
                    turned[row] = flagged[best] == trial.lawful
            start += len(some)
        if step in trial.budgets:
            shares[step] = float(turned.mean()) if len(turned) else 0.0
        advance()
    return Outcome(shares, len(offers), float(np.mean(tried)) if tried else 0.0)
