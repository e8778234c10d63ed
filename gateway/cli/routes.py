"""`gateway routes list|explain`: which way events go, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from gateway.assembly import Workshop
from gateway.cli.configured import config_option
from gateway.cli.samples import Found, made_up, stored
from gateway.errors import Refused
from gateway.model.delivery import Delivery
from gateway.model.route import Route
from gateway.pipeline import Gateway
from gateway.settings import Document


@click.group()
def routes() -> None:
    """Which events go where."""


@routes.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
def listed(document: Document, as_json: bool) -> None:
    """Every route, by name."""
    for name, route in sorted(document.settings().routes.items()):
        table = {"name": name, **route.model_dump(by_alias=True)}
        if as_json:
            click.echo(json.dumps(table, ensure_ascii=False))
            continue
        sources = "everywhere" if route.from_ is None else ", ".join(route.from_)
        condition = f", when {route.when}" if route.when else ""
        off = "" if route.active else " (inactive)"
        click.echo(f"{name}{off}: {', '.join(route.events)} from {sources}{condition} → {', '.join(route.to)}")


@routes.command()
@config_option
@click.argument("event", required=False, metavar="[EVENT_ID]")
@click.option("--sample", metavar="TYPE", help="An event of this type, made of its contract's examples.")
@click.option("--source", help="With --sample: as this source would send it; by default the first that can.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a route.")
def explain(document: Document, event: str | None, sample: str | None, source: str | None, as_json: bool) -> None:
    """For each route why it takes an event or not, and what would be sent. Nothing is."""
    if (event is None) == (sample is None):
        raise click.UsageError("give either the id of an event or --sample TYPE")
    gateway = Workshop().build(document, 0)
    found = made_up(gateway, sample, source) if sample is not None else stored(document, event or "")
    if not as_json:
        click.echo(f"{found[0].type} from {found[0].source}, {found[0].id}")
    for name in sorted(gateway.routes.named):
        told = _explained(gateway, gateway.routes.named[name], found)
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            _print(told)


def _explained(gateway: Gateway, route: Route, found: Found) -> dict[str, Any]:
    event, original = found
    why_not = route.why_not(gateway.scope_of(event, lambda: original))
    sent = {} if why_not else dict(_sent(gateway, route, found))
    return {"route": route.name, "takes": not why_not, "why": why_not or "it takes events such as this", "sent": sent}


def _sent(gateway: Gateway, route: Route, found: Found) -> Iterator[tuple[str, str]]:
    """What each destination would get."""
    event, original = found
    for name in route.destinations:
        delivery = Delivery(0, event, route.name, name, 1, event.id, original=original)
        try:
            payload = gateway.payload_of(delivery, datetime.now(UTC))
            preview = getattr(gateway.destinations[name].destination, "preview", None)
            yield name, preview(payload) if preview is not None else payload.body.decode()
        except Refused as error:
            yield name, f"a dead letter: {error}"


def _print(told: dict[str, Any]) -> None:
    click.echo(f"\n{'✓' if told['takes'] else '·'} {told['route']}: {told['why']}")
    for name, text in told["sent"].items():
        click.echo(f"  → {name}")
        click.echo("\n".join(f"    {line}" for line in text.splitlines()))
