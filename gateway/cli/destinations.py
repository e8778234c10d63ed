"""`gateway destinations list|show|pause|resume|test`: where events go, who is paused, what waits."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from gateway.cli import tables
from gateway.cli.configured import config_option, opened
from gateway.cli.trying import try_out
from gateway.model.delivery import State
from gateway.settings import Document
from gateway.settings.destinations import DestinationSettings
from gateway.store.history import COUNTED, History
from gateway.store.items import Item
from gateway.store.pauses import Pause, Pauses
from gateway.store.store import Store

_COLUMNS = ("name", "kind", "group", "active", "paused", "waiting", "claimed", "dead", "oldestWaiting")
_COUNTED_STATES = (State.WAITING, State.CLAIMED, State.DEAD)
UNCONFIGURED = "unconfigured"
"""The kind of a destination that deliveries wait for, or that is paused, and that the configuration doesn't have."""


@click.group()
def destinations() -> None:
    """Where events go."""


@destinations.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def listed(document: Document, as_json: bool) -> None:
    """Each with what waits for it, is claimed or dead: 10001 means more."""
    with opened(document) as store:
        tables.listed(_items(document, store), _COLUMNS, as_json=as_json, shown=_shown)


@destinations.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One line.")
@click.argument("name")
def show(document: Document, as_json: bool, name: str) -> None:
    """One, with what is set of it, and the routes that lead to it."""
    with opened(document) as store:
        found = next((item for item in _items(document, store) if item["name"] == name), None)
    if found is None:
        raise click.UsageError(f"no destination {name!r}")
    settings = document.settings()
    if name in settings.destinations:
        routes = [route for route, one in settings.routes.items() if name in one.to]
        found |= _details(settings.destinations[name]) | {"routes": routes}
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))


@destinations.command()
@config_option
@click.option("--reason", default="", help="Why, for whoever wonders later.")
@click.argument("name")
def pause(document: Document, reason: str, name: str) -> None:
    """Let it get nothing until it is resumed; what is for it waits."""
    with opened(document) as store:
        _known(document, store, name)
        pauses = Pauses(store.database)
        if pauses.pause(name, getpass.getuser(), reason, datetime.now(UTC)):
            click.echo(f"{name} is paused: workers heed it within about a second")
            return
        found = pauses.paused().get(name)
    click.echo(f"{name} was paused already{f', {_told(found)}' if found else ''}")


@destinations.command()
@config_option
@click.argument("name")
def resume(document: Document, name: str) -> None:
    """Let it get again what is for it."""
    with opened(document) as store:
        _known(document, store, name)
        was_paused = Pauses(store.database).resume(name)
    click.echo(f"{name} is resumed" if was_paused else f"{name} was not paused")


def _known(document: Document, store: Store, name: str) -> None:
    """A name that nobody has is a slip of the pen. Raises UsageError."""
    names = [str(item["name"]) for item in _items(document, store)]
    if name not in names:
        raise click.UsageError(f"no destination {name!r}; there are: {', '.join(names) or 'none'}")


def _items(document: Document, store: Store) -> Iterator[Item]:
    """Those that are configured, in their order, then those that the store alone knows."""
    configured = document.settings().destinations
    paused = Pauses(store.database).paused()
    for name, settings in configured.items():
        yield _item(store.history, name, settings, paused.get(name))
    for name in store.history.names():
        if name not in configured:
            item = _item(store.history, name, None, paused.get(name))
            if any(item[one] for one in ("paused", "waiting", "claimed", "dead")):
                yield item


def _item(history: History, name: str, settings: DestinationSettings | None, paused: Pause | None) -> Item:
    counts = {state.value: history.backlog(name, state) for state in _COUNTED_STATES}
    oldest = history.oldest_waiting(name) if counts["waiting"] else None
    return {
        "name": name,
        "kind": settings.kind if settings else UNCONFIGURED,
        "group": settings.group if settings else "",
        "active": settings is not None and settings.active,
        "paused": {"at": _moment(paused.at), "by": paused.by, "reason": paused.reason} if paused else None,
        **counts,
        "oldestWaiting": _moment(oldest) if oldest else None,
    }


def _details(settings: DestinationSettings) -> Item:
    """What the core decides by; what is its kind's own may hold secrets."""
    retry, breaker = settings.retry, settings.breaker
    return {
        "description": settings.description,
        "slots": settings.slots,
        "timeout": settings.timeout.total_seconds(),
        "rate": settings.rate.text if settings.rate else None,
        "retry": {
            "first": retry.first.total_seconds(), "factor": retry.factor,
            "longest": retry.longest.total_seconds(), "attempts": retry.attempts,
        },
        "breaker": {
            "failures": breaker.failures, "share": breaker.share, "of": breaker.of,
            "rest": breaker.rest.total_seconds(), "longest": breaker.longest.total_seconds(),
        },
    }  # fmt: skip


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _told(pause: Pause) -> str:
    return f"since {_moment(pause.at)} by {pause.by}" + (f": {pause.reason}" if pause.reason else "")


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    """A cell of the table, in words."""
    match name, value:
        case "active", bool():
            return "yes" if value else "no"
        case "paused", dict():
            return f"by {value['by']}" + (f": {value['reason']}" if value["reason"] else "")
        case "group", "":
            return None
        case "waiting" | "claimed" | "dead", int() if value >= COUNTED:
            return f"{COUNTED - 1} or more"
        case _:
            return value


destinations.add_command(try_out)
