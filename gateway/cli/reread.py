"""What stored requests would be today, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import click

from gateway.errors import Refusal
from gateway.rereading import Reread, Rereading
from gateway.store.retried import QUARANTINED, StoredRequest

_MOST_TOLD = 20


def one_by_one(ids: Sequence[str], read: Callable[[str], Rereading]) -> list[str]:
    """Say of each request what it would be, of very many the first only; the ids of those that can be read."""
    readable: list[str] = []
    would_be: Counter[str] = Counter()
    for place, one in enumerate(ids):
        try:
            types = [found.remade.event.type for found in read(one).found]
            said = f"✓ {one} {', '.join(types)}"
            readable.append(one)
            would_be.update(types)
        except Refusal as refusal:
            said = f"✗ {one} {refusal.reason}: {refusal.detail}"
            would_be[refusal.reason] += 1
        if place < _MOST_TOLD:
            click.echo(said)
    if len(ids) > _MOST_TOLD:
        click.echo(f"… {len(ids) - _MOST_TOLD} more: " + ", ".join(f"{n} {what}" for what, n in would_be.most_common()))
    return readable


def tell_refused(stored: StoredRequest, refusal: Refusal) -> None:
    """Say why a request makes no event today either."""
    what = "goes on waiting" if stored.state == QUARANTINED else "would be refused today"
    click.echo(f"✗ it {what}: {refusal.reason}: {refusal.detail}", err=True)
    for violation in refusal.violations:
        click.echo(f"  {violation.path or '/'} {violation.message}", err=True)


def tell(stored: StoredRequest, found: list[Reread]) -> None:
    """Say what the events of a request would be, and how they differ from those that there are."""
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
