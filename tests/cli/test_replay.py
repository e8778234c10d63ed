"""`gateway events replay` and `gateway replays`, against a store that is filled."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.assembly import Workshop
from gateway.settings import Document
from gateway.store.replays import Replay, Replays, Wanted
from tests.builders import NOON
from tests.cli.conftest import Filled, Run, opened
from tests.configured import ANYBODY, JOURNAL, a_document


def deliveries(document: Document, event_id: str) -> list[dict[str, Any]]:
    store = opened(document)
    found = store.history.event(event_id)
    store.close()
    assert found is not None
    listed: list[dict[str, Any]] = found["deliveryList"]
    return listed


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))


def begun(document: Document) -> Replay:
    """A replay of every event, whose process was killed before its first chunk."""
    store = opened(document)
    wanted = Wanted(source="pbx", last=3)
    made = Replays(store.database).start(wanted, first=1, counted=2, by="ann", now=NOON)
    store.close()
    return made


def test_an_event_is_delivered_again(document: Document, run: Run, filled: Filled) -> None:
    code, out, err = run("events", "replay", filled.delivered.id, "--yes")
    assert (0, "") == (code, err)
    assert [
        "1 events",
        "  1 deliveries to crm",
        "replay 1; from elsewhere it is stopped by: gateway replays cancel 1",
        "replay 1 is done: 1 deliveries made",
    ] == out.splitlines()
    old, new = deliveries(document, filled.delivered.id)
    assert (("delivered", None), ("waiting", 1)) == ((old["state"], old["replay"]), (new["state"], new["replay"]))


def test_a_selection_is_delivered_again(document: Document, run: Run, filled: Filled) -> None:
    assert 0 == run("events", "replay", "--type", "call.ended", "--since", "2026-03-16", "--yes")[0]
    made = [
        [one["replay"] for one in deliveries(document, event.id)]
        for event in (filled.delivered, filled.dead, filled.waiting)
    ]
    assert [[None, 1], [None], [None, None, 1]] == made


def test_a_replay_shows_in_lists_and_pages(document: Document, run: Run, filled: Filled) -> None:
    run("events", "replay", filled.delivered.id, "--yes")
    (item,) = [json.loads(line) for line in run("deliveries", "list", "--json", "--limit", "1")[1].splitlines()]
    assert (filled.delivered.id, 1) == (item["eventId"], item["replay"])
    assert 1 == json.loads(run("deliveries", "show", item["id"])[1])["replay"]
    assert [None, 1] == [
        one["replay"] for one in json.loads(run("events", "show", filled.delivered.id)[1])["deliveryList"]
    ]
    assert document.path.exists()


def test_dead_letters_are_delivered_again(document: Document, run: Run, filled: Filled) -> None:
    code, out, _ = run("events", "replay", "--dead", "--yes")
    assert (0, "1 dead letters") == (code, out.splitlines()[0])
    assert ["dead", "waiting"] == [one["state"] for one in deliveries(document, filled.dead.id)]


def test_a_dry_run_counts_and_makes_nothing(document: Document, run: Run, filled: Filled) -> None:
    code, out, _ = run("events", "replay", "--source", "pbx", "--dry-run")
    assert (0, ["2 events", "  2 deliveries to crm"]) == (code, out.splitlines())
    assert 1 == len(deliveries(document, filled.delivered.id))
    assert "none\n" == run("replays", "list")[1]


@pytest.mark.parametrize(("answer", "made"), [("y\n", 1), ("n\n", 0), ("\n", 0)])
def test_it_asks_first(
    document: Document, run: Run, filled: Filled, monkeypatch: pytest.MonkeyPatch, answer: str, made: int
) -> None:
    answering(monkeypatch, answer)
    code, out, _ = run("events", "replay", filled.delivered.id)
    assert 0 == code
    assert "Deliver again? [y/N]" in out
    assert 1 + made == len(deliveries(document, filled.delivered.id))


@pytest.mark.usefixtures("filled")
def test_without_an_answer_nothing_is_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "")
    assert 130 == run("events", "replay", "--source", "pbx")[0]
    assert "none\n" == run("replays", "list")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "say which"),
        (["--to", "crm"], "say which"),
        (["nobody", "--yes"], "no event nobody"),
        (["--source", "pbx", "--to", "elsewhere"], "no destination 'elsewhere'; there are: crm"),
        (["--since", "yesterday"], "must be a time"),
        (["--state", "lost"], "lost"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_what_can_not_be_replayed_is_wrong_usage(run: Run, arguments: list[str], told: str) -> None:
    code, out, err = run("events", "replay", *arguments)
    assert (2, "") == (code, out)
    assert told in err


@pytest.mark.usefixtures("filled")
def test_where_no_route_leads_there_it_is_told_and_nothing_made(document: Document, run: Run) -> None:
    another = '[destinations.journal]\nkind = "log"\n'
    only_ended = '[routes.all]\nto = "crm"\nevents = "call.ended"\n[routes.other]\nto = "journal"\nwhen = "false"\n'
    a_document(document.folder, ANYBODY + JOURNAL + another + only_ended)
    code, out, _ = run("events", "replay", "--since", "2026-03-16", "--to", "journal", "--yes")
    assert (0, ["3 events", "  3: no route leads there"]) == (code, out.splitlines())
    code, out, _ = run("events", "replay", "--since", "2026-03-16", "--yes")
    assert "replay 1 is done: 2 deliveries made; skipped: 1 events that no route leads there" == out.splitlines()[-1]


def test_it_goes_by_the_revision_in_force_not_by_a_file_that_was_changed_since(
    document: Document, run: Run, filled: Filled
) -> None:
    Workshop().build(document, 0)  # reads the files that it names
    store = opened(document)
    number = store.revisions.put_in_force(document.files, "ann", datetime.now(UTC))
    store.close()
    a_document(document.folder, ANYBODY + JOURNAL + '[routes.all]\nto = "crm"\nactive = false\n')
    assert 0 == run("events", "replay", filled.delivered.id, "--yes")[0]
    assert 2 == len(deliveries(document, filled.delivered.id))
    assert 1 == number


def test_a_replay_that_was_killed_goes_on_where_it_was(document: Document, run: Run, filled: Filled) -> None:
    made = begun(document)
    assert (0, f"replay {made.number} is done: 2 deliveries made\n", "") == run("replays", "resume", "1")
    assert [None, 1] == [one["replay"] for one in deliveries(document, filled.delivered.id)]
    code, _, err = run("replays", "resume", "1")
    assert 2 == code
    assert "replay 1 is done" in err


@pytest.mark.usefixtures("filled")
def test_a_replay_is_cancelled_from_elsewhere(document: Document, run: Run) -> None:
    begun(document)
    assert (0, "replay 1 is cancelled: 0 deliveries made\n", "") == run("replays", "cancel", "1")
    for command in ("cancel", "resume"):
        code, _, err = run("replays", command, "1")
        assert 2 == code
        assert "replay 1 is cancelled" in err


@pytest.mark.usefixtures("filled")
def test_replays_are_listed_and_shown(document: Document, run: Run) -> None:
    begun(document)
    run("events", "replay", "--dead", "--yes")
    (second, first) = [json.loads(line) for line in run("replays", "list", "--json")[1].splitlines()]
    assert {
        "id": "1", "by": "ann", "at": "2026-03-16T12:00:00Z", "state": "running", "selection": {"source": "pbx"},
        "counted": 2, "created": 0,
    } == first  # fmt: skip
    assert ("2", "done", {"dead": True}, 1) == (second["id"], second["state"], second["selection"], second["created"])
    assert first == json.loads(run("replays", "show", "1")[1])
    lines = run("replays", "list")[1].splitlines()
    assert '1  2026-03-16T12:00:00Z  ann  running  0 deliveries made  {"source": "pbx"}' == lines[1]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", ["show", "cancel", "resume"])
def test_a_replay_that_is_not_there_is_told(run: Run, command: str) -> None:
    code, out, err = run("replays", command, "4711")
    assert (2, "") == (code, out)
    assert "no replay 4711" in err
