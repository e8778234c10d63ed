"""`gateway deliveries retry|cancel`: what a person does to deliveries, one by one or all that conditions choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from gateway.cli import OK, REFUSED
from gateway.cli.configured import config_option, place_there
from gateway.cli.ringing import bell
from gateway.cli.selecting import conditions
from gateway.settings import Document
from gateway.store.history import Selection
from gateway.store.intervene import Done, Intervention
from gateway.store.store import database_at

_STATES = ("waiting", "dead")

_Command = TypeVar("_Command", bound=Callable[..., Any])
Which = Selection | list[int]


def _which(command: _Command) -> _Command:
    """Ids, or conditions; and whether to ask before."""
    options = (
        click.argument("identities", metavar="[ID]...", nargs=-1, type=int),
        click.option("--destination", help="All to this destination."),
        conditions(_STATES),
        click.option("--yes", is_flag=True, help="Don't ask."),
        click.option("--dry-run", is_flag=True, help="Count only."),
    )
    for option in reversed(options):
        command = option(command)
    return config_option(command)


@click.command()
@_which
def retry(document: Document, yes: bool, dry_run: bool, **which: Any) -> int:  # noqa: ANN401 - click's options
    """Try now what waits, and once more what is dead."""
    chosen = _chosen(**which)
    with _intervention(document) as intervention:
        if not _is_wanted(chosen, "retry", intervention.retriable, yes=yes, dry_run=dry_run):
            return OK
        return _told("to be tried now", chosen, intervention.retry(chosen))


@click.command()
@_which
def cancel(document: Document, yes: bool, dry_run: bool, **which: Any) -> int:  # noqa: ANN401 - click's options
    """Deliver never what waits, or is dead and holds back the next of its key. What is under way is not stopped."""
    chosen = _chosen(**which)
    with _intervention(document) as intervention:
        if not _is_wanted(chosen, "cancel", intervention.cancellable, yes=yes, dry_run=dry_run):
            return OK
        return _told("cancelled", chosen, intervention.cancel(chosen, datetime.now(UTC)))


def _chosen(identities: tuple[int, ...], event_type: str | None, **conditions: Any) -> Which:  # noqa: ANN401
    is_by_conditions = bool(event_type) or any(conditions.values())
    if bool(identities) == is_by_conditions:
        raise click.UsageError("say which: ids, or conditions such as --destination crm --state dead")
    return sorted(set(identities)) if identities else Selection(type=event_type, limit=0, **conditions)


@contextmanager
def _intervention(document: Document) -> Iterator[Intervention]:
    place = place_there(document)
    with closing(database_at(place)) as database, bell(document, place) as ours:
        yield Intervention(database, ours.ring)


def _is_wanted(chosen: Which, verb: str, counted: Callable[[Which], int], *, yes: bool, dry_run: bool) -> bool:
    """Whether to do it: what conditions chose is counted first and, unless `yes`, has to be confirmed."""
    if not isinstance(chosen, Selection) and not dry_run:
        return True
    count = counted(chosen)
    click.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} to {verb}")
    return bool(count) and not dry_run and (yes or click.confirm("go on?", abort=True))


def _told(what: str, chosen: Which, done: Done) -> int:
    """Say what became of them. Where one that was named could not be had, exit as refused."""
    told = [f"{done.done} {what}"]
    told += [f"{done.under_way} under way"] if done.under_way else []
    told += [f"{done.over} over already"] if done.over else []
    missing = 0 if isinstance(chosen, Selection) else len(chosen) - done.done - done.under_way - done.over
    told += [f"{missing} not there"] if missing else []
    click.echo(", ".join(told))
    return OK if isinstance(chosen, Selection) or done.done == len(chosen) else REFUSED
