"""Which of source and extension is loaded; tests/test_packaging.py really compiles."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import thriftwatch
from thriftwatch.compiled import STAMP

SHOW = """
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stdout)
from thriftwatch.compiled import is_compiled
print(is_compiled())
import thriftwatch.text
print("needed")
try:
    from thriftwatch.text import toy, toy2
    print(toy.VALUE)
except ImportError:
    print("extension")
"""
WRITE_STAMP = """
from pathlib import Path
import thriftwatch.compiled as compiled
Path(sys.argv[1], compiled.STAMP).write_text(compiled.stamp(sys.argv[1]))
"""


def python(package, code, **variables):
    env = {name: value for name, value in os.environ.items() if "THRIFTWATCH" not in name}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "import sys\n" + code, str(package)],
        capture_output=True,
        text=True,
        check=True,
        cwd=package.parent,
        env=env | variables,
    ).stdout.splitlines()


@pytest.fixture
def package(tmp_path):
    """The package with two toy modules to compile, and nothing compiled."""
    package = tmp_path / "thriftwatch"
    (package / "text").mkdir(parents=True)
    for name in ("__init__.py", "compiled.py"):
        shutil.copy(Path(thriftwatch.__file__).with_name(name), package)
    (package / "text" / "__init__.py").touch()
    for name in ("toy", "toy2"):
        (package / "text" / f"{name}.py").write_text("VALUE = 'source'\n")
        (package / "text" / f"{name}.pxd").write_text("cimport cython\n")
    with (package / "compiled.py").open("a") as file:
        file.write("\nCOMPILED = ('thriftwatch.text.toy', 'thriftwatch.text.toy2')\n")
    return package


@pytest.fixture
def editable(package):
    """An editable install; its extensions cannot be loaded, which tells that they were taken."""
    python(package, WRITE_STAMP)
    for name in ("toy", "toy2"):
        (package / "text" / (name + EXTENSION_SUFFIXES[0])).write_text("no extension")
    return package


def test_extensions_are_used_where_they_fit_the_source(editable):
    assert python(editable, SHOW) == ["True", "needed", "extension"]


def test_a_wheel_has_no_stamp(editable):
    (editable / STAMP).unlink()
    assert python(editable, SHOW) == ["True", "needed", "extension"]


def test_the_source_runs_where_the_environment_says_so(editable):
    compiled, needed, line, value = python(editable, SHOW, THRIFTWATCH_COMPILED="0")
    assert (compiled, needed, value) == ("False", "needed", "source")
    assert line.startswith("INFO thriftwatch runs as plain Python")


@pytest.mark.parametrize("name", ["toy.py", "toy2.py", "toy.pxd"])
def test_an_edited_module_is_not_run_as_it_was_compiled(editable, name):
    with (editable / "text" / name).open("a") as file:
        file.write("# edited\n")
    compiled, needed, line, value = python(editable, SHOW)
    assert (compiled, needed, value) == ("False", "needed", "source")
    assert line.startswith("WARNING thriftwatch runs as plain Python: its source has changed")


def test_types_that_went_away_are_an_edit(editable):
    (editable / "text" / "toy2.pxd").unlink()
    assert python(editable, SHOW)[-1] == "source"


@pytest.mark.parametrize("modules", ["()", "('thriftwatch.text.toy2',)"])
def test_a_module_that_left_the_list_is_not_run_as_it_was_compiled(editable, modules):
    with (editable / "compiled.py").open("a") as file:
        file.write(f"COMPILED = {modules}\n")
    compiled, _, line, value = python(editable, SHOW)
    assert (compiled, value) == ("False", "source")
    assert line.startswith("WARNING")


def test_the_source_runs_where_nothing_was_compiled(package):
    compiled, needed, line, value = python(package, SHOW)
    assert (compiled, needed, value) == ("False", "needed", "source")
    assert line == (
        "INFO thriftwatch runs as plain Python: it was not compiled when it was installed"
    )


def test_one_missing_extension_is_as_good_as_none(editable):
    (editable / "text" / ("toy2" + EXTENSION_SUFFIXES[0])).unlink()
    assert python(editable, SHOW)[-1] == "source"


def test_nothing_to_compile_is_nothing_to_say(package):
    with (package / "compiled.py").open("a") as file:
        file.write("COMPILED = ()\n")
    assert python(package, SHOW) == ["False", "needed", "source"]
