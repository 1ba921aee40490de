"""Compile some modules of the package with Cython where that is possible.

The list is COMPILED in thriftwatch/compiled.py. Each module is ordinary Python, with its C types
in a .pxd of the same name beside it, and always installed as source too. Where there is a .pyx,
that is compiled instead: a twin of what plain Python says in another way. THRIFTWATCH_COMPILE=0
in the environment compiles nothing, and =1 makes a failure an error; otherwise the package stays
plain Python where compiling fails. CFLAGS are added, for instance -fsanitize=address.
"""

import os
import platform
import shlex
import shutil
import sys
import sysconfig
import tempfile
from contextlib import chdir
from pathlib import Path
from runpy import run_path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SWITCH = "THRIFTWATCH_COMPILE"
DIRECTIVES = {
    "boundscheck": True,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "nonecheck": True,  # the fields of None would be read as if it were the class
    "embedsignature": False,
    "annotation_typing": False,  # annotations are for readers and mypy, C types are in the .pxd
}
# Whatever Python itself was built with. Without debug information the bytes do not depend on the
# folder they were made in.
# A product and a sum stay two steps, as they are in Python: the bits are the same everywhere.
GCC_FLAGS = ["-O3", "-fwrapv", "-ffp-contract=off", "-DNDEBUG", "-g0"]
FLAGS = [] if sys.platform == "win32" else GCC_FLAGS


class CustomBuildHook(BuildHookInterface):
    """Adds extension modules to a wheel, or to the source tree of an editable install."""

    def dependencies(self) -> list[str]:
        """Name what compiling needs; a front end installs it before the build."""
        if not self._wanted():
            return []
        zig = ["ziglang>=0.13"] if "ziglang" in (_compiler() or ()) else []
        return ["Cython>=3.1", "setuptools", *zig]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and put the extensions where they belong."""
        if self.target_name != "wheel":
            return
        package = Path(self.root, "thriftwatch")
        if version == "editable":  # what an earlier install has left would be imported
            suffix = sysconfig.get_config_var("EXT_SUFFIX")
            for old in (package / self._compiled["STAMP"], *package.rglob(f"*{suffix}")):
                old.unlink(missing_ok=True)
        if not self._wanted():
            return
        stamp = self._compiled["stamp"](str(package))  # first: an edit from here on makes it stale
        self._folder = tempfile.TemporaryDirectory()
        try:
            with chdir(self.root):
                extensions = _compile(self._compiled["COMPILED"], self._folder.name)
        except (Exception, SystemExit) as error:
            if os.environ.get(SWITCH) == "1":
                raise
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            self.app.display_warning(
                f"thriftwatch is not compiled and will run as plain Python ({reason:.300})"
            )
            return
        if version == "editable":
            # Before the extensions, so that there is never one without a stamp.
            (package / self._compiled["STAMP"]).write_text(stamp, encoding="utf-8")
            for path, built in extensions.items():
                shutil.copy(built, Path(self.root, path))
        else:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data["force_include"].update({built: path for path, built in extensions.items()})

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made on the way."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()

    @property
    def _compiled(self) -> dict[str, Any]:
        return run_path(str(Path(self.root, "thriftwatch", "compiled.py")))

    def _wanted(self) -> bool:
        if self.target_name != "wheel" or not self._compiled["COMPILED"]:
            return False
        if os.environ.get(SWITCH) in {"0", "1"}:
            return os.environ[SWITCH] == "1"
        # Other Pythons run the source faster than they would the extensions.
        header = Path(sysconfig.get_path("include"), "Python.h")
        return sys.implementation.name == "cpython" and header.is_file()


def _compiler() -> list[str] | None:
    """Find a C compiler; None leaves the choice to setuptools."""
    own = (sysconfig.get_config_var("CC") or "").split()
    if sys.platform == "win32" or "CC" in os.environ or (own and shutil.which(own[0])):
        return None
    for name in ("cc", "gcc", "clang"):
        if found := shutil.which(name):
            return [found]
    if sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"}:
        # It makes code for this very machine if not told otherwise, and wheels travel.
        return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]
    return None


def _source(module: str) -> str:
    path = module.replace(".", "/")
    return next(path + kind for kind in (".pyx", ".py") if Path(path + kind).is_file())


def _compile(modules: tuple[str, ...], folder: str) -> dict[str, str]:
    """Compile modules into a folder: from the path in a wheel to the extension."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    compiler = _compiler()

    class BuildExtensions(build_ext):
        def build_extensions(self) -> None:
            if compiler:  # not the one that Python was built with, whose flags it may not know
                self.compiler.set_executables(
                    compiler_so=[*compiler, "-fPIC"], linker_so=[*compiler, "-shared"]
                )
            super().build_extensions()

    flags = shlex.split(os.environ.get("CFLAGS", ""))
    extensions = [
        Extension(
            name,
            [_source(name)],
            extra_compile_args=FLAGS + flags,
            extra_link_args=flags,
        )
        for name in modules
    ]
    command = BuildExtensions(
        Distribution(
            {
                "ext_modules": cythonize(
                    extensions,
                    build_dir=folder,
                    force=True,
                    language_level=3,
                    compiler_directives=DIRECTIVES,
                )
            }
        )
    )
    command.build_lib = command.build_temp = folder
    command.parallel = os.cpu_count()
    command.ensure_finalized()
    # zig would keep its cache in the home folder.
    os.environ.setdefault("ZIG_GLOBAL_CACHE_DIR", str(Path(folder, "zig")))
    command.run()
    return {Path(made).relative_to(folder).as_posix(): made for made in command.get_outputs()}
