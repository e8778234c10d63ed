"""One module a kind of storage: where files go. All of it blocks: an event loop calls it in a thread."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, BinaryIO, Protocol

from pydantic import BeforeValidator, ValidationInfo

from gateway import plugins
from gateway.errors import ConfigError
from gateway.toml import checked
from gateway.values import Unusable, folder_of


class Storage(Protocol):
    """Where files go, each under a path of its own, and stay as they are. Every method may raise OSError."""

    def part(self, key: str) -> Path:
        """A file of this machine to receive into, the same for the same `key`; its folder is there."""

    def room(self) -> int:
        """Bytes that may still be written; less than none where too little is left already."""

    def put(self, part: Path, path: str, digest: str) -> str:
        """Make what was received durable under `path`, and `part` be gone; the path that it has.

        What stands there already is never overwritten: the same content is left alone, beside another it gets a
        number. `digest` is its SHA-256.
        """

    def open(self, path: str) -> BinaryIO:
        """What `put` stored. Raises FileNotFoundError."""

    def remove(self, path: str) -> bool:
        """Delete it; whether it was there."""

    def sweep(self, stored_before: float | None, received_before: float, goes_on: Callable[[], bool]) -> int:
        """Delete what was stored, and parts that were received, before these times; how many files that were."""


def checked_path(path: str) -> PurePosixPath:
    """`path`, as `put` returns them: it leads nowhere else, whoever wrote it. Raises FileNotFoundError."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\0" in path or any(part.startswith(".") for part in parts):
        raise FileNotFoundError(errno.ENOENT, "it is no path of this storage")
    return PurePosixPath(*parts)


def _storage(value: object, info: ValidationInfo) -> object:
    """A table with a `kind`, which its module checks. Raises Unusable."""
    if not isinstance(value, dict):
        raise Unusable("must be a table", f'such as {{ kind = "folder", path = "recordings" }}; kinds: {_kinds()}')
    kind, rest = value.get("kind"), {key: one for key, one in value.items() if key != "kind"}
    if kind is None:
        raise Unusable("is required", f"there are: {_kinds()}", key="kind")
    try:
        module = plugins.find("storage", str(kind), "")
        options = checked(module.Options, rest, "", folder_of(info))
    except ConfigError as error:
        raise Unusable(error.message, error.hint, key=error.path.lstrip(".")) from None
    return module.Storage(options)


def _kinds() -> str:
    return ", ".join(plugins.known("storage"))


StorageOf = Annotated[Any, BeforeValidator(_storage)]
"""A storage, by its table."""
