"""The rows of accepted requests, and which of them are duplicates."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from gateway.errors import ContractViolation, Refusal, Violation
from gateway.model.delivery import State
from gateway.model.event import Event
from gateway.model.idempotency import Once, short
from gateway.model.join import Membership
from gateway.model.receipt import Receipt
from gateway.model.route import Duty
from gateway.store import order, tables
from gateway.store.dialect import chunks, insert_numbered, inserting, storable
from gateway.store.entry import Entry
from gateway.store.memberships import insert_memberships
from gateway.store.tables import micros

LARGE = 256 * 1024
"""Bodies over this many bytes are kept outside the hot table."""

_REUSED = "the idempotency key was used before, for other data"

Numbers = Mapping[str, int]

Place = tuple[int, str]
"""A source's number, and a key of it."""
Owner = tuple[bytes, list[str]]
"""The digest that a key was first used with, and the ids of its events."""


class RacedError(Exception):
    """Another process stored one of these keys since we looked; looking again will find it."""


def outcomes(connection: Connection, batch: Sequence[Entry], numbers: Numbers) -> list[Receipt | Refusal]:
    """What becomes of each entry: accepted, wholly or in part a duplicate, or refused since a key had other data.

    A key belongs to whoever stored it first, before or in this batch; one who is refused stores none. Keys are
    touched in sorted order, so that two processes never wait for one another.
    """
    asked = {(numbers[entry.request.source], once.key) for entry in batch for once in entry.once}
    if not asked:
        return [entry.receipt_of(entry.event_ids) for entry in batch]
    now = min(micros(entry.request.received_at) for entry in batch if entry.once)
    owners = dict(_owners(connection, asked, now))
    rows: dict[Place, dict[str, Any]] = {}
    settled = [_outcome(entry, numbers[entry.request.source], owners, rows) for entry in batch]
    if rows:
        _store_keys(connection, [row for _, row in sorted(rows.items())], now)
    return settled


def insert_all(
    connection: Connection, batch: Sequence[Entry], settled: Sequence[Receipt | Refusal], numbers: Numbers
) -> None:
    """The rows of what was not refused: each request and, unless it is a duplicate, its events and deliveries."""
    kept = [(entry, receipt) for entry, receipt in zip(batch, settled, strict=True) if isinstance(receipt, Receipt)]
    if not kept:
        return
    requests = [_request_row(connection, entry, receipt, numbers) for entry, receipt in kept]
    request_ids = insert_numbered(connection, tables.requests, requests)
    made = [
        (entry, event, duties, request_id, position)
        for (entry, receipt), request_id in zip(kept, request_ids, strict=True)
        for position, (event, duties) in enumerate(zip(entry.events, entry.duties, strict=True))
        if receipt.event_ids[position] == event.id
    ]
    if not made:
        return
    joined: list[tuple[int, Sequence[Membership]]] = []
    events = [
        event_row(event, request=request_id, position=position, received_at=micros(entry.request.received_at))
        for entry, event, _, request_id, position in made
    ]
    event_ids = insert_numbered(connection, tables.events, events)
    rows = [
        row
        for (entry, event, duties, _, _), event_id in zip(made, event_ids, strict=True)
        for row in delivery_rows(
            event.id,
            duties,
            numbers,
            event=event_id,
            revision=entry.revision,
            at=micros(entry.request.received_at),
        )
    ]
    insert_deliveries(connection, rows)
    for (entry, _, _, _, position), event_id in zip(made, event_ids, strict=True):
        if entry.memberships:
            joined.append((event_id, entry.memberships[position]))
    if joined:
        insert_memberships(connection, joined, numbers, micros(kept[0][0].request.received_at))


