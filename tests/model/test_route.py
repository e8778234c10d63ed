"""Which events go where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.model.route import ConditionError, Duty, Route, Routes
from gateway.model.scope import Scope
from gateway.model.template import Template
from tests.builders import an_event


def a_route(
    name: str = "all", *, events: tuple[str, ...] = ("*",), sources: frozenset[str] | None = None, to: str = "crm"
) -> Route:
    return Route(name, events, sources, tuple(to.split()))


def coming(source: str = "/in/pbx", event_type: str = "call.ended", data: bytes = b'{"call_id":"4711"}') -> Scope:
    return Scope(an_event(source=source, type=event_type, data=data))


@pytest.mark.parametrize(
    ("pattern", "event_type", "expected"),
    [
        ("*", "call.ended", True),
        ("call.ended", "call.ended", True),
        ("call.ended", "call-ended", False),  # the point is no wildcard
        ("call.ended", "call.ended.late", False),
        ("call.*", "call.ended", True),
        ("call.*", "call.segment.ended", True),
        ("call.*", "call", False),
        ("*.ended", "agent.segment.ended", True),
        ("*.ended", "call.started", False),
        ("call.*.ended", "call.segment.ended", True),
        ("(call|x).ended", "call.ended", False),
        ("CALL.ENDED", "call.ended", False),
    ],
)
def test_a_star_stands_for_any_part_of_a_type(pattern: str, event_type: str, expected: bool) -> None:
    assert expected is a_route(events=(pattern,)).takes("/in/pbx", event_type)


def test_one_pattern_of_several_is_enough() -> None:
    route = a_route(events=("call.started", "call.ended"))
    assert route.takes("/in/pbx", "call.ended") and not route.takes("/in/pbx", "call.held")


def test_a_route_takes_from_its_sources_or_from_all() -> None:
    some = a_route(sources=frozenset({"/in/pbx"}))
    assert some.takes("/in/pbx", "call.ended") and not some.takes("/in/other", "call.ended")
    assert a_route().takes("/destinations/crm", "recording.stored")
    assert not a_route(sources=frozenset()).takes("/in/pbx", "call.ended")


def test_each_destination_of_each_route_is_a_duty_in_order_of_route_names() -> None:
    routes = Routes([a_route("b", to="crm log"), a_route("a", to="crm"), a_route("c", events=("other",))])
    expected = (Duty("a", "crm"), Duty("b", "crm"), Duty("b", "log"))
    assert expected == routes.duties_for(coming("/in/pbx", "call.ended"))
    assert expected == routes.duties_for(coming("/in/pbx", "call.ended"))


def test_what_was_worked_out_for_one_source_is_not_given_to_another() -> None:
    routes = Routes([a_route("pbx", sources=frozenset({"/in/pbx"})), a_route("all", to="log", events=("call.*",))])
    assert (Duty("all", "log"), Duty("pbx", "crm")) == routes.duties_for(coming("/in/pbx", "call.ended"))
    assert (Duty("all", "log"),) == routes.duties_for(coming("/in/other", "call.ended"))
    assert (Duty("pbx", "crm"),) == routes.duties_for(coming("/in/pbx", "order.placed"))


def test_an_event_that_no_route_takes_makes_no_duty() -> None:
    duties = Routes([a_route(events=("other",))]).duties_for(coming("/in/pbx", "call.ended"))
    assert () == duties


def test_an_inactive_route_takes_nothing_and_is_known_all_the_same() -> None:
    routes = Routes([replace(a_route(), is_active=False)])
    assert () == routes.duties_for(coming())
    assert "all" in routes.named


@pytest.mark.parametrize(("meets", "expected"), [(True, (Duty("all", "crm"),)), (False, ())])
def test_a_condition_decides_for_each_event(meets: bool, expected: tuple[Duty, ...]) -> None:
    assert expected == Routes([replace(a_route(), when=lambda _scope: meets)]).duties_for(coming())


def test_a_condition_that_cannot_be_told_makes_a_dead_duty_that_says_so() -> None:
    def nobody_knows(_scope: Scope) -> bool:
        raise ConditionError("data.duration > 'a': no such comparison")

    (duty,) = Routes([replace(a_route(), when=nobody_knows)]).duties_for(coming())
    assert ("crm", "its condition can't be told: data.duration > 'a': no such comparison") == (
        duty.destination,
        duty.dead,
    )


def test_what_is_ordered_has_the_key_of_its_event() -> None:
    routes = Routes([a_route(to="crm log")], {"crm": Template.of("#call_id#-#event.type#")})
    assert (Duty("all", "crm", "4711-call.ended"), Duty("all", "log")) == routes.duties_for(coming())


@pytest.mark.parametrize("data", [b"{}", b'{"call_id":null}'])
def test_an_event_without_the_key_is_not_ordered(data: bytes) -> None:
    routes = Routes([a_route()], {"crm": Template.of("#call_id#")})
    assert (Duty("all", "crm"),) == routes.duties_for(coming(data=data))
