"""TOML tables, checked: strict, frozen, every fault with its path."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.errors import ConfigError
from gateway.model.near import nearest
from gateway.toml.misfit import misfit
from gateway.toml.syntax import parsed_toml

_Model = TypeVar("_Model", bound=BaseModel)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Table(BaseModel):
    """A table of the configuration: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Kind(BaseModel):
    """A table whose `kind` says which module checks the rest."""

    model_config = ConfigDict(extra="allow", frozen=True)
    kind: str
    """Which it is, such as `http` of a destination or `basic` of an authenticator; its other keys depend on it."""

    def options(self) -> dict[str, Any]:
        """What the kind's own Options check."""
        return dict(self.__pydantic_extra__ or {})


def parsed(text: str, path: str) -> dict[str, Any]:
    """A TOML document. Raises ConfigError with line and column."""
    return parsed_toml(text, path)


def checked(
    model: type[_Model], value: object, path: str, folder: Path = Path(), *, beside: Iterable[str] = ()
) -> _Model:
    """`value` as a `model`; relative paths start at `folder`. Raises ConfigError: every problem, under `path`.

    Keys `beside` may stand in the same table, and were checked elsewhere.
    """
    try:
        return model.model_validate(value, context=folder)
    except ValidationError as error:
        raise ConfigError.of(misfit(one, model, value, path, beside) for one in error.errors()) from None


def read_file(path: Path, named_by: str) -> str:
    """The text of a file that `named_by` names. Raises ConfigError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(named_by, f"there is no file {path}", _instead_of(path)) from None
    except IsADirectoryError:
        raise ConfigError(named_by, f"{path} is a folder", "name a file in it") from None
    except OSError as error:
        raise ConfigError(named_by, f"{path} can't be read: {error.strerror}", _may_read(error)) from None
    try:
        return content.decode("utf-8-sig")  # editors on Windows begin a file with a mark that means UTF-8
    except UnicodeDecodeError as error:
        found = "UTF-16" if content.startswith(_WIDE) else f"no UTF-8, in line {content.count(10, 0, error.start) + 1}"
        raise ConfigError(named_by, f"{path} can't be read: it is {found}", "save it as UTF-8") from None


def _instead_of(path: Path) -> str:
    try:
        near = nearest(path.name, [one.name for one in path.parent.iterdir() if one.is_file()])
    except OSError:
        return f"nor a folder {path.parent}" if not path.parent.exists() else ""
    if near:
        return f"did you mean {near}?"
    return (
        "`gateway init` writes one to start from"
        if path.suffix == ".toml"
        else "a path starts at gateway.toml's folder"
    )


def _may_read(error: OSError) -> str:
    return "let whoever runs the gateway read it: chmod, chown" if isinstance(error, PermissionError) else ""
