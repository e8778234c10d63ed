"""Brings the database to this program's schema, one process at a time; a newer one is refused."""

from __future__ import annotations

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.errors import ConfigError, StoreUnavailable
from gateway.store.dialect import alone, unhurried, was_held_up
from gateway.store.engine import Database

_TRIES, _PAUSE = 60, 0.5
"""Half a minute and more in all: a busy table is free for a moment again and again."""
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Apply what is missing, each migration in a transaction of its own, whole or not at all; the schema's revision.

    Others may be at work meanwhile. Whoever waits for a table holds up all who come after, so this one doesn't wait
    long, and comes again. Raises ConfigError, StoreUnavailable.
    """
    left = _TRIES
    while True:
        try:
            if _apply_next(database) == known_schemas()[0]:
                return known_schemas()[0]
        except StoreUnavailable as error:
            left -= 1
            if not left or not was_held_up(error):
                raise
            time.sleep(_PAUSE)


def _apply_next(database: Database) -> str:
    """The revision of the schema, after one migration of those that are missing."""
    config, known = _config(), known_schemas()
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
        config.attributes["connection"] = connection
        command.upgrade(config, following)
        return following


def known_schemas() -> list[str]:
    """The schema revisions that this program knows, its own first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def schema_of(connection: Connection) -> str | None:
    """The database's schema revision, None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
