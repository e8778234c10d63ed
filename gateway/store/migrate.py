"""Brings the database to this program's schema, one process at a time; a newer one is refused."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from gateway.errors import ConfigError, StoreUnavailable
from gateway.store.dialect import alone, unhurried, was_held_up
from gateway.store.engine import Database

_TRIES, _PAUSE = 60, 0.5
"""Half a minute and more in all: a busy table is free for a moment again and again."""
_VERSIONS = table("alembic_version", column("version_num"))
"""Alembic's own table, of one row."""
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Apply what is missing, each migration in a transaction of its own, whole or not at all; the schema's revision.

    Others may be at work meanwhile. Whoever waits for a table holds up all who come after, so this one doesn't wait
    long, and comes again. Raises ConfigError, StoreUnavailable.
    """
    left, own = _TRIES, known_schemas()[0]
    while True:
        try:
            if _apply_next(database) == own:
                return own
        except StoreUnavailable as error:
            left -= 1
            if not left or not was_held_up(error):
                raise
            time.sleep(_PAUSE)


def _apply_next(database: Database) -> str:
    """The revision of the schema, after one migration of those that are missing."""
    known = known_schemas()
    with database.writing() as connection:
        alone(connection, "migrate")
        here = schema_of(connection)
        if here is not None and here not in known:
            raise ConfigError(
                "database",
                f"{database.place} has the schema {here}, which is newer than this program",
                "upgrade it",
            )
        if here == known[0]:
            return here
        unhurried(connection)
        following = known[known.index(here) - 1 if here is not None else -1]
        _upgrade(connection, following)
        return following


def known_schemas() -> list[str]:
    """The schema revisions that this program knows, its own first: the file of each begins with its number."""
    return sorted((path.name.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py")), reverse=True)


def schema_of(connection: Connection) -> str | None:
    """The database's schema revision, None where it has none."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    revision: str | None = connection.execute(select(_VERSIONS.c.version_num)).scalar_one_or_none()
    return revision


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command  # a sixth of all that a process would import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
