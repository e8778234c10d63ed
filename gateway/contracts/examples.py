"""What the documents take over of a contract: its words, and its examples as data, where they meet it."""

from __future__ import annotations

from datetime import UTC

from gateway.model.contract import Contract, EventType, Field, Type
from gateway.model.field_reading import Form, Reading, value_readers
from gateway.model.lexical import Unreadable
from gateway.model.reading import Data, reader_for
from gateway.model.sample import sample


def described(doc: str) -> dict[str, object]:
    """`doc` as a schema and its like have it, where there is any."""
    return {"description": doc} if doc else {}


def info(contract: Contract) -> dict[str, object]:
    """What OpenAPI and AsyncAPI say of a document as a whole."""
    return {"title": f"{contract.service}Service", "version": str(contract.version), **described(contract.doc)}


def example_of(event: EventType) -> Data | None:
    """The data of a call made of the fields' examples; None where that is none the contract allows."""
    reader = reader_for(event, Reading.LENIENT)
    data, violations = reader.examine(sample(event).items(), Form.JSON)
    return None if violations else data


def value_of(one: Field) -> object:
    """The field's own example as data; None where it has none, or one that is no value of it."""
    if not one.example or one.type is Type.OBJECT:
        return None
    try:
        return value_readers(one, Reading.LENIENT, UTC)[Form.JSON](one.example)
    except Unreadable:
        return None
