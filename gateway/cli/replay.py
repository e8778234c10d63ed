"""`gateway events replay`: events that are here already are delivered again, as new deliveries."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from gateway import cli
from gateway.cli.configured import config_option, duties_by, gateway_in_force, opened
from gateway.cli.ringing import bell
from gateway.cli.selecting import conditions
from gateway.errors import StoreUnavailable
from gateway.model.delivery import State
from gateway.pipeline import Gateway
from gateway.settings import Document
from gateway.store.replayed import Survey, missing, survey
from gateway.store.replaying import Replaying
from gateway.store.replays import Progress, Replay, Replays, Wanted
from gateway.store.store import Store

_SHOWN = 5


@click.command()
@config_option
@click.argument("event_ids", nargs=-1, metavar="[EVENT_ID]...")
@conditions([state.value for state in State])
@click.option("--dead", is_flag=True, help="The dead letters of these events, each again by its own route.")
@click.option("--to", metavar="DESTINATION", help="To this destination only, of those that the routes lead to.")
@click.option("--dry-run", is_flag=True, help="Count, and make nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def replay(document: Document, event_ids: tuple[str, ...], dry_run: bool, yes: bool, **asked: Any) -> int:  # noqa: ANN401
    """Deliver events again, by the routes in force: new deliveries, behind what is live, with the same webhook-id.

    Ctrl-C stops it; what was made until then is delivered.
    """
    wanted = Wanted(event_ids=tuple(dict.fromkeys(event_ids)), type=asked.pop("event_type"), **asked)
    if wanted.is_everything:
        raise click.UsageError("say which: EVENT_IDs, or conditions; --since 1970-01-01 is every event")
    with opened(document) as store:
        gateway = gateway_in_force(document, store)
        found = _found(store, gateway, wanted)
        _tell(gateway, found)
        if dry_run or (found.is_whole and not found.destinations):
            return cli.OK
        if not yes and not click.confirm("Deliver again?"):
            return cli.OK
        replays = Replays(store.database)
        first, counted = found.first, found.counted
        made = replays.start(found.wanted, first=first, counted=counted, by=getpass.getuser(), now=datetime.now(UTC))
        click.echo(f"replay {made.number}; from elsewhere it is stopped by: gateway replays cancel {made.number}")
        return carry_on(document, store, gateway, made)


def carry_on(document: Document, store: Store, gateway: Gateway, replay: Replay) -> int:
    """Make what `replay` has not made yet, telling how far it came; an exit code. Ctrl-C cancels it."""
    number, replays = replay.number, Replays(store.database)
    carried = Replaying(store.database, number, duties_by(gateway, store), gateway.revision)
    try:
        with bell(document, store.database.place) as ours, _progress(replay) as tell:
            ended = carried.run(lambda: datetime.now(UTC), woke=ours.ring, tell=tell)
    except KeyboardInterrupt:
        replays.cancel(number)
        ended = replays.get(number) or replay
    except StoreUnavailable:
        click.echo(f"replay {number} stopped; go on with: gateway replays resume {number}", err=True)
        raise
    skipped = [f"{carried.nowhere} events that no route leads there"] if carried.nowhere else []
    skipped += [f"{carried.gone} that were gone"] if carried.gone else []
    note = f"; skipped: {', '.join(skipped)}" if skipped else ""
    click.echo(f"replay {number} is {ended.progress}: {ended.created} deliveries made{note}")
    return cli.OK if ended.progress is Progress.DONE else cli.INTERRUPTED


def _found(store: Store, gateway: Gateway, wanted: Wanted) -> Survey:
    if wanted.to is not None and wanted.to not in gateway.destinations:
        raise click.UsageError(f"no destination {wanted.to!r}; there are: {', '.join(gateway.destinations) or 'none'}")
    with store.database.reading() as connection:
        unknown = missing(connection, wanted.event_ids)
        if unknown:
            more = ", …" if len(unknown) > _SHOWN else ""
            raise click.UsageError(f"no event {', '.join(unknown[:_SHOWN])}{more}")
        return survey(connection, wanted, duties_by(gateway, store))


def _tell(gateway: Gateway, found: Survey) -> None:
    what = "dead letters" if found.wanted.dead else "events"
    count = str(found.counted) if found.is_whole else f"more than {found.counted - 1}"
    click.echo(f"{count} {what}" + ("" if found.is_whole else ", of which the oldest were looked at:"))
    for name, deliveries in sorted(found.destinations.items()):
        gone = "" if name in gateway.destinations else "; it is not configured, and they would wait"
        click.echo(f"  {deliveries} deliveries to {name}{gone}")
    if found.nowhere:
        click.echo(f"  {found.nowhere}: no route leads {'there' if found.wanted.to else 'anywhere'}")


@contextmanager
def _progress(begun: Replay) -> Iterator[Callable[[Replay], None]]:
    """A line on a terminal, rewritten as it goes on; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _replay: None
        return
    rows = max(begun.wanted.last - begun.position, 1)

    def tell(replay: Replay) -> None:
        done = 100 * (replay.position - begun.position) // rows
        click.echo(f"\r{min(done, 100):3} %, {replay.created} deliveries made", nl=False, err=True)

    yield tell
    click.echo(err=True)
