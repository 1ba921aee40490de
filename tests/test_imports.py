"""What a fresh interpreter has loaded, because start-up is what an upload hook pays for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import thriftwatch

HEAVY = {
    "numpy",
    "sklearn",
    "pandas",
    "scipy",
    "nltk",
    "matplotlib",
    "joblib",
    "pyarrow",
    "rich",
    "rapidfuzz",
}
SELDOM = {"csv", "difflib", "logging", "tempfile", "click", "anyascii"}
"""What errors, files and the command line need, and takes longer to load than a listing to score.

``anyascii`` is needed where a listing has letters beyond ASCII.
"""


def run(code):
    """Run code in a fresh interpreter and return the packages it has loaded."""
    root = str(Path(thriftwatch.__file__).parents[1])
    paths = [root, os.environ.get("PYTHONPATH", "")]
    code = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    return set(done.stdout.split())


def test_scoring_a_listing_loads_nothing_heavy():
    loaded = run("import thriftwatch; thriftwatch.score_listing('Hoodie second import', 'ex bal')")
    assert not loaded & (HEAVY | SELDOM)


def test_a_listing_that_is_disguised_loads_nothing_heavy_either():
    code = "import thriftwatch; thriftwatch.score_listing('𝗯𝗮𝗹 thr1ft', shop='Kaos Bekas')"
    assert not run(code) & HEAVY


def test_scoring_a_list_loads_nothing_heavy():
    loaded = run("import thriftwatch; thriftwatch.score_listings([('Hoodie second', None)])")
    assert not loaded & (HEAVY | SELDOM)


def test_a_model_is_loaded_without_what_trains_one():
    assert not run("import thriftwatch; thriftwatch.load_model().id") & (HEAVY | SELDOM)


def test_the_package_itself_loads_next_to_nothing():
    assert not run("import thriftwatch; thriftwatch.Listing('Kaos')") & (HEAVY | SELDOM)


def test_the_command_line_loads_only_what_a_command_needs():
    assert not run("import thriftwatch.cli") & HEAVY


def test_every_public_name_is_there():
    for name in thriftwatch.__all__:
        assert getattr(thriftwatch, name).__name__ == name
    assert set(thriftwatch.__all__) <= set(dir(thriftwatch))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'score_list'"):
        _ = thriftwatch.score_list


def test_the_library_is_silent_unless_told_otherwise():
    code = "import thriftwatch, logging; logging.getLogger('thriftwatch.x').warning('no')"
    assert run(code)
