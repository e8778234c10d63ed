"""`gateway simulate`: phone calls are played, and what arrived is compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import run_command_line
from gateway.store.history import Selection
from tests.cli.conftest import Endpoint, Run
from tests.configured import ANYBODY, a_document
from tests.running import free_port

PLAIN = ("--calls", "1", "--seed", "3", "--protocol", "form", "--rate", "600000", "--speed", "1000000000")
"""One call that a gateway takes without knowing RingCX."""
Simulate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def simulate(endpoint: Endpoint, run: Run) -> Simulate:
    return lambda source, *more: run("simulate", "ringcx", f"{endpoint.url}/{source}", *PLAIN, *more)


def test_what_arrived_otherwise_is_told_and_fails(simulate: Simulate, endpoint: Endpoint) -> None:
    code, out, err = simulate("pbx")
    accepted = len(list(endpoint.store.history.events(Selection(limit=0))))
    assert 3 == code
    assert re.search(rf"^all +{accepted} +{accepted} +0 ", out, re.MULTILINE)
    assert re.search(
        r"✗ request [0-9a-f-]{36}, dequeue by form \(fi\): call_start: sent as call_start='.*', is '.*Z'", err
    )
    assert err.splitlines()[-1].startswith(f"✗ {accepted} posts, ")


def test_the_answers_alone_can_be_looked_at(simulate: Simulate) -> None:
    code, out, err = simulate("pbx", "--answers-only")
    assert (0, "") == (code, err)
    assert "posts, every answer as it should be" in out.splitlines()[-1]


def test_the_configuration_has_the_password_and_another_can_be_given(simulate: Simulate) -> None:
    assert 0 == simulate("guarded", "--answers-only")[0]
    code, _, err = simulate("guarded", "--answers-only", "--user", "pbx:wrong")
    assert 3 == code
    assert "refused, not accepted: HTTP 401" in err


def test_a_seed_is_told_and_repeats_the_calls(simulate: Simulate) -> None:
    _, out, _ = simulate("pbx", "--answers-only")
    assert "(--seed 3)" in out.splitlines()[0]
    assert out.splitlines()[0] == simulate("pbx", "--answers-only")[1].splitlines()[0]


def test_without_a_configuration_there_is_nothing_to_compare_with(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.delenv("GATEWAY_CONFIG", raising=False)
    command = ["simulate", "ringcx", f"{endpoint.url}/pbx", *PLAIN]
    assert 6 == run_command_line(command)
    told = capsys.readouterr()
    assert "every answer as it should be" in told.out
    assert "not compared: there is no configuration that says where they are" in told.err
    assert 0 == run_command_line([*command, "--answers-only"])


def test_a_store_that_is_not_there_is_not_compared(
    endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = a_document(elsewhere, ANYBODY)
    command = ["simulate", "ringcx", f"{endpoint.url}/pbx", *PLAIN, "--config", str(other.path)]
    assert 6 == run_command_line(command)
    assert "✗ the events were not compared: database: there is no" in capsys.readouterr().err


def test_links_lead_to_recordings_that_it_serves_until_the_time_is_up(simulate: Simulate) -> None:
    place = f"127.0.0.1:{free_port()}"
    code, out, err = simulate("pbx", "--recordings", place, "--recordings-for", "100ms", "--answers-only")
    assert 0 == code
    assert re.search(r"^fetched: 0 of [1-9] recordings$", out, re.MULTILINE)
    assert re.search(r"^  0 of [1-9] recordings fetched; the others are served for 0\.1 s more$", err, re.MULTILINE)


def test_of_recordings_nothing_is_said_where_none_are_kept(simulate: Simulate) -> None:
    place = f"127.0.0.1:{free_port()}"
    _, _, err = simulate("pbx", "--recordings", place, "--recordings-for", "100ms")
    assert "call_start" in err
    assert "✗ recording" not in err


def test_a_place_that_is_taken_is_told(simulate: Simulate, endpoint: Endpoint) -> None:
    place = endpoint.url.split("/")[2]
    code, _, err = simulate("pbx", "--recordings", place)
    assert 2 == code
    assert f"--recordings {place}: Address already in use" in err


@pytest.mark.parametrize(
    "url", ["contact-centre", "http://127.0.0.1/contact-centre", "http://127.0.0.1/in", "http://["]
)
def test_an_url_must_be_an_endpoint(run: Run, url: str) -> None:
    code, _, err = run("simulate", "ringcx", url, *PLAIN)
    assert 2 == code
    assert "is no endpoint" in err


def test_where_nothing_answers_it_says_so(run: Run) -> None:
    code, _, err = run("simulate", "ringcx", f"http://127.0.0.1:{free_port()}/in/pbx", *PLAIN)
    assert 2 == code
    assert "is `gateway run` running?" in err
