"""`gateway requests retry`: a stored request read again, by today's contract and mapping."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click

from gateway import cli
from gateway.cli.configured import config_option, duties_by, gateway_in_force, opened
from gateway.cli.starting import runtime_of
from gateway.errors import Refusal
from gateway.rereading import Reread, reread
from gateway.settings import Document
from gateway.store.retried import ACCEPTED, QUARANTINED, RetriedRequests, StoredRequest
from gateway.store.store import Store
from gateway.store.wakeup import bell_of


@click.command()
@config_option
@click.argument("request_id")
@click.option("--dry-run", is_flag=True, help="Show what would come of it, and make nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def retry(document: Document, request_id: str, dry_run: bool, yes: bool) -> int:
    """Make the events of a stored request anew, by the contract and the routes in force.

    First it is shown what they would be, beside what they were.
    """
    with opened(document) as store:
        stored = _stored(store, request_id)
        gateway = gateway_in_force(document, store)
        try:
            found = reread(gateway, stored, duties_by(gateway, store))
        except Refusal as refusal:
            _tell_refused(refusal)
            return cli.REFUSED
        _tell(stored, found)
        if dry_run or not found or not (yes or click.confirm("Record them, and deliver them?")):
            return cli.OK
        remade = [one.remade for one in found]
        retried = RetriedRequests(store.database)
        if not retried.record(stored, remade, revision=gateway.revision, now=datetime.now(UTC)):
            raise click.UsageError(f"request {request_id} was retried or deleted meanwhile; nothing was made")
        bell = bell_of(store.database.place, runtime_of(document), time.monotonic)
        bell.ring()
        bell.close()
        for one in remade:
            click.echo(f"✓ event {one.event.id}")
        return cli.OK


def _stored(store: Store, request_id: str) -> StoredRequest:
    stored = RetriedRequests(store.database).find(request_id)
    if stored is None:
        refused = store.history.request(request_id) is not None
        note = " was refused: it isn't kept whole, its sender must send it again" if refused else ""
        raise click.UsageError(f"request {request_id}{note}" if refused else f"no request {request_id}")
    if stored.state not in (ACCEPTED, QUARANTINED):
        raise click.UsageError(
            f"request {request_id} is a {stored.state}; its event is {', '.join(stored.event_ids)}, of another request"
        )
    return stored


def _tell_refused(refusal: Refusal) -> None:
    click.echo(f"✗ it would be refused today: {refusal.reason}: {refusal.detail}", err=True)
    for violation in refusal.violations:
        click.echo(f"  {violation.path or '/'} {violation.message}", err=True)


def _tell(stored: StoredRequest, found: list[Reread]) -> None:
    if stored.retried_as:
        click.echo(f"it was retried before, as {', '.join(stored.retried_as)}")
    for one in found:
        old, event = one.remade.replay_of, one.remade.event
        click.echo(f"{event.type} of {event.source}, in place of {old}:" if old else f"{event.type} of {event.source}:")
        if old and one.before is None:
            click.echo("  that is gone; all of the new one is:")
        for place in one.differences:
            click.echo(f"  {_changed(place.path, place.before, place.after)}")
        if not one.differences:
            click.echo("  nothing is different")
        where = ", ".join(f"{duty.destination} (route {duty.route})" for duty in one.remade.duties)
        click.echo(f"  goes to {where}" if where else "  no route takes it")
    replaced = {one.remade.replay_of for one in found}
    for event_id in [one for one in stored.event_ids if one in stored.events and one not in replaced]:
        click.echo(f"nothing in place of {event_id}: today it says less")
    for event_id in sorted(stored.repeats):
        click.echo(f"{event_id} was a repeat, of another request, and stays as it is")


def _changed(path: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"+ {path} {after}"
    return f"- {path} {before}" if after is None else f"~ {path} {before} → {after}"
