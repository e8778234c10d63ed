"""`gateway destinations test NAME`: one event to one destination, now, and everything that went over the wire."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import click

from gateway import cli
from gateway.assembly import Workshop
from gateway.cli.configured import config_option
from gateway.cli.samples import Found, made_up, stored
from gateway.model.delivery import Attempt, Delivery, Outcome
from gateway.pipeline import Gateway
from gateway.settings import Document


@click.command("test")
@config_option
@click.argument("name")
@click.option("--event", "event_id", metavar="ID", help="A stored event; else one made of a contract's examples.")
@click.option("--sample", metavar="TYPE", help="Of which type; by default one that a route brings there.")
def try_out(document: Document, name: str, event_id: str | None, sample: str | None) -> int:
    """Deliver one event to NAME now, outside of every queue: request, answer and time. It is recorded nowhere."""
    gateway = Workshop(debugged=frozenset({name})).build(document, 0)
    if name not in gateway.destinations:
        raise click.UsageError(f"no destination {name!r}; there are: {', '.join(gateway.destinations) or 'none'}")
    route, kind = _way(gateway, name, sample)
    found = stored(document, event_id) if event_id is not None else made_up(gateway, kind)
    attempt = asyncio.run(_tried(gateway, name, route, found))
    _print(attempt)
    return cli.OK if attempt.outcome is Outcome.DELIVERED else cli.DEAD_LETTER


async def _tried(gateway: Gateway, name: str, route: str, found: Found) -> Attempt:
    event, original = found
    destination = gateway.destinations[name].destination
    await destination.open()
    try:
        delivery = Delivery(0, event, route, name, 1, event.id, original=original)
        return await gateway.deliver(delivery, lambda: datetime.now(UTC))
    finally:
        await destination.close()


def _way(gateway: Gateway, name: str, sample: str | None) -> tuple[str, str]:
    """The route by which an event comes there, and its type."""
    leading = [route for route in gateway.routes.routes if name in route.destinations]
    if not leading:
        raise click.UsageError(f"no route leads to {name!r}")
    types = [one for source in gateway.sources.values() for one in source.contract.events]
    for route in leading:
        for one in types:
            if route.is_of(one) and sample in (None, one):
                return route.name, one
    raise click.UsageError(f"no route brings {sample or 'any known type'} to {name!r}")


def _print(attempt: Attempt) -> None:
    if attempt.exchange is not None:
        click.echo(f"{attempt.exchange.request}\n\n{attempt.exchange.response}".rstrip())
        click.echo()
    took = attempt.took.total_seconds() * 1000
    if attempt.outcome is Outcome.DELIVERED:
        click.echo(f"✓ delivered in {took:.0f} ms" + (f", HTTP {attempt.status}" if attempt.status else ""))
    else:
        click.echo(f"✗ {attempt.outcome} after {took:.0f} ms: {attempt.error}", err=True)
