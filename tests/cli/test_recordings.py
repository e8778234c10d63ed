"""`gateway recordings list|show|verify`, against events of stored recordings and the files that they speak of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.model.canonical import canonical_json
from gateway.settings import Document
from tests.builders import NOON, a_request, an_entry, an_event
from tests.cli.conftest import Run, opened
from tests.configured import ANYBODY, a_document
from tests.mistakes import RECORDING
from tests.recordings.audio import a_wav

WAV = a_wav()


@pytest.fixture
def document(tmp_path: Path) -> Document:
    return a_document(tmp_path, ANYBODY + RECORDING.replace("destinations.crm", "destinations.recordings"))


def stored(document: Document, path: str, *, hours: int = 0, content: bytes | None = WAV, **more: Any) -> str:
    """A recording that was stored, and its file with `content`; the id of its event."""
    source, subject = more.pop("source", "/destinations/recordings"), more.pop("subject", "4711")
    data = {"path": path, "size": len(WAV), "sha256": sha256(WAV).hexdigest(), "duration": 1, "channels": 1, **more}
    if content is not None:
        file = document.folder / "recordings" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    event = an_event(type="recording.stored", source=source, subject=subject, data=canonical_json(data))
    store = opened(document)
    request = a_request(b"{}", received_at=NOON + timedelta(hours=hours))
    store.inbox.record(an_entry(event, to=(), request=request))
    store.close()
    return event.id


def lines(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


def ids(run: Run, *arguments: str) -> Sequence[str]:
    code, out, _ = run("recordings", "list", "--json", *arguments)
    assert 0 == code
    return [item["id"] for item in lines(out)]


def test_they_are_listed_newest_first(document: Document, run: Run) -> None:
    first, second = (stored(document, f"{n}.wav", hours=n) for n in range(2))
    code, out, _ = run("recordings", "list")
    assert 0 == code
    head, *rows = out.splitlines()
    assert ["receivedAt", "id", "subject", "destination", "path", "duration", "channels", "size"] == head.split()
    assert [second, first] == [row.split()[1] for row in rows]
    assert ["4711", "recordings", "1.wav", "1", "1", "8044"] == rows[0].split()[2:]


def test_which_can_be_said(document: Document, run: Run) -> None:
    first = stored(document, "1.wav", subject="a")
    second = stored(document, "2.wav", hours=2, source="/destinations/old")
    assert [first] == ids(run, "--subject", "a")
    assert [second] == ids(run, "--destination", "old")
    assert [second] == ids(run, "--since", "2026-03-16T13:00:00Z")
    assert [first] == ids(run, "--until", "2026-03-16T13:00:00Z")
    assert [first] == ids(run, "--after", second)
    assert [second] == ids(run, "--limit", "1")
    assert [second, first] == ids(run, "--limit", "0")


def test_an_event_that_a_source_calls_so_is_no_recording(document: Document, run: Run) -> None:
    forged = stored(document, "1.wav", source="/in/pbx")
    assert [] == ids(run)
    assert (2, "") == run("recordings", "show", forged)[:2]
    assert (2, "") == run("recordings", "verify", forged)[:2]


def test_one_is_shown_with_the_state_of_its_files(document: Document, run: Run) -> None:
    side = {"side": "agent", "path": "1-agent.wav", "sha256": sha256(b"x").hexdigest(), "size": 1}
    event_id = stored(document, "acme/1.wav", files=[side])
    code, out, _ = run("recordings", "show", event_id, "--json")
    (item,) = lines(out)
    assert (0, event_id, "recordings", 8044) == (code, item["id"], item["destination"], item["data"]["size"])
    assert [("acme/1.wav", "right"), ("1-agent.wav", "missing")] == [
        (one["path"], one["state"]) for one in item["files"]
    ]
    assert json.loads(run("recordings", "show", event_id)[1]) == item


def test_what_is_as_it_was_verifies(document: Document, run: Run) -> None:
    for _ in range(2):  # the same file: it was delivered twice
        stored(document, "1.wav")
    assert (0, "1 right\n", "") == run("recordings", "verify")


def test_what_was_changed_or_is_missing_is_named_and_the_exit_code_says_so(document: Document, run: Run) -> None:
    stored(document, "right.wav")
    changed = stored(document, "changed.wav", content=b"RIFF")
    missing = stored(document, "missing.wav", content=None)
    (document.folder / "recordings/folder.wav").mkdir()
    unreadable = stored(document, "folder.wav", content=None)
    code, out, err = run("recordings", "verify")
    assert (1, "1 right, 1 missing, 1 changed, 1 unreadable\n") == (code, out)
    assert [
        f"unreadable: recordings: folder.wav ({unreadable})",
        f"missing: recordings: missing.wav ({missing})",
        f"changed: recordings: changed.wav ({changed})",
    ] == err.splitlines()
    code, out, err = run("recordings", "verify", changed, "--json")
    assert (1, "") == (code, err)
    assert [{"id": changed, "destination": "recordings", "path": "changed.wav", "state": "changed"}] == lines(out)


def test_what_is_older_than_it_is_kept_is_not_missing(document: Document, run: Run) -> None:
    stored(document, "1.wav", content=None)
    assert 1 == run("recordings", "verify")[0]
    with document.path.open("a") as file:
        file.write('keep = "1h"\n')
    assert (0, "1 deleted\n", "") == run("recordings", "verify")


def test_what_has_no_destination_any_more_is_not_judged(document: Document, run: Run) -> None:
    stored(document, "1.wav", source="/destinations/old")
    assert (0, "1 unconfigured\n", "") == run("recordings", "verify")


@pytest.mark.parametrize("path", ["../gateway.toml", "/etc/passwd", ""])
def test_a_path_that_leads_out_of_the_storage_is_not_read(document: Document, run: Run, path: str) -> None:
    stored(document, path, content=None)
    assert (1, "1 missing\n") == run("recordings", "verify")[:2]


def test_where_there_are_none_that_is_said(document: Document, run: Run) -> None:
    opened(document).close()
    assert (0, "none\n", "") == run("recordings", "list")
    assert (0, "none\n", "") == run("recordings", "verify")
