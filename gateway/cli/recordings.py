"""`gateway recordings list|show|verify`: what is stored, by the events that say so, and whether it is as it was."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from itertools import islice
from typing import Any, TypeVar

import click

from gateway.cli import BUG, OK
from gateway.cli.configured import config_option, gateway_in_force, moment, opened
from gateway.cli.tables import listed as printed
from gateway.destinations import recording
from gateway.model.made import FROM_DESTINATIONS
from gateway.pipeline import Gateway
from gateway.settings import Document
from gateway.store.history import History, Selection
from gateway.store.items import Item

_Command = TypeVar("_Command", bound=Any)

_COLUMNS = ("receivedAt", "id", "subject", "destination", "path", "duration", "channels", "size")
_WRONG = ("missing", "changed", "unreadable")
_ALL_WELL = ("right", "deleted", "unconfigured")


def _which(command: _Command) -> _Command:
    """Which recordings it is about."""
    options = (
        click.option("--json", "as_json", is_flag=True, help="A JSON object a line."),
        click.option("--destination", help="Of this destination only."),
        click.option("--subject", help="Of this subject only: of one call."),
        click.option("--since", callback=moment, help="Not stored before this time (RFC 3339, or a date; UTC)."),
        click.option("--until", callback=moment, help="Stored before this time."),
    )
    for option in reversed(options):
        command = option(command)
    return config_option(command)


@click.group()
def recordings() -> None:
    """Recordings that are stored: where each is, and whether it is as it was."""


@recordings.command("list")
@_which
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many; 0 is all.")
@click.option("--after", help="Go on to those stored before the one with this id.")
def listed(document: Document, as_json: bool, limit: int, **which: Any) -> None:  # noqa: ANN401 - click's options
    """Newest first."""
    with opened(document) as store:
        found = islice(_found(store.history, **which), limit or None)
        flat = (dict.fromkeys(_COLUMNS) | item["data"] | item for item in found)
        printed(found if as_json else flat, _COLUMNS, as_json=as_json)


@recordings.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@click.argument("identity", metavar="ID")
def show(document: Document, as_json: bool, identity: str) -> None:
    """One of them, with whether its files are as they were."""
    with opened(document) as store:
        item = _named(store.history, identity)
        gateway = gateway_in_force(document, store)
        files = [{"path": path, "state": _state(gateway, item, path, digest)} for path, digest in _files(item)]
    click.echo(json.dumps(item | {"files": files}, ensure_ascii=False, indent=None if as_json else 2))


@recordings.command()
@_which
@click.argument("identities", metavar="[ID]...", nargs=-1)
def verify(document: Document, as_json: bool, identities: tuple[str, ...], **which: Any) -> int:  # noqa: ANN401
    """Read every file, and compare it with the digest that it was stored with. Exit 0, or 1 where one isn't right.

    What is gone because it is older than its destination keeps is as it should be.
    """
    with opened(document) as store:
        gateway = gateway_in_force(document, store)
        named = (_named(store.history, one) for one in identities)
        chosen = named if identities else _found(store.history, after=None, **which)
        counted: Counter[str] = Counter()
        for item, path, digest in _each_file(chosen):
            state = _state(gateway, item, path, digest)
            counted[state] += 1
            _tell(item, path, state, as_json=as_json)
    if not as_json:
        told = [f"{counted[state]} {state}" for state in (*_ALL_WELL, *_WRONG) if counted[state]]
        click.echo(", ".join(told) or "none")
    return BUG if any(counted[state] for state in _WRONG) else OK


def _found(history: History, *, destination: str | None, after: str | None, **conditions: Any) -> Iterator[Item]:  # noqa: ANN401
    """Newest first, one at a time: an event of somebody else's that is called so is none."""
    for row in history.events(Selection(limit=0, type=recording.STORED, after=after, **conditions)):
        item = _item(history, row["id"])
        if item is not None and destination in (None, item["destination"]):
            yield item


def _named(history: History, identity: str) -> Item:
    item = _item(history, identity)
    if item is None:
        raise click.UsageError(f"no recording {identity}")
    return item


def _item(history: History, event_id: str) -> Item | None:
    row = history.event(event_id)
    if row is None or row["type"] != recording.STORED or not row["source"].startswith(FROM_DESTINATIONS):
        return None
    named = {name: row[name] for name in ("id", "receivedAt", "subject")}
    return named | {"destination": row["source"].removeprefix(FROM_DESTINATIONS), "data": row["event"]["data"]}


def _each_file(items: Iterator[Item]) -> Iterator[tuple[Item, str, str]]:
    """Each file once: what was delivered twice has two events."""
    seen = set()
    for item in items:
        for path, digest in _files(item):
            file = item["destination"], path, digest
            if file not in seen:
                seen.add(file)
                yield item, path, digest


def _files(item: Item) -> list[tuple[str, str]]:
    """Path and digest of the recording, and of its sides."""
    data = item["data"]
    return [(str(one.get("path", "")), str(one.get("sha256"))) for one in (data, *data.get("files", ()))]


def _state(gateway: Gateway, item: Item, path: str, digest: str) -> str:
    outlet = gateway.destinations.get(item["destination"])
    kept = outlet.destination if outlet is not None else None
    if not isinstance(kept, recording.Destination):
        return "unconfigured"
    try:
        with kept.storage.open(path) as file:
            return "right" if file_digest(file, "sha256").hexdigest() == digest else "changed"
    except FileNotFoundError:
        return "deleted" if _is_past(item, kept.keep) else "missing"
    except OSError:
        return "unreadable"


def _is_past(item: Item, keep: timedelta | None) -> bool:
    stored_at = datetime.fromisoformat(item["receivedAt"])
    return keep is not None and stored_at < datetime.now(UTC) - keep


def _tell(item: Item, path: str, state: str, *, as_json: bool) -> None:
    if as_json:
        told = {"id": item["id"], "destination": item["destination"], "path": path, "state": state}
        click.echo(json.dumps(told, ensure_ascii=False))
    elif state in _WRONG:
        click.echo(f"{state}: {item['destination']}: {path} ({item['id']})", err=True)
