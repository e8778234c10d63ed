"""The event is written into the log, to see what passes."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.destinations.log import Destination, Options
from gateway.errors import ConfigError
from gateway.model.delivery import Reply
from gateway.model.payload import Payload
from gateway.toml import checked
from tests.builders import a_payload, an_event
from tests.destinations.conformance import Conformance, delivered

Lines = list[MutableMapping[str, Any]]


@contextmanager
def the_log() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


class TestLog(Conformance):
    def far(self) -> AbstractContextManager[Any]:
        return the_log()

    def a_destination(self, far: Any, timeout: timedelta = timedelta(seconds=5)) -> Destination:
        del far, timeout
        return Destination("crm", Options())

    def arrived(self, far: Any) -> list[tuple[str, bytes]]:
        return [(line["event_id"], line["data"].encode()) for line in far]

    def expected(self, payload: Payload) -> bytes:
        return payload.event.data


def test_a_line_says_what_passed_and_where() -> None:
    event = an_event(subject=None)
    with the_log() as lines:
        replies = delivered(Destination("crm", Options()), a_payload(event))
    assert [Reply()] == replies
    assert [
        {
            "event": "event.logged",
            "log_level": "info",
            "destination": "crm",
            "event_id": event.id,
            "type": "call.ended",
            "source": "/in/pbx",
            "subject": None,
            "data": '{"call_id":"4711"}',
        }
    ] == lines


def test_it_has_no_options() -> None:
    with pytest.raises(ConfigError, match=r"destinations\.crm\.url: no such setting"):
        checked(Options, {"url": "https://example.org"}, "destinations.crm")
