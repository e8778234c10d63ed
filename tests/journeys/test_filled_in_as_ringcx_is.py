"""The how-to's destinations, filled in as RingCX's form is: as they stand there, they send what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.destinations.http import Destination
from tests import ROOT
from tests.builders import NOON, a_delivery, an_event
from tests.configured import ANYBODY, a_gateway

_SECTION = (ROOT / "gateway/docs/howto/shape.md").read_text(encoding="utf-8").partition("as RingCX's form is\n")[2]
_HTTP, _SOAP = re.findall(r"```toml\n(.*?)```", _SECTION, re.DOTALL)[:2]
_ENVELOPE = re.findall(r"```xml\n(.*?)\n```", _SECTION, re.DOTALL)[0]
_DATA = (
    b'{"call_id":"4711","account_id":"15300002","agent_id":"7","segment_duration":150,"disposition":"%s",'
    b'"extra":{"language":"Spanish","uii":"of the script"}}'
)


def _sent(folder: Path, configuration: str, route: str, name: str, disposition: bytes = b"Resolved") -> tuple[str, str]:
    """Head and body of what goes out, as people are shown it."""
    gateway = a_gateway(folder, ANYBODY + configuration)
    delivery = a_delivery(event=an_event(data=_DATA % disposition), route=route, destination=name)
    destination = gateway.destinations[name].destination
    assert isinstance(destination, Destination)
    head, _, body = destination.preview(gateway.payload_of(delivery, NOON)).partition("\n\n")
    return head, body


@pytest.mark.parametrize(
    ("disposition", "code"), [(b"Resolved", "R1"), (b"Not Interested", "R2"), (b"Wrong number", "R0")]
)
def test_a_form_with_replacements_and_all_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disposition: bytes, code: str
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "hunter2")
    head, body = _sent(tmp_path, _HTTP, "dispositions", "crm", disposition)
    assert head.startswith("POST /dispositions/4711?account=15300002 HTTP/1.1\nHost: crm.example.org\n")
    assert "Content-Type: application/x-www-form-urlencoded\n" in head
    assert (
        f"uii=4711&outcome={code}&source=contact+centre&call_id=4711&account_id=15300002&agent_id=7&segment_duration=150"
        f"&disposition={code}&language=es"
    ) == body


def test_a_soap_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGACY_PASSWORD", "hunter2")
    head, body = _sent(tmp_path, _SOAP, "segments", "legacy")
    assert head.startswith(
        "# agentTermination: service CallsService, port CallsPort, returns string\nPOST /services/calls HTTP/1.1\n"
    )
    assert {'SOAPAction: ""', "Content-Type: text/xml; charset=utf-8", "Authorization: ••••"} <= set(head.splitlines())
    assert _ENVELOPE == body


def test_every_field_of_the_form_has_a_setting_that_there_is() -> None:
    rows = re.findall(r"^\| .* \| (.*) \|$", _SECTION.partition("\n\nTags are")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    settings = (ROOT / "gateway/docs/reference/settings.md").read_text(encoding="utf-8")
    assert len(named) > 20
    assert [] == sorted(name for name in named if f"`{name}`" not in settings)
