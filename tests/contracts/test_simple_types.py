"""Fields that are bounded alike have one type in the published schema, whatever event they are of."""

from __future__ import annotations

from lxml import etree

from gateway.contracts.publish import documents_of
from gateway.contracts.simple_types import XSD
from tests.contracts.test_load import HEAD

EVENTS = f"""{HEAD}
[events."call.ended"]
shared = ["call"]
[events."call.started"]
shared = ["call"]
[events."call.ended".fields]
same = {{ type = "string", max_length = 64 }}
longer = {{ type = "string", min_length = 1, max_length = 65 }}
cost = {{ type = "decimal", minimum = -0.5, digits = 6, fraction_digits = 2 }}
colour = {{ type = "string", values = ["red", "blue"] }}
free = {{ type = "string" }}
[shared.call]
a = {{ type = "string", max_length = 64 }}
"""


def types_of(text: str) -> tuple[set[str], dict[str, str]]:
    """The names of its simple types, and the type of each field of `CallEnded`; it is a valid schema."""
    document = etree.fromstring(documents_of(text, "contract.toml", "http://localhost/")["calls.xsd"])
    etree.XMLSchema(document)
    names = {one.get("name", "") for one in document.iter(f"{{{XSD}}}simpleType")}
    fields = document.iterfind(f".//{{{XSD}}}complexType[@name='CallEnded']//{{{XSD}}}element")
    return names, {one.get("name", ""): one.get("type", "") for one in fields}


def test_a_type_is_named_by_what_it_says() -> None:
    names, fields = types_of(EVENTS)
    assert {
        "a": "tns:StringMax64",
        "same": "tns:StringMax64",
        "longer": "tns:StringMin1Max65",
        "cost": "tns:DecimalFromMinus0Point5Digits6Fraction2",
        "colour": "tns:CallEnded_colourType",
        "free": "xs:string",
    } == fields
    assert {one.removeprefix("tns:") for one in fields.values() if one.startswith("tns:")} <= names


def test_a_name_that_the_contract_has_itself_stays_its_own() -> None:
    text = EVENTS.replace("[shared.call]", '[types."string max64".fields]\nb = { type = "string" }\n[shared.call]')
    text = text.replace('types."string max64"', "types.string_max64").replace(
        'free = { type = "string" }', 'free = { type = "string_max64" }'
    )
    names, fields = types_of(text)
    assert ("tns:StringMax64", "tns:CallEnded_aType") == (fields["free"], fields["a"])
    assert "StringMax64" not in names
