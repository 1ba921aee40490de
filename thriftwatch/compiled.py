"""Which modules are compiled at install time, and whether they run compiled.

Their source is ordinary Python and stays the reference: it runs where nothing could be compiled,
where somebody has edited it since, and where the environment says ``THRIFTWATCH_COMPILED=0``.
``hatch_build.py`` compiles them, and runs this file on its own: it imports nothing of the package.
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from importlib.util import source_hash
from pathlib import Path

__all__ = ["COMPILED", "is_compiled", "prepare", "stamp"]

COMPILED = (
    "thriftwatch.text.disguises",
    "thriftwatch.text.scan",
    "thriftwatch.text.tokenizer",
    "thriftwatch.text.names",
    "thriftwatch.text.document",
    "thriftwatch.model.sums",
    "thriftwatch.model.heads",
    "thriftwatch.model.explain",
)
"""The modules to compile, by their dotted names. C types are in a .pxd beside each .py; where there
is a .pyx, too, it is compiled in place of the .py."""

STAMP = f"_compiled{EXTENSION_SUFFIXES[0]}.txt"
"""What an editable install was compiled from; each Python has extensions of its own."""


class _Reference:
    """Finds modules by their source only, even where an extension lies beside it."""

    def __init__(self, modules: set[str], level: str, reason: str) -> None:
        self.modules = modules
        self.level = level
        self.reason = reason

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        if name not in self.modules or not path:
            return None
        if self.reason:  # said once, and only by who needs one of these modules
            # Loading it takes longer than scoring, and nobody listens where it is not loaded.
            if logging := sys.modules.get("logging"):
                logger = logging.getLogger("thriftwatch")
                logger.addHandler(logging.NullHandler())  # silent unless told otherwise
                say = getattr(logger, self.level)
                say("thriftwatch runs as plain Python: %s", self.reason)
            self.reason = ""
        return FileFinder(path[0], (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)


def prepare(package: str) -> None:
    """See to it that no module runs from an extension that is older than its source.

    It is all or nothing, as compiled modules know the memory layout of each other's classes.

    Parameters
    ----------
    package
        The folder of the package.
    """
    # Only an editable install has a stamp: nobody edits what a wheel has brought.
    file = Path(package, STAMP)
    stamped = file.read_text(encoding="utf-8") if file.is_file() else ""
    if not stamped and not COMPILED:
        return
    level = "info"
    if os.environ.get("THRIFTWATCH_COMPILED") == "0":
        reason = "THRIFTWATCH_COMPILED=0 asks for it"
    elif stamped and stamped != stamp(package):
        level = "warning"
        reason = "its source has changed since it was compiled, install it again"
    elif not all(_has_extension(package, name) for name in COMPILED):
        reason = "it was not compiled when it was installed"
    else:
        return
    # A module may have left the list, and its extension would still be found.
    modules = {*COMPILED, *(line.partition(" ")[0] for line in stamped.splitlines())}
    sys.meta_path.insert(0, _Reference(modules, level, reason))


def is_compiled() -> bool:
    """Tell whether the modules that can be compiled run compiled.

    Returns
    -------
    bool
        False if they run as plain Python, which gives the same results.
    """
    return bool(COMPILED) and not any(isinstance(finder, _Reference) for finder in sys.meta_path)


def stamp(package: str) -> str:
    """Hash what each module is compiled from.

    Parameters
    ----------
    package
        The folder of the package.

    Returns
    -------
    str
        A line for each module: its name and the hash of its source and its C types.
    """
    lines = []
    for name in COMPILED:
        source = _source(package, name)
        kinds = (".py", ".pyx", ".pxd")
        files = [file for file in map(source.with_suffix, kinds) if file.is_file()]
        # The hash that Python has for .pyc files: it is quick, and built in.
        digest = source_hash(b"\0".join(file.read_bytes() for file in files)).hex()
        lines.append(f"{name} {digest}\n")
    return "".join(lines)


def _source(package: str, name: str) -> Path:
    return Path(package, *name.split(".")[1:]).with_suffix(".py")


def _has_extension(package: str, name: str) -> bool:
    spec = PathFinder.find_spec(name, [str(_source(package, name).parent)])
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader)
