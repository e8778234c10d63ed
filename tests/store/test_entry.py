"""An entry: how much it brings to the disk, and what its caller is told."""

from __future__ import annotations

import pytest

from gateway.model.receipt import Receipt, Status
from tests.builders import NOON, a_request, an_entry, an_event


def test_its_size_is_its_body_and_its_events() -> None:
    entry = an_entry(an_event(data=b"12345"), an_event(data=b"1"), request=a_request(b"1234567890"))
    assert 16 == entry.size


@pytest.mark.parametrize("is_list", [True, False])
def test_a_receipt_has_this_calls_request_and_notes_and_the_events_it_is_given(is_list: bool) -> None:
    entry = an_entry(is_list=is_list)
    entry.request.notes.append("well")
    told = entry.receipt_of(["a"])
    expected = Receipt(
        entry.request.request_id, ("a",), Status.DUPLICATE, NOON, is_list, ("well",), (Status.DUPLICATE,)
    )
    assert expected == told


def test_a_list_is_a_duplicate_where_all_of_it_is_and_tells_of_each_event() -> None:
    entry = an_entry(an_event(id="new"), an_event(id="again"), is_list=True)
    partly, wholly = entry.receipt_of(["new", "first"]), entry.receipt_of(["other", "first"])
    assert (Status.ACCEPTED, (Status.ACCEPTED, Status.DUPLICATE)) == (partly.status, partly.statuses)
    assert (Status.DUPLICATE, (Status.DUPLICATE, Status.DUPLICATE)) == (wholly.status, wholly.statuses)
