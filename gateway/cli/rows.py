"""`gateway events|deliveries|requests`: what came in, what went out, what is stuck; `list` and `show` are here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import click

from gateway.cli import erase, intervening
from gateway.cli.configured import config_option, opened
from gateway.cli.replay import replay
from gateway.cli.retry import retry
from gateway.cli.selecting import conditions
from gateway.cli.tables import listed
from gateway.model.delivery import State
from gateway.settings import Document
from gateway.store.history import History, Selection
from gateway.store.items import Item

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Option = Callable[[Any], Any]

_EVENT_COLUMNS = ("receivedAt", "id", "type", "source", "subject", "binding", "deliveries")
_DELIVERY_COLUMNS = ("createdAt", "id", "eventType", "subject", "destination", "state", "attempts", "reason")
_REQUEST_COLUMNS = ("receivedAt", "id", "source", "state", "method", "path", "binding", "caller", "reason")
_DELIVERY_STATES = tuple(state.value for state in State)
_REQUEST_STATES = ("accepted", "duplicate", "quarantined", "refused")
_TO = click.option("--destination", help="To this destination only.")


def _list_options(command: _Command, states: tuple[str, ...], more: tuple[_Option, ...] = ()) -> _Command:
    options = (
        click.option("--json", "as_json", is_flag=True, help="A JSON object a line."),
        click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many; 0 is all."),
        click.option("--after", help="Go on to rows older than the one with this id."),
        *more,
        conditions(states),
    )
    for option in reversed(options):
        command = option(command)
    return config_option(command)


def _listing(
    group: click.Group,
    items: Callable[[History, Selection], Iterable[Item]],
    columns: tuple[str, ...],
    states: tuple[str, ...],
    *more: _Option,
    told: Callable[[Item], Item] = lambda item: item,
) -> None:
    @group.command("list")
    @partial(_list_options, states=states, more=more)
    def listing(document: Document, as_json: bool, event_type: str | None, **conditions: Any) -> None:  # noqa: ANN401
        """Newest first."""
        with opened(document) as store:
            found = items(store.history, Selection(type=event_type, **conditions))
            listed(found if as_json else map(told, found), columns, as_json=as_json)


def _showing(group: click.Group, what: str, item: Callable[[History, str], Item | None]) -> None:
    @group.command("show")
    @config_option
    @click.option("--json", "as_json", is_flag=True, help="One line.")
    @click.argument("identity", metavar="ID")
    def show(document: Document, as_json: bool, identity: str) -> None:
        """One of them, whole."""
        with opened(document) as store:
            found = item(store.history, identity)
        if found is None:
            raise click.UsageError(f"no {what} {identity}")
        click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))


def _with_why(request: Item) -> Item:
    """A request whose reason says what was wrong first."""
    if not request["reason"] or not request["violations"]:
        return request
    first, *others = request["violations"]
    more = f" (and {len(others)} more)" if others else ""
    what = " ".join(filter(None, (first["path"], first["message"])))
    return {**request, "reason": f"{request['reason']}: {what}{more}"}


@click.group()
def events() -> None:
    """What was recorded."""


@click.group()
def deliveries() -> None:
    """What goes out, and how far it came."""


@click.group()
def requests() -> None:
    """What was called, exactly as it arrived; `--state refused` has those that were refused."""


_listing(events, History.events, _EVENT_COLUMNS, _DELIVERY_STATES)
_showing(events, "event", History.event)
events.add_command(replay)
events.add_command(erase.erase_subject)
events.add_command(erase.erasures)
_listing(deliveries, History.deliveries, _DELIVERY_COLUMNS, _DELIVERY_STATES, _TO)
_showing(deliveries, "delivery", History.delivery)
deliveries.add_command(intervening.retry)
deliveries.add_command(intervening.cancel)
_listing(requests, History.requests, _REQUEST_COLUMNS, _REQUEST_STATES, told=_with_why)
_showing(requests, "request", History.request)
requests.add_command(retry)
