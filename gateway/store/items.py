"""What lists and pages show of a row: the items of the command line and of the admin's API."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from gateway.errors import RequestError
from gateway.model.charset import charset_of, decoded
from gateway.model.coding import inflated
from gateway.model.event import rfc3339
from gateway.store.exchanges import text_of
from gateway.store.tables import attempts, deliveries, moment_of

Item = dict[str, Any]
Row = Any

_MOST_SHOWN = 64 * 2**20
"""Bytes of an inflated body."""
_STATES = ("waiting", "claimed", "delivered", "dead", "cancelled")


def event_item(connection: Connection, row: Row) -> Item:
    """An event, with how many deliveries it has in each state."""
    states = select(deliveries.c.state, func.count()).where(deliveries.c.event == row.id).group_by(deliveries.c.state)
    counted: dict[str, int] = dict(connection.execute(states).all())
    attributes = json.loads(row.attributes)
    return {
        "id": row.event_id,
        "type": row.type,
        "source": row.source,
        "subject": row.subject,
        "time": row.time,
        "receivedAt": rfc3339(moment_of(row.received_at)),
        "requestId": row.request_id,
        "binding": attributes.get("binding"),
        "caller": attributes.get("caller"),
        "deliveries": {state: counted.get(state, 0) for state in _STATES},
    }


def delivery_item(_connection: Connection, row: Row) -> Item:
    """A delivery, with its event's type and subject."""
    return {
        "id": str(row.id),
        "eventId": row.event_id,
        "eventType": row.type,
        "source": row.source,
        "subject": row.subject,
        "route": row.route_name,
        "destination": row.destination_name,
        "state": row.state,
        "attempts": row.attempts,
        "reason": row.reason,
        "dueAt": rfc3339(moment_of(row.due_at or row.created_at)),
        "createdAt": rfc3339(moment_of(row.created_at)),
        "finishedAt": rfc3339(moment_of(row.finished_at)) if row.finished_at else None,
        "replay": row.replay,
    }


def attempt_items(connection: Connection, delivery: int) -> list[Item]:
    """The tries of a delivery that are kept; with what went over the wire, where that is."""
    tried = select(attempts).where(attempts.c.delivery == delivery).order_by(attempts.c.number)
    items = []
    for row in connection.execute(tried).all():
        refs = {"request": row.request_ref, "response": row.response_ref}
        seen = {name: text_of(connection, ref) for name, ref in refs.items() if ref is not None}
        items.append(_attempt_item(row) | seen)
    return items


def _attempt_item(row: Row) -> Item:
    return {
        "number": row.number,
        "startedAt": rfc3339(moment_of(row.started_at)),
        "tookMs": row.took / 1000,
        "outcome": row.outcome,
        "status": row.status,
        "error": row.error,
        "worker": row.worker,
    }


def request_item(row: Row) -> Item:
    """A recorded request."""
    return {
        "id": row.request_id,
        "source": row.source_name,
        "state": row.state,
        "method": row.method,
        "path": row.path,
        "binding": row.binding,
        "caller": row.caller,
        "receivedAt": rfc3339(moment_of(row.received_at)),
        "reason": row.reason,
        "violations": json.loads(row.violations) if row.violations else [],
        "eventIds": json.loads(row.event_ids),
    }


def retried_as(row: Row) -> list[str]:
    """The events that a request was made into since, on request."""
    listed: list[str] = json.loads(row.retried_as) if row.retried_as else []
    return listed


def refusal_item(row: Row) -> Item:
    """A refused request."""
    return {
        "id": row.request_id,
        "source": row.source,
        "state": "refused",
        "method": row.method,
        "path": row.path,
        "binding": row.binding,
        "caller": None,
        "receivedAt": rfc3339(moment_of(row.received_at)),
        "reason": row.reason,
        "violations": json.loads(row.violations),
        "eventIds": [],
    }


def raw(row: Row, body: bytes) -> Item:
    """What came over the wire: headers with secrets masked, and the body, readable where it can be."""
    headers = json.loads(row.headers)
    return {"headers": headers, "body": _readable(headers, body), "bytes": len(body)}


def _readable(headers: dict[str, str], body: bytes) -> str:
    try:
        content = inflated(headers, body, _MOST_SHOWN)
        return decoded(content, charset_of(headers, content).codec)
    except RequestError:
        return body.decode("utf-8", "backslashreplace")
