"""The published OpenAPI 3.1 document: one path for each event type, what it takes, and each answer it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from gateway.contracts import cloud_event
from gateway.contracts.answers import HEADERS, REFUSALS, SCHEMAS, accepted, refused
from gateway.contracts.examples import described, example_of, info
from gateway.contracts.field_schema import COMPONENTS, Schema
from gateway.contracts.json_document import written
from gateway.model.address import PREFIX
from gateway.model.contract import Contract, EventType, Type, type_name
from gateway.model.event import STRUCTURED
from gateway.model.idempotency import Idempotency

VERSION = "3.1.1"
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_UNAUTHENTICATED = 401

_IN_A_FORM = replace(COMPONENTS, has_null=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What there is to say of a source beside its contract."""

    url: str
    """Its address, without an event."""
    security: Sequence[Mapping[str, str]] | None = None
    """OpenAPI's security schemes, any of which will do: none where everybody may call, None where that is open."""
    accepted_status: int = 202
    idempotency_headers: Sequence[str] = Idempotency().headers
    """The headers that a caller may name a call in."""


def openapi(contract: Contract, endpoint: Endpoint) -> bytes:
    """The OpenAPI document of an endpoint that takes the events of `contract`."""
    server, path = _split(endpoint.url)
    schemes = {f"caller{place or ''}": dict(one) for place, one in enumerate(endpoint.security or ())}
    return written(
        {
            "openapi": VERSION,
            "info": info(contract),
            "servers": [{"url": server}],
            **({} if endpoint.security is None else {"security": [{name: []} for name in schemes]}),
            "paths": {
                f"{path}/{event.path}": {"post": _operation(event, endpoint)} for event in contract.events.values()
            },
            "components": {
                "schemas": _schemas(contract),
                "headers": HEADERS,
                "responses": {str(status): refused(status) for status in REFUSALS},
                **({"securitySchemes": schemes} if schemes else {}),
            },
        }
    )


def _split(url: str) -> tuple[str, str]:
    """The gateway's own address, which may have a path, and the endpoint's path from there."""
    server, prefix, source = url.rpartition(PREFIX)
    if prefix:
        return server, f"{prefix}{source}"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")


def _schemas(contract: Contract) -> Schema:
    """Names with a `_` stand beside those of the contract, which have none."""
    schemas: Schema = {}
    for event in contract.events.values():
        name = type_name(event.name)
        data = {"$ref": f"#/components/schemas/{name}"}
        schemas[name] = described(event.doc) | COMPONENTS.object(event.fields)
        schemas[f"{name}_CloudEvent"] = cloud_event.taken(event, data)
        if _is_flat(event):
            schemas[f"{name}_Form"] = _IN_A_FORM.object(event.fields)
    return schemas | {type_name(name): COMPONENTS.object(fields) for name, fields in contract.types.items()} | SCHEMAS


def _is_flat(event: EventType) -> bool:
    """Whether OpenAPI can say what a form of it looks like: it knows no lists of objects there."""
    return all(one.type is not Type.OBJECT for one in event.fields)


def _operation(event: EventType, endpoint: Endpoint) -> Schema:
    refusals = [status for status in REFUSALS if status != _UNAUTHENTICATED or endpoint.security != ()]
    return {
        "operationId": event.operation,
        "summary": event.name,
        **described(event.doc),
        "parameters": [_idempotency(name) for name in endpoint.idempotency_headers],
        "requestBody": {
            "description": "One event. A JSON list of them is taken too, as a whole or not at all.",
            "required": True,
            "content": _content(event),
        },
        "responses": {
            str(endpoint.accepted_status): accepted(),
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals},
        },
    }


def _idempotency(header: str) -> Schema:
    return {
        "name": header,
        "in": "header",
        "description": "A call that is repeated under the same key is a duplicate, and told so.",
        "schema": {"type": "string"},
    }


def _content(event: EventType) -> Schema:
    """The media types that a typed client may choose from, each with a schema of its own."""
    name = f"#/components/schemas/{type_name(event.name)}"
    example = example_of(event)
    content: Schema = {_JSON: {"schema": {"$ref": name}, **({} if example is None else {"example": example})}}
    if _is_flat(event):
        content[_FORM] = {"schema": {"$ref": f"{name}_Form"}}
    return content | {STRUCTURED: {"schema": {"$ref": f"{name}_CloudEvent"}}}
