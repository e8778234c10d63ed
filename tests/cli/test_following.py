"""Watching an event until every delivery of it has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.cli.following import follow
from gateway.model.delivery import Outcome
from gateway.store.store import Store
from tests.builders import an_entry
from tests.cli.conftest import settle


@pytest.fixture
def told() -> list[tuple[str, int]]:
    """What was told of each delivery."""
    return []


def followed(
    store: Store,
    event_id: str,
    seconds: float,
    told: list[tuple[str, int]],
    meanwhile: Callable[[], None] = lambda: None,
) -> list[str] | None:
    """The states at the end; `meanwhile` happens once something was told."""

    def tell(delivery: dict[str, Any]) -> None:
        if not told:
            meanwhile()
        told.append((delivery["state"], delivery["attempts"]))

    ended = follow(store.history, event_id, seconds, tell)
    return None if ended is None else [delivery["state"] for delivery in ended]


@pytest.mark.parametrize(("outcome", "state"), [(Outcome.DELIVERED, "delivered"), (Outcome.REFUSED, "dead")])
def test_it_ends_with_the_last_delivery(
    store: Store, told: list[tuple[str, int]], outcome: Outcome, state: str
) -> None:
    (event_id,) = store.inbox.record(an_entry()).event_ids
    assert [state] == followed(store, event_id, 10, told, lambda: settle(store, outcome))
    assert [("waiting", 0), (state, 1)] == told


def test_nothing_to_deliver_is_an_end(store: Store, told: list[tuple[str, int]]) -> None:
    (event_id,) = store.inbox.record(an_entry(to=())).event_ids
    assert [] == followed(store, event_id, 0, told)


def test_patience_has_an_end_and_what_does_not_change_is_told_once(store: Store, told: list[tuple[str, int]]) -> None:
    (event_id,) = store.inbox.record(an_entry(to=("crm", "journal"))).event_ids
    settle(store, Outcome.DELIVERED)
    assert followed(store, event_id, 0.15, told) is None
    assert [("delivered", 1), ("waiting", 0)] == told


def test_an_event_that_is_not_there_never_ends(store: Store, told: list[tuple[str, int]]) -> None:
    assert followed(store, "nothing", 0, told) is None
    assert [] == told
