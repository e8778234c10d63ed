"""One call, many shapes: conditions, fields, URLs, forms and signatures, by a real gateway to a real far side."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from standardwebhooks.webhooks import Webhook

from tests.running import Downstream, RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

SECRET, OLD = (f"whsec_{base64.b64encode(letter * 24).decode()}" for letter in (b"k", b"j"))
CALL = {"call_id": "a/b", "ani": 'O"Hara & <sons>', "duration": "3725", "call_start": "2026-03-16T14:15:02Z"}
_CONFIGURATION = """
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}

[destinations.signed]
kind = "http"
url = "{url}/signed"
secret = [{{ env = "SECRET" }}, {{ env = "OLD" }}]
[destinations.table]
kind = "http"
url = "{url}/#call_id#?from=#request.headers.x-tenant?#"
headers = {{ X-Ani = "#ani#" }}
authenticate = {{ kind = "basic", user = "gw", password = {{ env = "SECRET" }} }}
body = {{ sec = "#duration#", long = "#duration|HH:MM:SS#", agent = "#agent_id?#", by = "#request.operation#" }}
[destinations.form]
kind = "http"
url = "{url}/form"
format = "form"
body = "who=#ani#&at=#call_start|%d.%m.%Y %H:%M|Europe/Berlin#"
[destinations.soapy]
kind = "http"
url = "{url}/xml"
format = "xml"
body = "<call from='#ani#'>#call_id#</call>"
[destinations.raw]
kind = "http"
url = "{url}/raw"
format = "raw"
[destinations.fields]
kind = "http"
method = "PUT"
url = "{url}/fields"
[destinations.asking]
kind = "http"
method = "GET"
url = "{url}/asking"
format = "query"

[routes.all]
to = ["signed", "table", "form", "soapy", "raw"]
[routes.long]
when = "data.duration > 3000 && caller.name == 'anonymous' && request.headers['x-tenant'] == 'acme'"
fields = {{ CallerId = "#ani#", Text = "Call of #duration# s" }}
to = "fields"
[routes.short]
when = "data.duration < 3000"
to = "fields"
[routes.odd]
when = "data.ani > 5"
to = "asking"
[routes.incomplete]
fields = {{ agent = "#agent_id#" }}
to = "asking"
"""


@pytest.fixture(scope="module")
def far() -> Iterator[Downstream]:
    opened = Downstream()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, database: str, far: Downstream) -> Iterator[RunningGateway]:
    text = _CONFIGURATION.format(url=far.url.removesuffix("/events"))
    with running(tmp_path_factory.mktemp(f"shaped-{database}"), text, SECRET=SECRET, OLD=OLD) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def deliveries(gateway: RunningGateway) -> dict[str, dict[str, Any]]:
    """What became of one call, by route and destination."""
    answer = gateway.post("pbx/call-ended", json=CALL, headers={"X-Tenant": "acme"})
    assert 202 == answer.status_code, answer.text

    def settled() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = gateway.event(answer.json()["eventId"])["deliveryList"]
        return found if all(one["state"] in ("delivered", "dead") for one in found) else []

    return {f"{one['route']} {one['destination']}": one for one in wait_for(settled, 20, "every delivery's end")}


@pytest.fixture(scope="module")
def sent(deliveries: dict[str, Any], far: Downstream) -> dict[str, tuple[dict[str, str], bytes]]:
    """What the far side got, by method and path."""
    assert deliveries
    return dict(zip(far.called, far.arrived, strict=True))


def test_everything_that_could_be_sent_was(deliveries: dict[str, dict[str, Any]]) -> None:
    delivered = {name for name, one in deliveries.items() if one["state"] == "delivered"}
    assert {"all signed", "all table", "all form", "all soapy", "all raw", "long fields"} == delivered
    assert {"odd asking", "incomplete asking"} == deliveries.keys() - delivered  # and `short` did not take it


def test_a_dead_letter_says_why(deliveries: dict[str, dict[str, Any]]) -> None:
    assert "unresolved tag #agent_id#" == deliveries["incomplete asking"]["reason"]
    assert deliveries["odd asking"]["reason"].startswith("its condition can't be told: data.ani > 5: ")
    assert 0 == deliveries["odd asking"]["attempts"]


@pytest.mark.parametrize("known", [SECRET, OLD])
def test_either_secret_verifies_what_is_signed(sent: dict[str, Any], known: str) -> None:
    headers, body = sent["POST /signed"]
    assert CALL["ani"] == Webhook(known).verify(body, headers)["data"]["ani"]


def test_values_stay_in_their_places(sent: dict[str, Any]) -> None:
    headers, body = sent["POST /a%2Fb?from=acme"]
    assert {"sec": 3725, "long": "01:02:05", "by": "submitCallEnded"} == json.loads(body)
    assert CALL["ani"] == headers["x-ani"]
    assert f"gw:{SECRET}" == base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
    assert [("who", CALL["ani"]), ("at", "16.03.2026 15:15")] == parse_qsl(sent["POST /form"][1].decode())
    assert b"<call from='O&quot;Hara &amp; &lt;sons&gt;'>a/b</call>" == sent["POST /xml"][1]


def test_raw_is_the_call_as_it_came(sent: dict[str, Any]) -> None:
    headers, body = sent["POST /raw"]
    assert (CALL, "application/json") == (json.loads(body), headers["content-type"])


def test_fields_are_sent_beside_the_events_attributes(sent: dict[str, Any]) -> None:
    headers, body = sent["PUT /fields"]
    assert {"CallerId": CALL["ani"], "Text": "Call of 3725 s"} == json.loads(body)
    assert ("call.ended", "application/json") == (headers["ce-type"], headers["content-type"])


def test_what_would_be_sent_is_explained(gateway: RunningGateway) -> None:
    told = gateway.cli("routes", "explain", "--sample", "call.ended").stdout
    assert "short: it takes events such as this" in told
    assert "long: its condition is not met" in told
    assert SECRET not in told


def test_a_destination_is_tried_out(gateway: RunningGateway, sent: dict[str, Any]) -> None:
    assert sent
    done = gateway.cli("destinations", "test", "table")
    assert 0 == done.returncode, done.stderr
    assert "Authorization: ••••" in done.stdout
    assert "HTTP 204" in done.stdout
    assert SECRET not in done.stdout
