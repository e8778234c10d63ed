"""Spyne's own decoder, as the reference for ours: its values written as ours are."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import gateway.soap.compat  # noqa: F401 - must come before spyne  # isort: skip
from spyne.protocol.soap import Soap11

from gateway.model.contract import Field, Type
from gateway.model.reading import Data
from gateway.soap.declared import Context, DeclaredService
from tests.soap.generated import FIELDS, envelope


def spyne_data(service: DeclaredService, body: bytes) -> Data:
    """What Spyne's decoder makes of a call, its values written as ours are.

    Its bugs, which the generated messages leave out: an offset of -03:30 is read as -02:30, a value beside
    xsi:nil="false" is dropped, 24:00:00 raises, blanks around a boolean make it false, and a seventh fraction digit
    is rounded to the next microsecond.
    """
    reference = Soap11(parse_xsi_type=False)
    reference.set_app(service.application)
    found = service.read(Context(envelope(body)))
    message = reference.from_element(None, found.descriptor.in_message, found.in_body_doc)
    return _object(FIELDS, message.callEnded)


def _object(fields: tuple[Field, ...], found: Any) -> Data:
    values = {field.name: _as_ours(field, getattr(found, field.name)) for field in fields}
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _as_ours(field: Field, value: Any) -> object:
    if field.list and value is not None:
        return [_one_as_ours(field, item) for item in value if item not in (None, "")]
    return _one_as_ours(field, value)


def _one_as_ours(field: Field, value: Any) -> object:
    match value:
        case None:
            return None
        case _ if field.type is Type.OBJECT:
            return _object(field.fields, value)
        case _ if field.type is Type.BASE64:
            return base64.b64encode(b"".join(value)).decode()
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
            return (text.rstrip("0") if "." in text else text) + "Z"
        case date():
            return value.isoformat()
        case bool() | int() | Decimal():
            return value
        case _:
            return str(value)
