"""The store as one thing: opened after fork, with its inbox, history and revisions; a worker adds its outbox."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.store.engine import FIXED_SQLITE, Database, Place
from gateway.store.history import History
from gateway.store.inbox import PATIENCE, Inbox, InThread
from gateway.store.names import Names
from gateway.store.revisions import Revisions


@dataclass(frozen=True, slots=True)
class Store:
    """What survives a power cut."""

    database: Database
    inbox: Inbox
    history: History
    revisions: Revisions

    def close(self) -> None:
        """Write the refusals that still wait, and close the database."""
        try:
            self.inbox.flush()
        finally:
            self.database.close()


def open_store(
    place: Place,
    *,
    in_thread: InThread = lambda function: function(),
    woke: Callable[[], None] = lambda: None,
    commits: Callable[[int, float], None] = lambda _size, _seconds: None,
    patience: timedelta = PATIENCE,
) -> Store:
    """Open the store at `place`, after fork. `woke` is called when something is to be delivered."""
    database = Database(place)
    inbox = Inbox(
        database,
        Names(),
        in_thread=in_thread,
        clock=time.monotonic,
        woke=woke,
        commits=commits,
        patience=patience,
    )
    return Store(database, inbox, History(database), Revisions(database))


def old_sqlite() -> str | None:
    """The version of this SQLite, where its WAL reset is not sound by itself; we serialise around it."""
    version = sqlite3.sqlite_version_info
    fixed = any(version[:2] == known[:2] and version >= known for known in FIXED_SQLITE)
    return None if fixed or version >= FIXED_SQLITE[-1] else sqlite3.sqlite_version
