"""A greedy seller who sees scores, and the lawful seller who is accused for a sentence.

``python benchmarks/adversary.py [--rows N] [--only NAME] [--held-out] [--no-rivals] [--write]``

*The seller of imported used goods* starts from a positive that is flagged. At each step he tries
changed listings and keeps the one that lowers the score most, until it is no longer flagged.
*The lawful seller* starts from a garment that is clear and, as if out of bad luck, writes the
sentence that raises the score most, until it is flagged. Flagged is "review" or "likely"; for
another tool it is a score that as many lawful rows of the sample reach. Attacks are in
``attacks.py``, their lines in ``pools/``, the steps in ``greedy.py``.

The listings are those of the hand-written sample, most of which all tools were trained on: what is
measured is how scores move, not how right they are. With ``--held-out`` they are the few rows that
neither the bundled model nor another tool has seen. *Sure* are rows with certainty ``sure``: as
positives those with label 1, as lawful garments those with label 0 and goods ``core``, as garments
that say that they are new, own or domestic those of rule R3 or R7 among these. Everything is drawn
with a seed, so a run gives the same figures again.
"""

import csv
import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from attacks import (
    ATTACKS,
    CANDIDATES,
    TRANSFORMS,
    Offer,
    add_digits,
    add_lines,
    diluted,
    read_pool,
)
from common import ROOT, SAMPLE, SEED, arguments, publish, table
from greedy import (
    Judge,
    Outcome,
    Trial,
    attack_all,
    lawful_garments,
    positives,
    rivals,
    some_that_are,
    unseen_rows,
)

from thriftwatch import Model, load_model
from thriftwatch.domain import TIERS
from thriftwatch.training.labelled import Labelled, read_labelled

BUDGETS = (1, 2, 3, 5)
ROWS = 150
FEWEST = 20
"""How many rows have to be attacked for a share of them to be printed."""
HELD_OUT = ROOT / "tests" / "data" / "heldout_cases.csv"
SHARED_CASES = ROOT.parent / "shared" / "cases" / "listings.csv"
_EVERYTHING = "all of these together"
_ONCE = frozenset({"search phrasing", "whole text"})
"""Attacks that make no sense twice."""


def main() -> None:
    """Run from the command line."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="listings that are attacked")
    parser.add_argument(
        "--only", action="append", choices=list(NAMES), help="an attack; repeatable"
    )
    parser.add_argument("--held-out", action="store_true", help="attack unseen rows alone: few")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-rivals", action="store_true", help="this project alone")
    parser.add_argument("--model", type=Path, help="another model folder than the bundled one")
    parser.add_argument("--json", type=Path, help="write the summary of this project's model there")
    options = parser.parse_args()
    if options.only and options.write:
        parser.error("--write takes the whole report: leave --only out")
    model = load_model(options.model)
    if options.json:
        found = summary(model, rows=options.rows, seed=options.seed, only=options.only)
        options.json.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")
        return
    block = "adversary-held-out" if options.held_out else "adversary"
    publish(block, "\n\n".join(parts(model, options)), write=options.write)


def parts(model: Model, options: Namespace) -> Iterator[str]:
    """Yield the parts of the report."""
    sample = read_labelled(SAMPLE)
    unseen = unseen_rows(sample)
    chosen = trials(options.only)
    judges = [Judge(model)]
    if not options.no_rivals:
        judges += rivals(sample.take(np.flatnonzero(~unseen)), judges[0])
    if options.held_out:
        sample = sample.take(np.flatnonzero(unseen))
    outcomes = [attack_all(judge, sample, chosen, options.rows, options.seed) for judge in judges]
    yield (
        f"Rows of the hand-written sample{', held out' if options.held_out else ''}, at most "
        f"{options.rows:,} of each kind, drawn. Share turned within so many changes; *tried* is "
        "how many changed listings are tried at each."
    )
    yield from (side_by_side(judges, outcomes, chosen, lawful=lawful) for lawful in (False, True))
    if not (options.only or options.held_out):
        yield shop_table(judges[0], sample)
        yield alphabet_table(judges[0], sample, options.rows, options.seed)
        yield case_table(model)


def summary(
    model: Model | None = None,
    *,
    rows: int = ROWS,
    seed: int = SEED,
    only: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return what a model card can say of attacks on a model.

    Parameters
    ----------
    model
        The bundled one by default.
    rows
        How many positives and how many lawful garments of the sample are attacked.
    only
        Names of attacks; all by default.

    Returns
    -------
    dict
        JSON-ready: ``"cleared"`` and ``"flagged"``, each a share by the name of the attack and the
        number of changes, and how they came about. Where no names are given also ``"shops"``,
        ``"found_written_as"`` and ``"cases"``.
    """
    model = model or load_model()
    sample, judge, chosen = read_labelled(SAMPLE), Judge(model), trials(only)
    outcomes = attack_all(judge, sample, chosen, rows, seed)
    shares = {
        side: {
            trial.name: {str(k): round(share, 4) for k, share in outcomes[trial].shares.items()}
            for trial in chosen
            if trial.lawful == lawful
        }
        for side, lawful in (("cleared", False), ("flagged", True))
    }
    found: dict[str, Any] = {
        "data": "hand-written sample",
        "rows": rows,
        "seed": seed,
        "candidates": CANDIDATES,
        **shares,
    }
    if only is None:
        found["shops"] = {
            pool: {"names": moved.names, "garments": moved.garments, "moved": moved.by_any}
            for pool, moved in moved_by_shops(judge, sample).items()
        }
        found["found_written_as"] = found_written_as(judge, sample, rows, seed)
        found["cases"] = {
            name: {"rows": len(right), "as_expected": sum(right.values())}
            for name, right in cases_as_expected(model).items()
        }
    return found


