"""What a caller is told once their call is durable."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gateway.model.receipt import Receipt, Status
from tests.builders import NOON


@pytest.mark.parametrize("status", Status)
def test_the_receipt_of_one_event_names_it(status: Status) -> None:
    expected = {"requestId": "r", "eventId": "e", "status": status, "receivedAt": "2026-03-16T12:00:00Z"}
    assert expected == Receipt("r", ("e",), status, NOON).document()


def test_the_receipt_of_a_list_names_each_event_and_no_single_one() -> None:
    expected = {
        "requestId": "r",
        "status": "accepted",
        "receivedAt": "2026-03-16T12:00:00.25Z",
        "receipts": [{"eventId": "e1", "status": "accepted"}, {"eventId": "e2", "status": "accepted"}],
    }
    later = NOON + timedelta(milliseconds=250)
    assert expected == Receipt("r", ("e1", "e2"), Status.ACCEPTED, later, is_list=True).document()


def test_a_list_of_one_is_still_a_list() -> None:
    document = Receipt("r", ("e",), Status.DUPLICATE, NOON, is_list=True).document()
    assert [{"eventId": "e", "status": "duplicate"}] == document["receipts"]
    assert "eventId" not in document


def test_notes_are_there_only_where_there_is_something_to_say() -> None:
    assert "notes" not in Receipt("r", ("e",), Status.ACCEPTED, NOON).document()
    noted = Receipt("r", ("e",), Status.ACCEPTED, NOON, notes=("late",)).document()
    assert ["late"] == noted["notes"]


def test_a_receipt_is_json() -> None:
    receipt = Receipt("r", ("e",), Status.DUPLICATE, NOON)
    expected = '{"requestId": "r", "eventId": "e", "status": "duplicate", "receivedAt": "2026-03-16T12:00:00Z"}'
    assert expected == json.dumps(receipt.document())
