"""What tags find: in the data, the event, the call that brought it, and the caller."""

from __future__ import annotations

import pytest

from gateway.model.original import Original
from gateway.model.scope import ABSENT, Scope
from tests.builders import an_event, no_original

DATA = (
    b'{"call_id":"4711","n":1.50,"none":null,"legs":[{"to":"7"},{"to":"8"}],"who":{"name":"Zo\xc3\xab"},'
    b'"big":1e999999999}'
)
CALL = Original("POST", {"x-tenant": "acme"}, "application/json", b"{}")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("call_id", "4711"),
        ("n", "1.50"),  # every digit, as it is stored
        ("big", "1e999999999"),
        ("legs.1.to", "8"),
        ("who.name", "Zoë"),
        ("who", {"name": "Zoë"}),
        ("event.id", "an-id"),
        ("event.type", "call.ended"),
        ("event.caller", "pbx"),
        ("event.data.who.name", "Zoë"),
        ("caller.name", "pbx"),
        ("request.operation", "submitCallEnded"),
        ("request.method", "POST"),
        ("request.headers.X-Tenant", "acme"),
        ("none", ABSENT),
        ("legs.2.to", ABSENT),
        ("legs.to", ABSENT),
        ("call_id.more", ABSENT),
        ("event.subject", ABSENT),
        ("event.nothing", ABSENT),
        ("request.headers.y", ABSENT),
        ("caller.rank", ABSENT),
    ],
)
def test_a_path_leads_to_a_value_or_to_none(path: str, expected: object) -> None:
    scope = Scope(an_event(id="an-id", data=DATA, subject=None), lambda: CALL, "submitCallEnded")
    assert expected == scope.value(tuple(path.split(".")))


def test_a_routes_fields_come_before_the_data_and_hide_nothing_else() -> None:
    scope = Scope(an_event(data=DATA), fields={"call_id": "from the route"})
    assert ("from the route", "1.50", "4711") == (
        scope.value(("call_id",)), scope.value(("n",)), scope.value(("event", "data", "call_id")),
    )  # fmt: skip


def test_the_call_is_looked_up_only_where_a_tag_asks_for_it() -> None:
    assert "4711" == Scope(an_event(), no_original).value(("call_id",))
    assert ABSENT is Scope(an_event()).value(("request", "method"))  # it is no longer kept
