"""The benchmarks are scripts: their folder comes last on the path, so that it hides nothing."""

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture
def random():
    return Random(0)
