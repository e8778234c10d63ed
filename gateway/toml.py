"""TOML tables, checked: strict, frozen, every fault with its path."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.errors import ConfigError, MissingSecret

_Model = TypeVar("_Model", bound=BaseModel)


class Table(BaseModel):
    """A table of the configuration: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Kind(BaseModel):
    """A table whose `kind` says which module checks the rest."""

    model_config = ConfigDict(extra="allow", frozen=True)
    kind: str

    def options(self) -> dict[str, Any]:
        """What the kind's own Options check."""
        return dict(self.__pydantic_extra__ or {})


def parsed(text: str, path: str) -> dict[str, Any]:
    """A TOML document. Raises ConfigError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, f"is not TOML: {error}") from None


def checked(model: type[_Model], value: object, path: str, folder: Path = Path()) -> _Model:
    """`value` as a `model`; relative paths start at `folder`. Raises ConfigError: every problem, under `path`."""
    try:
        return model.model_validate(value, context=folder)
    except ValidationError as error:
        raise ConfigError.of(_problem(one, path) for one in error.errors()) from None


def _problem(one: Any, path: str) -> ConfigError:  # noqa: ANN401 - pydantic's ErrorDetails
    place = ".".join(filter(None, (path, *(str(part) for part in _steps(one["loc"])))))
    message = one["msg"].removeprefix("Value error, ")
    if one["type"] == "extra_forbidden":
        return ConfigError(place, "no such setting", "check its spelling, and the table it stands in")
    if one["type"] == "missing":
        return ConfigError(place, "is required")
    if "environment has no" in message or message.startswith("the file"):
        return MissingSecret(place, message)
    return ConfigError(place or "gateway.toml", message)


def _steps(location: Iterable[object]) -> list[object]:
    """Without those that name a key itself, or which of several tables it is."""
    return [part for part in location if not str(part).startswith(("[key]", "("))]


def read_file(path: Path, named_by: str) -> str:
    """The text of a file that `named_by` names. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(named_by, f"there is no file {path}", "`gateway init` writes one to start from") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(named_by, f"{path} can't be read: {error}") from None
