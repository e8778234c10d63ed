"""What went over the wire is kept with its attempt for a week, and goes with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.model.delivery import Exchange, Outcome
from gateway.store import exchanges
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from gateway.store.tables import bodies
from tests.builders import NOON, an_attempt
from tests.store.rows import shown, waiting

SEEN = Exchange("POST / HTTP/1.1\n\n{}", "HTTP 503\n\nlater \0")


@pytest.fixture
def tried(store: Store) -> Store:
    """One delivery, tried once, and kept."""
    waiting(store)
    outbox = Outbox(store.database, "one")
    (held,) = outbox.claim({"crm": 1}, NOON)
    outbox.settle([an_attempt(held, Outcome.UNAVAILABLE, exchange=SEEN)], NOON)
    return store


def kept(store: Store) -> int:
    with store.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(bodies)).scalar_one())


def test_a_delivery_shows_what_went_over_the_wire(tried: Store) -> None:
    (attempt,) = shown(tried)["attemptList"]
    assert (SEEN.request, "HTTP 503\n\nlater \ufffd") == (attempt["request"], attempt["response"])


def test_it_is_forgotten_after_a_week_and_the_attempt_stays(tried: Store) -> None:
    assert 0 == exchanges.forget(tried.database, NOON + exchanges.KEPT)
    assert 1 == exchanges.forget(tried.database, NOON + exchanges.KEPT + timedelta(seconds=1))
    assert 0 == exchanges.forget(tried.database, NOON + exchanges.KEPT + timedelta(seconds=1))
    (attempt,) = shown(tried)["attemptList"]
    assert ("unavailable", False, 0) == (attempt["outcome"], "request" in attempt, kept(tried))


def test_without_debugging_nothing_is_kept(store: Store) -> None:
    waiting(store)
    outbox = Outbox(store.database, "one")
    outbox.settle([an_attempt(held) for held in outbox.claim({"crm": 1}, NOON)], NOON)
    assert 0 == kept(store)
