"""Rows that go, and what goes with them; how many of each table is counted in `deleted`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from gateway.store.dialect import chunks
from gateway.store.tables import attempts, bodies, deliveries, events, requests


def free(connection: Connection, table: Any, ids: Collection[int]) -> set[int]:  # noqa: ANN401 - a table
    """Those that nobody else holds at this moment; we hold them from now on."""
    if not ids:
        return set()
    wanted = select(table.c.id).where(table.c.id.in_(sorted(set(ids))))
    return set(connection.execute(wanted.with_for_update(skip_locked=True)).scalars())


def delete_deliveries(connection: Connection, ids: Sequence[int], deleted: Counter[str]) -> None:
    """Deliveries with their attempts, and what of those was kept."""
    tried = attempts.c.delivery.in_(ids)
    kept = or_(attempts.c.request_ref.is_not(None), attempts.c.response_ref.is_not(None))
    found = connection.execute(select(attempts.c.request_ref, attempts.c.response_ref).where(tried, kept)).all()
    deleted["attempts"] += connection.execute(delete(attempts).where(tried)).rowcount
    delete_bodies(connection, [ref for row in found for ref in row if ref is not None], deleted)
    deleted["deliveries"] += connection.execute(delete(deliveries).where(deliveries.c.id.in_(ids))).rowcount


def delete_requests(connection: Connection, ids: Collection[int], deleted: Counter[str]) -> None:
    """Those that no event refers to."""
    has_events = select(events.c.id).where(events.c.request == requests.c.id).exists()
    gone = delete(requests).where(requests.c.id.in_(sorted(ids)), ~has_events).returning(requests.c.body_ref)
    refs = connection.execute(gone).scalars().all() if ids else []
    deleted["requests"] += len(refs)
    delete_bodies(connection, [ref for ref in refs if ref is not None], deleted)


def delete_bodies(connection: Connection, refs: Sequence[int], deleted: Counter[str]) -> None:
    """Those that nothing refers to any more."""
    for some in chunks(refs):
        deleted["bodies"] += connection.execute(delete(bodies).where(bodies.c.id.in_(some))).rowcount
