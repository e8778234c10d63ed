"""An entry: how much it brings to the disk, and what its caller is told."""

from __future__ import annotations

import pytest

from gateway.model.receipt import Receipt, Status
from tests.builders import NOON, a_request, an_entry, an_event


def test_its_size_is_its_body_and_its_events() -> None:
    entry = an_entry(an_event(data=b"12345"), an_event(data=b"1"), request=a_request(b"1234567890"))
    assert 16 == entry.size


@pytest.mark.parametrize("is_list", [True, False])
def test_a_receipt_has_this_calls_request_and_the_events_it_is_given(is_list: bool) -> None:
    entry = an_entry(is_list=is_list)
    told = entry.receipt_of(Status.DUPLICATE, ["a", "b"])
    assert Receipt(entry.request.request_id, ("a", "b"), Status.DUPLICATE, NOON, is_list) == told
