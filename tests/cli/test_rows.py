"""`gateway events|deliveries|requests list|show`, against a store that is filled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.settings import Document
from tests.cli.conftest import Filled, Run, opened

EVENT_KEYS = {
    "id", "type", "source", "subject", "time", "receivedAt", "requestId", "binding", "caller", "deliveries",
}  # fmt: skip
DELIVERY_KEYS = {
    "id", "eventId", "eventType", "source", "subject", "route", "destination", "state", "attempts", "reason", "dueAt",
    "createdAt", "finishedAt", "replay",
}  # fmt: skip
REQUEST_KEYS = {
    "id", "source", "state", "method", "path", "binding", "caller", "receivedAt", "reason", "violations", "eventIds",
}  # fmt: skip


def listed(run: Run, what: str, *options: str) -> list[dict[str, Any]]:
    code, out, err = run(what, "list", "--json", *options)
    assert (0, "") == (code, err)
    return [json.loads(line) for line in out.splitlines()]


def shown(run: Run, what: str, identity: str) -> dict[str, Any]:
    code, out, err = run(what, "show", identity)
    assert (0, "") == (code, err)
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("what", "keys", "count"),
    [("events", EVENT_KEYS, 3), ("deliveries", DELIVERY_KEYS, 4), ("requests", REQUEST_KEYS, 3)],
)
def test_a_list_is_a_json_object_a_line_with_the_pinned_keys(run: Run, what: str, keys: set[str], count: int) -> None:
    assert [keys] * count == [set(item) for item in listed(run, what)]


def test_the_newest_come_first(run: Run, filled: Filled) -> None:
    expected = [filled.waiting.id, filled.dead.id, filled.delivered.id]
    assert expected == [item["id"] for item in listed(run, "events")]
    assert expected == [event_id for item in listed(run, "requests") for event_id in item["eventIds"]]


def test_an_event_tells_how_far_its_deliveries_came(run: Run, filled: Filled) -> None:
    none = dict.fromkeys(("waiting", "claimed", "delivered", "dead", "cancelled"), 0)
    assert {
        filled.waiting.id: none | {"waiting": 2},
        filled.dead.id: none | {"dead": 1},
        filled.delivered.id: none | {"delivered": 1},
    } == {item["id"]: item["deliveries"] for item in listed(run, "events")}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--limit", "1"], ["waiting"]),
        (["--limit", "0"], ["waiting", "dead", "delivered"]),
        (["--source", "web"], ["dead"]),
        (["--type", "call.ended"], ["waiting", "delivered"]),
        (["--subject", "4711"], ["delivered"]),
        (["--state", "dead"], ["dead"]),
        (["--since", "2026-03-16T13:00:00Z"], ["waiting", "dead"]),
        (["--until", "2026-03-16T14:00:00+01:00"], ["delivered"]),
        (["--since", "2026-03-16T13:00", "--until", "2026-03-16T13:00:01"], ["dead"]),
        (["--since", "2026-03-17"], []),
        (["--source", "web", "--type", "call.ended"], []),
    ],
)
def test_events_are_chosen_by_conditions(run: Run, filled: Filled, options: list[str], expected: list[str]) -> None:
    assert [getattr(filled, name).id for name in expected] == [item["id"] for item in listed(run, "events", *options)]


def test_after_goes_on_to_older_rows(run: Run, filled: Filled) -> None:
    older = listed(run, "events", "--after", filled.dead.id)
    assert [filled.delivered.id] == [item["id"] for item in older]


def test_deliveries_are_chosen_by_state_and_say_why_they_died(run: Run, filled: Filled) -> None:
    (dead,) = listed(run, "deliveries", "--state", "dead")
    assert (filled.dead.id, "crm", "all", "HTTP 400: no", 1) == (
        dead["eventId"], dead["destination"], dead["route"], dead["reason"], dead["attempts"],
    )  # fmt: skip


def test_refused_requests_are_had_by_their_state(run: Run, filled: Filled) -> None:
    (refused,) = listed(run, "requests", "--state", "refused")
    assert (filled.refused, "contract_violation", [{"path": "/duration", "message": "is no number"}]) == (
        refused["id"], refused["reason"], refused["violations"],
    )  # fmt: skip


@pytest.mark.usefixtures("filled")
def test_a_table_is_aligned_under_its_columns(run: Run) -> None:
    code, out, _ = run("deliveries", "list")
    head, *rows = out.splitlines()
    assert 0 == code
    assert ["createdAt", "id", "eventType", "subject", "destination", "state", "attempts", "reason"] == head.split()
    assert ["waiting", "waiting", "dead", "delivered"] == [row[head.index("state") :].split()[0] for row in rows]
    assert ["-", "-", "4712", "4711"] == [row[head.index("subject") :].split()[0] for row in rows]
    assert rows[2].endswith("HTTP 400: no")


@pytest.mark.usefixtures("filled")
def test_a_table_of_events_counts_their_deliveries(run: Run) -> None:
    rows = run("events", "list")[1].splitlines()
    assert ["2 waiting", "1 dead", "1 delivered"] == [row.rsplit("  ", 1)[1] for row in rows[1:]]


@pytest.mark.parametrize("what", ["events", "deliveries", "requests"])
def test_an_empty_list_says_so_and_as_json_says_nothing(document: Document, run: Run, what: str) -> None:
    opened(document).close()
    assert (0, "none\n", "") == run(what, "list")
    assert (0, "", "") == run(what, "list", "--json")


def test_an_event_is_shown_whole(run: Run, filled: Filled) -> None:
    found = shown(run, "events", filled.waiting.id)
    assert {"note": "Zoë"} == found["event"]["data"]
    assert "1.0" == found["event"]["specversion"]
    assert ["crm", "journal"] == [one["destination"] for one in found["deliveryList"]]
    assert "Zoë" in run("events", "show", filled.waiting.id)[1]


def test_a_delivery_is_shown_with_its_attempts(run: Run, filled: Filled) -> None:
    (dead,) = listed(run, "deliveries", "--state", "dead")
    found = shown(run, "deliveries", dead["id"])
    assert filled.dead.id == found["eventId"]
    (attempt,) = found["attemptList"]
    assert (1, "refused", "HTTP 400: no", 20) == (
        attempt["number"], attempt["outcome"], attempt["error"], attempt["tookMs"],
    )  # fmt: skip


def test_a_request_is_shown_as_it_arrived_with_its_secrets_masked(run: Run, filled: Filled) -> None:
    found = shown(run, "requests", filled.refused)
    assert ('{"duration":"x"}', 16, "••••") == (found["body"], found["bytes"], found["headers"]["authorization"])
    assert "aHVudGVyMg" not in run("requests", "show", filled.refused)[1]


def test_shown_as_json_it_is_one_line(run: Run, filled: Filled) -> None:
    assert 1 == len(run("events", "show", filled.dead.id, "--json")[1].splitlines())


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("what", "word"), [("events", "event"), ("deliveries", "delivery"), ("requests", "request")])
def test_what_is_not_there_is_told(run: Run, what: str, word: str) -> None:
    code, out, err = run(what, "show", "4711x")
    assert (2, "") == (code, out)
    assert f"no {word} 4711x" in err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("options", [["--since", "yesterday"], ["--until", "25:00"], ["--limit", "many"]])
def test_a_condition_that_is_none_is_wrong_usage(run: Run, options: list[str]) -> None:
    assert 2 == run("events", "list", *options)[0]


@pytest.mark.parametrize("arguments", [("events", "list"), ("deliveries", "show", "1")])
def test_before_the_first_start_there_is_no_database(document: Document, run: Run, arguments: tuple[str, ...]) -> None:
    file = document.folder / "var/gateway.db"
    told = f"database: there is no {file} (it is made when the gateway first runs)\n"
    assert (2, "", told) == run(*arguments)
    assert not file.exists()
