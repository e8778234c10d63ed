"""Types of a contract's own: loaded with their fields wherever they are used; every fault in them has its path."""

from __future__ import annotations

import pytest

from gateway.contracts.load import load
from gateway.contracts.types import BUILTIN
from gateway.errors import ConfigError
from gateway.model.contract import Field, Type
from tests.contracts.test_load import FILE, HEAD, paths, problems

A_FIELD = 'a = { type = "string" }\n'


def a_contract_with(types: str, field: str = '{ type = "party" }', event: str = "call.ended", keys: str = "") -> str:
    return f'{HEAD}[events."{event}"]\n{keys}\n[events."{event}".fields]\n{A_FIELD}who = {field}\n{types}'


def a_type(name: str, fields: str = A_FIELD, doc: str = "") -> str:
    return f'[types."{name}"]\n{doc}\n[types."{name}".fields]\n{fields}\n'


PARTY = a_type("party")


def test_a_field_of_a_type_has_the_types_fields() -> None:
    types = a_type(
        "party", 'name = { type = "string", required = true, aliases = ["n"] }\nat = { type = "date", list = true }'
    )
    contract = load(a_contract_with(types, '{ type = "party", required = true, list = true, doc = "Who." }'), FILE)
    fields = (Field("name", Type.STRING, required=True, aliases=("n",)), Field("at", Type.DATE, list=True))
    expected = Field("who", Type.OBJECT, required=True, list=True, of="party", fields=fields, doc="Who.")
    assert expected == contract.events["call.ended"].fields[1]


def test_a_type_may_hold_others_that_are_declared_after_it() -> None:
    types = a_type("party", 'home = { type = "place" }\nwork = { type = "place", list = true }') + a_type("place")
    (home, work) = load(a_contract_with(types), FILE).events["call.ended"].fields[1].fields
    assert (Field("a", Type.STRING),) == home.fields == work.fields
    assert ("place", "place", False, True) == (home.of, work.of, home.list, work.list)


def test_many_fields_and_types_share_one_type() -> None:
    types = a_type("party", 'x = { type = "place" }') + a_type("other", 'x = { type = "place" }') + a_type("place")
    text = a_contract_with(types) + '[events.b.fields]\nwho = { type = "other" }\nwhere = { type = "place" }'
    contract = load(text, FILE)
    party, other, place = contract.events["call.ended"].fields[1], *contract.events["b"].fields
    assert party.fields[0].fields == other.fields[0].fields == place.fields


def test_a_type_that_nobody_uses_is_no_mistake() -> None:
    load(a_contract_with(PARTY + a_type("spare")), FILE)


@pytest.mark.parametrize("name", ["party", "Party", "agent_segment", "_x", "p2"])
def test_a_types_name_is_letters_digits_and_underscores(name: str) -> None:
    contract = load(a_contract_with(a_type(name), f'{{ type = "{name}" }}'), FILE)
    assert name == contract.events["call.ended"].fields[1].of


@pytest.mark.parametrize("name", ["a-b", "a.b", "2a", "é", "", "a b"])
def test_another_name_is_refused(name: str) -> None:
    expected = (f"types.{name}", "a type's name is letters, digits and _")
    assert expected in problems(a_contract_with(a_type(name), f'{{ type = "{name}" }}'))


@pytest.mark.parametrize("name", [*BUILTIN, "object"])
def test_a_builtin_type_cannot_be_declared_again(name: str) -> None:
    assert (f"types.{name}", "is a type already") in problems(a_contract_with(a_type(name) + PARTY))


def test_an_unknown_type_is_told_with_those_there_are() -> None:
    text = a_contract_with(a_type("place", 'a = { type = "plaice" }'), '{ type = "party" }')
    there = f"there are: {', '.join(sorted((*BUILTIN, 'place')))}"
    assert [
        ("events.call.ended.fields.who.type", "no type 'party'"), ("types.place.fields.a.type", "no type 'plaice'"),
    ] == problems(text)  # fmt: skip
    with pytest.raises(ConfigError, match=f"no type 'party' \\({there}\\)"):
        load(text, FILE)


