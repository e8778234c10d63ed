"""What `from` may name: sources, and what makes events itself."""

from __future__ import annotations

from pathlib import Path

from tests.configured import ANYBODY, JOURNAL, a_gateway, problems_of

_JOIN = '[joins.legs]\nkey = "#call_id#"\nemits = "legs.whole"\n'


def test_routes_and_joins_may_be_from_what_the_gateway_makes_itself(tmp_path: Path) -> None:
    text = (
        ANYBODY + JOURNAL + _JOIN
        + '[joins.calls]\nkey = "#event.subject#"\nemits = "call.whole"\n'
        + 'from = ["pbx", "destinations/crm", "joins/legs"]\n'
        + '[routes.all]\nto = "crm"\nfrom = "joins/calls"\n'
    )  # fmt: skip
    gateway = a_gateway(tmp_path, text)
    assert frozenset({"/in/pbx", "/destinations/crm", "/joins/legs"}) == gateway.joins.named["calls"].sources
    assert frozenset({"/joins/calls"}) == gateway.routes.named["all"].sources


def test_what_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    told = problems_of(tmp_path, ANYBODY + JOURNAL + _JOIN + '[routes.all]\nto = "crm"\nfrom = "joins/leg"\n')
    assert ["routes.all.from: no 'joins/leg' is configured (did you mean 'joins/legs'?)"] == told
