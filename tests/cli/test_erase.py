"""`gateway events erase|erasures`: asked first, done once, and recorded."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cli import erase
from gateway.settings import Document
from gateway.store.erasures import digest_of
from gateway.store.outbox import Outbox
from tests.builders import NOON, a_request, an_entry, an_event
from tests.cli.conftest import Filled, Run, opened


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


def test_recordings_go_where_the_storage_of_their_destination_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")

    def remove(path: str) -> bool:
        there = (tmp_path / path).exists()
        (tmp_path / path).unlink(missing_ok=True)
        return there

    def outlet(**more: Any) -> SimpleNamespace:
        return SimpleNamespace(destination=SimpleNamespace(**more))

    there = outlet(storage=SimpleNamespace(remove=remove))
    gateway: Any = SimpleNamespace(destinations={"audio": there, "crm": outlet()})
    named = [("audio", "a.wav"), ("audio", "gone.wav"), ("crm", "b.wav"), ("nobody", "c.wav"), ("audio", "a.wav")]
    files = erase._Files(gateway, named)
    assert (4, [("crm", "b.wav"), ("nobody", "c.wav")]) == (files.number, files.by_hand)
    assert (1, []) == (files.remove(), list(tmp_path.iterdir()))
