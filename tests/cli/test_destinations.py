"""`gateway destinations list|show|pause|resume`, against a store that is filled."""

from __future__ import annotations

import getpass
import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.settings import Document
from gateway.store.outbox import Outbox
from gateway.store.pauses import Pauses
from tests.builders import NOON
from tests.cli.conftest import Filled, Run, opened
from tests.configured import ANYBODY, JOURNAL, TO_CRM, a_document

KEYS = {"name", "kind", "group", "active", "paused", "waiting", "claimed", "dead", "oldestWaiting"}


def listed(run: Run) -> dict[str, dict[str, Any]]:
    code, out, err = run("destinations", "list", "--json")
    assert (0, "") == (code, err)
    return {item["name"]: item for item in map(json.loads, out.splitlines())}


@pytest.mark.usefixtures("filled")
def test_a_list_is_a_json_object_a_line_with_what_waits_for_each(run: Run, document: Document) -> None:
    store = opened(document)
    Outbox(store.database, "one").claim({"journal": 9}, NOON + timedelta(days=3650))
    store.close()
    found = listed(run)
    assert [KEYS] * 2 == [set(item) for item in found.values()]
    assert {
        "name": "crm", "kind": "log", "group": "", "active": True, "paused": None, "waiting": 1, "claimed": 0,
        "dead": 1, "oldestWaiting": "2026-03-16T14:00:00Z",
    } == found["crm"]  # fmt: skip
    assert ("unconfigured", False, 0, 1, None) == tuple(
        found["journal"][one] for one in ("kind", "active", "waiting", "claimed", "oldestWaiting")
    )


def test_what_is_configured_comes_first_in_its_order_and_with_its_group(run: Run, document: Document) -> None:
    opened(document).close()
    tables = '[destinations.z]\nkind = "log"\ngroup = "sales"\nactive = false\n'
    a_document(document.folder, ANYBODY + tables + JOURNAL + TO_CRM)
    found = listed(run)
    assert (["z", "crm"], "sales", False) == (list(found), found["z"]["group"], found["z"]["active"])


@pytest.mark.usefixtures("filled")
def test_a_source_or_a_route_is_no_destination(run: Run) -> None:
    assert not {"pbx", "web", "all"} & set(listed(run))


@pytest.mark.usefixtures("filled")
def test_a_pause_is_shown_with_who_when_and_why_and_ends_when_it_is_resumed(run: Run) -> None:
    assert (0, "crm is paused: workers heed it within about a second\n", "") == run(
        "destinations", "pause", "crm", "--reason", "they move house"
    )
    paused = listed(run)["crm"]["paused"]
    assert (getpass.getuser(), "they move house") == (paused["by"], paused["reason"])
    assert f"by {getpass.getuser()}: they move house" in run("destinations", "list")[1]
    assert (0, "crm is resumed\n", "") == run("destinations", "resume", "crm")
    assert listed(run)["crm"]["paused"] is None


@pytest.mark.usefixtures("filled")
def test_what_is_paused_already_or_not_at_all_is_told_and_is_no_failure(run: Run, document: Document) -> None:
    store = opened(document)
    Pauses(store.database).pause("crm", "ann", "gone", NOON)
    store.close()
    assert (0, "crm was paused already, since 2026-03-16T12:00:00Z by ann: gone\n", "") == run(
        "destinations", "pause", "crm"
    )
    assert "crm is resumed\n" == run("destinations", "resume", "crm")[1]
    assert (0, "crm was not paused\n", "") == run("destinations", "resume", "crm")


@pytest.mark.usefixtures("filled")
def test_one_that_is_no_longer_configured_can_be_paused_and_resumed(run: Run) -> None:
    for command, told in (("pause", "is paused"), ("resume", "is resumed")):
        code, out, _ = run("destinations", command, "journal")
        assert (0, True) == (code, told in out)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", ["show", "pause", "resume"])
@pytest.mark.parametrize("name", ["cmr", "pbx"])
def test_a_name_that_no_destination_has_is_a_mistake(run: Run, command: str, name: str) -> None:
    code, out, err = run("destinations", command, name)
    assert (2, "") == (code, out)
    assert f"no destination '{name}'" in err


def test_one_is_shown_with_its_settings_and_routes_and_nothing_of_its_kinds_own(run: Run, document: Document) -> None:
    opened(document).close()
    crm = '[destinations.crm]\nkind = "http"\nurl = "http://h/?token=hunter2"\nheaders = { X-Key = "hunter2" }\n'
    a_document(document.folder, ANYBODY + crm + 'rate = "20/s"\n' + TO_CRM)
    code, out, _ = run("destinations", "show", "crm")
    found = json.loads(out)
    assert (0, ["all"], "20/s", 16, 30.0) == (
        code, found["routes"], found["rate"], found["slots"], found["timeout"],
    )  # fmt: skip
    assert {"first": 10.0, "factor": 3.0, "longest": 21600.0, "attempts": 12} == found["retry"]
    assert {"failures": 10, "share": 0.5, "of": 40, "rest": 10.0, "longest": 300.0} == found["breaker"]
    assert set(found) > KEYS
    assert "hunter2" not in out


def test_one_that_is_not_configured_is_shown_as_far_as_it_is_known(run: Run, filled: Filled) -> None:
    del filled
    code, out, _ = run("destinations", "show", "journal", "--json")
    assert (0, KEYS, 1) == (code, set(json.loads(out)), out.count("\n"))


@pytest.mark.usefixtures("filled")
def test_a_table_is_in_words(run: Run) -> None:
    head, crm, journal = run("destinations", "list")[1].splitlines()
    assert head.split() == ["name", "kind", "group", "active", "paused", "waiting", "claimed", "dead", "oldestWaiting"]
    assert ["crm", "log", "-", "yes", "-", "1", "0", "1", "2026-03-16T14:00:00Z"] == crm.split()
    assert ["journal", "unconfigured", "-", "no", "-", "1", "0", "0", "2026-03-16T14:00:00Z"] == journal.split()


def test_where_there_is_none_a_table_says_so(run: Run, document: Document) -> None:
    opened(document).close()
    a_document(document.folder, ANYBODY)
    assert (0, "none\n", "") == run("destinations", "list")
