"""Wakes the workers, after a command has given them something to deliver."""

from __future__ import annotations

import time
from contextlib import closing

from gateway.cli.starting import runtime_of
from gateway.settings import Document
from gateway.store.store import Store
from gateway.store.wakeup import bell_of


def ring(document: Document, store: Store) -> None:
    """There may be something to deliver."""
    with closing(bell_of(store.database.place, runtime_of(document), time.monotonic)) as bell:
        bell.ring()
