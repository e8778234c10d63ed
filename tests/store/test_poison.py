"""What a database can't hold: it fails alone, as its caller's own error, and stands in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.errors import ContractViolation, Malformed
from gateway.model.receipt import Receipt
from gateway.store.history import Selection
from gateway.store.place import Place, PostgresServer
from gateway.store.store import Store
from tests.builders import a_request, an_entry, an_event
from tests.store.batches import GatedStore, gated


@pytest.fixture
def together(place: Place) -> Iterator[GatedStore]:
    with gated(place) as made:
        yield made


def _fails_alone(together: GatedStore, subject: str) -> None:
    entries = [an_entry() for _ in range(7)]
    entries.insert(5, an_entry(an_event(subject=subject)))
    answers = together.in_one_batch(entries)
    assert [5] == [number for number, answer in enumerate(answers) if not isinstance(answer, Receipt)]
    assert isinstance(answers[5], ContractViolation)
    assert "can't hold this call's values" in answers[5].detail
    assert 7 == len(list(together.store.history.events(Selection())))


def test_half_of_a_surrogate_pair_fails_alone(together: GatedStore) -> None:
    _fails_alone(together, "\ud800")


def test_a_nul_fails_alone_where_the_database_holds_none(together: GatedStore) -> None:
    if isinstance(together.store.database.place, PostgresServer):
        _fails_alone(together, "a\0b")
    else:
        assert isinstance(together.in_one_batch([an_entry(an_event(subject="a\0b"))])[0], Receipt)


@pytest.mark.parametrize("subject", ["x" * 100_000, "ß" * 5000, "\U0001f600" * 1000])
def test_a_subject_may_be_long_and_is_found(store: Store, subject: str) -> None:
    made = an_event(subject=subject)
    store.inbox.record(an_entry(made))
    store.inbox.record(an_entry(an_event(subject=subject[:-1])))
    assert [made.id] == [item["id"] for item in store.history.events(Selection(subject=subject))]


def test_a_refusal_that_holds_what_no_database_does_is_on_record_and_holds_back_nobody(store: Store) -> None:
    refused = a_request(b"{", source="\ud800")
    refused.path = "/in/pbx/a\0b"
    store.inbox.refused(refused, Malformed("a\0b"))
    assert isinstance(store.inbox.record(an_entry()), Receipt)
    kept = store.history.request(refused.request_id)
    assert kept is not None
    assert ("/in/pbx/a\ufffdb", "a\ufffdb") == (kept["path"], kept["detail"])
