"""`gateway run`: the whole gateway on one machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click

from gateway import supervisor
from gateway.assembly import Workshop
from gateway.cli.configured import config_option, seconds
from gateway.cli.starting import prepare, runtime_of
from gateway.errors import GatewayError
from gateway.settings import Document, url_of
from gateway.shipped import shipped
from gateway.store.place import place_of
from gateway.store.store import open_store
from gateway.supervisor import Child, Supervisor
from gateway.telemetry.logs import log


@click.command()
@config_option
@click.option(
    "--drain", default="30s", callback=seconds, help="How long calls and deliveries under way may take at the end."
)
def run(document: Document, drain: float) -> int:
    """Run web and workers. TERM and INT drain and end; HUP puts the changed gateway.toml in force."""
    settings = document.settings()
    held = supervisor.hold_pid_file(document.folder / settings.data_dir)
    supervisor.check_addresses(settings)
    prepare(document, in_force=True)
    runtime = runtime_of(document)
    supervisor.clean(runtime)
    config = document.path
    environment = supervisor.environment(config, runtime, drain)
    worker = [sys.executable, "-m", "gateway", "work", "--drain", f"{drain:g}s", "--config", str(config)]
    children = [Child("web", supervisor.web_command(shipped("deploy/gunicorn.conf.py")), environment)]
    children += [Child(f"worker {number}", worker, environment) for number in range(1, settings.worker_processes + 1)]
    tree = Supervisor(
        children=children,
        is_ready=supervisor.readiness(settings, runtime),
        on_ready=lambda: click.echo(f"ready {url_of(settings.listen)}", err=True),
        reload=_reloader(document),
        drain=drain,
    )
    try:
        return tree.run()
    finally:
        os.close(held)


_AT_START = ("listen", "admin", "data_dir", "database", "web_processes", "worker_processes", "log", "body_timeout")
"""What is read once: a change of it waits for a restart."""


def _reloader(started: Document) -> Callable[[], None]:
    """Puts the file in force as it is now; one that can't be used is told, and the old stays."""
    at_start = started.settings()

    def reload() -> None:
        try:
            document = Document.at(started.path)
            Workshop().build(document, 0)
            store = open_store(place_of(document.settings(), document.folder))
            try:
                number = store.revisions.put_in_force(document.files, "HUP", datetime.now(UTC))
            finally:
                store.close()
            log.info("configuration.reloaded", revision=number)
            settings = document.settings()
            waiting = [name for name in _AT_START if getattr(settings, name) != getattr(at_start, name)]
            if waiting:
                log.warning("configuration.needs_restart", settings=waiting)
        except GatewayError as error:
            log.error("configuration.refused", error=str(error), note="the one in force stays")

    return reload
