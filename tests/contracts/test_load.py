"""Every mistake in a contract.toml is named with its path, all at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.contracts.load import load
from gateway.contracts.types import BUILTIN
from gateway.errors import ConfigError
from gateway.model.contract import Field, Type

FILE = "calls.toml"
HEAD = 'name = "calls"\nnamespace = "urn:example:calls:v1"\n'
A_FIELD = '{ type = "string" }'


def a_contract_with(field: str = A_FIELD, *, name: str = "a", event: str = "call.ended", keys: str = "") -> str:
    fields = f'{name} = {field}\nat = {{ type = "date-time" }}\n'
    return f'{HEAD}[events."{event}"]\n{keys}\n[events."{event}".fields]\n{fields}'


def two_events(first: str = "", second: str = "", names: tuple[str, str] = ("call.ended", "call.started")) -> str:
    return HEAD + "".join(
        f'[events."{name}"]\n{keys}\nfields = {{ a = {{ type = "string" }} }}\n'
        for name, keys in zip(names, (first, second), strict=True)
    )


def problems(text: str) -> list[tuple[str, str]]:
    """The path (within the file) and the message of each problem."""
    with pytest.raises(ConfigError) as error:
        load(text, FILE)
    assert all(one.path.startswith(FILE) for one in error.value.problems)
    return [(one.path.removeprefix(FILE).lstrip(".: "), one.message) for one in error.value.problems]


def paths(text: str) -> list[str]:
    return [path for path, _ in problems(text)]


def test_what_is_declared_is_what_is_loaded() -> None:
    contract = load(
        """
        name = "calls"
        namespace = "urn:example:calls:v2"
        version = 2
        doc = "A phone call."
        [events."call.ended"]
        operation = "endCall"
        path = "ended"
        aliases = ["post-call"]
        subject = "call #call_id#"
        time = "#ended_at#"
        doc = "Over."
        [events."call.ended".fields]
        call_id  = { type = "string", required = true, min_length = 1, max_length = 9, pattern = "[0-9]+" }
        colour   = { type = "string", values = ["red", "blue"], aliases = ["color"], example = "red", doc = "Which." }
        price    = { type = "decimal", minimum = 0.1, maximum = 99, digits = 8, fraction_digits = 2, unit = "EUR" }
        ended_at = { type = "date-time", sensitive = true }
        """,
        FILE,
    )
    event = contract.events["call.ended"]
    assert ("calls", "urn:example:calls:v2", 2, "A phone call.") == (
        contract.name, contract.namespace, contract.version, contract.doc
    )  # fmt: skip
    assert ("endCall", "ended", ("post-call",), "call #call_id#", "#ended_at#", "Over.") == (
        event.operation, event.path, event.aliases, event.subject, event.time, event.doc
    )  # fmt: skip
    assert (
        Field("call_id", Type.STRING, required=True, min_length=1, max_length=9, pattern="[0-9]+"),
        Field("colour", Type.STRING, values=("red", "blue"), aliases=("color",), example="red", doc="Which."),
        Field(
            "price", Type.DECIMAL, minimum=Decimal("0.1"), maximum=Decimal(99), digits=8, fraction_digits=2, unit="EUR"
        ),
        Field("ended_at", Type.DATE_TIME, sensitive=True),
    ) == event.fields


def test_what_is_left_out_has_the_pinned_defaults() -> None:
    contract = load(a_contract_with(), FILE)
    event = contract.events["call.ended"]
    assert (1, "submitCallEnded", "call-ended", "callEnded") == (
        contract.version, event.operation, event.path, event.element
    )  # fmt: skip
    assert Field("a", Type.STRING) == event.fields[0]


@pytest.mark.parametrize("kind", BUILTIN)
def test_every_type_can_be_declared(kind: Type) -> None:
    assert kind == load(a_contract_with(f'{{ type = "{kind}" }}'), FILE).events["call.ended"].fields[0].type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", ""),
        ("", "name"),
        ('name = "calls"\n[events]', "namespace"),
        (HEAD, "events"),
        (HEAD + "[events]", "events"),
        ("colour = 1\n" + a_contract_with(), "colour"),
        (a_contract_with().replace('"calls"', '"Calls"'), "name"),
        (a_contract_with().replace('"calls"', "5"), "name"),
        (a_contract_with().replace("urn:example:calls:v1", "calls"), "namespace"),
        (a_contract_with().replace("urn:example:calls:v1", "http://x/a b"), "namespace"),
        (a_contract_with().replace("urn:example:calls:v1", "urn:a<b"), "namespace"),
        ("version = 0\n" + a_contract_with(), "version"),
        ("version = 1.5\n" + a_contract_with(), "version"),
        (HEAD + '[events."call.ended"]', "events.call.ended.fields"),
        (a_contract_with(event="Call"), "events.Call"),
        (a_contract_with(event="call..ended"), "events.call..ended"),
        (a_contract_with(event="call_ended"), "events.call_ended"),
        (a_contract_with(keys="colour = 1"), "events.call.ended.colour"),
        (a_contract_with(keys='operation = "a b"'), "events.call.ended.operation"),
        (a_contract_with(keys='path = "a/b"'), "events.call.ended.path"),
        (a_contract_with(keys='aliases = "post-call"'), "events.call.ended.aliases"),
        (a_contract_with(keys='subject = "#nothing#"'), "events.call.ended.subject"),
        (a_contract_with(keys='subject = "#nothing?#"'), "events.call.ended.subject"),
        (a_contract_with(keys='time = "#nothing#"'), "events.call.ended.time"),
        (a_contract_with(keys='time = "#a#"'), "events.call.ended.time"),
    ],
)
def test_a_mistake_in_the_contract_or_an_event_names_its_path(text: str, expected: str) -> None:
    assert expected in paths(text)


@pytest.mark.parametrize(
    "name", ["a-b", "9a", '"a b"', '"é"', '""', "extra", "event", "request", "caller", "item", "body"]
)
def test_a_field_may_not_have_such_a_name(name: str) -> None:
    assert [f"events.call.ended.fields.{name.strip(chr(34))}"] == paths(a_contract_with(name=name))


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("{}", "type"),
        ('{ type = "text" }', "type"),
        ('{ type = "string", colour = 1 }', "colour"),
        ('{ type = "string", required = "perhaps" }', "required"),
        ('{ type = "string", min_length = -1 }', "min_length"),
        ('{ type = "string", max_length = 1.5 }', "max_length"),
        ('{ type = "string", min_length = 5, max_length = 2 }', "min_length"),
        ('{ type = "integer", minimum = 5, maximum = 2 }', "minimum"),
        ('{ type = "decimal", minimum = "x" }', "minimum"),
        ('{ type = "decimal", maximum = nan }', "maximum"),
        ('{ type = "decimal", maximum = inf }', "maximum"),
        ('{ type = "string", aliases = "b" }', "aliases"),
        ('{ type = "string", unit = 5 }', "unit"),
        ('{ type = "string", example = 5 }', "example"),
        ('{ type = "string", values = ["red", "Red"] }', "values"),
        ('{ type = "string", values = ["red", "red "] }', "values"),
    ],
)
def test_a_mistake_in_a_field_names_its_path(field: str, key: str) -> None:
    assert [f"events.call.ended.fields.a.{key}"] == paths(a_contract_with(field))


FACETS = {
    "values": '["x"]',
    "min_length": "1",
    "max_length": "1",
    "pattern": '"x"',
    "minimum": "1",
    "maximum": "1",
    "digits": "1",
    "fraction_digits": "1",
}
TAKEN = {
    Type.STRING: {"values", "min_length", "max_length", "pattern"},
    Type.INTEGER: {"minimum", "maximum", "digits"},
    Type.DECIMAL: {"minimum", "maximum", "digits", "fraction_digits"},
    Type.DURATION: {"minimum", "maximum", "digits", "fraction_digits"},
}


@pytest.mark.parametrize("kind", BUILTIN)
@pytest.mark.parametrize("facet", FACETS)
def test_a_facet_applies_to_its_types_only(kind: Type, facet: str) -> None:
    text = a_contract_with(f'{{ type = "{kind}", {facet} = {FACETS[facet]} }}')
    if facet in TAKEN.get(kind, set()):
        load(text, FILE)
    else:
        assert [(f"events.call.ended.fields.a.{facet}", f"does not apply to type {kind}")] == problems(text)


@pytest.mark.parametrize("pattern", ["(", "[a", "^a$", r"\w+", r"\bx", "a*?", "a++", "(?:a)", "(?i)a", "[a-z-[aeiou]]"])
def test_a_pattern_that_is_none_or_is_read_differently_elsewhere_is_refused(pattern: str) -> None:
    assert ["events.call.ended.fields.a.pattern"] == paths(
        a_contract_with(f"{{ type = \"string\", pattern = '{pattern}' }}")
    )


@pytest.mark.parametrize("pattern", ["[A-Z]{2}[0-9]*", r"\d{4}-\d+", "a|b", "(ab)+", r"\.\*", ".*", "[^x]?"])
def test_a_pattern_that_everybody_reads_alike_is_taken(pattern: str) -> None:
    contract = load(a_contract_with(f"{{ type = \"string\", pattern = '{pattern}' }}"), FILE)
    assert pattern == contract.events["call.ended"].fields[0].pattern


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('call_id = { type = "string" }', 'callId = { type = "string" }'),
        ('a = { type = "string", aliases = ["x_y"] }', 'b = { type = "string", aliases = ["X-Y"] }'),
        ('a = { type = "string", aliases = ["b"] }', 'b = { type = "string" }'),
    ],
)
def test_two_fields_of_one_name_clash(first: str, second: str) -> None:
    (problem,) = problems(f'{HEAD}[events."call.ended".fields]\n{first}\n{second}')
    assert "events.call.ended.fields." + second.partition(" ")[0] == problem[0]
    assert "and so does " + first.partition(" ")[0] in problem[1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('aliases = ["x"]', 'aliases = ["X"]'),
        ('aliases = ["call-started"]', ""),
        ('path = "p"', 'path = "p"'),
        ('operation = "submit"', 'operation = "Submit"'),
        ("", 'operation = "submitCallEnded"'),
    ],
)
def test_two_events_of_one_name_clash(first: str, second: str) -> None:
    assert {"events.call.started"} == set(paths(two_events(first, second)))


def test_two_events_whose_names_fold_to_one_clash() -> None:
    assert {"events.call-ended"} == set(paths(two_events(names=("call.ended", "call-ended"))))


@pytest.mark.parametrize(
    "names", [("receipt", "call.ended"), ("violation", "a"), ("event.rejected", "a"), ("a", "submit.a")]
)
def test_no_event_makes_a_name_of_the_schema_that_is_taken(names: tuple[str, str]) -> None:
    second = 'operation = "submitA"' if names[0] == "a" else ""
    assert any("makes the XML name" in message for _, message in problems(two_events("", second, names)))


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ('{ type = "decimal", digits = 2, fraction_digits = 5 }', "digits"),
        ('{ type = "integer", digits = 0 }', "digits"),
        ('{ type = "integer", minimum = 1.5 }', "minimum"),
        ('{ type = "string", aliases = [""] }', "aliases"),
        ('{ type = "string", aliases = ["Extra"] }', "aliases"),
    ],
)
def test_what_could_not_be_published_is_refused(field: str, key: str) -> None:
    assert [f"events.call.ended.fields.a.{key}"] == paths(a_contract_with(field))


@pytest.mark.parametrize(
    "field", ['{ type = "string", values = ["a\\u0001"] }', '{ type = "string", doc = "\\u0007" }']
)
def test_a_control_character_is_refused_since_xml_has_none(field: str) -> None:
    assert ["events.call.ended.fields.a"] == paths(a_contract_with(field))


def test_an_alias_that_folds_to_its_own_field_is_no_clash() -> None:
    load(a_contract_with('{ type = "string", aliases = ["A", "a"] }'), FILE)


def test_all_problems_are_told_at_once() -> None:
    text = a_contract_with('{ type = "integer", values = ["x"], minimum = 2, maximum = 1 }', keys='subject = "#q#"')
    assert [
        "name",
        "events.call.ended.subject",
        "events.call.ended.fields.a.values",
        "events.call.ended.fields.a.minimum",
    ] == (paths(text.replace('"calls"', '"Calls"')))


def test_what_has_the_wrong_form_is_told_at_once_too() -> None:
    fields = 'a = { list = 5, type = "string" }\nb = { colour = 1, type = "string" }'
    text = f'name = 5\nversion = 0\n[events."call".fields]\n{fields}'
    expected = ["name", "namespace", "version", "events.call.fields.a.list", "events.call.fields.b.colour"]
    assert expected == paths(text)


SHARING = f"""{HEAD}
[events."call.ended"]
shared = ["call", "agent"]
fields = {{ b = {{ type = "integer" }}, z = {{ type = "string" }} }}
[events."call.started"]
shared = ["call"]
[shared.call]
a = {{ type = "string" }}
b = {{ type = "string" }}
[shared.agent]
c = {{ type = "string" }}
"""


def test_fields_that_events_share_come_first_and_an_own_one_takes_the_place_of_its_name() -> None:
    events = load(SHARING, FILE).events
    assert [("a", Type.STRING), ("b", Type.INTEGER), ("c", Type.STRING), ("z", Type.STRING)] == [
        (one.name, one.type) for one in events["call.ended"].fields
    ]
    assert ["a", "b"] == [one.name for one in events["call.started"].fields]


def test_a_mistake_in_what_is_shared_is_told_once() -> None:
    broken = SHARING.replace('a = { type = "string" }', 'a = { type = "text", minimum = 1 }')
    assert ["shared.call.a.type", "shared.call.a.minimum"] == paths(broken)


def test_sharing_what_is_not_there_names_what_is() -> None:
    assert [("events.call.started.shared", "there is no [shared.caller]")] == problems(
        SHARING.replace('shared = ["call"]', 'shared = ["caller"]')
    )


def test_two_shared_fields_of_one_name_in_one_event_clash() -> None:
    clashing = SHARING.replace('c = { type = "string" }', 'c = { type = "string", aliases = ["a"] }')
    assert ["events.call.ended.fields.c"] == paths(clashing)
