"""`gateway deliveries retry|cancel`: one by one, or all that conditions choose."""

from __future__ import annotations

import pytest

from gateway.cli.starting import runtime_of
from gateway.settings import Document
from gateway.store.history import Selection
from gateway.store.wakeup import listen, unlisten
from tests.cli.conftest import Run, opened

pytestmark = pytest.mark.usefixtures("filled")

DELIVERED, DEAD, WAITING, FOR_THE_JOURNAL = "1", "2", "3", "4"


def states(document: Document) -> list[str]:
    """Of all deliveries, oldest first."""
    store = opened(document)
    found = [item["state"] for item in store.history.deliveries(Selection())]
    store.close()
    return found[::-1]


def test_a_dead_letter_is_tried_once_more(document: Document, run: Run) -> None:
    assert (0, "1 to be tried now\n", "") == run("deliveries", "retry", DEAD)
    assert ["delivered", "waiting", "waiting", "waiting"] == states(document)


def test_what_is_named_and_can_not_be_had_is_told_and_exits_as_refused(document: Document, run: Run) -> None:
    told = "1 cancelled, 2 over already, 1 not there\n"
    assert (3, told, "") == run("deliveries", "cancel", DELIVERED, DEAD, WAITING, "4711")
    assert ["delivered", "dead", "cancelled", "waiting"] == states(document)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--destination", "crm"], ["delivered", "dead", "cancelled", "waiting"]),
        (["--destination", "journal", "--state", "waiting"], ["delivered", "dead", "waiting", "cancelled"]),
        (["--source", "web"], ["delivered", "dead", "waiting", "waiting"]),
        (["--type", "call.ended"], ["delivered", "dead", "cancelled", "cancelled"]),
        (["--subject", "4712"], ["delivered", "dead", "waiting", "waiting"]),
        (["--since", "2026-03-16T14:00:00Z"], ["delivered", "dead", "cancelled", "cancelled"]),
        (["--until", "2026-03-16T14:00:00Z"], ["delivered", "dead", "waiting", "waiting"]),
    ],
)
def test_conditions_choose_which_are_cancelled(
    document: Document, run: Run, options: list[str], expected: list[str]
) -> None:
    assert 0 == run("deliveries", "cancel", "--yes", *options)[0]
    assert expected == states(document)


def test_what_conditions_choose_is_counted_first(document: Document, run: Run) -> None:
    told = "3 deliveries to retry\n3 to be tried now\n"
    assert (0, told, "") == run("deliveries", "retry", "--since", "2026-03-16", "--yes")
    assert ["delivered", "waiting", "waiting", "waiting"] == states(document)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["retry", "--state", "dead"], "1 delivery to retry\n"),
        (["cancel", "--destination", "crm"], "1 delivery to cancel\n"),
        (["cancel", DELIVERED, DEAD], "0 deliveries to cancel\n"),
    ],
)
def test_a_dry_run_counts_and_changes_nothing(document: Document, run: Run, arguments: list[str], told: str) -> None:
    assert (0, told, "") == run("deliveries", *arguments, "--dry-run")
    assert ["delivered", "dead", "waiting", "waiting"] == states(document)


def test_where_nothing_is_chosen_nobody_is_asked(run: Run) -> None:
    assert (0, "0 deliveries to cancel\n", "") == run("deliveries", "cancel", "--source", "unheard")


@pytest.mark.parametrize(("answer", "code", "state"), [("y\n", 0, "cancelled"), ("n\n", 130, "waiting")])
def test_a_person_is_asked_before(
    document: Document, run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, state: str
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: answer.strip())
    assert code == run("deliveries", "cancel", "--destination", "journal")[0]
    assert state == states(document)[3]


@pytest.mark.parametrize("arguments", [[], ["--yes"], ["2", "--state", "dead"], ["many"], ["--state", "delivered"]])
def test_ids_or_conditions_have_to_say_which(document: Document, run: Run, arguments: list[str]) -> None:
    assert 2 == run("deliveries", "retry", *arguments)[0]
    assert ["delivered", "dead", "waiting", "waiting"] == states(document)


def test_the_workers_are_woken(document: Document, run: Run) -> None:
    bell = listen(runtime_of(document))
    try:
        run("deliveries", "retry", DEAD)
        assert b"!" == bell.recv(1)
    finally:
        unlisten(bell)


def test_a_list_is_chosen_by_destination_too(run: Run) -> None:
    assert 2 == len(run("deliveries", "list", "--destination", "journal")[1].splitlines())
