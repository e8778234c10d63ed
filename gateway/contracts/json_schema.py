"""The published JSON Schema 2020-12: the data of each event, as a strict source takes it and the XML Schema has it.

It stands beside what is beyond both: a text may not contain NUL, a number has at most 100 digits, and what an empty
text, a blank around a value or an alias means is for the reading to say.
"""

from __future__ import annotations

from gateway.contracts.examples import described
from gateway.contracts.field_schema import Schema, Style
from gateway.contracts.json_document import written
from gateway.model.contract import Contract, Type

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})"
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
_DATE = f"(?:{_YEAR}-(?:{_DAY})|{_LEAP_YEAR}-02-29)"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_OFFSET = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_SIX_BITS = "[A-Za-z0-9+/]"

_FORMS: dict[Type, tuple[str, Schema]] = {
    Type.DATE: (
        "xs:date",
        {
            "description": "A day of the calendar.",
            "pattern": f"^{_DATE}$",
            "examples": ["2026-03-16"],
        },
    ),
    Type.DATE_TIME: (
        "xs:dateTime",
        {
            "description": "A point in time; without an offset it is in the time zone of its source.",
            "pattern": f"^{_DATE}T{_TIME}{_OFFSET}$",
            "examples": ["2026-03-16T14:15:02Z"],
        },
    ),
    Type.BASE64: (
        "xs:base64Binary",
        {
            "contentEncoding": "base64",
            "pattern": f"^(?:{_SIX_BITS}{{4}})*(?:{_SIX_BITS}{{2}}[AEIMQUYcgkosw048]=|{_SIX_BITS}[AQgw]==)?$",
        },
    ),
}
"""The forms that JSON Schema has no type for, under names that no event or type of a contract can have.

The patterns say all of it. A `format` beside them would be refused by Ajv in its strict mode, which knows none of them.
"""

_STYLE = Style(
    refer=lambda name: f"#/$defs/{name}",
    simple={kind: {"$ref": f"#/$defs/{name}"} for kind, (name, _) in _FORMS.items()},
    is_exact=True,
)


def json_schema(contract: Contract) -> bytes:
    """The JSON Schema of any event's data; a CloudEvent's `dataschema` leads to the one of its type."""
    # Both kinds of anchor name a place alike (Core §8.2.2). Ajv in its strict mode, the default, knows this one only.
    events = {
        event.name: {"$dynamicAnchor": event.name, **described(event.doc), **_STYLE.object(event.fields)}
        for event in contract.events.values()
    }
    types = {name: _STYLE.object(fields) for name, fields in contract.types.items()}
    return written(
        {
            "$schema": DIALECT,
            "$id": contract.namespace.partition("#")[0],
            "title": contract.name,
            **described(contract.doc),
            "anyOf": [{"$ref": f"#/$defs/{name}"} for name in events],
            "$defs": events | types | _forms_in(contract),
        }
    )


def _forms_in(contract: Contract) -> Schema:
    holders = [*(event.fields for event in contract.events.values()), *contract.types.values()]
    used = {one.type for fields in holders for one in fields}
    return {name: {"type": "string", **form} for kind, (name, form) in _FORMS.items() if kind in used}
