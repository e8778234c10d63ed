"""Lets Spyne 2.14 (2022, the newest) be imported on Python 3.12 and later. The package imports this before all else.

Its bundled six 1.14 finds the modules it stands in for by a protocol that Python 3.12 dropped (PEP 451 took its
place): we load that file first and teach its finder the new protocol. `cgi`, gone in 3.13, comes from legacy-cgi.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_SIX = "spyne.util.six"


def _load_six() -> None:
    found = importlib.util.find_spec("spyne")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("spyne, one of our dependencies, is not installed")
    path = Path(found.origin).parent / "util" / "six.py"
    spec = importlib.util.spec_from_file_location(_SIX, path)
    assert spec is not None
    assert spec.loader is not None
    six = importlib.util.module_from_spec(spec)
    sys.modules[_SIX] = six
    spec.loader.exec_module(six)
    finder = next(finder for finder in sys.meta_path if type(finder).__module__ == _SIX)
    _teach(type(finder))


def _teach(finder_class: Any) -> None:  # noqa: ANN401 - a class of six's own
    def find_spec(self: Any, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ANN401, ARG001
        if fullname not in self.known_modules:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=self.is_package(fullname))

    def create_module(self: Any, spec: ModuleSpec) -> ModuleType:  # noqa: ANN401
        module: ModuleType = self.load_module(spec.name)
        return module

    finder_class.find_spec = find_spec
    finder_class.create_module = create_module
    finder_class.exec_module = lambda _self, _module: None


if _SIX not in sys.modules:
    _load_six()

# What Spyne's source makes every Python say once; none of it can be mended by whoever reads it. What the compiler says
# comes under the name of the file, where an installer did not compile beforehand (uv, read-only images).
for category in (SyntaxWarning, DeprecationWarning, FutureWarning):
    warnings.filterwarnings("ignore", category=category, module=r"(.*/)?spyne([./]|$)")

# Building an application of the same name again is what a new configuration does: nothing to warn of.
logging.getLogger("spyne.util.appreg").setLevel(logging.ERROR)
