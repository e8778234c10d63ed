"""A kind is a module name: find it, and list those there are."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType

from gateway.errors import UnknownKind
from gateway.model.near import nearest


def find(family: str, kind: str, path: str) -> ModuleType:
    """The module that serves `kind` in `family` (`destinations`, `authenticators`).

    Ours is imported on first use; others come by the entry-point group `gateway.<family>`.
    Raises UnknownKind, naming those there are; `path` says which table asked.
    """
    if kind in _ours(family):
        return importlib.import_module(f"gateway.{family}.{kind}")
    for entry in entry_points(group=f"gateway.{family}", name=kind):
        module: ModuleType = entry.load()
        return module
    near = nearest(kind, known(family))
    raise UnknownKind(path, kind, known(family), f"did you mean {near!r}?" if near else "")


def known(family: str) -> list[str]:
    """Every kind of `family`."""
    return sorted({*_ours(family), *(entry.name for entry in entry_points(group=f"gateway.{family}"))})


def _ours(family: str) -> list[str]:
    package = importlib.import_module(f"gateway.{family}")
    return [module.name for module in pkgutil.iter_modules(package.__path__)]
