"""What a person does to deliveries: have them tried again, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.model.delivery import Outcome
from gateway.store.history import Selection
from gateway.store.intervene import Done, Intervention
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event
from tests.store.ordered import claimed, ids, record, standing
from tests.store.rows import shown, state

LATER = NOON + timedelta(hours=1)
WAITING, FOLLOWING = ("waiting", 1, 0), ("waiting", 0, 0)


@pytest.fixture
def by_hand(store: Store) -> Intervention:
    return Intervention(store.database)


def settle(store: Store, outcome: Outcome, slots: int = 9, *, holds: bool = False) -> None:
    """What is due comes to `outcome`."""
    held = claimed(store, slots)
    Outbox(store.database, "one").settle(
        [an_attempt(one, outcome, error="HTTP 400", holds=holds) for one in held], NOON
    )


def test_what_waits_for_its_next_try_is_due_now(store: Store, by_hand: Intervention) -> None:
    record(store, None)
    settle(store, Outcome.UNAVAILABLE)
    assert [] == claimed(store)
    assert Done(1) == by_hand.retry([1])
    assert [2] == [one.attempt for one in claimed(store)]


def test_a_dead_letter_waits_again_the_same_row_its_attempts_counted_on(store: Store, by_hand: Intervention) -> None:
    record(store, None)
    settle(store, Outcome.REFUSED)
    assert Done(1) == by_hand.retry([1])
    found = shown(store)
    assert ("waiting", 1, None, "HTTP 400") == tuple(
        found[name] for name in ("state", "attempts", "finishedAt", "reason")
    )
    (again,) = claimed(store)
    assert (1, 2) == (again.id, again.attempt)


def test_what_is_under_way_or_over_or_not_there_is_left_alone(store: Store, by_hand: Intervention) -> None:
    record(store, None)
    settle(store, Outcome.DELIVERED)
    record(store, None)
    claimed(store)
    record(store, None)
    assert Done(1, under_way=1, over=1) == by_hand.cancel([1, 2, 3, 4711], NOON)
    assert Done(0, under_way=1, over=2) == by_hand.retry([1, 2, 3])
    assert ["delivered", "claimed", "cancelled"] == [state(store, number)[0] for number in (1, 2, 3)]


def test_what_is_cancelled_is_finished_and_never_claimed(store: Store, by_hand: Intervention) -> None:
    record(store, None)
    by_hand.cancel([1], LATER)
    assert ("cancelled", "2026-03-16T13:00:00Z") == (shown(store)["state"], shown(store)["finishedAt"])
    assert [] == claimed(store)


def test_a_dead_letter_that_holds_nothing_stays_dead_when_it_is_to_be_cancelled(
    store: Store, by_hand: Intervention
) -> None:
    record(store, "a")
    settle(store, Outcome.REFUSED)
    assert Done(over=1) == by_hand.cancel([1], NOON)
    assert "dead" == state(store)[0]


def test_the_next_of_its_key_goes_when_the_head_is_cancelled(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "a", "a")
    by_hand.cancel([1], NOON)
    assert [(1, "cancelled", 1, 0), (2, *WAITING), (3, *FOLLOWING)] == standing(store)


def test_a_follower_that_is_cancelled_is_passed_over(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "a", "a")
    by_hand.cancel([2], NOON)
    settle(store, Outcome.DELIVERED)
    assert [3] == ids(claimed(store))


def test_a_dead_letter_that_held_its_key_is_its_head_again(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "a")
    settle(store, Outcome.REFUSED, holds=True)
    by_hand.retry([1])
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)
    settle(store, Outcome.DELIVERED)
    assert [2] == ids(claimed(store))


def test_a_dead_letter_that_held_its_key_lets_it_go_when_it_is_cancelled(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "a")
    settle(store, Outcome.REFUSED, holds=True)
    assert Done(1) == by_hand.cancel([1], NOON)
    assert [(1, "cancelled", 1, 0), (2, *WAITING)] == standing(store)


def test_a_dead_letter_whose_key_went_on_follows_the_one_that_is_tried_and_goes_before_those_after_it(
    store: Store, by_hand: Intervention
) -> None:
    record(store, "a", "a", "a")
    settle(store, Outcome.REFUSED)
    by_hand.retry([1])
    assert [(1, *FOLLOWING), (2, *WAITING), (3, *FOLLOWING)] == standing(store)
    settle(store, Outcome.DELIVERED)
    assert [1] == ids(claimed(store))


def test_a_dead_letter_whose_key_is_idle_is_its_head(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "a")
    settle(store, Outcome.REFUSED)
    settle(store, Outcome.REFUSED)
    by_hand.retry([2, 1])
    assert [(1, *WAITING), (2, *FOLLOWING)] == standing(store)


def test_whoever_can_deliver_is_woken_once_there_is_something(store: Store) -> None:
    rung: list[str] = []
    by_hand = Intervention(store.database, lambda: rung.append(state(store)[0]))
    record(store, "a")
    by_hand.retry([4711])
    assert [] == rung
    by_hand.retry([1])
    by_hand.cancel([1], NOON)
    assert ["waiting", "cancelled"] == rung


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"destination": "crm"}, [1, 2, 4]),
        ({"state": "dead"}, [1, 2]),
        ({"state": "claimed"}, []),
        ({"source": "web"}, [2]),
        ({"type": "call.started"}, [4]),
        ({"subject": "4712"}, [4]),
        ({"since": LATER}, [3, 4]),
        ({"until": LATER}, [1, 2]),
        ({"destination": "crm", "since": LATER, "limit": 1}, [4]),
    ],
)
def test_conditions_choose_as_in_a_list(
    store: Store, by_hand: Intervention, conditions: dict[str, str], expected: list[int]
) -> None:
    store.inbox.record(an_entry())
    store.inbox.record(an_entry(an_event(source="/in/web"), request=a_request(b"{}", source="web")))
    settle(store, Outcome.REFUSED)
    store.inbox.record(an_entry(to=["erp"], request=a_request(b"{}", received_at=LATER)))
    store.inbox.record(
        an_entry(an_event(type="call.started", subject="4712"), request=a_request(b"{}", received_at=LATER))
    )
    selection = Selection(**conditions)  # type: ignore[arg-type]
    assert len(expected) == by_hand.retriable(selection)
    assert Done(len(expected)) == by_hand.retry(selection)


def test_what_could_be_done_is_counted_before(store: Store, by_hand: Intervention) -> None:
    record(store, "a", "b", None)
    settle(store, Outcome.REFUSED, 1)
    settle(store, Outcome.REFUSED, 1, holds=True)
    record(store, None)
    claimed(store, 1)
    to_crm = Selection(destination="crm", limit=1)
    assert (3, 2) == (by_hand.retriable(to_crm), by_hand.cancellable(to_crm))
    assert (1, 0) == (by_hand.retriable([1, 3, 4711]), by_hand.cancellable([1, 3, 4711]))


def test_what_is_cancelled_whole_is_so_from_its_end_and_no_follower_slips_through(store: Store) -> None:
    rung: list[list[int]] = []
    by_hand = Intervention(store.database, lambda: rung.append(ids(claimed(store, 99))))
    record(store, "a", *(f"k{number}" for number in range(64)), "a")
    # More keys than one transaction locks: a worker comes between two, and finds only what it could have had before.
    assert Done(64, under_way=2) == by_hand.cancel(Selection(destination="crm"), NOON)
    assert [[1, 2]] == rung


def test_more_than_one_chunk_is_done_whole(store: Store, by_hand: Intervention) -> None:
    keys = [f"k{number}" for number in range(150)]
    record(store, *keys, *keys)
    settle(store, Outcome.REFUSED, 500)
    settle(store, Outcome.REFUSED, 500)
    assert Done(300) == by_hand.retry(Selection(state="dead"))
    assert list(range(1, 151)) == ids(claimed(store, 500))
