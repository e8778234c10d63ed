"""`gateway events erase|erasures`: a person's call is deleted with all that is known of it; that it was is recorded."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from gateway import cli
from gateway.cli import tables
from gateway.cli.configured import config_option, gateway_in_force, opened
from gateway.cli.ringing import ring
from gateway.pipeline import Gateway
from gateway.settings import Document
from gateway.store.erasing import BusyError, erase, wait_until_free
from gateway.store.erasure_plan import Plan, planned
from gateway.store.erasures import listed

_SHOWN = 5
_COLUMNS = ("at", "id", "by", "subjectSha256", "done", "counts")
_CANT_BE_KNOWN = (
    "Requests in quarantine and refused calls are not known by subject; look at: gateway requests list --state"
    " quarantined, and --state refused"
)


@click.command("erase")
@config_option
@click.option("--subject", required=True, help="Whose: the subject of the events, such as a call's id.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and delete nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase_subject(document: Document, subject: str, dry_run: bool, yes: bool) -> int:
    """Delete the events of a subject, what joins made of them, and their requests, deliveries and recordings."""
    with opened(document) as store:
        plan = planned(store.database, subject)
        if not plan.events:
            raise click.UsageError(f"no event has the subject {subject!r}")
        files = _Files(gateway_in_force(document, store), plan.recordings)
        _tell(plan, files)
        if dry_run or not (yes or click.confirm("Erase them? It can't be undone.")):
            return cli.OK
        try:
            wait_until_free(store.database, plan)
            removed = files.remove()  # before the events that tell where they are
            done = erase(store.database, plan, getpass.getuser(), datetime.now(UTC), removed)
        except BusyError as busy:
            click.echo(f"{busy}, which can't be taken back; once it is done with them, erase again", err=True)
            return cli.REFUSED
        except OSError as error:
            click.echo(f"a recording can't be deleted: {error}; no event is erased yet, erase again", err=True)
            return cli.REFUSED
        ring(document, store)  # what waited behind it may go now
        click.echo(f"erased: {_in_words(done)}")
        if not store.database.forget_log():
            click.echo("SQLite's log is being read, and holds some of it until it begins anew", err=True)
        if planned(store.database, subject).events:
            click.echo("events of it came meanwhile: erase again", err=True)
            return cli.REFUSED
    return cli.OK


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many; 0 is all.")
@click.option("--after", help="Go on to those before the one with this id.")
def erasures(document: Document, as_json: bool, limit: int, after: str | None) -> None:
    """Which erasures were done, newest first: of whom, only who has the subject can tell, by its SHA-256."""
    with opened(document) as store:
        found = listed(store.database, limit=limit, after=after)
        tables.listed(found, _COLUMNS, as_json=as_json, shown=_cell)


def _cell(name: str, value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    return ("yes" if value else "no, erase again") if name == "done" else value


class _Files:
    """Recordings, and the storages that they are in."""

    def __init__(self, gateway: Gateway, recordings: Sequence[tuple[str, str]]) -> None:
        known: dict[str, Any] = {
            name: getattr(one.destination, "storage", None) for name, one in gateway.destinations.items()
        }
        files = list(dict.fromkeys(recordings))
        self._ours = [(known[name], path) for name, path in files if known.get(name) is not None]
        self.number = len(files)
        self.by_hand = [(name, path) for name, path in files if known.get(name) is None]

    def remove(self) -> int:
        """Delete those whose storage is there; how many were."""
        return sum(bool(storage.remove(path)) for storage, path in self._ours)


def _tell(plan: Plan, files: _Files) -> None:
    click.echo(f"{len(plan.events)} events, {len(plan.requests)} requests, {plan.deliveries} deliveries", nl=False)
    click.echo(f", {len(plan.keys)} idempotency keys, {files.number} recordings")
    for name, key in plan.remade:
        click.echo(f"join {name} gathered some of it under {key!r}: what it made goes too, and is made anew without it")
    if plan.kept:
        ids = ", ".join([*plan.kept[:_SHOWN], *(["…"] if len(plan.kept) > _SHOWN else [])])
        click.echo(f"{len(plan.kept)} requests brought other events too, and stay whole: {ids}")
    for name, path in files.by_hand:
        click.echo(f"to be deleted by hand: {path}, where destination {name} kept it")
    click.echo(_CANT_BE_KNOWN)


def _in_words(counts: dict[str, int]) -> str:
    hidden = ("kept",)
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number and name not in hidden)
