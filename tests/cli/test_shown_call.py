"""The phone call of `gateway demo`: each post, what became of it, and whether it arrived behind the gateway."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import pytest

from gateway.cli.downstream import Arrivals
from gateway.cli.shown_call import show_call, transferred_call
from tests.cli.conftest import Endpoint
from tests.configured import ANYBODY

CALL = transferred_call("http://127.0.0.1:8083")
RINGCX = ANYBODY.replace("contract =", "preset =").replace("contract.toml", "ringcx")


def arrivals(endpoint: Endpoint, *, all_but: str = "") -> Arrivals:
    """Whatever is recorded arrives, `all_but` events of this type."""

    def arrived(event_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        found = {one: endpoint.store.history.event(one) for one in event_ids}
        return {one: item["event"] for one, item in found.items() if item and item["type"] != all_but}

    return arrived


@pytest.mark.parametrize("sources", [RINGCX])
def test_each_post_is_shown_with_its_agent_and_what_became_of_it(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_call(CALL, f"{endpoint.url}/pbx", arrivals(endpoint))
    told = capsys.readouterr().out
    assert 9 == len(re.findall(r"   ✓ \d\d:\d\d  [a-z-]+ ", told))
    assert "✓ 00:54  dequeue            nobody yet    accepted: call.dequeued" in told
    assert "✓ 04:39  agent-termination  Zoë O'Brien   accepted: agent.segment.ended" in told
    assert "✓ 9 posts, 9 events, each delivered downstream with every field as posted:" in told
    assert "segments             2 with Ben Ode, then 3 with Zoë O'Brien" in told


@pytest.mark.parametrize("sources", [RINGCX])
def test_what_does_not_arrive_is_told(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert not show_call(CALL, f"{endpoint.url}/pbx", arrivals(endpoint, all_but="call.ended"))
    told = capsys.readouterr().out
    assert 1 == len(re.findall(r"   ✗ request \S+, post-call by form: there is no event ", told))
    assert "each delivered" not in told


@pytest.mark.parametrize("sources", [ANYBODY])
def test_what_is_refused_is_told(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    assert not show_call(CALL, f"{endpoint.url}/nobody", arrivals(endpoint))
    assert (
        "✗ 00:54  dequeue            nobody yet    HTTP 404: no source 'nobody' is configured"
        in capsys.readouterr().out
    )
