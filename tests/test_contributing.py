"""CONTRIBUTING.md names what there is: every module, and no file that has gone."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "thriftwatch"
TEXT = ROOT.joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = set(re.findall(r"`([^`\n]+)`", TEXT))


def modules(folder):
    return [path for path in sorted(folder.glob("*.py")) if not path.name.startswith("_")]


@pytest.mark.parametrize("folder", ["", "text", "model"])
def test_every_module_has_its_line(folder):
    missing = [path.name for path in modules(PACKAGE / folder) if path.name not in QUOTED]
    assert not missing


def test_the_parts_of_training_are_named():
    # Results of training, and what notebooks use, are no step of the way.
    besides = {"estimator", "label_issues", "learning", "result"}
    assert {path.stem for path in modules(PACKAGE / "training")} - besides <= QUOTED


def test_no_file_is_named_that_is_not_there():
    suffixes = (".py", ".csv", ".css", ".js", ".md")
    folders = (ROOT / name for name in ("thriftwatch", "tests", "models", "data", "benchmarks"))
    files = [f"/{path.as_posix()}" for folder in folders for path in folder.rglob("*.*")]
    files += [f"/{path.name}" for path in ROOT.glob("*.*")]
    names = {name for name in QUOTED if re.fullmatch(r"\w[^ ]*", name) and name.endswith(suffixes)}
    assert len(names) > 40
    assert [name for name in names if not any(file.endswith(f"/{name}") for file in files)] == []


def test_every_change_names_a_test_that_is_there():
    named = set(re.findall(r"\btests/[a-z_/]+(?:\.py)?", TEXT))
    assert named
    assert [name for name in named if not ROOT.joinpath(name).exists()] == []
