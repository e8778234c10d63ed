"""Replaying: new deliveries of old events, behind what is live, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from gateway.model.delivery import Outcome, State
from gateway.model.event import Event
from gateway.model.route import Duty
from gateway.store.outbox import Outbox
from gateway.store.records import event_row
from gateway.store.replayed import DutiesOf, survey
from gateway.store.replaying import Replaying
from gateway.store.replays import Progress, Replay, Replays, Wanted
from gateway.store.store import Store
from gateway.store.tables import deliveries, events, micros
from tests.builders import NOON, a_request, an_attempt, an_entry, an_event
from tests.configured import another

HOUR = timedelta(hours=1)
LATER = NOON + timedelta(days=30)


def to(*destinations: str) -> DutiesOf:
    """By a route `all`, every event."""
    return lambda _event: [Duty("all", name) for name in destinations]


def recorded(store: Store, count: int = 1, *, at: datetime = NOON, **more: Any) -> list[Event]:
    """So many events, delivered to crm."""
    made = [an_event(**more) for _ in range(count)]
    for event in made:
        source = event.source.removeprefix("/in/")
        store.inbox.record(an_entry(event, request=a_request(b"{}", received_at=at, source=source)))
    return made


def settled(store: Store, outcome: Outcome = Outcome.DELIVERED) -> None:
    """Everything that waits for crm comes to `outcome`."""
    outbox = Outbox(store.database, "one")
    while held := outbox.claim({"crm": 500}, LATER):
        outbox.settle([an_attempt(one, outcome) for one in held], NOON)


def started(
    store: Store, duties_of: DutiesOf | None = None, *, at_a_time: int = 5000, **wanted: Any
) -> tuple[Replay, Replaying]:
    duties_of = duties_of or to("crm")
    with store.database.reading() as connection:
        found = survey(connection, Wanted(**wanted), duties_of)
    made = Replays(store.database).start(
        found.wanted, first=found.first, counted=found.counted, by="ann", now=NOON + HOUR
    )
    return made, Replaying(store.database, made.number, duties_of, revision=7, at_a_time=at_a_time)


def replayed(store: Store, duties_of: DutiesOf | None = None, **wanted: Any) -> Replay:
    return started(store, duties_of, **wanted)[1].run(lambda: NOON + HOUR)


def made_by(store: Store, replay: int) -> list[Any]:
    """The rows of deliveries that a replay made, in order."""
    query = select(deliveries, events.c.event_id).join(events, events.c.id == deliveries.c.event)
    with store.database.reading() as connection:
        rows = connection.execute(query.where(deliveries.c.replay == replay).order_by(deliveries.c.id)).all()
        return list(rows)


def ids(rows: Sequence[Any]) -> list[str]:
    return [row.event_id for row in rows]


def test_an_event_gets_a_new_delivery_with_the_same_webhook_id_behind_what_is_live(store: Store) -> None:
    first, second = recorded(store, 2)
    settled(store)
    replay = replayed(store, event_ids=(first.id,))
    (row,) = made_by(store, replay.number)
    assert (first.id, first.id, "waiting", 1, 7, 0) == (
        row.event_id, row.webhook_id, row.state, row.priority, row.revision, row.due_at,
    )  # fmt: skip
    assert (Progress.DONE, 1, 1, "ann") == (replay.progress, replay.counted, replay.created, replay.by)
    assert ["delivered", "waiting"] == [one["state"] for one in deliveries_of(store, first)]
    assert 1 == len(deliveries_of(store, second))


def deliveries_of(store: Store, event: Event) -> list[dict[str, Any]]:
    found = store.history.event(event.id)
    assert found is not None
    listed: list[dict[str, Any]] = found["deliveryList"]
    return listed


def test_the_worker_that_claims_it_is_told_the_number(store: Store) -> None:
    (event,) = recorded(store)
    (live,) = Outbox(store.database, "one").claim({"crm": 1}, LATER)
    replay = replayed(store, event_ids=(event.id,))
    (again,) = Outbox(store.database, "one").claim({"crm": 1}, LATER)
    assert (None, replay.number) == (live.replay, again.replay)
    assert (live.webhook_id, live.event) == (again.webhook_id, again.event)


def test_what_is_live_goes_first(store: Store) -> None:
    (old,) = recorded(store)
    settled(store)
    replayed(store, source="pbx")
    (new,) = recorded(store)
    claimed = [Outbox(store.database, "one").claim({"crm": 1}, LATER)[0].event.id for _ in range(2)]
    assert [new.id, old.id] == claimed


@pytest.fixture
def six(store: Store) -> list[Event]:
    """Six events, an hour apart; the second has a dead letter, the others were delivered."""
    made = []
    for hour in range(6):
        of: dict[str, Any] = {"source": "/in/web"} if hour % 2 else {"type": "call.started", "subject": str(hour)}
        made += recorded(store, at=NOON + hour * HOUR, **of)
        settled(store, Outcome.REFUSED if hour == 1 else Outcome.DELIVERED)
    return made


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"source": "web"}, [1, 3, 5]),
        ({"type": "call.started"}, [0, 2, 4]),
        ({"subject": "2"}, [2]),
        ({"since": NOON + 4 * HOUR}, [4, 5]),
        ({"until": NOON + HOUR}, [0]),
        ({"since": NOON + HOUR, "until": NOON + 4 * HOUR, "source": "web"}, [1, 3]),
        ({"state": "dead"}, [1]),
        ({"state": "delivered", "source": "web"}, [3, 5]),
        ({"dead": True}, [1]),
        ({"dead": True, "source": "pbx"}, []),
        ({"dead": True, "to": "crm"}, [1]),
        ({"dead": True, "to": "log"}, []),
        ({}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_what_is_selected_is_replayed_oldest_first(
    store: Store, six: list[Event], wanted: dict[str, Any], expected: list[int]
) -> None:
    replay = replayed(store, **wanted)
    assert [six[number].id for number in expected] == ids(made_by(store, replay.number))
    assert (len(expected), len(expected)) == (replay.counted, replay.created)


def test_only_the_named_events_are_replayed(store: Store, six: list[Event]) -> None:
    chosen = (six[4].id, six[1].id)
    assert [six[1].id, six[4].id] == ids(made_by(store, replayed(store, event_ids=chosen).number))
    assert [six[1].id] == ids(made_by(store, replayed(store, event_ids=chosen, source="web").number))


def test_only_the_dead_letters_of_the_named_events_are_replayed(store: Store, six: list[Event]) -> None:
    recorded(store)
    settled(store, Outcome.REFUSED)
    chosen = (six[4].id, six[1].id)
    assert [six[1].id] == ids(made_by(store, replayed(store, event_ids=chosen, dead=True).number))


def test_it_goes_by_the_routes_of_today_or_to_one_destination_of_them(store: Store) -> None:
    recorded(store, 2)
    everywhere = replayed(store, to("crm", "log"))
    assert 4 == everywhere.created
    here = replayed(store, to("crm", "log"), to="log")
    numbers = {row.destination for row in made_by(store, here.number)}
    assert (2, 1) == (here.created, len(numbers))
    assert numbers < {row.destination for row in made_by(store, everywhere.number)}


def test_what_no_route_leads_anywhere_is_counted(store: Store) -> None:
    recorded(store, 2)
    recorded(store, type="call.started")

    def ended_alone(event: Event) -> list[Duty]:
        return [Duty("all", "crm")] if event.type == "call.ended" else []

    with store.database.reading() as connection:
        found = survey(connection, Wanted(), ended_alone)
    assert (3, 1, {"crm": 2}) == (found.counted, found.nowhere, dict(found.destinations))
    replay, carried = started(store, ended_alone)
    assert 2 == carried.run(lambda: NOON).created
    assert 1 == carried.nowhere
    assert 3 == replay.counted


def test_what_came_after_the_replay_was_asked_for_is_not_of_it(store: Store) -> None:
    old = recorded(store, 3)
    replay, carried = started(store)
    recorded(store, 3)
    assert 3 == carried.run(lambda: NOON).created
    assert [event.id for event in old] == ids(made_by(store, replay.number))


def test_a_replay_is_made_in_chunks(store: Store) -> None:
    recorded(store, 5)
    _, carried = started(store, to("crm", "log"), at_a_time=4)
    assert [4, 8, 10] == created_by_each_step(carried)


def test_and_of_sixty_four_where_they_have_keys(store: Store) -> None:
    store.inbox.record(an_entry(*(an_event() for _ in range(150)), is_list=True))
    settled(store)
    _, carried = started(store, lambda event: [Duty("all", "crm", event.id)])
    assert [64, 128, 150] == created_by_each_step(carried)


def created_by_each_step(carried: Replaying) -> list[int]:
    made = []
    while True:
        replay = carried.step(NOON)
        made.append(replay.created)
        if replay.progress is Progress.DONE:
            return made


def test_whoever_carries_on_after_a_crash_repeats_none(store: Store) -> None:
    old = recorded(store, 7)
    replay, carried = started(store, at_a_time=2)
    carried.step(NOON)
    other = another(store)
    Replaying(other.database, replay.number, to("crm"), 7).run(lambda: NOON)
    other.close()
    assert Progress.DONE is carried.run(lambda: NOON).progress
    assert [event.id for event in old] == ids(made_by(store, replay.number))


def test_two_who_carry_on_at_once_make_each_delivery_once(store: Store) -> None:
    old = recorded(store, 6)
    other = another(store)
    done: list[str] = []

    def overtaken(event: Event) -> list[Duty]:
        """While one looks at the routes, another makes the same chunk."""
        if not done:
            done.append(event.id)
            Replaying(other.database, replay.number, to("crm"), 7, at_a_time=2).step(NOON)
        return [Duty("all", "crm")]

    replay, _ = started(store)
    assert 6 == Replaying(store.database, replay.number, overtaken, 7, at_a_time=2).run(lambda: NOON).created
    other.close()
    assert [event.id for event in old] == ids(made_by(store, replay.number))


def test_one_that_is_cancelled_makes_no_more_and_keeps_what_it_made(store: Store) -> None:
    recorded(store, 5)
    replay, carried = started(store, at_a_time=2)
    carried.step(NOON)
    assert Replays(store.database).cancel(replay.number)
    assert (Progress.CANCELLED, 2) == ended(carried.run(lambda: NOON))
    assert 2 == len(made_by(store, replay.number))
    assert not Replays(store.database).cancel(replay.number)


def test_one_that_is_cancelled_while_a_chunk_is_prepared_makes_not_even_that(store: Store) -> None:
    recorded(store, 3)
    other = another(store)

    def cancelling(_event: Event) -> list[Duty]:
        Replays(other.database).cancel(replay.number)
        return [Duty("all", "crm")]

    replay, _ = started(store)
    assert (Progress.CANCELLED, 0) == ended(Replaying(store.database, replay.number, cancelling, 7).run(lambda: NOON))
    other.close()


def ended(replay: Replay) -> tuple[Progress, int]:
    return replay.progress, replay.created


def test_an_event_that_retention_deletes_meanwhile_is_skipped(store: Store) -> None:
    gone, kept = recorded(store, 2)
    other = another(store)

    def deleted_meanwhile(event: Event) -> list[Duty]:
        if event.id == gone.id:
            with other.database.writing() as connection:
                connection.execute(delete(events).where(events.c.event_id == gone.id))
        return [Duty("all", "crm")]

    replay, _ = started(store)
    carried = Replaying(store.database, replay.number, deleted_meanwhile, 7)
    assert (Progress.DONE, 1) == ended(carried.run(lambda: NOON))
    other.close()
    assert (1, [kept.id]) == (carried.gone, ids(made_by(store, replay.number)))
    with store.database.reading() as connection:
        known = select(events.c.id)
        assert (
            []
            == connection.execute(
                select(deliveries.c.id).where(deliveries.c.replay == replay.number, deliveries.c.event.not_in(known))
            ).all()
        )


def test_dead_letters_go_again_by_their_own_route_to_their_own_destination(store: Store) -> None:
    (event,) = recorded(store)
    settled(store, Outcome.REFUSED)
    replay = replayed(store, to("elsewhere"), dead=True)
    dead, again = deliveries_of(store, event)
    assert ("dead", "waiting") == (dead["state"], again["state"])
    assert (dead["route"], dead["destination"]) == (again["route"], again["destination"])
    assert (None, replay.number) == (dead["replay"], again["replay"])


def test_a_dead_letter_that_was_replayed_since_does_not_count_again(store: Store) -> None:
    recorded(store)
    settled(store, Outcome.REFUSED)
    assert 1 == replayed(store, dead=True).created
    assert 0 == replayed(store, dead=True).created
    settled(store, Outcome.REFUSED)
    assert 1 == replayed(store, dead=True).created  # the first replay's, which died too
    settled(store)
    assert 0 == replayed(store, dead=True).created


def test_a_dead_letter_that_is_retried_meanwhile_is_skipped(store: Store) -> None:
    recorded(store)
    settled(store, Outcome.REFUSED)
    replay, carried = started(store, dead=True)
    with store.database.writing() as connection:
        connection.execute(deliveries.update().values(state=State.WAITING.value))
    assert 0 == carried.run(lambda: NOON).created
    assert [] == made_by(store, replay.number)


def two_routes(_event: Event) -> list[Duty]:
    return [Duty("a", "crm"), Duty("all", "crm")]


def test_a_route_that_was_added_since_takes_no_webhook_id_that_was_used(store: Store) -> None:
    (event,) = recorded(store)
    rows = made_by(store, replayed(store, two_routes).number)
    assert [f"{event.id}.a", event.id] == [row.webhook_id for row in rows]
    rows = made_by(store, replayed(store, two_routes).number)
    assert [f"{event.id}.a", event.id] == [row.webhook_id for row in rows]


@pytest.mark.parametrize("number", [0, -1, 4711, 2**70])
def test_a_replay_that_is_not_there_is_none(store: Store, number: int) -> None:
    assert Replays(store.database).get(number) is None


def test_what_was_asked_for_is_kept_whole(store: Store) -> None:
    wanted = Wanted(("a", "b"), "pbx", "call.ended", "Zoë", "dead", NOON, LATER, dead=True, to="crm", last=9)
    replays = Replays(store.database)
    made = replays.start(wanted, first=3, counted=2, by="ann", now=NOON)
    assert made == replays.get(made.number)
    assert [made] == list(replays.all())
    assert wanted.last == made.wanted.last
    item = made.item()
    assert ("1", "running", "2026-03-16T12:00:00Z") == (item["id"], item["state"], item["at"])
    assert "last" not in item["selection"]


def filled(store: Store, ids: Sequence[int], data: bytes = b"{}") -> None:
    """Events with these row ids, which had no deliveries."""
    event = event_row(an_event(data=data), request=0, position=0, received_at=micros(NOON))
    with store.database.writing() as connection:
        connection.execute(events.insert(), [event | {"id": number, "event_id": str(number)} for number in ids])


def test_more_than_ten_thousand_are_replayed_but_not_counted(store: Store) -> None:
    filled(store, range(1, 12_001))
    with store.database.reading() as connection:
        found = survey(connection, Wanted(), to("crm"))
    assert (10_001, False) == (found.counted, found.is_whole)
    _, carried = started(store)
    assert [5000, 10_000, 12_000] == created_by_each_step(carried)


def test_gaps_in_the_row_ids_are_jumped_over(store: Store) -> None:
    filled(store, [2, 3, 10**6, 10**9])
    replay, carried = started(store)
    assert [2, 3, 4] == created_by_each_step(carried)
    assert ["2", "3", "1000000", "1000000000"] == ids(made_by(store, replay.number))


def test_the_data_of_a_chunk_is_bounded_too(store: Store) -> None:
    filled(store, range(1, 6), b'"' + 3 * 2**20 * b"x" + b'"')
    _, carried = started(store)
    assert [2, 4, 5] == created_by_each_step(carried)


def test_the_workers_are_woken_after_each_chunk(store: Store) -> None:
    recorded(store, 2)
    rung: list[int] = []
    told: list[int] = []
    _, carried = started(store)
    carried.run(lambda: NOON, woke=lambda: rung.append(1), tell=lambda replay: told.append(replay.created))
    assert ([1], [2]) == (rung, told)
