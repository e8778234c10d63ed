"""Attacks on a source that refuses nothing: what it keeps, what it still refuses, and that neither takes long."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.cli import run_command_line as command_line
from gateway.model.mending import LONGEST_MENDED
from gateway.model.request import Answer
from gateway.store.history import Selection
from tests.presets import FORM, JSON, XML, Caller, a_caller
from tests.presets.ringcx import CALLED, CONFIGURATION, SOAP, TERMINATION, UII, as_elements, filled, new, pasted

MOST = 4 * 2**20
SECONDS = 0.7
"""Well under a second, on a machine that does other things too."""
SERVERS = 300
"""Bytes at most that the server's own headers have."""
TAGS = [f"f{number}" for number in range(200)]
MANY = "{" + ",".join(f'"{name}":"#{name}#"' for name in TAGS) + "}"
UNKNOWN_SOAP = SOAP.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2001/12/soap-envelope")
DTD = '<!DOCTYPE a [<!ENTITY b "b">]>'
UNDERSTAND = '<soapenv:Header><t:x xmlns:t="urn:t" soapenv:mustUnderstand="1"/></soapenv:Header><soapenv:Body>'


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A source whose sender is set up with a template of 200 tags."""
    more = CONFIGURATION.replace("[sources.strict]", f"templates = ['{MANY}']\n[sources.strict]")
    with a_caller(tmp_path_factory.mktemp("many"), more, "contact-centre", RINGCX_PASSWORD="hunter2") as it:
        yield it


def kept(caller: Caller, answer: Answer, reason: str) -> dict[str, Any]:
    """The request that waits in quarantine, for this reason."""
    assert 200 == answer.status, answer.body.decode()
    found = caller.request(answer)
    assert ("quarantined", reason) == (found["state"], found["reason"])
    return found


def stretched(template: str, filler: str, bytes_of_it: int) -> str:
    """The body that `template` makes, one of whose values is so much of `filler`."""
    room = (bytes_of_it - len(template)) // len(filler)
    fields = dict.fromkeys([*TERMINATION, "lead_id", "extern_id", "agent_wrap_time", *TAGS, "campaign_id"], "")
    return filled(template, fields | {"agent_notes": filler * room, "f9": filler * room})


@pytest.mark.parametrize("size", [LONGEST_MENDED, MOST])
@pytest.mark.parametrize(
    "filler", ['"', '",', '"\n', '", "agent_notes": "', '",\n  "agent_wrap_time": "', '"}', "[{", "\\"]
)
def test_no_body_takes_long_to_mend(ringcx: Caller, filler: str, size: int) -> None:
    body = stretched(pasted(ringcx, "post-disposition"), filler, size)
    started = time.process_time()
    answer = ringcx.call("/post-disposition", body, JSON)
    assert time.process_time() - started < SECONDS
    assert 200 == answer.status
    assert ringcx.request(answer)["reason"] in ("malformed", "too_large", "contract_violation")


@pytest.mark.parametrize("size", [LONGEST_MENDED, MOST])
@pytest.mark.parametrize("filler", ['"', '",', "".join(f'","{name}":"' for name in TAGS)])
def test_a_template_of_200_tags_takes_no_longer(many: Caller, filler: str, size: int) -> None:
    body = stretched(MANY, filler, size)
    started = time.process_time()
    answer = many.call("/post-call", body, JSON)
    assert time.process_time() - started < SECONDS
    assert "quarantined" == many.request(answer)["state"]


def test_a_gzip_bomb_is_kept_as_small_as_it_came(ringcx: Caller) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    found = kept(ringcx, ringcx.call("/post-call", bomb, JSON, CONTENT_ENCODING="gzip"), "too_large")
    assert len(bomb) == found["bytes"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused_since_it_is_not_whole(ringcx: Caller, *, announced: bool) -> None:
    before = len(waiting(ringcx))
    more = {} if announced else {"TRANSFER_ENCODING": "chunked"}
    assert 413 == ringcx.call("/post-call", b"x" * (MOST + 1), JSON, **more).status
    assert before == len(waiting(ringcx))


def waiting(caller: Caller) -> list[dict[str, Any]]:
    return list(caller.store.history.requests(Selection(limit=0, state="quarantined")))


@pytest.mark.parametrize("media", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed"])
def test_a_multipart_form_without_boundary_is_kept(ringcx: Caller, media: str) -> None:
    answer = ringcx.call("/post-call", "--b\r\n\r\nx\r\n--b--\r\n", media)
    assert ringcx.request(answer)["reason"] in ("malformed", "unsupported_media")
    assert "quarantined" == json.loads(answer.body)["status"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (SOAP.replace("<soapenv:Env", f"{DTD}<soapenv:Env").format(CALLED.format("<uii>&b;</uii>")), "malformed"),
        (UNKNOWN_SOAP.format(CALLED.format(as_elements(TERMINATION))), "version_mismatch"),
        (SOAP.format(CALLED.format(as_elements({"duration": "soon"}))), "contract_violation"),
        (SOAP.format(CALLED.format("<uii>" * 100 + "</uii>" * 100)), "too_large"),
    ],
)
def test_soap_that_is_not_read_is_kept_and_answered_with_a_text(ringcx: Caller, body: str, reason: str) -> None:
    answer = ringcx.call("", body, XML, soapaction='""')
    kept(ringcx, answer, reason)
    assert b'xsi:type="xsd:string">quarantined</return>' in answer.body


def test_a_header_that_must_be_understood_stays_a_fault(ringcx: Caller) -> None:
    body = SOAP.replace("<soapenv:Body>", UNDERSTAND).format(CALLED.format(as_elements(new())))
    answer = ringcx.call("", body, XML, soapaction='""')
    assert 500 == answer.status
    assert b"MustUnderstand" in answer.body


@pytest.mark.parametrize(
    "call",
    [
        lambda it: it.form("/post-call", {}),
        lambda it: it.call("/post-call", "{", JSON),
        lambda it: it.call("/post-call", "{", JSON, AUTHORIZATION="Basic cmluZ2N4Ondyb25n"),
        lambda it: it.call("", SOAP.format("<a>"), XML, soapaction='""'),
        lambda it: it.call("/post-call", query="uii=1", method="GET"),
    ],
)
def test_who_is_not_known_is_refused_and_never_kept(ringcx: Caller, call: Any) -> None:
    before = len(waiting(ringcx))
    stranger = Caller(ringcx.door, ringcx.store, "contact-centre")
    assert 401 == call(stranger).status
    assert before == len(waiting(ringcx))


@pytest.fixture
def requests_before(ringcx: Caller) -> int:
    return len(list(ringcx.store.history.requests(Selection(limit=0))))


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 204)])
def test_head_and_options_are_never_calls(ringcx: Caller, requests_before: int, method: str, status: int) -> None:
    answer = ringcx.call("/post-call", urlencode(new()), FORM, "uii=1", method=method)
    assert (status, b"") == (answer.status, answer.body)
    assert requests_before == len(list(ringcx.store.history.requests(Selection(limit=0))))


@pytest.mark.parametrize(
    ("path", "body", "media"),
    [
        ("/post-call", urlencode({"x" * 5000: "1"} | {"duration": "y" * 5000}), FORM),
        ("/post-call", urlencode({"duration": "\U0001f4de" * 5000}), FORM),
        ("/post-call", json.dumps({"uii": UII, "duration": '\x01\\"' * 5000}), JSON),
        ("/post-call", urlencode([("\U0001f4de" * 300, "1")] * 2), FORM),
        ("/post-call", urlencode([("\x01" * 300, "1")] * 2), FORM),
        ("/" + "p" * 5000, "{}", JSON),
        ("/post-call", "{", "image/" + "\xff" * 5000),
        ("/post-call", "{\U0001f4de" * 10, "application/json; charset=" + "q" * 5000),
    ],
)
def test_the_receipt_of_what_waits_is_small_whatever_is_said_in_it(
    ringcx: Caller, path: str, body: str, media: str
) -> None:
    answer = ringcx.call(path, body, media)
    assert "quarantined" == ringcx.request(answer)["state"]
    assert size(answer) < 1024


@pytest.mark.parametrize("name", ["a" * 160, "ä" * 160, "\u8a71" * 160])
def test_the_answer_to_soap_is_small_whatever_was_called(ringcx: Caller, name: str) -> None:
    answer = ringcx.call("", SOAP.format(f'<{name} xmlns="urn:{"n" * 30}"/>'), XML, soapaction='""')
    assert "quarantined" == ringcx.request(answer)["state"]
    assert size(answer) < 1024


def size(answer: Answer) -> int:
    """Bytes of an answer, with its headers."""
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
    return SERVERS + head + len(answer.body)


def test_a_list_with_one_bad_item_waits_whole_and_comes_in_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGCX_PASSWORD", "hunter2")
    posts = [new(), new(duration="n/a"), new()]
    configuration = f'data_dir = "."\n{CONFIGURATION}'
    with a_caller(tmp_path, configuration, "contact-centre", RINGCX_PASSWORD="hunter2") as ringcx:
        answer = ringcx.call("/agent-termination", json.dumps(posts), JSON)
        assert ["/1/duration"] == [path for path, _ in ringcx.violations(answer)]
        assert [] == ringcx.events()
        request_id = answer.headers["Gateway-Request-Id"]
        retry = ["requests", "retry", request_id, "--yes", "--config", str(tmp_path / "gateway.toml")]
        assert 3 == command_line(retry)
        habit = '[sources.contact-centre.absent]\nduration = "n/a"\n[sources.strict]'
        mended = configuration.replace("[sources.strict]", habit)
        (tmp_path / "gateway.toml").write_text(mended, encoding="utf-8")
        assert 0 == command_line(retry)
        assert 3 == capsys.readouterr().out.count("✓ event ")
        assert {request_id} == {event["requestId"] for event in ringcx.events()}
        assert 3 == len(ringcx.request(answer)["eventIds"])
