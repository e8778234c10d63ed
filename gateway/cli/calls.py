"""`gateway calls list|show`: what became of each call, by the events that share its id."""

from __future__ import annotations

import json
from typing import Any

import click

from gateway.cli import tables
from gateway.cli.configured import config_option, opened
from gateway.settings import Document
from gateway.store.call_timeline import shown
from gateway.store.calls import listed as newest
from gateway.store.items import Item

_COLUMNS = ("first", "last", "id", "events", "agents", "ended", "recordings", "versions")
_FACTS = ("at", "what", "agent", "detail", "requestId", "eventId")


@click.group()
def calls() -> None:
    """Calls: the events that share a subject."""


@calls.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many; 0 is all.")
@click.option("--after", help="Go on to calls whose newest event is older than that of this one.")
def listed(document: Document, as_json: bool, limit: int, after: str | None) -> None:
    """Those first that something was heard of last."""
    with opened(document) as store:
        found = newest(store.database, limit=limit, after=after)
        tables.listed(found, _COLUMNS, as_json=as_json, shown=_cell)


@calls.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="The whole of it, in one line.")
@click.argument("identity", metavar="ID")
def show(document: Document, as_json: bool, identity: str) -> None:
    """The time line of one call, and which request and event each fact is from."""
    with opened(document) as store:
        found = shown(store.database, identity)
    if found is None:
        raise click.UsageError(f"no call {identity!r}")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    tables.listed(found["timeline"], _FACTS, as_json=False, shown=_cell)
    for line in _deliveries(found):
        click.echo(line)


def _deliveries(found: Item) -> list[str]:
    """What of its events is not yet delivered, or was sent more than once."""
    lines = []
    for event in found["eventList"]:
        told = [f"{number} {state}" for state, number in event["deliveries"].items() if number]
        told += [f"sent again by request {one}" for one in event["duplicates"]]
        lines.append(f"{event['type']} {event['id']}: {', '.join(told) or 'goes nowhere'}")
    more = found["events"] - len(found["eventList"])
    return ["", *lines, *([f"and {more} events more, which are not looked into"] if more else [])]


def _cell(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    match name, value:
        case "first" | "last", {"time": time}:
            return time
        case "agents", list():
            return ", ".join(value) or None
        case "ended", bool():
            return "yes" if value else "no"
        case "detail" | "versions", dict():
            return ", ".join(f"{key} {one}" for key, one in value.items()) or None
        case _:
            return value
