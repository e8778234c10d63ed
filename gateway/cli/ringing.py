"""Wakes the workers, after a command has given them something to deliver."""

from __future__ import annotations

import time
from contextlib import closing

from gateway.cli.starting import runtime_of
from gateway.settings import Document
from gateway.store.notify import NotifyBell
from gateway.store.place import Place
from gateway.store.store import Store
from gateway.store.wakeup import Bell, bell_of


def bell(document: Document, place: Place) -> closing[Bell | NotifyBell]:
    """What wakes the workers of `document`, until it is left."""
    return closing(bell_of(place, runtime_of(document), time.monotonic))


def ring(document: Document, store: Store) -> None:
    """There may be something to deliver."""
    with bell(document, store.database.place) as ours:
        ours.ring()
