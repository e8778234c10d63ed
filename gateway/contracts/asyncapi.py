"""The published AsyncAPI 3.0 document: the events that destinations get, a channel and a message for each type."""

from __future__ import annotations

from dataclasses import replace

from gateway.contracts import cloud_event
from gateway.contracts.examples import described, info
from gateway.contracts.field_schema import COMPONENTS, Schema
from gateway.contracts.json_document import written
from gateway.model.contract import Contract, EventType, type_name
from gateway.model.event import STRUCTURED

VERSION = "3.0.0"

_STYLE = replace(COMPONENTS, is_sent=False)
_HEADERS: Schema = {
    "type": "object",
    "properties": {
        "webhook-id": {"type": "string", "description": "The same at every attempt (Standard Webhooks)."},
        "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$", "description": "Seconds since 1970."},
        "webhook-signature": {"type": "string", "description": "Where the destination has a secret."},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
        "gateway-replay": {"type": "string", "pattern": "^[0-9]+$", "description": "Of a replay: its number."},
    },
    "required": ["webhook-id", "webhook-timestamp", "traceparent"],
}


def asyncapi(contract: Contract) -> bytes:
    """The AsyncAPI document of the events of `contract`; where they go, the operator's routes decide."""
    events = contract.events.values()
    return written(
        {
            "asyncapi": VERSION,
            "info": info(contract),
            "defaultContentType": STRUCTURED,
            "channels": {event.name: _channel(event) for event in events},
            "operations": {f"send{type_name(event.name)}": _operation(event) for event in events},
            "components": {
                "messages": {event.name: _message(contract, event) for event in events},
                "schemas": {type_name(event.name): _STYLE.object(event.fields) for event in events}
                | {type_name(name): _STYLE.object(fields) for name, fields in contract.types.items()},
            },
        }
    )


def _channel(event: EventType) -> Schema:
    return {
        "address": None,
        **described(event.doc),
        "messages": {event.name: {"$ref": f"#/components/messages/{event.name}"}},
    }


def _operation(event: EventType) -> Schema:
    channel = f"#/channels/{event.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.name}"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }


def _message(contract: Contract, event: EventType) -> Schema:
    data = {"$ref": f"#/components/schemas/{type_name(event.name)}"}
    return {
        "name": event.name,
        "contentType": STRUCTURED,
        **described(event.doc),
        "headers": _HEADERS,
        "payload": cloud_event.sent(contract, event, data),
    }
