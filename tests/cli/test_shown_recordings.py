"""The end of `gateway demo`: the call whole, each file that it names, and whether it is what was stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.archive import Archive
from gateway.cli.shown_call import transferred_call
from gateway.cli.shown_recordings import show_recordings
from gateway.simulator.recordings import PATH, Recording
from tests.running import free_port

CALL = transferred_call("")
Events = list[dict[str, Any]]
_FILE = "perspective/1-session-2-stereo.WAV"


def event(event_type: str, **data: Any) -> dict[str, Any]:
    return {"type": event_type, "subject": CALL.call_id, "source": "/joins/calls", "data": data}


@pytest.fixture
def events(tmp_path: Path) -> Events:
    """Those of a call with one segment, whose recording lies in the folder; the first version had it not yet."""
    content = b"".join(Recording(_FILE, 3).pieces())
    (tmp_path / "1-2.wav").write_bytes(content)
    segment = {"segment": 2, "agent": "1369344", "duration": 3, "recording": "1-2.wav"}
    stored = {
        "path": "1-2.wav", "url": f"http://127.0.0.1:8083{PATH}?file={_FILE}", "sha256": sha256(content).hexdigest(),
        "duration": 3, "channels": 2, "sample_rate": 8000,
    }  # fmt: skip
    return [
        event("call.completed", version=2, customer="5105550111", segments=[segment]),
        event("recording.stored", **stored),
        event("call.completed", version=1, segments=[{**segment, "recording": None}]),
    ]


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Callable[[Events], bool]]:
    archive = Archive(("127.0.0.1", free_port()), {}, late=0)

    def shown(events: Events) -> bool:
        return show_recordings(CALL, lambda is_there: events if is_there(events) else events[1:], archive, tmp_path)

    yield shown
    archive.close()


def test_the_newest_version_is_shown_with_its_files(
    show: Callable[[Events], bool], events: Events, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(events)
    told = capsys.readouterr().out
    assert "✓ call.completed, version 2, from /joins/calls" in told
    assert "segment 2    Ben Ode, 3 s, no disposition, 1-2.wav" in told
    assert "3 s, 2 channels, 8000 Hz, 96,044 bytes, SHA-256 " in told


def test_what_is_not_what_was_stored_fails(
    show: Callable[[Events], bool], events: Events, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "1-2.wav").open("ab") as file:
        file.write(b"\0\0\0\0")
    assert not show(events)
    assert "✗ 1-2.wav" in capsys.readouterr().out
    (tmp_path / "1-2.wav").unlink()
    assert not show(events)
    assert "✗ 1-2.wav: " in capsys.readouterr().out


@pytest.mark.parametrize(("kept", "what"), [(1, "no call.completed"), (2, "not every recording")])
def test_what_did_not_arrive_is_told(
    show: Callable[[Events], bool], events: Events, kept: int, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not show([event("call.ended"), *events[1 : kept + 1]])
    assert f"✗ {what} arrived" in capsys.readouterr().out
