"""`gateway requests retry`: stored requests read again, by today's contract and mapping."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from gateway import cli
from gateway.cli.configured import config_option, duties_by, gateway_in_force, moment, opened
from gateway.cli.reread import one_by_one, tell, tell_refused
from gateway.cli.ringing import ring
from gateway.errors import Refusal
from gateway.rereading import Rereading, reread
from gateway.settings import Document
from gateway.store.history import Selection
from gateway.store.retried import ACCEPTED, QUARANTINED, RetriedRequests, StoredRequest
from gateway.store.store import Store


@click.command()
@config_option
@click.argument("request_id", required=False)
@click.option("--state", type=click.Choice([QUARANTINED]), help="All that wait in quarantine, oldest first.")
@click.option("--source", help="Of this source only, with --state.")
@click.option("--since", callback=moment, help="Not before this time, with --state.")
@click.option("--until", callback=moment, help="Before this time, with --state.")
@click.option("--dry-run", is_flag=True, help="Show what would come of it, and make nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def retry(
    document: Document,
    request_id: str | None,
    state: str | None,
    source: str | None,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Make the events of stored requests anew, by the contract and the routes in force.

    First it is shown what they would be: of one, beside what they were.
    """
    if (request_id is None) is (state is None):
        raise click.UsageError("say which: an id, or --state quarantined")
    with opened(document) as store:
        again = _Again(document, store)
        if request_id is not None:
            return again.one(request_id, dry_run=dry_run, yes=yes)
        return again.all(
            Selection(limit=0, state=state, source=source, since=since, until=until), dry_run=dry_run, yes=yes
        )


class _Again:
    """Reads again what the store holds, by the gateway in force."""

    def __init__(self, document: Document, store: Store) -> None:
        self._document = document
        self._store = store
        self._gateway = gateway_in_force(document, store)
        self._duties_of = duties_by(self._gateway, store)
        self._retried = RetriedRequests(store.database)

    def one(self, request_id: str, *, dry_run: bool, yes: bool) -> int:
        stored = self._stored(request_id)
        try:
            said = reread(self._gateway, stored, self._duties_of)
        except Refusal as refusal:
            tell_refused(stored, refusal)
            return cli.REFUSED
        tell(stored, said.found)
        if dry_run or not said.found or not (yes or click.confirm("Record them, and deliver them?")):
            return cli.OK
        made = self._record(stored, said)
        if made is None:
            raise click.UsageError(f"request {request_id} was retried or deleted meanwhile; nothing was made")
        ring(self._document, self._store)
        for event_id in made:
            click.echo(f"✓ event {event_id}")
        if not made:
            click.echo("✓ a repeat of what was recorded meanwhile: nothing is new")
        return cli.OK

    def all(self, selection: Selection, *, dry_run: bool, yes: bool) -> int:
        ids = [str(item["id"]) for item in self._store.history.requests(selection)][::-1]
        readable = one_by_one(ids, lambda one: reread(self._gateway, self._stored(one), self._duties_of))
        click.echo(f"{len(readable)} of {len(ids)} can be read now")
        if dry_run or not readable or not (yes or click.confirm("Record them, and deliver them?")):
            return cli.OK
        repeats = missing = 0
        for one in readable:  # each is read once more: it would be much to keep them all
            stored = self._retried.find(one)
            still = stored is not None and stored.state == QUARANTINED
            made = self._record(stored, reread(self._gateway, stored, self._duties_of)) if stored and still else None
            missing += made is None
            repeats += made is not None and not made
        ring(self._document, self._store)
        told = [f"✓ {len(readable) - repeats - missing} accepted"]
        told += [f"{repeats} repeats of what was recorded meanwhile"] if repeats else []
        told += [f"{missing} retried or deleted by others meanwhile"] if missing else []
        click.echo(", ".join(told))
        return cli.OK

    def _record(self, stored: StoredRequest, said: Rereading) -> list[str] | None:
        remade = [one.remade for one in said.found]
        made = self._retried.record(stored, remade, said.entry, now=datetime.now(UTC))
        return None if made is None else list(made)

    def _stored(self, request_id: str) -> StoredRequest:
        stored = self._retried.find(request_id)
        if stored is None:
            refused = self._store.history.request(request_id) is not None
            note = " was refused: it isn't kept whole, its sender must send it again" if refused else ""
            raise click.UsageError(f"request {request_id}{note}" if refused else f"no request {request_id}")
        if stored.state not in (ACCEPTED, QUARANTINED):
            its = f"its event is {', '.join(stored.event_ids)}, of another request"
            raise click.UsageError(f"request {request_id} is a {stored.state}; {its}")
        return stored
