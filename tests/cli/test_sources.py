"""`gateway sources`: who may call, what waits of them, and what to enter on their side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway.settings import Document
from tests.cli.conftest import Endpoint, Run
from tests.configured import ANYBODY, a_document

RINGCX = """
[sources.contact-centre]
preset = "ringcx"
authenticate = [
    { kind = "basic", user = "ringcx", password = [{ env = "RINGCX_PASSWORD" }, { env = "OLD_PASSWORD" }] },
    { kind = "api_key", query = "key", key = { env = "RINGCX_PASSWORD" } },
]
time_zone = "America/Chicago"
"""
PUBLIC = 'public_url = "https://gateway.example.org"\n'
UII = "202603161015020132120000041177"


@pytest.fixture
def sources() -> str:
    return ANYBODY + RINGCX


@pytest.fixture
def document(tmp_path: Path, sources: str, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setenv("RINGCX_PASSWORD", "hunter2")
    monkeypatch.setenv("OLD_PASSWORD", "hunter1")
    return a_document(tmp_path, PUBLIC + sources)


def call(endpoint: Endpoint, **fields: str) -> None:
    url = f"{endpoint.url}/contact-centre/post-call"
    assert requests.post(url, fields, timeout=10, auth=("ringcx", "hunter2")).ok


def shown(run: Run, *arguments: str) -> Any:
    code, out, err = run("sources", *arguments, "--json")
    assert (0, "") == (code, err)
    return json.loads(out)


def test_each_is_listed_with_what_waits_of_it(endpoint: Endpoint, run: Run) -> None:
    call(endpoint, uii="")
    _, out, _ = run("sources", "list", "--json")
    one, other = map(json.loads, out.splitlines())
    assert ("pbx", None, ["anonymous"], "refuse", 0, None) == (
        one["name"], one["preset"], one["authenticate"], one["onInvalid"], one["quarantined"], one["lastReceived"],
    )  # fmt: skip
    assert ("contact-centre", "ringcx", "calls", "quarantine", 1) == (
        other["name"], other["preset"], other["contract"], other["onInvalid"], other["quarantined"],
    )  # fmt: skip
    assert other["lastReceived"].endswith("Z")
    assert "basic, api_key" in run("sources", "list")[1]


def test_one_shows_its_presets_settings_with_its_own_over_them(endpoint: Endpoint, run: Run) -> None:
    one = shown(run, "show", "contact-centre")
    assert (f"{endpoint.url}/contact-centre", "RingCX web services") == (one["url"], one["description"])
    settings = one["settings"]
    assert ("America/Chicago", 200, {"key": "digest", "window": "24h"}) == (
        settings["time_zone"], settings["accepted_status"], settings["idempotency"],
    )  # fmt: skip
    assert "0" == settings["absent"]["agent_id"]
    assert ["call-ended", "post-call"] == one["events"]["call.ended"]
    assert "hunter" not in json.dumps(one)


def test_a_zone_that_seems_wrong_is_warned_of(endpoint: Endpoint, run: Run) -> None:
    for ani in ("1", "2"):
        call(endpoint, uii=UII, ani=ani, call_start="2026-03-16 10:15:02")
    (warning,) = shown(run, "show", "contact-centre")["warnings"]
    assert ("call_start is 1 h after the time in call_id: see time_zone", 2) == (warning["warning"], warning["events"])


def test_the_guide_tells_what_to_enter_and_no_secret(run: Run) -> None:
    code, out, err = run("sources", "guide", "contact-centre")
    assert (0, "") == (code, err)
    for line in (
        "  URL          https://gateway.example.org/in/contact-centre/agent-termination",
        "  Bind it to: queue and campaign: Agent Termination Web Service",
        "    recording_url      #recording_url#",
        '      "recording_url": "#recording_url#"',
        "  Authentication: user          ringcx",
        "  Authentication: password      the value of RINGCX_PASSWORD in the gateway's environment",
    ):
        assert line in out.splitlines()
    assert "hunter" not in out
    assert "SOURCE" not in out


def test_the_json_of_the_guide_is_json_with_every_tag_quoted(run: Run) -> None:
    for service in shown(run, "guide", "contact-centre")["services"]:
        assert service["form"] == json.loads(service["json"])


def test_an_address_that_nobody_reaches_is_told(document: Document, run: Run) -> None:
    a_document(document.folder, ANYBODY + RINGCX)
    assert "public_url is not set" in run("sources", "guide", "contact-centre")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "nobody"), "no source 'nobody'; there are: pbx, contact-centre"),
        (("guide", "nobody"), "no source 'nobody'; there are: pbx, contact-centre"),
        (("guide", "pbx"), "source 'pbx' has no guide; those of a preset have one: ringcx"),
    ],
)
def test_one_that_is_not_there_is_told(endpoint: Endpoint, run: Run, arguments: tuple[str, str], told: str) -> None:
    del endpoint
    code, _, err = run("sources", *arguments)
    assert 2 == code
    assert told in err
