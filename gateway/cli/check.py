"""`gateway check`: everything that can be wrong with the configuration, before anything starts."""

from __future__ import annotations

import click

from gateway.assembly import Workshop
from gateway.cli.configured import config_option
from gateway.settings import Document
from gateway.store.place import place_of


@click.command()
@config_option
def check(document: Document) -> None:
    """Check the configuration. Exit 0, or 2 with lines `path: message (hint)`; no socket is opened."""
    gateway = Workshop().build(document, 0)
    with document.placed():
        place_of(document.settings(), document.folder)
    click.echo(
        f"ok: {len(gateway.sources)} sources, {len(gateway.destinations)} destinations,"
        f" {len(gateway.routes.routes)} routes"
    )
