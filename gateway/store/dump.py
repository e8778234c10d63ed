"""pg_dump and pg_restore: PostgreSQL's own programs copy its databases, and find the password as libpq does."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from contextlib import closing
from pathlib import Path

from gateway.errors import ConfigError
from gateway.store.place import PostgresServer
from gateway.store.postgresql import PostgresDatabase

_MAGIC = b"PGDMP"
_SCHEMA = re.compile(r"^COPY \S*alembic_version \(version_num\) FROM stdin;\n(\S+)$", re.MULTILINE)
_LEAVING = 2.0
"""Seconds in which a connection that was just closed may still be listed."""
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'endpoint-gateway' AND pid <> pg_backend_pid()"
)


def is_dump(file: Path) -> bool:
    """Whether pg_dump wrote `file`, in its custom format."""
    with file.open("rb") as opened:
        return opened.read(len(_MAGIC)) == _MAGIC


def dump(place: PostgresServer, file: Path) -> None:
    """Write the database, as it is at one moment, to `file`. Raises ConfigError."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", f"--dbname={place}")


def schema_in(file: Path) -> str:
    """The schema revision of the dump in `file`. Raises ConfigError."""
    if not file.is_file() or not is_dump(file):
        raise ConfigError(
            str(file),
            "is no dump of PostgreSQL, which `database` names",
            "give one that `gateway database backup` wrote",
        )
    found = _SCHEMA.search(_run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)))
    if found is None:
        raise ConfigError(
            str(file), "is no dump of the gateway's database", "give one that `gateway database backup` wrote"
        )
    return found[1]


def restore(place: PostgresServer, file: Path) -> None:
    """Put the dump in the database's place, in one transaction. Raises ConfigError where somebody uses it."""
    _check_alone(place)
    _run(
        "pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges",
        f"--dbname={place}", str(file),
    )  # fmt: skip


def _check_alone(place: PostgresServer) -> None:
    deadline = time.monotonic() + _LEAVING
    with closing(PostgresDatabase(place)) as database, database.reading() as connection:
        while others := connection.exec_driver_sql(_OTHERS).scalar_one():
            if time.monotonic() > deadline:
                hint = "stop it on every machine first"
                raise ConfigError("database", f"a gateway uses {place}, by {others} connections", hint)
            time.sleep(0.1)


def _run(program: str, *arguments: str) -> str:
    """What `program` says. Raises ConfigError where it is missing, or fails: with its own words."""
    if shutil.which(program) is None:
        hint = "install PostgreSQL's client programs, no older than the server (Debian: postgresql-client)"
        raise ConfigError("database", f"there is no {program} on this machine", hint)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
        raise ConfigError("database", f"{program}: {said}", "nothing was changed")
    return done.stdout
