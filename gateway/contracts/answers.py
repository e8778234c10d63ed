"""What HTTP callers are answered, as OpenAPI has it: the receipt, and a problem (RFC 9457) for each reason."""

from __future__ import annotations

from gateway import errors
from gateway.contracts.field_schema import Schema
from gateway.errors import Refusal
from gateway.model.receipt import Status

_KINDS: tuple[type[Refusal], ...] = (
    errors.Malformed, errors.Unauthenticated, errors.UnknownSource, errors.UnknownOperation, errors.TimedOut,
    errors.TooLarge, errors.UnsupportedMedia, errors.ContractViolation, errors.TooMany, errors.Internal,
    errors.StoreUnavailable,
)  # fmt: skip
"""All that an HTTP caller may be told, by status."""
_OWN_HEADERS = {
    errors.Unauthenticated: "WWW-Authenticate", errors.TooMany: "Retry-After", errors.StoreUnavailable: "Retry-After",
}  # fmt: skip

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_STATUS: Schema = {"$ref": "#/components/schemas/Receipt_Status"}

SCHEMAS: dict[str, Schema] = {
    "Receipt": {
        "type": "object",
        "description": "The event is on disk.",
        "properties": {
            "requestId": {**_ID, "description": "By which the operator finds this call."},
            "eventId": {**_ID, "description": "Of the event; for a duplicate, of the first one."},
            "status": _STATUS,
            "receivedAt": {"type": "string", "format": "date-time"},
            "receipts": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Receipt_Item"},
                "description": "Where a list of events was sent: one for each.",
            },
            "notes": {"type": "array", "items": _TEXT, "description": "What its sender should know."},
        },
        "required": ["requestId", "status", "receivedAt"],
    },
    "Receipt_Item": {
        "type": "object",
        "properties": {"eventId": _ID, "status": _STATUS},
        "required": ["eventId", "status"],
    },
    "Receipt_Status": {"type": "string", "enum": [one.value for one in Status]},
    "EventRejected": {
        "type": "object",
        "description": "Why a call was refused (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "urn:gateway:problem: and the reason."},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "reason": {"type": "string", "enum": [kind.reason for kind in _KINDS]},
            "requestId": {**_ID, "description": "By which the operator finds this call."},
            "violations": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
        },
        "required": ["type", "title", "status", "detail", "reason", "requestId", "violations"],
    },
    "Violation": {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "A JSON Pointer (RFC 6901) into the data that was sent."},
            "message": _TEXT,
        },
        "required": ["path", "message"],
    },
}
"""Under names that no type of a contract can have: the XML Schema has them too."""

HEADERS: dict[str, Schema] = {
    "Gateway-Request-Id": {"description": "By which the operator finds this call.", "required": True, "schema": _ID},
    "Gateway-Event-Id": {"description": "Of the one event that was sent.", "schema": _ID},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"description": "Which credentials are expected.", "schema": _TEXT},
}


REFUSALS = {
    status: tuple(kind for kind in _KINDS if kind.status == status)
    for status in sorted({kind.status for kind in _KINDS})
}
"""The errors of each HTTP status."""


def refused(status: int) -> Schema:
    """The response of a refusal with this `status`."""
    kinds = REFUSALS[status]
    own = [_OWN_HEADERS[kind] for kind in kinds if kind in _OWN_HEADERS]
    return {
        "description": "; ".join(f"{kind.title} (`{kind.reason}`)" for kind in kinds),
        "headers": _headers("Gateway-Request-Id", *own),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/EventRejected"}}},
    }


def accepted() -> Schema:
    """The response that brings the receipt."""
    return {
        "description": "Taken: the event is on disk.",
        "headers": _headers("Gateway-Request-Id", "Gateway-Event-Id"),
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}},
    }


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
