"""What a configuration says of the way out, and what is wrong with it: told before anything is sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.model.retry import STANDARD_WEBHOOKS
from tests.configured import ANYBODY, JOURNAL, NESTED, TO_CRM, a_gateway, problems_of

HTTP = '[destinations.crm]\nkind = "http"\nurl = "http://127.0.0.1:9/"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HTTP + 'order_by = "#call_idd#"\n' + TO_CRM, "destinations.crm.order_by: #call_idd#: no event type that"),
        (HTTP + 'query = { a = "#nope#" }\n' + TO_CRM, "destinations.crm.query.a: #nope#: no event type that"),
        (HTTP + TO_CRM + 'fields = { a = "#nope#" }\n', "routes.all.fields.a: #nope#: no event type"),
        (HTTP + TO_CRM + 'fields = { a = "#call_start|.2f#" }\n', "routes.all.fields.a: #call_start#: is not a number"),
        (HTTP + TO_CRM + 'fields = { a = "#ani|%H|Mars/Base#" }\n', "routes.all.fields: no time zone 'Mars/Base'"),
        (HTTP + TO_CRM + 'when = "duration > 3"\n', "routes.all.when: knows no 'duration'"),
        (HTTP + 'order_by = "#a|zz#"\n' + TO_CRM, "destinations.crm.order_by: no form 'zz'"),
        (HTTP.replace("127.0.0.1:9/", "#call_id#/") + TO_CRM, "destinations.crm.url: has a tag in its host"),
        (HTTP + 'retry = { schedule = ["5"] }\n' + TO_CRM, "destinations.crm.retry.schedule"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_tag_or_a_condition_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    problems = problems_of(tmp_path, ANYBODY + text)
    assert any(problem.startswith(told) for problem in problems), problems


def test_a_tag_may_name_what_only_some_of_the_events_have_or_a_route_gives(tmp_path: Path) -> None:
    destination = HTTP + 'query = { a = "#CallerId#", b = "#segment#" }\n'
    assert a_gateway(tmp_path, ANYBODY + destination + TO_CRM + 'fields = { CallerId = "#ani#" }\n')


def test_so_may_a_replacement_and_it_is_of_a_value(tmp_path: Path) -> None:
    (tmp_path / "nested.toml").write_text(NESTED, encoding="utf-8")
    source, route = ANYBODY.replace("contract.toml", "nested.toml"), TO_CRM + 'fields = { Outcome = "#call_id#" }\n'
    named = "call_id Outcome customer.name segments.agent.name segments.0.duration extra.x event.type caller.name"
    table = "".join(f'"{name}" = {{ a = "b" }}\n' for name in named.split())
    assert a_gateway(tmp_path, f"{source}{HTTP}[destinations.crm.replace]\n{table}{route}")
    for name, why in (("customer", "has fields of its own, and only values"), ("customer.nam", "no event type that")):
        replace = f'replace = {{ "{name}" = {{ a = "b" }} }}\n'
        (problem,) = problems_of(tmp_path, source + HTTP + replace + route)
        assert problem.startswith(f"destinations.crm.replace.{name}: #{name}#: {why}")


def test_a_retry_is_by_growth_by_a_list_or_by_the_standards_own(tmp_path: Path) -> None:
    def policy(text: str) -> object:
        return a_gateway(tmp_path, ANYBODY + JOURNAL + f"retry = {text}\n").destinations["crm"].retry.schedule

    assert () == policy('{ first = "1s" }')
    assert (timedelta(seconds=5), timedelta(minutes=1)) == policy('{ schedule = ["5s", "1m"] }')
    assert policy('{ schedule = "standard-webhooks" }') == STANDARD_WEBHOOKS


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        (HTTP, False),
        (HTTP + 'format = "raw"\n', True),
        (HTTP + 'headers = { X = "#request.headers.y?#" }\n', True),
        (HTTP + 'headers = { X = "#request.operation#" }\n', False),
    ],
)
def test_the_call_is_fetched_for_those_who_send_something_of_it(tmp_path: Path, text: str, asks: bool) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + text + TO_CRM)
    assert (frozenset({"crm"}) if asks else frozenset()) == gateway.asking


def test_so_it_is_where_a_routes_fields_do(tmp_path: Path) -> None:
    gateway = a_gateway(tmp_path, ANYBODY + HTTP + TO_CRM + 'fields = { a = "#request.method#" }\n')
    assert frozenset({"crm"}) == gateway.asking


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('events = "call.endd"', "routes.all.events: 'call.endd': no source of this route sends it (did you mean"),
        ('events = ["call.*", "order.*"]', "routes.all.events: 'order.*': no source of this route sends it (there"),
        ('from = "pbx"\nevents = "x"', "routes.all.events: 'x': no source of this route sends it"),
        ('when = "data.durtion > 3"', "routes.all.when: data.durtion: no event type that comes here has it (did you"),
        ('to = ["crm", "crm"]', "routes.all.to: names 'crm' twice (leave one out)"),
    ],
)  # fmt: skip
def test_a_route_that_nothing_would_ever_take_is_told(tmp_path: Path, line: str, told: str) -> None:
    route = "[routes.all]\n" + (line if line.startswith("to") else f'to = "crm"\n{line}') + "\n"
    (problem,) = problems_of(tmp_path, ANYBODY + JOURNAL + route)
    assert problem.startswith(told)


@pytest.mark.parametrize(
    "line",
    [
        'events = "x"\nactive = false', "when = \"data.extra.queue == 'a'\"", "when = \"event.type == 'data.x'\"",
        'when = "has(data.duration) && data.ani.startsWith(\'data.x\')"', 'events = "*.ended"',
    ],
)  # fmt: skip
def test_a_route_that_may_take_something_is_none_of_those(tmp_path: Path, line: str) -> None:
    assert a_gateway(tmp_path, ANYBODY + JOURNAL + TO_CRM + line + "\n").routes.named["all"]


def test_without_sources_no_event_is_unknown(tmp_path: Path) -> None:
    assert a_gateway(tmp_path, JOURNAL + TO_CRM + 'events = "x"\nwhen = "data.y > 1"\n').routes.named["all"]
