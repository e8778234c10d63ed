"""Retention and order: only what is finished goes, and a dead letter that holds its key is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.model.delivery import Outcome
from gateway.store.intervene import Intervention
from gateway.store.outbox import Outbox
from gateway.store.store import Store
from tests.builders import NOON, an_attempt
from tests.store.kept import deleted_at
from tests.store.ordered import claimed, ids, record, standing

LATER = NOON + timedelta(days=31)


@pytest.mark.parametrize("is_retried", [True, False])
def test_a_dead_letter_that_holds_its_key_is_kept_until_a_person_decides(store: Store, is_retried: bool) -> None:
    record(store, "a")
    outbox = Outbox(store.database, "one")
    outbox.settle([an_attempt(one, Outcome.REFUSED, holds=True) for one in claimed(store)], NOON)
    record(store, "a")
    assert {} == deleted_at(store, LATER)
    by_hand = Intervention(store.database)
    if is_retried:
        by_hand.retry([1])
        outbox.settle([an_attempt(one) for one in claimed(store)], NOON)
    else:
        by_hand.cancel([1], NOON)
    assert [2] == ids(claimed(store))
    assert 1 == deleted_at(store, LATER)["deliveries"]
    assert [2] == [number for number, *_ in standing(store)]


def test_what_went_before_may_go_and_its_key_goes_on(store: Store) -> None:
    record(store, "a")
    record(store, "a")
    outbox = Outbox(store.database, "one")
    outbox.settle([an_attempt(one, Outcome.REFUSED) for one in claimed(store)], NOON)
    assert 1 == deleted_at(store, LATER)["deliveries"]
    record(store, "a")
    assert [(2, "waiting", 1, 0), (3, "waiting", 0, 0)] == standing(store)
