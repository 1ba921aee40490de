"""A part of the sample, evaluated once for all tests that look at an evaluation."""

from pathlib import Path

import pytest

from thriftwatch import evaluate
from thriftwatch.files import read_table

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "labelled.csv"


@pytest.fixture(scope="session")
def sample():
    """An eighth of the sample, in runs of ten rows, so that there are whole pairs in it."""
    table = read_table(SAMPLE).table
    return table.take([row for row in range(table.num_rows) if row // 10 % 8 == 0])


@pytest.fixture(scope="session")
def evaluation(sample):
    """The bundled model on it, which was trained on most of it."""
    return evaluate(sample, samples=40)