def insert_deliveries(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Make deliveries, in order, whoever makes them; those of a key stand behind one another. All have one shape."""
    if not rows:
        return
    if any(row["order_key"] is not None for row in rows):
        order.place(connection, rows)
    insert_numbered(connection, tables.deliveries, rows)


def event_row(event: Event, *, request: int | None, position: int, received_at: int) -> dict[str, Any]:
    """The row of an event that came at `position` of the request with this row id; of none where we made it."""
    return {
        "event_id": event.id,
        "request": request,
        "position": position,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": event.time,
        "received_at": received_at,
        "data": event.data,
        "attributes": json.dumps(dict(event.attributes), ensure_ascii=False),
        "hops": int(event.attributes.get("hops", 0)),
    }


def delivery_rows(
    event_id: str, duties: Sequence[Duty], numbers: Numbers, *, event: int, revision: int, at: int
) -> Iterator[dict[str, Any]]:
    """A row a duty. Where several routes lead to one destination, the later ones, by name, are told apart.

    `event` is the row id of the event whose id is `event_id`, and `at` when the deliveries are made.
    """
    seen: set[str] = set()
    for duty in duties:
        yield {
            "event": event,
            "route": numbers[duty.route],
            "destination": numbers[duty.destination],
            "webhook_id": f"{event_id}.{duty.route}" if duty.destination in seen else event_id,
            "revision": revision,
            "state": State.DEAD.value if duty.dead else State.WAITING.value,
            "due_at": tables.AT_ONCE,
            "order_key": short(storable(duty.order_key)) if duty.order_key else None,
            "reason": storable(duty.dead) or None,
            "created_at": at,
            "finished_at": at if duty.dead else None,
        }
        seen.add(duty.destination)


def _owners(connection: Connection, places: Collection[Place], now: int) -> Iterator[tuple[Place, Owner]]:
    """Whose each key is: the digest and event ids stored with it. Those that have expired are nobody's.

    Asked for each source apart, and whatever has expired too: else SQLite would look at every key that there is.
    """
    c = tables.idempotency.c
    query = select(c.key, c.digest, c.event_ids, c.expires_at)
    for source in {source for source, _ in places}:
        for keys in chunks([key for of, key in places if of == source]):
            found = connection.execute(query.where(c.source == source, c.key.in_(keys)))
            for key, digest, event_ids, expires_at in found:
                if expires_at > now:
                    yield (source, key), (digest, json.loads(event_ids))


def _store_keys(connection: Connection, rows: Sequence[dict[str, Any]], now: int) -> None:
    """Store keys that were nobody's when we looked. Raises RacedError where another process was first with one."""
    table = tables.idempotency
    made = inserting(connection, table)
    new = {name: made.excluded[name] for name in ("digest", "event_ids", "expires_at")}
    stored = made.on_conflict_do_update(index_elements=["source", "key"], set_=new, where=table.c.expires_at <= now)
    counted = stored.execution_options(preserve_rowcount=True)
    if connection.execute(counted, rows).rowcount != len(rows):
        raise RacedError


def _outcome(
    entry: Entry, source: int, owners: dict[Place, Owner], rows: dict[Place, dict[str, Any]]
) -> Receipt | Refusal:
    """What becomes of `entry`; the keys that are its own from now on are added to `owners` and `rows`."""
    event_ids = entry.event_ids
    claimed: dict[Place, tuple[Once, list[str]]] = {}
    for once in entry.once:
        here = slice(once.positions.start, once.positions.stop)
        place = (source, once.key)
        mine = claimed.get(place)
        owner = owners.get(place) if mine is None else (mine[0].digest, mine[1])
        if owner is None:
            claimed[place] = (once, event_ids[here])
        elif owner[0] == once.digest:
            event_ids[here] = owner[1]
        else:
            path = f"/{once.positions.start}" if entry.is_list and len(once.positions) < len(entry.events) else ""
            return ContractViolation(_REUSED, violations=[Violation(path, _REUSED)])
    for place, (once, ids) in claimed.items():
        owners[place] = (once.digest, ids)
        rows[place] = {
            "source": source, "key": once.key, "digest": once.digest, "event_ids": json.dumps(ids),
            "expires_at": micros(once.expires_at),
        }  # fmt: skip
    return entry.receipt_of(event_ids)


def _why(refusal: Refusal | None) -> dict[str, Any]:
    """What keeps a request in quarantine."""
    if refusal is None:
        return {"reason": None, "violations": None}
    violations = refusal.violations or [Violation("", refusal.detail)]
    told = [{"path": storable(one.path), "message": storable(one.message)} for one in violations]
    return {"reason": refusal.reason, "violations": json.dumps(told, ensure_ascii=False)}


def _request_row(connection: Connection, entry: Entry, receipt: Receipt, numbers: Numbers) -> dict[str, Any]:
    request = entry.request
    body, body_ref = request.body, None
    if len(body) > LARGE:
        body_ref = insert_numbered(connection, tables.bodies, [{"body": body}])[0]
    return {
        "request_id": request.request_id,
        "source": numbers[request.source],
        "received_at": micros(request.received_at),
        "state": receipt.status,
        "method": request.method,
        "path": storable(request.path),
        "query": storable(request.stored_query()),
        "headers": json.dumps(request.stored_headers(), ensure_ascii=False),
        "body": None if body_ref else body,
        "body_ref": body_ref,
        "content_type": storable(request.content_type),
        "binding": request.binding,
        "caller": entry.caller.name,
        **_why(entry.quarantine),
        "event_ids": json.dumps(receipt.event_ids),
    }