# --- what is tried ------------------------------------------------------------------------------


def _together(offer: Offer, random: Random) -> list[Offer]:
    return list(chain.from_iterable(attack(offer, random) for attack in ATTACKS.values()))


TRIALS = (
    *(Trial(name, attack, (1,) if name in _ONCE else BUDGETS) for name, attack in ATTACKS.items()),
    Trial(_EVERYTHING, _together, BUDGETS),
    Trial("a size run", add_lines("measure-sizes")),
    Trial("30 digits", add_digits(30)),
    Trial("40 digits", add_digits(40)),
    Trial("description within 200 words", diluted(200, evidence_alone=False)),
    Trial("description within 1,000 words", diluted(1000, evidence_alone=False)),
    Trial("evidence within 200 words", diluted(200, evidence_alone=True)),
    Trial("evidence within 1,000 words", diluted(1000, evidence_alone=True)),
    Trial("own lawful sentences", add_lines("measure-lawful"), BUDGETS, lawful=True),
    Trial("neutral lines", add_lines("measure-neutral"), BUDGETS, lawful=True),
    Trial("claims about something else", add_lines("measure-claims"), BUDGETS, lawful=True),
    Trial("a size run", add_lines("measure-sizes"), lawful=True),
    Trial("30 digits", add_digits(30), lawful=True),
    Trial("40 digits", add_digits(40), lawful=True),
    Trial("description within 200 words", diluted(200, evidence_alone=False), lawful=True),
    Trial("description within 1,000 words", diluted(1000, evidence_alone=False), lawful=True),
)
NAMES = tuple(dict.fromkeys(trial.name for trial in TRIALS))


def trials(only: Sequence[str] | None) -> list[Trial]:
    """Return the trials of these names, or all."""
    return [trial for trial in TRIALS if not only or trial.name in only]


