"""Destinations that get nothing for now, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.store.outbox import Outbox
from gateway.store.pauses import Pause, Pauses
from gateway.store.store import Store
from tests.builders import NOON
from tests.configured import another
from tests.store.rows import state, waiting


@pytest.fixture
def pauses(store: Store) -> Pauses:
    return Pauses(store.database)


def test_a_pause_says_since_when_by_whom_and_why(pauses: Pauses) -> None:
    assert pauses.pause("crm", "ann", "they move house", NOON)
    assert {"crm": Pause(NOON, "ann", "they move house")} == pauses.paused()


def test_nothing_is_paused_at_first_and_every_pause_is_by_name(pauses: Pauses) -> None:
    assert {} == pauses.paused()
    for name in ("crm", "archive", "journal"):
        pauses.pause(name, "ann", "", NOON)
    assert ["archive", "crm", "journal"] == list(pauses.paused())


def test_a_destination_that_no_delivery_ever_named_can_be_paused(store: Store, pauses: Pauses) -> None:
    pauses.pause("crm", "ann", "", NOON)
    waiting(store)
    assert ["crm"] == list(pauses.paused())
    assert 1 == len(Outbox(store.database, "one").claim({"crm": 1}, NOON))


def test_what_is_paused_already_stays_as_it_is(pauses: Pauses) -> None:
    pauses.pause("crm", "ann", "they move house", NOON)
    assert not pauses.pause("crm", "bob", "again", NOON + timedelta(hours=1))
    assert {"crm": Pause(NOON, "ann", "they move house")} == pauses.paused()


def test_what_is_resumed_can_be_paused_again(pauses: Pauses) -> None:
    pauses.pause("crm", "ann", "", NOON)
    assert [True, False] == [pauses.resume("crm"), pauses.resume("crm")]
    assert {} == pauses.paused()
    assert pauses.pause("crm", "bob", "", NOON)


def test_resuming_one_leaves_the_others(pauses: Pauses) -> None:
    for name in ("crm", "journal"):
        pauses.pause(name, "ann", "", NOON)
    pauses.resume("crm")
    assert ["journal"] == list(pauses.paused())


@pytest.mark.parametrize("name", ["unheard-of", ""])
def test_resuming_what_nobody_paused_changes_nothing(pauses: Pauses, name: str) -> None:
    assert not pauses.resume(name)


def test_other_processes_see_it(store: Store, pauses: Pauses) -> None:
    pauses.pause("crm", "ann", "", NOON)
    with closing(another(store)) as other:
        assert ["crm"] == list(Pauses(other.database).paused())
        Pauses(other.database).resume("crm")
    assert {} == pauses.paused()


def test_of_many_that_pause_at_once_one_does(store: Store) -> None:
    stores = [another(store) for _ in range(4)]
    with ThreadPoolExecutor(4) as pausing:
        did = list(pausing.map(lambda one: Pauses(one.database).pause("crm", "ann", "", NOON), stores))
    for one in stores:
        one.close()
    assert 1 == sum(did)


def test_what_a_far_side_said_is_kept_as_every_database_takes_it(pauses: Pauses) -> None:
    pauses.pause("crm", "the destination", "HTTP 410: gone\0 \ud83d", NOON)
    assert "HTTP 410: gone\ufffd ?" == pauses.paused()["crm"].reason


def test_a_pause_leaves_its_deliveries_as_they_are(store: Store, pauses: Pauses) -> None:
    waiting(store)
    pauses.pause("crm", "ann", "", NOON)
    assert ("waiting", 0) == state(store)
