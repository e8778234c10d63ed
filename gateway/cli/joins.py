"""`gateway joins list|show`: the keys that gather events, when each is due, and what was made of it."""

from __future__ import annotations

import json

import click

from gateway.cli import tables
from gateway.cli.configured import config_option, opened
from gateway.settings import Document
from gateway.store.join_history import listed as keys
from gateway.store.join_history import shown

_COLUMNS = ("openedAt", "id", "name", "key", "state", "events", "version", "dueAt")


@click.group()
def joins() -> None:
    """Events that share a key, gathered into one."""


@joins.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many; 0 is all.")
@click.option("--after", help="Go on to keys older than the one with this id.")
@click.option("--name", help="Of this join only.")
def listed(document: Document, as_json: bool, limit: int, after: str | None, name: str | None) -> None:
    """Keys, the newest first: open, ended (it waits for stragglers), or emitted."""
    with opened(document) as store:
        tables.listed(keys(store.database, name=name, limit=limit, after=after), _COLUMNS, as_json=as_json)


@joins.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@click.argument("name")
@click.argument("key")
def show(document: Document, as_json: bool, name: str, key: str) -> None:
    """One key of the join NAME, with the events that it has and those that it made."""
    with opened(document) as store:
        found = shown(store.database, name, key)
    if found is None:
        raise click.UsageError(f"join {name!r} has no key {key!r}")
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))
