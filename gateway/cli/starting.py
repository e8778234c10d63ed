"""What every process that serves does first: logs, the database's schema, the configuration's revision, warnings."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

from gateway.assembly import Workshop
from gateway.runtime import runtime_folder
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import place_of
from gateway.store.store import Store, open_store
from gateway.telemetry import logs
from gateway.telemetry.logs import log
from gateway.toml import Kind


def prepare(document: Document, *, in_force: bool) -> int:
    """Check the configuration, migrate the database and record the revision; the number in force.

    `in_force` puts this file in force whatever the database holds: a person asked for it. Without it, only a
    configuration the database never saw does so: an old process that restarts during an upgrade changes nothing.
    """
    settings = document.settings()
    logs.set_up(settings.log.format, settings.log.level)
    Workshop().build(document, 0)
    store = open_store(place_of(settings, document.folder))
    try:
        migrate(store.database)
        record = store.revisions.put_in_force if in_force else store.revisions.record_unseen
        number = record(document.files, getpass.getuser(), datetime.now(UTC))
        _warn(document, store)
        return number
    finally:
        store.close()


def runtime_of(document: Document) -> Path:
    """The runtime folder of this configuration's processes."""
    return runtime_folder(document.folder / document.settings().data_dir)


def _warn(document: Document, store: Store) -> None:
    """Say out loud at start what an operator should know."""
    settings = document.settings()
    for name, source in settings.sources.items():
        if isinstance(source.authenticate, Kind) and source.authenticate.kind == "anonymous":
            log.warning("source.anonymous", source=name, note="whoever reaches its endpoint may send events")
    for note in store.database.warnings():
        log.warning("database.warning", note=note)
    for name, count in store.history.unconfigured(settings.destinations):
        log.warning("destination.unconfigured", destination=name, waiting=count, note="its deliveries wait")
