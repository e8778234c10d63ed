"""Presets: what a well-known sender is like, in the grammar of a [sources.<name>] table, under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.errors import ConfigError
from gateway.model.near import hint
from gateway.shipped import shipped
from gateway.toml import parsed

TextOf = Callable[[str, str], str]
"""The text of a file by its name, and which setting names it. Raises ConfigError."""
_PREFIX = "preset:"
_FOLDER = Path(__file__).parent.parent / "presets"


def presets() -> Mapping[str, Path]:
    """Every preset, by name."""
    return {file.stem: file for file in sorted(_FOLDER.glob("*.toml"))}


def contracts() -> Mapping[str, Path]:
    """Every contract that comes with the program, by name."""
    return {file.parent.name: file for file in sorted(shipped("wsdl").glob("*/contract.toml"))}


def shipped_text(name: str, path: str) -> str | None:
    """The text of what comes with the program under `name`: `preset:ringcx`, or the contract `calls`.

    None for the name of a file. Raises ConfigError where nothing of such a name comes with it; `path` names it.
    """
    if name.startswith(_PREFIX):
        return _text(name.removeprefix(_PREFIX), presets(), path, "preset")
    if "." in name or "/" in name or "\\" in name:
        return None
    return _text(name, contracts(), path, "contract of the gateway's own")


def _text(name: str, known: Mapping[str, Path], path: str, what: str) -> str:
    if name not in known:
        raise ConfigError(path, f"there is no {what} {name!r}", hint(name, known))
    return known[name].read_text(encoding="utf-8")


def with_presets(document: dict[str, Any], text_of: TextOf) -> dict[str, Any]:
    """`document` with each source that names a preset filled in from it, key by key: what is written there stays.

    Raises ConfigError.
    """
    sources = document.get("sources")
    if not isinstance(sources, Mapping):
        return document
    filled, problems = {}, []
    for name, source in sources.items():
        try:
            filled[name] = _filled(source, f"sources.{name}.preset", text_of)
        except ConfigError as error:
            problems.append(error)
    if problems:
        raise ConfigError.of(problems)
    return {**document, "sources": filled}


def _filled(source: Any, path: str, text_of: TextOf) -> Any:  # noqa: ANN401 - what stands in the file
    if not isinstance(source, Mapping) or "preset" not in source:
        return source
    if not isinstance(source["preset"], str):
        raise ConfigError(path, "must be text, in quotes", f"there are: {', '.join(presets())}")
    name = file_of(source["preset"])
    return {**parsed(text_of(name, path), name), **source}


def file_of(preset: str) -> str:
    """How the preset of this name is called among the files of a configuration."""
    return f"{_PREFIX}{preset}"
