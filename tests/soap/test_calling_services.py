"""A destination that calls an operation of somebody else's SOAP service, and understands what it is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.destinations.http import Destination, Options
from gateway.errors import ConfigError, DeliveryError, Refused, Unavailable
from gateway.model.delivery import Reply
from gateway.toml import checked
from tests.builders import a_payload, an_event
from tests.destinations.conformance import SECRET, delivered
from tests.egress.speaking import speaking
from tests.soap.calling import an_envelope
from tests.soap.serving import TARGET, spyne_service

INPUTS = [
    {"name": "uii", "value": "#call_id#"},
    {"name": "seconds", "value": "#duration#", "type": "int"},
    {"name": "notes", "value": "#notes#"},
]


def a_destination(url: str, folder: Path = Path(), **options: object) -> Destination:
    given = {"url": url, "service_type": "SOAP", "operation": "agentTermination", "target_namespace": TARGET, **options}
    return Destination("crm", checked(Options, given, "destinations.crm", folder))


def came_to(destination: Destination, notes: str = "fine") -> DeliveryError | Reply:
    event = an_event(data=f'{{"call_id":"<4711>","duration":150,"notes":"{notes}"}}'.encode())
    try:
        return delivered(destination, a_payload(event))[0]
    except DeliveryError as error:
        return error


def test_a_spyne_service_takes_the_call() -> None:
    with spyne_service() as far:
        assert Reply(200) == came_to(a_destination(far.url, style="document", inputs=INPUTS))
    assert [("<4711>", 150, "fine")] == far.calls


@pytest.mark.parametrize(
    ("notes", "kind", "why"),
    [
        ("unknown", Refused, "HTTP 500, fault Client.NoSuchCall: unknown: <4711>"),
        ("busy", Unavailable, "HTTP 500, fault Server: busy: <4711>"),
    ],
)
def test_its_faults_say_whether_to_call_again(notes: str, kind: type[DeliveryError], why: str) -> None:
    with spyne_service() as far:
        error = came_to(a_destination(far.url, style="document", inputs=INPUTS), notes)
    assert isinstance(error, DeliveryError)
    assert (kind, 500, why) == (type(error), error.status, error.why)
    assert 1 == len(far.calls)


def test_what_its_schema_does_not_take_is_told_by_its_fault() -> None:
    with spyne_service() as far:
        error = came_to(a_destination(far.url, inputs=INPUTS))
    assert isinstance(error, Refused)
    assert error.why.startswith("HTTP 500, fault Client.SchemaValidationError: ")
    assert [] == far.calls


def said(status: int, body: str, **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = [f"HTTP/1.1 {status} Said", "Content-Type: text/xml; charset=utf-8", f"Content-Length: {len(body)}", *lines]
    return ("\r\n".join([*head, "", ""]) + body).encode()


def fault(code: str) -> str:
    return an_envelope(f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>no</faultstring></s:Fault>")


@pytest.mark.parametrize(
    ("status", "body", "kind", "why"),
    [
        (200, fault("Client"), Refused, "HTTP 200, fault Client: no"),
        (200, fault("Server"), Unavailable, "HTTP 200, fault Server: no"),
        (400, fault("Client"), Refused, "HTTP 400, fault Client: no"),
        (400, fault("Server"), Unavailable, "HTTP 400, fault Server: no"),
        (500, fault("VersionMismatch"), Refused, "HTTP 500, fault VersionMismatch: no"),
        (500, fault("Other"), Unavailable, "HTTP 500, fault Other: no"),
        (401, fault("Client"), Unavailable, "HTTP 401, fault Client: no"),  # a changed key must not kill events
        (429, fault("Client"), Unavailable, "HTTP 429, fault Client: no"),
        (503, fault("Client"), Unavailable, "HTTP 503, fault Client: no"),
        (500, "<html>oops</html>", Unavailable, "HTTP 500: <html>oops</html>"),
        (400, an_envelope("<done/>")[:20], Refused, "HTTP 400: "),
        (302, "", Refused, "HTTP 302"),
    ],
)
def test_fault_and_status_together_decide(status: int, body: str, kind: type[DeliveryError], why: str) -> None:
    with speaking(said(status, body)) as far:
        error = came_to(a_destination(far.url))
    assert isinstance(error, DeliveryError)
    assert (kind, status) == (type(error), error.status)
    assert error.why.startswith(why)


@pytest.mark.parametrize(
    "body", ["", "fine", an_envelope("<agentTerminationResponse><return>ok</return></agentTerminationResponse>")]
)
def test_without_a_fault_2xx_is_delivered(body: str) -> None:
    with speaking(said(202, body)) as far:
        assert Reply(202) == came_to(a_destination(far.url))


@pytest.mark.parametrize(
    ("status", "code", "answers", "kind"),
    [
        (500, "Client", {"again": [500]}, Unavailable),
        (500, "Server", {"never": ["5xx"]}, Refused),
        (500, "Server", {"never": ["4xx"]}, Unavailable),
    ],
)
def test_what_is_said_of_the_status_comes_first(
    status: int, code: str, answers: dict[str, Any], kind: type[DeliveryError]
) -> None:
    with speaking(said(status, fault(code))) as far:
        assert kind is type(came_to(a_destination(far.url, answers=answers)))


def test_retry_after_is_kept_with_a_fault_and_gone_pauses() -> None:
    with speaking(said(503, fault("Server"), Retry_After="17")) as far:
        error = came_to(a_destination(far.url))
    assert isinstance(error, Unavailable)
    assert 17 == error.retry_after
    with speaking(said(410, fault("Client"))) as far:
        gone = came_to(a_destination(far.url))
    assert isinstance(gone, Refused)
    assert gone.pauses


def test_who_we_are_and_the_action_are_headers_and_the_record_is_shown_to_people_only(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    more = {"soap_action": "urn:acme:calls#end", "service_name": "Calls", "port_name": "CallsPort", "debug": True}
    with speaking(said(200, "")) as far:
        destination = a_destination(
            far.url.partition("?")[0], tmp_path, return_type="string", query={"tenant": "#call_id#"}, **more,
            authenticate={"kind": "basic", "user": "gw", "password": {"file": "secret"}},
        )  # fmt: skip
        reply = came_to(destination)
    head = far.heard[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert "POST /events?tenant=%3C4711%3E HTTP/1.1" == head[0]
    assert {
        'SOAPAction: "urn:acme:calls#end"', "Content-Type: text/xml; charset=utf-8",
        "Authorization: Basic Z3c6aHVudGVyMg==",
    } <= set(head)  # fmt: skip
    assert b"CallsPort" not in far.heard[0]
    assert isinstance(reply, Reply)
    assert reply.exchange is not None
    assert "# agentTermination: service Calls, port CallsPort, returns string" == reply.exchange.request.splitlines()[0]


def test_replacements_and_all_else_go_into_inputs_too() -> None:
    with spyne_service() as far:
        replacing = {"notes": {"*": "other"}, "call_id": {"<4711>": ""}}
        destination = a_destination(far.url, style="document", inputs=INPUTS[:1], replace=replacing)
        assert Reply(200) == came_to(destination)
        everything = a_destination(
            far.url, style="document", inputs=[{"name": "uii", "value": "x"}, *INPUTS[1:2]], send_all=True
        )
        error = came_to(everything)
    assert [(None, None, None)] == [tuple(one or None for one in call) for call in far.calls]
    assert isinstance(error, Refused)
    assert "call_id" in error.why  # which this service does not know


@pytest.mark.parametrize(
    ("options", "path", "why"),
    [
        ({"operation": ""}, "operation", "is required of a SOAP call"),
        ({"operation": "end call"}, "operation", "is no name of an element"),
        ({"inputs": [{"name": "1st", "value": "x"}]}, "inputs.0.name", "is no name of an element"),
        ({"inputs": [{"name": "a", "value": "#x|zz#"}]}, "inputs.0.value", "no form 'zz'"),
        ({"inputs": [{"name": "a", "value": "\1"}]}, "inputs.0.value", "XML can't hold"),
        ({"inputs": [{"name": "a", "value": "x", "type": "text"}]}, "inputs.0.type", "there are: string, boolean"),
        ({"target_namespace": "urn: x"}, "target_namespace", "has a blank"),
        ({"soap_action": 'a"b'}, "soap_action", "SOAPAction can't carry"),
        ({"soap_action": "Zoë"}, "soap_action", "SOAPAction can't carry"),
        ({"body": {"a": 1}}, "body", "does not go with service_type SOAP"),
        ({"format": "json"}, "format", "does not go with service_type SOAP"),
        ({"method": "PUT"}, "method", "does not go with service_type SOAP"),
        ({"service_type": "HTTP"}, "operation", "is of a SOAP call, and this is none"),
        ({"service_type": "soap"}, "service_type", "did you mean 'SOAP'?"),
    ],
)
def test_what_does_not_go_together_is_told_with_its_place(options: dict[str, Any], path: str, why: str) -> None:
    with pytest.raises(ConfigError) as error:
        a_destination("https://crm.example.org", **options)
    assert f"destinations.crm.{path}" == error.value.path
    assert why in str(error.value)