# --- shop names ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """How many lawful garments shop names bring from "clear" to another tier.

    Attributes
    ----------
    by_any
        Garments that at least one of the names moves.
    by_worst
        Garments that the name moves that moves most.
    """

    names: int
    garments: int
    by_any: int
    by_worst: int
    mean: float


def moved_by_shops(judge: Judge, sample: Labelled) -> dict[str, Moved]:
    """Give lawful garments each shop name of the two pools."""
    told = {"shops-vague": lawful_garments(sample), "shops-trade": lawful_garments(sample, STATED)}
    return {
        pool: _moved(judge, offers, read_pool(f"measure-{pool}")) for pool, offers in told.items()
    }


STATED = ("R3", "R7")
"""Rules of garments that say that they are new, own or domestic."""


def _moved(judge: Judge, offers: Sequence[Offer], names: Sequence[str]) -> Moved:
    clear = [offer for offer, flag in zip(offers, judge(offers)[1], strict=True) if not flag]
    marks = np.array([judge([offer._replace(shop=name) for offer in clear])[1] for name in names])
    by_name = marks.sum(axis=1)
    return Moved(
        len(names),
        len(clear),
        int(marks.any(axis=0).sum()),
        int(by_name.max()),
        float(by_name.mean()),
    )


# --- alphabets ----------------------------------------------------------------------------------


def found_written_as(judge: Judge, sample: Labelled, rows: int, seed: int) -> dict[str, float]:
    """Return the share of flagged positives that stay flagged in each way of writing all text."""
    offers = some_that_are(judge, positives(sample), True, rows, seed)
    return {
        name: round(float(judge([_written(offer, transform) for offer in offers])[1].mean()), 4)
        for name, transform in TRANSFORMS.items()
    }


def _written(offer: Offer, transform: Callable[[str], str]) -> Offer:
    return offer._replace(title=transform(offer.title), description=transform(offer.description))


# --- cases --------------------------------------------------------------------------------------


def cases_as_expected(model: Model) -> dict[str, dict[str, bool]]:
    """Return for each file of cases that is there whether each case comes out as expected."""
    files = {"held-out cases": HELD_OUT, "shared cases": SHARED_CASES}
    return {name: _as_expected(model, path) for name, path in files.items() if path.exists()}


def _as_expected(model: Model, path: Path) -> dict[str, bool]:
    """Judge the cases of a file by their tier; by their reasons, too, where that is the point."""
    with path.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    return {f"{case['kind']} {case['id']}": _comes_out(model, case) for case in cases}


def _comes_out(model: Model, case: dict[str, str]) -> bool:
    texts = (case["title"], case["description"], case["shop"])
    tier = TIERS[model.score_batch(*([text] for text in texts)).tier[0]]
    called = case["kind"] == "called-disguised" and any(
        "disguised" in reason.note or "tersamar" in reason.note
        for reason in model.explain(*texts, limit=5)[1]
    )
    return tier in case["expected"].split(" or ") and not called


# --- tables -------------------------------------------------------------------------------------


def side_by_side(
    judges: Sequence[Judge],
    outcomes: Sequence[dict[Trial, Outcome]],
    chosen: Sequence[Trial],
    *,
    lawful: bool,
) -> str:
    """Show what attacks do to each tool."""
    some = [trial for trial in chosen if trial.lawful == lawful]
    if not some:
        return ""
    what = "Lawful garments flagged" if lawful else "Sure positives cleared"
    before = ", ".join(
        f"{found[some[0]].rows} by {judge.name}"
        for judge, found in zip(judges, outcomes, strict=True)
    )
    lines = [
        [
            trial.name,
            k,
            f"{outcomes[0][trial].tried:.0f}",
            *(_share(found[trial], k) for found in outcomes),
        ]
        for trial in some
        for k in trial.budgets
    ]
    header = ["attack", "changes", "tried", *(judge.name for judge in judges)]
    start = "clear" if lawful else "flagged"
    return f"{what}. Rows that are {start} before: {before}.\n\n{table(header, lines)}"


def _share(outcome: Outcome, changes: int) -> str:
    """Write a share; of a handful of rows it would say nothing."""
    return f"{outcome.shares[changes]:.1%}" if outcome.rows >= FEWEST else "too few"


def shop_table(judge: Judge, sample: Labelled) -> str:
    """Show how many lawful garments shop names move."""
    lines = [
        [
            "vague names, all lawful garments" if pool == "shops-vague"
            else "names that tell the trade, garments that say new, own or domestic",
            moved.names,
            f"{moved.garments:,}",
            f"{moved.mean / moved.garments:.2%}",
            f"{moved.by_worst / moved.garments:.2%}",
            f"{moved.by_any / moved.garments:.2%}",
        ]
        for pool, moved in moved_by_shops(judge, sample).items()
    ]  # fmt: skip
    header = ["shop names", "names", "clear garments", "moved by a name, mean", "by the worst"]
    return f"Lawful garments of the sample moved\n\n{table([*header, 'by any'], lines)}"


def alphabet_table(judge: Judge, sample: Labelled, rows: int, seed: int) -> str:
    """Show how many positives are found in each way of writing, those lost most first."""
    found = sorted(found_written_as(judge, sample, rows, seed).items(), key=lambda pair: pair[1])
    lines = [[name, f"{share:.1%}"] for name, share in found]
    return (
        "Sure positives with the whole text written in another way: share still flagged\n\n"
        + table(["written as", "flagged"], lines)
    )


def case_table(model: Model) -> str:
    """Count the cases that come out as expected, by who speaks."""
    lines = []
    for name, right in cases_as_expected(model).items():
        groups = {"": right}
        for speaker in ("seller", "lawful"):
            groups[f", {speaker}"] = {k: v for k, v in right.items() if k.startswith(speaker)}
        lines += [[f"{name}{group}", len(some), sum(some.values())]
                  for group, some in groups.items()]  # fmt: skip
    return f"Cases of kinds that failed\n\n{table(['cases', 'of', 'as expected'], lines)}"


if __name__ == "__main__":
    main()
