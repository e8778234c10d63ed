"""Fields of plain XML: elements, text or elements inside, nil or absent; attributes are none, and counted."""

from __future__ import annotations

import pytest

from gateway.errors import ContractViolation
from gateway.model.field_reading import Reading
from gateway.model.reading import Data
from gateway.model.request import Request
from tests.bindings.test_http import LENIENT, STRICT, sent
from tests.bodies import read, refused, violations
from tests.bodies.test_from_xml import XML
from tests.builders import NAMESPACE

XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


def call(fields: str = "", attributes: str = "") -> Request:
    return sent(f"<callEnded {attributes}><call_id>1</call_id>{fields}</callEnded>", XML)


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_children_are_fields_nested_and_repeated(reading: Reading) -> None:
    request = call(
        "<segments><party><phones>1</phones><name>b</name><phones>2</phones></party></segments><tags>b</tags>"
        "<count> 7\n</count><segments><agent_id>7</agent_id></segments><tags>a</tags>"
        "<customer><name>Zoë</name></customer>"
        "<voice>AP\n8=</voice><photos>AA==</photos>"
    )
    assert [
        {
            "call_id": "1",
            "count": 7,
            "tags": ["b", "a"],
            "voice": "AP8=",
            "photos": ["AA=="],
            "customer": {"name": "Zoë"},
            "segments": [{"party": {"name": "b", "phones": ["1", "2"]}}, {"agent_id": "7"}],
        }
    ] == read(request, reading)
    assert ("xml", False, []) == (request.binding, request.memo["is_list"], request.notes)


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ("<call_id>1</call_id>", "/call_id", "is sent twice"),
        ("<notes>a<b>c</b></notes>", "/notes", "must be text, not elements"),
        ("<tags>a</tags><tags><b/></tags>", "/tags/1", "must be text, not elements"),
        ("<customer>b</customer>", "/customer", "must be an object, not text"),
        ("<customer><phones>1</phones></customer>", "/customer/name", "is required"),
        ("<segments><party><name>b</name><name>c</name></party></segments>", "/segments/0/party/name", "is sent twice"),
        ("<count>seven</count>", "/count", 'must be an integer, not "seven"'),
        (f'<tags {XSI} i:nil="true"/>', "/tags/0", "must not be null inside a list"),
    ],
)
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_does_not_fit_is_a_violation_with_its_path(fields: str, path: str, message: str, reading: Reading) -> None:
    assert [(path, message)] == violations(refused(call(fields), ContractViolation, reading))


def test_a_strict_reading_refuses_other_names_and_namespaces_and_tells_all() -> None:
    fields = f'<Count>7</Count><customer xmlns="{NAMESPACE}"><name>b</name><vip>1</vip></customer>'
    assert [
        ("/Count", "is not a field of this event"),
        ("/customer/vip", "is not a field of this event"),
    ] == violations(refused(call(fields), ContractViolation, STRICT))
    fields = '<o:count xmlns:o="urn:other">7</o:count><customer><o:name xmlns:o="urn:other">b</o:name></customer>'
    wrong = f"must be in the namespace {NAMESPACE}"
    assert [("/count", wrong), ("/customer/name", wrong)] == violations(
        refused(call(fields), ContractViolation, STRICT)
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('<o:Count xmlns:o="urn:other">7</o:Count>', {"count": 7}),
        ("<other>1</other>", {"extra": {"other": "1"}}),
        ("<other><a>1</a><a>2</a><b/></other>", {"extra": {"other": {"a": ["1", "2"], "b": ""}}}),
        ("<customer><name>b</name><vip>1</vip></customer>", {"customer": {"name": "b", "extra": {"vip": "1"}}}),
        ("<count> </count><tags/><customer/>", {}),
    ],
)  # fmt: skip
def test_a_lenient_reading_takes_any_namespace_and_spelling_and_keeps_what_is_unknown(
    fields: str, expected: Data
) -> None:
    assert [{"call_id": "1"} | expected] == read(call(fields))


@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_an_alias_is_a_name_over_http_in_xml_too(reading: Reading) -> None:
    assert [{"call_id": "1"}] == read(sent("<callEnded><uii>1</uii></callEnded>", XML), reading)


@pytest.mark.parametrize("nil", ["true", "1", " true "])
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_what_is_nil_is_absent(nil: str, reading: Reading) -> None:
    fields = f'<count {XSI} i:nil="{nil}"/><customer {XSI} i:nil="{nil}"/><notes {XSI} i:nil="false">a</notes>'
    request = call(fields)
    assert [{"call_id": "1", "notes": "a"}] == read(request, reading)
    assert [] == request.notes


def test_what_is_nil_and_has_a_value_is_a_strict_violation_and_leniently_absent() -> None:
    request = f'<count {XSI} i:nil="true">7</count>'
    assert [("/count", "is nil and has a value")] == violations(refused(call(request), ContractViolation, STRICT))
    assert [{"call_id": "1"}] == read(call(request))


@pytest.mark.parametrize(
    ("fields", "attributes", "note"),
    [
        ('<count unit="s">7</count>', "", "1 attribute was ignored; fields are elements"),
        ("<count>7</count>", 'call_id="9"', "1 attribute was ignored; fields are elements"),
        ('<count a="1" b="2">7</count><other c="3"/>', 'd="4"', "4 attributes were ignored; fields are elements"),
        ('<customer a="1"><name b="2">b</name></customer>', "", "2 attributes were ignored; fields are elements"),
        (f'<count {XSI} i:type="integer" xml:lang="en">7</count>', "", "1 attribute was ignored; fields are elements"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reading", [STRICT, LENIENT])
def test_attributes_are_ignored_and_counted(fields: str, attributes: str, note: str, reading: Reading) -> None:
    request = call(fields, attributes)
    if "<other" in fields and reading is STRICT:
        refused(request, ContractViolation, STRICT)
    else:
        assert "1" == read(request, reading)[0]["call_id"]
    assert [note] == request.notes


def test_text_is_whole_across_comments_sections_and_references() -> None:
    request = call("<notes> a<!-- b -->c<?d e?><![CDATA[<&>]]>&lt;&#x20AC;&amp;\r\n </notes>")
    assert [{"call_id": "1", "notes": " ac<&><€&\n "}] == read(request, STRICT)
