"""Wake-up through PostgreSQL: NOTIFY reaches the workers of every machine. A hint: workers poll too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from gateway.store.place import PostgresServer
from gateway.store.postgresql import connected

_CHANNEL = "endpoint_gateway_deliveries"
_PAUSE = 0.005
"""Seconds between two notifications: one wakes for all that was accepted meanwhile."""
_TROUBLED = 1.0
"""Seconds until a lost connection is tried again; workers poll meanwhile."""
_LOOKS = 1.0
"""Seconds after which a listener sees whether it is to end."""


class NotifyBell:
    """What the accepting side rings. A thread of its own sends, so that no caller waits for it, and no transaction."""

    def __init__(self, place: PostgresServer) -> None:
        self._place = place
        self._rung = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._send, name="bell", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Wake every worker on the database, soon. Never blocks, never fails."""
        self._rung.set()

    def close(self) -> None:
        """Send what was rung, and end."""
        self._closed = True
        self._rung.set()
        self._thread.join(_TROUBLED)

    def _send(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while not self._closed:
            self._rung.wait()
            self._rung.clear()
            try:
                connection = connection or connected(self._place)
                connection.execute(f"NOTIFY {_CHANNEL}".encode())
                time.sleep(_PAUSE)
            except psycopg.Error:
                connection = None
                time.sleep(_TROUBLED)
        if connection is not None:
            connection.close()


class Listener:
    """What a worker hears it by: calls `heard` from a thread of its own, also after each time that it was deaf."""

    def __init__(self, place: PostgresServer, heard: Callable[[], object]) -> None:
        self._place = place
        self._heard = heard
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._closed = True
        self._thread.join(2 * _LOOKS)

    def _listen(self) -> None:
        while not self._closed:
            try:
                with connected(self._place) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}".encode())
                    self._heard()
                    while not self._closed:
                        for _ in connection.notifies(timeout=_LOOKS, stop_after=1):
                            self._heard()
            except psycopg.Error:
                time.sleep(_TROUBLED)
