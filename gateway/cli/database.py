"""`gateway database check|migrate|backup|restore`: what everything is kept in, looked at, copied and put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection, select

from gateway import supervisor
from gateway.cli.configured import config_option, place_there
from gateway.errors import ConfigError, StoreUnavailable
from gateway.model.delivery import State
from gateway.settings import Document
from gateway.store import backup as copies
from gateway.store.engine import Database
from gateway.store.history import COUNTED, History
from gateway.store.migrate import known_schemas, schema_of
from gateway.store.migrate import migrate as bring_up_to_date
from gateway.store.place import SqliteFile, place_of
from gateway.store.store import database_at
from gateway.store.tables import events, moment_of

_FOUND = 1
_FREE = ("freelist_count", "page_size")
_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def database() -> None:
    """Check, migrate, back up and restore the database."""


@database.command()
@config_option
@click.option("--full", is_flag=True, help="Compare every index with its table too; it takes longer.")
def check(document: Document, full: bool) -> int:
    """Say what the database is, what it holds and whether it is sound. Exit 0, or 1 with what is wrong."""
    place = place_there(document)
    click.echo(f"database  {place}")
    problems: list[str] = []
    try:
        with closing(database_at(place)) as opened:
            _tell_kind(opened)
            for note in opened.warnings():
                click.echo(f"note      {note}")
            problems += _of_schema(opened)
            problems += _of_soundness(opened, full=full)
            if not problems:
                _tell_contents(document, opened)
    except ConfigError as error:
        problems.append(str(error))
    except StoreUnavailable as error:
        problems.append(f"{error}; is the server up, the file damaged? `gateway database restore` puts a backup back")
    for problem in problems:
        click.echo(f"wrong: {problem}", err=True)
    return _FOUND if problems else 0


@database.command()
@config_option
def migrate(document: Document) -> None:
    """Bring the database to this program's schema; make it where there is none."""
    place = place_of(document.settings(), document.folder)
    with closing(database_at(place)) as opened:
        with opened.reading() as connection:
            before = schema_of(connection)
        after = bring_up_to_date(opened)
    moved = f"{before or 'none'} → {after}"
    click.echo(f"{place}: schema {f'{after} already' if before == after else moved}")


@database.command()
@_file
@config_option
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup(document: Document, file: Path, force: bool) -> None:
    """Copy the database to FILE, as it is at one moment; the gateway may run meanwhile."""
    place = place_there(document)
    with closing(database_at(place)) as opened, _progress() as progress:
        copies.back_up(opened, file, force=force, keep_free=document.settings().keep_free, progress=progress)
    click.echo(f"backed up {place} to {file}, {_size(file.stat().st_size)}")


@database.command()
@_file
@config_option
@click.option("--force", is_flag=True, help="Replace a database that holds events.")
def restore(document: Document, file: Path, force: bool) -> None:
    """Put the copy in FILE in the database's place. No gateway may run."""
    settings = document.settings()
    place = place_of(settings, document.folder)
    held = supervisor.hold_pid_file(document.folder / settings.data_dir)
    try:
        with _progress() as progress:
            copies.restore(place, file, force=force, progress=progress)
        with closing(database_at(place)) as opened, opened.reading() as connection:
            newest = _newest_event(connection)
    finally:
        os.close(held)
    click.echo(f"restored {place} from {file}; its events: {newest}")
    click.echo(
        "What waited when the backup was made will be delivered once the gateway runs, again where it was delivered"
        " since. What was accepted since is not in it."
    )


def _tell_kind(opened: Database) -> None:
    """What it is, and how large."""
    with opened.reading() as connection:
        if not isinstance(opened.place, SqliteFile):
            size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
            click.echo(f"kind      PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}")
            click.echo(f"size      {_size(size)}")
            return
        file = opened.place.file
        log = Path(f"{file}-wal")
        pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _FREE)
        parts = [f"{_size(file.stat().st_size)}", f"{_size(pages * size)} of it free"]
        parts += [f"-wal {_size(log.stat().st_size)}"] if log.exists() else []
        click.echo(f"kind      SQLite {sqlite3.sqlite_version}")
        click.echo(f"size      {', '.join(parts)}; {_size(shutil.disk_usage(file.parent).free)} left on its disk")


def _of_schema(opened: Database) -> list[str]:
    known = known_schemas()
    with opened.reading() as connection:
        found = schema_of(connection)
    click.echo(f"schema    {found or 'none'}; this program's is {known[0]}")
    if found == known[0]:
        return []
    if found is None or found in known:
        return [f"the schema is {found or 'missing'}; `gateway database migrate` brings it to {known[0]}"]
    return [f"the schema {found} is newer than this program; upgrade it"]


def _of_soundness(opened: Database, *, full: bool) -> list[str]:
    """By SQLite's own check; whether a server's disks are sound is its owner's business."""
    if not isinstance(opened.place, SqliteFile):
        return []
    check = "integrity_check" if full else "quick_check"
    with opened.reading() as connection:
        found = connection.exec_driver_sql(f"PRAGMA {check}(10)").scalars().all()
    if found == ["ok"]:
        click.echo(f"sound     yes, says {check}")
        return []
    said = "; ".join(" ".join(str(one).split()) for one in found)
    return [f"{check}: {said}; stop the gateway, keep its files, and restore a backup"]


def _tell_contents(document: Document, opened: Database) -> None:
    """What waits and what is dead, of each destination."""
    with opened.reading() as connection:
        click.echo(f"events    {_newest_event(connection)}")
    history = History(opened)
    configured = document.settings().destinations
    gone = dict(history.unconfigured(configured))
    for name in [*configured, *gone]:
        waiting, dead = history.backlog(name, State.WAITING), history.backlog(name, State.DEAD)
        oldest = history.oldest_waiting(name) if waiting else None
        since = f" since {_shown(oldest)}" if oldest else ""
        note = "; it is not configured" if name in gone else ""
        click.echo(f"          {name}: {_count(waiting)} waiting{since}, {_count(dead)} dead{note}")


def _newest_event(connection: Connection) -> str:
    newest = connection.execute(select(events.c.received_at).order_by(events.c.id.desc()).limit(1)).scalar()
    return "none" if newest is None else f"the newest is of {_shown(moment_of(newest))}"


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _count(number: int) -> str:
    return f"{number - 1} or more" if number == COUNTED else str(number)


def _size(number: int) -> str:
    return f"{number / 2**20:.1f} MiB"


@contextmanager
def _progress() -> Iterator[copies.Progress]:
    """A line on a terminal, rewritten as it goes on; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield copies.silent
        return
    yield lambda done, total: click.echo(f"\r{100 * done // max(total, 1):3} % of {total} pages", nl=False, err=True)
    click.echo(err=True)