def test_object_alone_is_no_type() -> None:
    assert ["events.call.ended.fields.who.type"] == paths(a_contract_with(PARTY, '{ type = "object" }'))


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (a_type("party", 'x = { type = "party" }'), {"types.party": "holds itself, through x"}),
        (a_type("party", 'x = { type = "party", list = true }'), {"types.party": "holds itself, through x"}),
        (
            a_type("party", 'x = { type = "place" }') + a_type("place", 'y = { type = "party" }'),
            {"types.party": "holds itself, through y", "types.place": "holds itself, through x"},
        ),
        (
            a_type("party", 'x = { type = "a" }')
            + a_type("a", 'y = { type = "b" }')
            + a_type("b", 'z = { type = "a" }'),
            {"types.a": "holds itself, through z", "types.b": "holds itself, through y"},
        ),
    ],
)
def test_a_type_that_holds_itself_is_refused_and_one_that_holds_such_a_type_is_not_blamed(
    types: str, expected: dict[str, str]
) -> None:
    assert expected == dict(problems(a_contract_with(types)))


@pytest.mark.parametrize(
    ("types", "path", "other"),
    [
        (PARTY + a_type("Party"), "types.Party", "type party"),
        (PARTY + a_type("par_ty") + a_type("parTy"), "types.parTy", "type party"),
        (PARTY + a_type("receipt"), "types.receipt", "the gateway's own"),
        (PARTY + a_type("violation"), "types.violation", "the gateway's own"),
        (PARTY + a_type("event_rejected"), "types.event_rejected", "the gateway's own"),
        (PARTY + a_type("call_ended"), "events.call.ended", "type call_ended"),
    ],
)
def test_two_things_of_one_xml_name_are_refused(types: str, path: str, other: str) -> None:
    ((found, message),) = problems(a_contract_with(types))
    assert path == found
    assert message.startswith("makes the XML name ")
    assert message.endswith(f", and so does {other}")


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ('extra = { type = "string" }', "fields.extra", "no field may be called extra"),
        ('event = { type = "string" }', "fields.event", "no field may be called event"),
        ('a-b = { type = "string" }', "fields.a-b", "a field's name is letters, digits and _"),
        ('a = { type = "string", minimum = 1 }', "fields.a.minimum", "does not apply to type string"),
        ('a = { type = "string", pattern = "(" }', "fields.a.pattern", "is no regular expression"),
        ('a = { type = "string" }\nA = { type = "string" }', "fields.A", "goes by the name 'A', and so does a"),
        ('a = { type = "string", colour = 1 }', "fields.a.colour", ""),
        ("a = {}", "fields.a.type", ""),
    ],
)
def test_a_field_of_a_type_is_checked_as_one_of_an_event(fields: str, path: str, message: str) -> None:
    ((found, said),) = problems(a_contract_with(a_type("party", fields)))
    assert f"types.party.{path}" == found
    assert message in said


@pytest.mark.parametrize(
    "facet",
    ['values = ["x"]', "min_length = 1", "max_length = 1", 'pattern = "x"', "minimum = 1", "maximum = 1", "digits = 1"],
)
def test_no_facet_applies_to_a_type(facet: str) -> None:
    text = a_contract_with(PARTY, f'{{ type = "party", {facet} }}')
    name = facet.partition(" ")[0]
    assert [(f"events.call.ended.fields.who.{name}", "does not apply to type party")] == problems(text)


@pytest.mark.parametrize("key", ["subject", "time"])
@pytest.mark.parametrize("field", ['{ type = "party" }', '{ type = "date-time", list = true }'])
def test_no_tag_may_mean_an_object_or_a_list(key: str, field: str) -> None:
    text = a_contract_with(PARTY, field, keys=f'{key} = "#who#"')
    assert [(f"events.call.ended.{key}", "#who# is no single value")] == problems(text)


@pytest.mark.parametrize(
    "table", ["[types.party]\ncolour = 1", "[types.party]\ndoc = 5", "[types.party]", "[types]\nparty = 5"]
)
def test_a_table_of_the_wrong_form_names_its_path(table: str) -> None:
    assert all(path.startswith("types.party") for path in paths(a_contract_with(table)))


def test_all_problems_are_told_at_once() -> None:
    types = a_type("party", 'x = { type = "party" }\nextra = { type = "nothing" }') + a_type("string")
    assert {
        "types.party", "types.string", "types.party.fields.extra.type", "types.party.fields.extra",
    } == set(paths(a_contract_with(types)))  # fmt: skip
