"""The store as one thing: opened after fork, with its inbox, history and revisions; a worker adds its outbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.store.engine import Database
from gateway.store.history import History
from gateway.store.inbox import PATIENCE, Inbox, InThread
from gateway.store.names import Names
from gateway.store.place import Place, PostgresServer
from gateway.store.postgresql import PostgresDatabase
from gateway.store.revisions import Revisions
from gateway.store.sqlite import SqliteDatabase


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
    database = database_at(place)
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


def database_at(place: Place) -> Database:
    """The database at `place`, not yet connected to."""
    return PostgresDatabase(place) if isinstance(place, PostgresServer) else SqliteDatabase(place)
