"""`gateway events erase|erasures`: asked first, done once, and recorded."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.settings import Document
from gateway.store.erasures import digest_of
from gateway.store.outbox import Outbox
from tests.builders import NOON, a_request, an_entry, an_event
from tests.cli.conftest import Filled, Run, opened
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document


@pytest.fixture
def recorded(document: Document) -> str:
    """The id of a request that brought a call, and an event of another."""
    store = opened(document)
    request = a_request(b"{}", received_at=NOON)
    stored = an_event(type="recording.stored", source="/destinations/audio", data=b'{"path":"4711-1.wav"}')
    store.inbox.record(an_entry(an_event(), an_event(subject="4712"), request=request))
    store.inbox.record(an_entry(stored))
    store.close()
    return request.request_id


def test_a_dry_run_says_what_would_go_and_deletes_nothing(run: Run, recorded: str) -> None:
    code, out, err = run("events", "erase", "--subject", "4711", "--dry-run")
    assert (0, "") == (code, err)
    assert "2 events, 1 requests, 2 deliveries, 0 idempotency keys, 1 recordings\n" in out
    assert f"1 requests brought other events too, and stay whole: {recorded}\n" in out
    assert "to be deleted by hand: 4711-1.wav, where destination audio kept it\n" in out
    assert "in quarantine and refused calls are not known by subject" in out
    assert 3 == len(run("events", "list", "--json")[1].splitlines())


@pytest.mark.usefixtures("recorded")
def test_it_is_asked_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.confirm", lambda _question: False)
    assert 0 == run("events", "erase", "--subject", "4711")[0]
    assert 3 == len(run("events", "list", "--json")[1].splitlines())


@pytest.mark.usefixtures("recorded")
def test_what_was_erased_is_recorded_without_whose_it_was(run: Run) -> None:
    code, out, err = run("events", "erase", "--subject", "4711", "--yes")
    assert (0, "") == (code, err)
    assert out.endswith("erased: 2 deliveries, 2 events, 1 requests\n")
    assert ["4712"] == [json.loads(line)["subject"] for line in run("events", "list", "--json")[1].splitlines()]
    item = json.loads(run("events", "erasures", "--json")[1])
    assert (digest_of("4711"), True) == (item["subjectSha256"], item["done"])
    assert {"kept": 1, "events": 2, "deliveries": 2, "requests": 1} == item["counts"]
    assert digest_of("4711")[:20] in run("events", "erasures")[1]


def test_what_a_worker_is_at_is_left_and_told(run: Run, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.erasing._PAUSE", 0.001)
    store = opened(document)
    store.inbox.record(an_entry(an_event()))
    Outbox(store.database, "one").claim({"crm": 1}, NOON + timedelta(days=9))
    store.close()
    code, _, err = run("events", "erase", "--subject", "4711", "--yes")
    assert (3, "a worker is at 1 of its deliveries, which can't be taken back") == (code, err.partition(";")[0])
    assert "none\n" == run("events", "erasures")[1]


@pytest.mark.usefixtures("filled")
def test_a_subject_that_nothing_has_is_a_slip_of_the_pen(run: Run, filled: Filled) -> None:
    del filled
    code, _, err = run("events", "erase", "--subject", "4713", "--yes")
    assert 2 == code
    assert "no event has the subject '4713'" in err


AUDIO = """
[destinations.audio]
kind = "recording"
url = "https://recordings.example.com/#call_id#"
name = "#call_id#.wav"
storage = { kind = "folder", path = "recordings" }
"""


@pytest.fixture
def folder(document: Document, recorded: str) -> Path:
    """Where the recording of the call is, beside one of another."""
    del recorded
    a_document(document.folder, ANYBODY + JOURNAL + TO_CRM + AUDIO)
    made = document.folder / "recordings"
    made.mkdir()
    for name in ("4711-1.wav", "4712-1.wav"):
        (made / name).write_bytes(b"RIFF")
    return made


def test_recordings_go_where_the_storage_of_their_destination_is_there(run: Run, folder: Path) -> None:
    code, out, _ = run("events", "erase", "--subject", "4711", "--yes")
    assert 0 == code
    assert "by hand" not in out
    assert out.endswith("erased: 1 files, 2 deliveries, 2 events, 1 requests\n")
    assert ["4712-1.wav"] == [one.name for one in folder.iterdir()]


def test_where_a_recording_can_not_be_deleted_no_event_is_erased(run: Run, folder: Path) -> None:
    (folder / "4711-1.wav").unlink()
    (folder / "4711-1.wav").mkdir()
    code, _, err = run("events", "erase", "--subject", "4711", "--yes")
    assert (3, True) == (code, err.startswith("a recording can't be deleted: "))
    assert 3 == len(run("events", "list", "--json")[1].splitlines())
    (folder / "4711-1.wav").rmdir()
    assert 0 == run("events", "erase", "--subject", "4711", "--yes")[0]


def test_a_recording_that_is_gone_already_is_no_mistake(run: Run, folder: Path) -> None:
    (folder / "4711-1.wav").unlink()
    code, out, err = run("events", "erase", "--subject", "4711", "--yes")
    assert (0, "") == (code, err)
    assert "files" not in out
