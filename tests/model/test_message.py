"""A message: what was read, and of which event type."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gateway.model.message import Message
from tests.builders import an_event_type


def test_a_message_is_equal_by_what_it_says() -> None:
    assert Message(an_event_type(), {"call_id": "1"}) == Message(an_event_type(), {"call_id": "1"})
    assert Message(an_event_type(), {"call_id": "1"}) != Message(an_event_type(name="call.started"), {"call_id": "1"})


def test_a_message_keeps_its_event_type() -> None:
    message = Message(an_event_type(), {})
    with pytest.raises(FrozenInstanceError):
        message.event = an_event_type(name="call.started")  # type: ignore[misc]
