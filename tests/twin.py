"""The same package from its source alone, beside the one that may be compiled.

``reference.text.document`` is ``thriftwatch/text/document.py`` as plain Python, and all that it
imports of the package is plain, too: compiled modules know each other's classes, so that a mixture
would not work.
"""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import thriftwatch

NAME = "reference"
_IMPORTS = re.compile(r"^(\s*(?:from|import)) thriftwatch\b", re.MULTILINE)


class _Loader(SourceFileLoader):
    def get_code(self, name: str) -> CodeType:
        """Compile the source with other imports; cached code is that of the package itself."""
        source = _IMPORTS.sub(rf"\1 {NAME}", Path(self.path).read_text(encoding="utf-8"))
        return compile(source, self.path, "exec", dont_inherit=True)


class _Finder:
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        if not path or not name.startswith(f"{NAME}."):
            return None
        return FileFinder(path[0], (_Loader, SOURCE_SUFFIXES)).find_spec(name)


def reference(module: str) -> ModuleType:
    """Import a module of the package from its source, by its dotted name within the package."""
    if NAME not in sys.modules:
        package = ModuleType(NAME)
        package.__path__ = [str(Path(thriftwatch.__file__).parent)]
        sys.modules[NAME] = package
        sys.meta_path.insert(0, _Finder())
    return import_module(f"{NAME}.{module}")
