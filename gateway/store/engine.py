"""The database, whichever it is: transactions that are durable before they return, and short reads."""

from __future__ import annotations

import contextlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import StoreUnavailable
from gateway.store.place import Place

_POISON = (IntegrityError, DataError, InterfaceError, ValueError, OverflowError)
"""What a database or its driver says of rows that it can't take, not of itself."""
_OURS = (IntegrityError, InterfaceError)
_LIMIT_EXCEEDED, _ROW_TWICE = "54", "21"
"""PostgreSQL's classes of errors for rows beyond its limits, such as an index's longest value, and rows named twice."""

_NOT_NOW = (DBAPIError, PendingRollbackError, PoolTimeout, sqlite3.Error, OSError)
"""What says something of the database itself, or of the way there."""


class PoisonError(Exception):
    """The database can't take these rows, whenever they come."""

    def __init__(self, said: str, *, is_of_values: bool) -> None:
        super().__init__(said)
        self.is_of_values = is_of_values
        """Whether it is what they hold; else it is how they fit together, which is our doing."""


class Database(ABC):
    """Open it after fork, and write with it from one thread at a time."""

    def __init__(self, place: Place, writers: Engine, readers: Engine) -> None:
        self.place = place
        self._writers = writers
        self._readers = readers
        self._writer: Connection | None = None

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, committed at the end; `durable` waits for the disk.

        Raises StoreUnavailable, or PoisonError, which says something of the rows.
        """
        with translated(), self._turn():
            connection = self._begun(durable=durable)
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                self._give_up(connection)
                raise

    @contextmanager
    def peeking(self) -> Iterator[Connection]:
        """The writer's own connection, to read with and without its turn: what a claim looks at first."""
        with translated():
            connection = self._connection()
            try:
                yield connection
            except BaseException:
                self._give_up(connection)
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection of its own, for one short read. Raises StoreUnavailable."""
        with translated(), self._readers.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            with self._turn():
                self._writer.close()
        self._writer = None
        self._readers.dispose()

    @abstractmethod
    def warnings(self) -> list[str]:
        """What an operator should know of this database. Raises ConfigError where it can't keep our promise."""

    def forget_log(self) -> bool:
        """Let nothing that was deleted be in files that only a crash would need; whether that could be done now."""
        return True

    def ahead(self, clock: Callable[[], datetime]) -> timedelta:
        """How far the database's clock is ahead of `clock`; nothing where it has none of its own."""
        del clock
        return timedelta()

    @abstractmethod
    def _begun(self, *, durable: bool) -> Connection:
        """The writer's connection, in a transaction."""

    def _turn(self) -> AbstractContextManager[None]:
        """While this process alone may write, where only one can."""
        return nullcontext()

    def _connection(self) -> Connection:
        if self._writer is None:
            self._writer = self._writers.connect()
        return self._writer

    def _give_up(self, connection: Connection) -> None:
        """Roll back, and start afresh next time: a connection that failed may fail again.

        Closing alone does not roll back while some frame of a traceback still holds an open cursor.
        """
        self._writer = None
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
            connection.exec_driver_sql("ROLLBACK")
        with contextlib.suppress(SQLAlchemyError, sqlite3.Error):
            connection.invalidate()
        connection.close()


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors: those that say "not now" as StoreUnavailable, those that say "never" as PoisonError."""
    try:
        yield
    except _POISON as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:  # psycopg's InterfaceError of a lost one
            raise StoreUnavailable(f"the store can't be used now: {_said(error)}") from error
        raise PoisonError(_said(error), is_of_values=not isinstance(error, _OURS)) from error
    except _NOT_NOW as error:
        state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
        if state.startswith((_LIMIT_EXCEEDED, _ROW_TWICE)):
            raise PoisonError(_said(error), is_of_values=state.startswith(_LIMIT_EXCEEDED)) from error
        raise StoreUnavailable(f"the store can't be used now: {_said(error)}") from error


def _said(error: BaseException) -> str:
    """The driver's own words, without the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).partition("\n")[0]
