"""`gateway serve`: the web only."""

from __future__ import annotations

import os

import click

from gateway import supervisor
from gateway.cli.configured import config_option, seconds
from gateway.cli.starting import prepare, runtime_of
from gateway.parent import PARENT
from gateway.settings import Document
from gateway.shipped import shipped


@click.command()
@config_option
@click.option("--drain", default="30s", callback=seconds, help="How long calls under way may take at the end.")
def serve(document: Document, drain: float) -> None:
    """Run the web processes in the foreground; this process becomes gunicorn."""
    prepare(document, in_force=False)
    runtime = runtime_of(document)
    supervisor.metrics_folder(runtime).mkdir(parents=True, exist_ok=True)
    environment = supervisor.environment(document.path, runtime, drain)
    del environment[PARENT]  # nobody supervises us
    command = supervisor.web_command(shipped("deploy/gunicorn.conf.py"))
    os.execve(command[0], command, environment)  # noqa: S606 - our own interpreter
