"""The published OpenAPI document: valid by an independent validator, and complete."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from openapi_spec_validator import validate

from gateway.contracts.openapi import Endpoint, openapi
from gateway.model.contract import Contract, Type
from tests.builders import a_contract, a_field, an_event_type
from tests.contracts.generated import contracts
from tests.contracts.validating import Exact, parsed
from tests.soap.generated import ALL_TYPES

URL = "https://gateway.example.org/in/pbx"
BASIC = {"type": "http", "scheme": "basic"}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def document_of(contract: Contract, **more: Any) -> Any:
    return json.loads(openapi(contract, Endpoint(**{"url": URL} | more)))


@given(contract=contracts())
@settings(max_examples=20)
def test_it_is_valid(contract: Contract) -> None:
    validate(document_of(contract))


@pytest.mark.parametrize("security", [None, (), (BASIC,), (BASIC, KEY)])
def test_so_is_that_of_the_shipped_contract(calls: Contract, security: Any) -> None:
    validate(document_of(calls, security=security))


def test_each_event_type_has_a_path_and_an_operation_of_its_own(calls: Contract) -> None:
    paths = document_of(calls)["paths"]
    expected = {f"/in/pbx/{event.path}": event.operation for event in calls.events.values()}
    assert "submitCallEnded" == expected["/in/pbx/call-ended"]
    assert expected == {path: item["post"]["operationId"] for path, item in paths.items()}


@pytest.mark.parametrize(
    ("url", "server", "path"),
    [
        (URL, "https://gateway.example.org", "/in/pbx/call-ended"),
        ("https://example.org/gateway/in/pbx", "https://example.org/gateway", "/in/pbx/call-ended"),
        ("https://example.org/elsewhere/", "https://example.org", "/elsewhere/call-ended"),
    ],
)
def test_the_server_is_the_gateways_public_address(url: str, server: str, path: str) -> None:
    document = document_of(a_contract(), url=url)
    assert ([{"url": server}], [path]) == (document["servers"], list(document["paths"]))


@pytest.mark.parametrize(
    ("security", "required", "schemes"),
    [
        (None, None, None),
        ((), [], None),
        ((BASIC,), [{"caller": []}], {"caller": BASIC}),
        ((BASIC, KEY), [{"caller": []}, {"caller1": []}], {"caller": BASIC, "caller1": KEY}),
    ],
)
def test_it_says_how_to_authenticate_any_of_several_ways(security: Any, required: Any, schemes: Any) -> None:
    document = document_of(a_contract(), security=security)
    assert (required, schemes) == (document.get("security"), document["components"].get("securitySchemes"))
    answers = document["paths"]["/in/pbx/call-ended"]["post"]["responses"]
    assert (security != ()) == ("401" in answers)


def test_the_receipt_has_the_status_that_the_source_is_configured_for(calls: Contract) -> None:
    answers = document_of(calls, accepted_status=200)["paths"]["/in/pbx/call-ended"]["post"]["responses"]
    assert "200" in answers and "202" not in answers


def test_a_caller_is_told_which_headers_name_a_call(calls: Contract) -> None:
    document = document_of(calls, idempotency_headers=("X-Call", "Idempotency-Key"))
    parameters = document["paths"]["/in/pbx/call-ended"]["post"]["parameters"]
    assert [("X-Call", "header"), ("Idempotency-Key", "header")] == [(one["name"], one["in"]) for one in parameters]


def test_who_shall_come_back_is_told_when(calls: Contract) -> None:
    answers = document_of(calls)["components"]["responses"]
    assert ["429", "503"] == [status for status, answer in answers.items() if "Retry-After" in answer["headers"]]


def test_its_example_is_one_that_its_schema_takes(calls: Contract) -> None:
    document = parsed(openapi(calls, Endpoint(URL)))
    content = document["paths"]["/in/pbx/call-ended"]["post"]["requestBody"]["content"]["application/json"]
    Exact({**content["schema"], "components": document["components"]}).validate(content["example"])
    assert len(calls.events["call.ended"].fields) == len(content["example"])


def test_an_example_that_the_contract_does_not_allow_is_left_out() -> None:
    contract = a_contract(an_event_type(a_field("n", Type.INTEGER, required=True, example="many")))
    body = document_of(contract)["paths"]["/in/pbx/call-ended"]["post"]["requestBody"]
    assert ["schema"] == list(body["content"]["application/json"])


@pytest.mark.parametrize(
    ("digits", "fraction_digits", "said"),
    [
        (12, 2, "Net. Unit: EUR. At most 12 digits, 2 of them after the point."),
        (12, None, "Net. Unit: EUR. At most 12 digits."),
        (None, 2, "Net. Unit: EUR. At most 2 digits after the point."),
        (None, None, "Net. Unit: EUR."),
    ],
)
def test_digits_are_said_in_words_since_generators_drop_what_says_them(
    digits: int | None, fraction_digits: int | None, said: str
) -> None:
    field = a_field("a", Type.DECIMAL, digits=digits, fraction_digits=fraction_digits, doc="Net.", unit="EUR")
    schemas = document_of(a_contract(an_event_type(field)))["components"]["schemas"]
    assert {said} == {schemas[name]["properties"]["a"]["description"] for name in ("CallEnded", "CallEnded_Form")}


def test_a_form_is_offered_where_openapi_can_say_what_it_looks_like() -> None:
    form = "application/x-www-form-urlencoded"
    flat = document_of(a_contract(an_event_type(a_field("tags", list=True))))
    body = flat["paths"]["/in/pbx/call-ended"]["post"]["requestBody"]
    assert {"$ref": "#/components/schemas/CallEnded_Form"} == body["content"][form]["schema"]
    assert {"type": "array", "items": {"type": "string"}} == (
        flat["components"]["schemas"]["CallEnded_Form"]["properties"]["tags"]
    )
    nested = document_of(ALL_TYPES)["paths"]["/in/pbx/call-ended"]["post"]["requestBody"]
    assert form not in nested["content"]
