"""Real installs in clean environments, of the package with two toy modules to compile.

They are slow and need an index: ``pytest -m packaging`` runs them.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parents[1]
TOYS = {
    "toy.py": """
from array import array

class Words:
    def __init__(self, text):
        self.starts = array("i", [0, *(i + 1 for i, letter in enumerate(text) if letter == " ")])
        self.count = len(self.starts)

    def start(self, index):
        return self.starts[index]

    def total(self, times=1):
        total = 0
        for i in range(self.count):
            total += self.starts[i] * times
        return total
""",
    "toy.pxd": """
cimport cython

cdef class Words:
    cdef const int[::1] starts
    cdef readonly Py_ssize_t count
    cpdef int start(self, Py_ssize_t index) except? -1
    @cython.locals(i=Py_ssize_t, total=cython.longlong)
    cpdef long long total(self, int times=*) except? -1
""",
    "toy_user.py": """
from thriftwatch.text.toy import Words

def spread(words):
    return words.start(words.count - 1) - words.start(0)
""",
    "toy_user.pxd": """
from thriftwatch.text.toy cimport Words

cpdef int spread(Words words) except? -1
""",
}
SHOW = """
from thriftwatch.compiled import is_compiled
from thriftwatch.text import toy, toy_user
words = toy.Words("ab cde f")
assert (words.total(), words.total(times=2), toy_user.spread(words)) == (10, 20, 7)
extensions = [not module.__file__.endswith(".py") for module in (toy, toy_user)]
assert extensions == [is_compiled()] * 2, extensions
print(is_compiled())
"""


def call(*command, cwd, **variables):
    """Run a command as in a shell that was just opened: its output."""
    ours = ("THRIFTWATCH", "PYTHONPATH", "CC", "CFLAGS", "LDSHARED")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def project(tmp_path):
    """A copy of what a wheel is made from, with the toys."""
    project = tmp_path / "project"
    leave = shutil.ignore_patterns("*.so", "*.pyd", "_compiled*", "__pycache__")
    for name in ("thriftwatch", "models"):
        shutil.copytree(ROOT / name, project / name, ignore=leave)
    for name in (".gitignore", "LICENSE", "README.md", "hatch_build.py", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    for name, text in TOYS.items():
        (project / "thriftwatch" / "text" / name).write_text(text)
    with (project / "thriftwatch" / "compiled.py").open("a") as file:
        file.write(
            "\nCOMPILED = (*COMPILED, 'thriftwatch.text.toy', 'thriftwatch.text.toy_user')\n"
        )
    return project


@pytest.fixture
def python(tmp_path):
    """The interpreter of a clean environment."""
    call(sys.executable, "-m", "venv", tmp_path / "environment", cwd=tmp_path)
    folder, name = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return tmp_path / "environment" / folder / name


def install(python, *what, cwd, **variables):
    return call(python, "-m", "pip", "install", "-v", "--no-deps", *what, cwd=cwd, **variables)


def shown(python, cwd, **variables):
    return call(python, "-W", "error", "-c", SHOW, cwd=cwd, **variables).strip()


def extensions(project):
    return sorted(
        path.name.partition(".")[0]
        for suffix in ("so", "pyd")
        for path in project.rglob(f"toy*.{suffix}")
    )


def test_an_editable_install_is_compiled_until_somebody_edits_it(project, python, tmp_path):
    install(python, "-e", ".", cwd=project, THRIFTWATCH_COMPILE="1")
    assert extensions(project) == ["toy", "toy_user"]
    assert not list(project.rglob("*.c"))
    assert shown(python, tmp_path) == "True"
    assert shown(python, tmp_path, THRIFTWATCH_COMPILED="0") == "False"

    with (project / "thriftwatch" / "text" / "toy.py").open("a") as file:
        file.write("# edited\n")
    assert shown(python, tmp_path) == "False"
    install(python, "-e", ".", cwd=project)
    assert shown(python, tmp_path) == "True"

    with (project / "thriftwatch" / "text" / "toy.pxd").open("a") as file:
        file.write("cdef nothing that compiles\n")
    output = install(python, "-e", ".", cwd=project)
    assert output.count("thriftwatch is not compiled and will run as plain Python") == 1
    assert not extensions(project)
    assert shown(python, tmp_path) == "False"


def test_a_wheel_is_compiled_and_the_same_each_time(project, python, tmp_path):
    wheels = []
    for name in ("first", "second"):
        make = ("-m", "pip", "wheel", "--no-deps", "-w", tmp_path / name, project)
        call(python, *make, cwd=tmp_path, THRIFTWATCH_COMPILE="1")
        wheels += (tmp_path / name).glob("*.whl")
    assert wheels[0].name == wheels[1].name
    assert not wheels[0].name.endswith("-none-any.whl")
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    assert not extensions(project)
    names = zipfile.ZipFile(wheels[0]).namelist()
    assert {f"thriftwatch/text/{name}" for name in TOYS} <= set(names)

    install(python, wheels[0], cwd=tmp_path)
    assert shown(python, tmp_path) == "True"
    assert shown(python, tmp_path, THRIFTWATCH_COMPILED="0") == "False"


def test_nothing_is_compiled_where_the_environment_says_so(project, python, tmp_path):
    install(python, "-e", ".", cwd=project, THRIFTWATCH_COMPILE="1")
    output = install(python, "-e", ".", cwd=project, THRIFTWATCH_COMPILE="0")
    assert "cython" not in output.lower()
    assert not extensions(project)
    assert shown(python, tmp_path) == "False"

    make = ("-m", "pip", "wheel", "--no-deps", "-w", tmp_path, project)
    call(python, *make, cwd=tmp_path, THRIFTWATCH_COMPILE="0")
    assert len(list(tmp_path.glob("*-py3-none-any.whl"))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a compiler or none")
def test_without_a_compiler_one_is_installed_for_the_build(project, python, tmp_path):
    output = install(python, ".", cwd=project, PATH=str(python.parent), THRIFTWATCH_COMPILE="1")
    assert "ziglang" in output
    assert shown(python, tmp_path) == "True"
