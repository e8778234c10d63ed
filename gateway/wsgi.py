"""What gunicorn loads in each web process, after fork: the application over a store of its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from gevent.threadpool import ThreadPool

from gateway.admission import Admission
from gateway.assembly import Workshop, current
from gateway.errors import StoreUnavailable
from gateway.receiver import Door
from gateway.runtime import runtime_folder
from gateway.settings import Document
from gateway.store.inbox import PATIENCE
from gateway.store.place import SqliteFile, place_of
from gateway.store.store import Store, open_store
from gateway.store.wakeup import bell_of
from gateway.telemetry import logs, metrics
from gateway.telemetry.logs import log
from gateway.web import GatewayApp, create_app

_SWITCH = 0.0005
"""Seconds after which a thread that decodes a long body lets others run; at Python's 5 ms each call beside it waits."""


def in_pool(pool: ThreadPool) -> Callable[[Callable[[], Any]], Any]:
    """Runs a function in `pool` while other calls go on here; what it raises is raised here."""

    def run(function: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the function gives
        outcome = pool.spawn(_caught, function).get()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return run


def in_time(run: Callable[[Callable[[], Any]], Any]) -> Callable[[Callable[[], None]], None]:
    """`run`, which raises StoreUnavailable where it takes too long."""

    def limited(function: Callable[[], None]) -> None:
        with gevent.Timeout(PATIENCE.total_seconds(), StoreUnavailable("the store is slow")):
            run(function)

    return limited


def _caught(function: Callable[[], Any]) -> Any:  # noqa: ANN401
    """What `function` gives or raises, as a value: gevent prints the traceback of all that leaves a pool's thread."""
    try:
        return function()
    except Exception as error:  # raised again by whoever waits
        return error


def application_at(path: Path) -> GatewayApp:
    """The application of the configuration at `path`, following its revisions."""
    document = Document.at(path)
    settings = document.settings()
    logs.set_up(settings.log.format, settings.log.level)
    folder = document.folder / settings.data_dir
    place = place_of(settings, document.folder)
    bell = bell_of(place, runtime_folder(folder), time.monotonic)
    store = open_store(place, in_thread=in_time(in_pool(ThreadPool(1))), woke=bell.ring, commits=_observe)
    number = store.revisions.newest()
    stored = Document(store.revisions.files(number), document.folder)
    admission = Admission(time.monotonic, runtime_folder(folder))
    disk = place.file.parent if isinstance(place, SqliteFile) else None  # a server looks after its own
    look: Callable[[], None] = partial(admission.look, disk, settings.keep_free) if disk else lambda: None
    look()
    door = Door(
        current=current(Workshop(), stored, number, store.revisions),
        inbox=store.inbox,
        base_url=settings.base_url,
        time_limit=gevent.Timeout,
        body_seconds=settings.body_timeout.total_seconds(),
        apart=in_pool(ThreadPool(2)),
        breathe=gevent.sleep,
        admission=admission,
    )
    metrics.revision.set(number)
    gevent.spawn(_keep_house, store, door, look)
    return create_app(settings, store, door, os.environ.get("PROMETHEUS_MULTIPROC_DIR"))


def _keep_house(store: Store, door: Door, look: Callable[[], None]) -> None:
    """About once a second: see whether there is room, write refusals, look for a newer configuration."""
    ask = in_pool(ThreadPool(1))
    while True:
        gevent.sleep(1)
        try:
            look()
            store.inbox.flush()
            newest = ask(store.revisions.newest)
            if door.current.follow(newest):
                metrics.revision.set(newest)
        except Exception as error:
            log.warning("housekeeping.failed", error=str(error))


def _observe(size: int, seconds: float) -> None:
    metrics.commit_size.observe(size)
    metrics.commit_seconds.observe(seconds)


sys.setswitchinterval(_SWITCH)
application = application_at(Path(os.environ["GATEWAY_CONFIG"]))
