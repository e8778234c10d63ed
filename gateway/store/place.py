"""Where the database is: a file of this machine, or a PostgreSQL server that many machines share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from gateway.errors import ConfigError
from gateway.settings import Settings

_POSTGRESQL = ("postgresql", "postgres")
_PASSWORD = "set PGPASSWORD, or keep it in ~/.pgpass or a service file, where libpq finds it"  # noqa: S105 - a hint


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A file, and the one beside it whose lock its writers take turns by."""

    file: Path
    lock: Path

    @property
    def is_missing(self) -> bool:
        """Whether nothing was ever stored there."""
        return not self.file.exists()

    def __str__(self) -> str:
        """As people are told of it."""
        return str(self.file)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A database on a server; its password is libpq's business (PGPASSWORD, ~/.pgpass, PGSERVICE).

    So is the URL: it means what it means to psql, several hosts and all (libpq, Connection URIs).
    """

    url: str

    @property
    def parameters(self) -> dict[str, Any]:
        """What the URL says, by libpq's names."""
        return conninfo_to_dict(self.url)

    @property
    def is_missing(self) -> bool:
        """Only asking it would tell."""
        return False

    def __str__(self) -> str:
        """As people are told of it."""
        return self.url


Place = SqliteFile | PostgresServer


def place_of(settings: Settings, folder: Path) -> Place:
    """Where the database is that `settings`, of this folder, name. Raises ConfigError."""
    return place_named(settings.database, folder, folder / settings.data_dir)


def place_named(url: str, root: Path, data_dir: Path) -> Place:
    """The place that the setting `database` names; a relative path starts at `root`, the configuration's folder.

    Raises ConfigError.
    """
    if not url:
        return SqliteFile(data_dir / "gateway.db", data_dir / "gateway.lock")
    scheme, _, rest = url.partition(":")
    path = rest.removeprefix("///")
    if scheme == "sqlite" and path not in ("", rest):
        file = root / path
        return SqliteFile(file, file.with_name(file.stem + ".lock"))
    if scheme not in _POSTGRESQL:
        raise ConfigError("database", f"can't use {scheme}", "sqlite:///PATH or postgresql://USER@HOST/NAME")
    place = PostgresServer(f"postgresql:{rest}")
    try:
        found = place.parameters
        [int(port) for port in found.get("port", "").split(",") if port]
    except (psycopg.ProgrammingError, ValueError):
        raise ConfigError("database", "is no address", "postgresql://USER@HOST/NAME") from None
    if "password" in found:
        raise ConfigError("database", "holds a password, and this file is no place for secrets", _PASSWORD)
    return place
