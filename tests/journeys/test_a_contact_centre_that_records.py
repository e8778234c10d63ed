"""A simulated contact centre records its calls: each recording is fetched, late as it may be, and stored once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.waveform import waveforms
from gateway.store.history import Selection
from tests.running import RunningGateway, free_port, running

_CONFIGURATION = """
web_processes = 1
[log]
level = "warning"
[sources.contact-centre]
preset = "ringcx"
authenticate = {{ kind = "anonymous" }}
[destinations.recordings]
kind = "recording"
url = "#recording_url?#"
hosts = ["127.0.0.1:{port}"]
name = "#account_id?#/#call_id#-#segment?#.wav"
storage = {{ kind = "folder", path = "recordings" }}
authenticate = {{ kind = "basic", user = "archive", password = {{ env = "RECORDINGS_PASSWORD" }} }}
retry = {{ first = "300ms", factor = 1, attempts = 100 }}
breaker = {{ failures = 1000, share = 1, of = 1000 }}
[destinations.agents-recordings]
kind = "recording"
url = "#agent_recording_url?#"
hosts = ["127.0.0.1:{port}"]
name = "agents/#call_id#-#segment#.wav"
storage = {{ kind = "folder", path = "recordings" }}
authenticate = {{ kind = "basic", user = "archive", password = {{ env = "RECORDINGS_PASSWORD" }} }}
channels = "split"
retry = {{ first = "300ms", factor = 1, attempts = 100 }}
breaker = {{ failures = 1000, share = 1, of = 1000 }}
[routes.recordings]
events = ["agent.segment.ended", "call.ended"]
to = ["recordings", "agents-recordings"]
"""
_PLAYED = (
    *("--calls", "4", "--transfers", "0", "--seed", "44", "--protocol", "form", "--rate", "6000", "--speed", "6000"),
    *("--recordings-user", "archive:a fine one", "--recordings-late", "500ms"),
)


def _stored(gateway: RunningGateway) -> list[dict[str, Any]]:
    with gateway.history() as history:
        rows = list(history.events(Selection(limit=0, type="recording.stored")))
    return [gateway.event(row["id"])["event"]["data"] for row in rows]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningGateway, str]]:
    port = free_port()
    configuration = _CONFIGURATION.format(port=port)
    with running(tmp_path_factory.mktemp("gateway"), configuration, RECORDINGS_PASSWORD="a fine one") as gateway:
        url = f"{gateway.url}/in/contact-centre"
        done = gateway.cli("simulate", "ringcx", url, *_PLAYED, "--recordings", f"127.0.0.1:{port}")
        assert 0 == done.returncode, done.stdout + done.stderr
        yield gateway, done.stdout


def test_every_recording_is_fetched_and_stored_as_it_was_served(played: tuple[RunningGateway, str]) -> None:
    fetched = re.search(r"^fetched: (\d+) of \1 recordings$", played[1], re.MULTILINE)
    assert fetched, played[1]
    assert played[1].splitlines()[-1].endswith(f" events, every field as sent, {fetched[1]} recordings as served")


def test_it_is_stored_once_however_often_it_was_asked_for(played: tuple[RunningGateway, str]) -> None:
    gateway, told = played
    stored = _stored(gateway)
    assert len(stored) == len({one["url"] for one in stored}) == int(re.findall(r"fetched: (\d+)", told)[0])
    named = {one["path"] for one in stored} | {side["path"] for one in stored for side in one.get("files", ())}
    folder = gateway.folder / "recordings"
    assert named == {str(path.relative_to(folder)) for path in folder.rglob("*.wav")}
    verified = gateway.cli("recordings", "verify")
    assert (0, f"{len(named)} right\n") == (verified.returncode, verified.stdout), verified.stderr


def test_what_was_recorded_on_two_channels_is_split(played: tuple[RunningGateway, str]) -> None:
    folder: Path = played[0].folder / "recordings"
    split = [one for one in _stored(played[0]) if one["channels"] == 2]
    assert split
    for one in split:
        assert ["agent", "customer"] == [side["side"] for side in one["files"]]
        both = waveforms(folder / one["path"], 60)
        assert both == [line for side in one["files"] for line in waveforms(folder / side["path"], 60)]
