"""Inputs of the kinds that failed, written before they were mended, and held out since.

`benchmarks/adversary.py` counts how many come out as expected. Nothing is tuned on them.
"""

import csv
from pathlib import Path

from thriftwatch.domain import TIERS
from thriftwatch.evaluation.behaviour import bundled_cases

ROOT = Path(__file__).parents[2]


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = read(Path(__file__).with_name("heldout_cases.csv"))
TEXTS = {(case["title"], case["description"]) for case in CASES}


def test_every_case_expects_tiers_that_there_are():
    assert len(CASES) == len(TEXTS) == 107
    assert all(set(case["expected"].split(" or ")) <= set(TIERS) for case in CASES)


def test_no_case_is_one_that_training_or_the_behaviour_suite_knows():
    sample = read(ROOT / "data" / "sample" / "labelled.csv")
    assert not TEXTS & {(row["title"], row["description"]) for row in sample}
    assert not TEXTS & {(case.title, case.description) for case in bundled_cases()}
