"""`when`: conditions in CEL, compiled once, and whatever they come to is told."""

from __future__ import annotations

import pytest

from gateway.condition import Condition
from gateway.model.original import Original
from gateway.model.route import ConditionError
from gateway.model.scope import Scope
from tests.builders import an_event

DATA = b'{"duration":31.5,"queue":"Sales","tags":["vip"],"at":"2026-03-16T14:15:02Z","big":12345678901234567890123}'


def meets(text: str) -> bool:
    call = Original("POST", {"x-tenant": "acme"}, "application/json", b"{}")
    return Condition.of(text)(Scope(an_event(data=DATA), lambda: call, "submitCallEnded"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data.duration > 30", True),
        ("data.duration > 30 && data.queue == 'Support'", False),
        ("data.queue in ['Sales', 'Support']", True),
        ("data.tags.exists(tag, tag == 'vip')", True),
        ("data.big > 10", True),
        ("timestamp(data.at) > timestamp('2026-01-01T00:00:00Z')", True),
        ("event.type == 'call.ended' && event.source == '/in/pbx' && event.subject == '4711'", True),
        ("request.operation == 'submitCallEnded' && request.headers['x-tenant'] == 'acme'", True),
        ("caller.name == 'pbx'", True),
        ("has(data.nothing)", False),
        ("data.nothing > 3", False),  # what the event lacks makes it no match
        ("request.headers['x-other'] == 'acme'", False),
        ("!has(data.nothing) || data.nothing > 3", True),
    ],
)
def test_an_event_meets_it_or_not(text: str, expected: bool) -> None:
    assert expected is meets(text)


@pytest.mark.parametrize(
    "text", ["data.queue > 5", "data.duration", "1 / 0 > 1", "data.tags[7] == 'x'", "int(data.queue) > 1"]
)
def test_one_that_cannot_be_told_says_which_and_why(text: str) -> None:
    with pytest.raises(ConditionError) as told:
        meets(text)
    assert str(told.value).startswith(f"{text}: ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("data.duration >", "is no condition: column 16: something is missing at the end"),
        ("data.duration = 30", "is no condition: column 15: '=' can't stand there"),
        ("data.a > 3 and data.b > 3", "is no condition: column 12: 'and' can't stand there"),
        ("data.queue == 'a", "is no condition: column 15: the text has no end"),
        ("#duration# > 3", "is no condition: column 1: '#' can't stand there"),
        ("duration > 30", "knows no 'duration'; there are: caller, data, event, request"),
        ("data.duration > dat.x", "knows no 'dat'"),
        ("length(data.queue) > 1", "knows no function 'length'"),
    ],
)
def test_what_is_no_condition_is_told_when_it_is_configured(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Condition.of(text)


def test_the_call_is_not_asked_for_more_than_once_an_event() -> None:
    asked: list[int] = []
    scope = Scope(an_event(data=DATA), lambda: asked.append(1))
    Condition.of("data.duration > 30")(scope)
    assert len(asked) <= 1
