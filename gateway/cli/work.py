"""`gateway work`: one worker only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from functools import partial
from typing import Protocol

import click
import uvloop

from gateway import supervisor
from gateway.assembly import Workshop, current
from gateway.cli.configured import address, config_option, seconds
from gateway.cli.starting import prepare, runtime_of
from gateway.parent import PARENT, die_with_parent
from gateway.settings import Document
from gateway.store.place import place_of
from gateway.telemetry.gauges import forget_gone


class _Wakes(Protocol):
    def wake(self) -> None:
        """There may be something to do."""


@click.command()
@config_option
@click.option("--drain", default="30s", callback=seconds, help="How long deliveries under way may take at the end.")
@click.option("--until-idle", is_flag=True, help="End when nothing is due.")
@click.option("--listen", callback=address, help="HOST:PORT for health and metrics of its own.")
def work(document: Document, drain: float, until_idle: bool, listen: tuple[str, int] | None) -> None:
    """Deliver what is due, until told to stop."""
    die_with_parent()
    runtime = runtime_of(document)
    if PARENT not in os.environ:  # under `gateway run`, that has done it
        prepare(document, in_force=False)
        folder = supervisor.metrics_folder(runtime)
        folder.mkdir(parents=True, exist_ok=True)
        forget_gone(folder)
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(document, drain=drain, until_idle=until_idle, listen=listen))


async def _work(document: Document, *, drain: float, until_idle: bool, listen: tuple[str, int] | None) -> None:
    # Imported here, since prometheus_client looks at the environment when it is imported.
    from datetime import timedelta

    from gateway.lanes import Lanes
    from gateway.store.notify import Listener
    from gateway.store.outbox import Outbox, new_owner
    from gateway.store.place import PostgresServer
    from gateway.store.store import open_store
    from gateway.store.upkeep import Upkeep
    from gateway.store.wakeup import listen as listen_for_bell
    from gateway.store.wakeup import unlisten
    from gateway.telemetry import logs, metrics
    from gateway.worker import Worker
    from gateway.worker_health import serve_health

    settings = document.settings()
    logs.set_up(settings.log.format, settings.log.level)
    place, runtime = place_of(settings, document.folder), runtime_of(document)
    store = open_store(place)
    number = store.revisions.newest()
    in_force = current(Workshop(), Document(store.revisions.files(number), document.folder), number, store.revisions)
    metrics.revision.set(number)
    worker = Worker(
        current=in_force, outbox=Outbox(store.database, new_owner()), upkeep=Upkeep(store.database),
        revisions=store.revisions, until_idle=until_idle, drain=timedelta(seconds=drain), lanes=Lanes(runtime),
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number_of_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number_of_signal, worker.stop)
    bell = listen_for_bell(runtime)
    loop.add_reader(bell, _rung, bell, worker)
    listener = Listener(place, partial(_wake, loop, worker)) if isinstance(place, PostgresServer) else None
    health = await serve_health(listen, in_force, store) if listen else None
    try:
        await worker.work()
    finally:
        if listener is not None:
            listener.close()
        loop.remove_reader(bell)
        unlisten(bell)
        if health is not None:
            await health.cleanup()
        store.close()


def _wake(loop: asyncio.AbstractEventLoop, worker: _Wakes) -> None:
    """From another thread."""
    loop.call_soon_threadsafe(worker.wake)


def _rung(bell: socket.socket, worker: _Wakes) -> None:
    """Take every ring that waits: they all say the same."""
    with contextlib.suppress(BlockingIOError):
        while True:
            bell.recv(64)
    worker.wake()
