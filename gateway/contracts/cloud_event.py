"""The schemas of CloudEvents 1.0 (JSON format §3) around an event's data: as we take them, and as we send them."""

from __future__ import annotations

from gateway.contracts.field_schema import Schema
from gateway.model.contract import Contract, EventType

BINDINGS = ("json", "form", "query", "xml", "multipart", "text", "cloudevents", "soap11", "soap12")
"""By which door an event came."""

_TEXT: Schema = {"type": "string", "minLength": 1}
_TIME: Schema = {"type": "string", "format": "date-time"}
_URI: Schema = {"type": "string", "format": "uri-reference", "minLength": 1}
_SPECVERSION: Schema = {"type": "string", "const": "1.0"}


def taken(event: EventType, data: Schema) -> Schema:
    """What a sender of CloudEvents may send us; its other attributes are left aside."""
    return {
        "type": "object",
        "properties": {
            "specversion": _SPECVERSION,
            "id": {**_TEXT, "description": "With `source` it makes a repeat a duplicate."},
            "source": _URI,
            "type": {**_TEXT, "examples": [event.name]},
            "subject": _TEXT,
            "time": _TIME,
            "datacontenttype": {"type": "string", "const": "application/json"},
            "data": data,
        },
        "required": ["specversion", "id", "source", "type", "data"],
    }


def sent(contract: Contract, event: EventType, data: Schema) -> Schema:
    """What destinations get of us, where their route and format say nothing else."""
    return {
        "type": "object",
        "properties": {
            "specversion": _SPECVERSION,
            "id": {"type": "string", "format": "uuid"},
            "source": {**_URI, "description": "The endpoint it came by.", "examples": ["/in/pbx"]},
            "type": {"type": "string", "const": event.name},
            "subject": _TEXT,
            "time": {**_TIME, "description": "When it happened, or else when it was received."},
            "datacontenttype": {"type": "string", "const": "application/json"},
            "dataschema": {"type": "string", "const": f"{contract.namespace}#{event.name}"},
            "receivedtime": _TIME,
            "requestid": {"type": "string", "format": "uuid"},
            "caller": {**_TEXT, "description": "Who sent it, as its authenticator knows them."},
            "binding": {"type": "string", "enum": [*BINDINGS], "description": "Which door it came by."},
            "senderid": {**_TEXT, "description": "The id that a CloudEvent came with."},
            "sendersource": {**_TEXT, "description": "The source that a CloudEvent came with."},
            "warning": {**_TEXT, "description": "What is odd about it."},
            "replayof": {"type": "string", "format": "uuid", "description": "The event that this one repeats."},
            "data": data,
        },
        "required": [
            "specversion", "id", "source", "type", "time", "datacontenttype", "dataschema", "receivedtime", "requestid",
            "caller", "binding", "data",
        ],
    }  # fmt: skip
