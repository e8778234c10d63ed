"""Brings the database to this program's schema, one process at a time; a newer one is refused."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.errors import ConfigError
from gateway.store.dialect import alone, unhurried
from gateway.store.engine import Database

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> str:
    """Apply what is missing; the revision of the schema. Raises ConfigError, StoreUnavailable."""
    config = _config()
    known = known_schemas()
    newest = known[0]
    with database.writing() as connection:
        alone(connection, "migrate")
        unhurried(connection)
        here = schema_of(connection)
        if here is not None and here not in known:
            raise ConfigError(
                "database",
                f"{database.place} has the schema {here}, which is newer than this program",
                "upgrade it",
            )
        if here != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return newest


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
