"""Events of one call arrive in their order, by two workers, at a far side that fails now and then."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator

import pytest

from gateway.model.delivery import State
from tests.running import Downstream, RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
worker_processes = 2
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.crm]
kind = "http"
url = "{url}"
order_by = "#event.subject#"
retry = {{ first = "50ms", longest = "100ms", attempts = 50 }}
breaker = {{ failures = 1000, share = 1, of = 1000 }}
[routes.all]
to = "crm"
"""
_KEYS, _EACH = 4, 15


@pytest.fixture
def far() -> Iterator[Downstream]:
    opened = Downstream(lambda count: (503 if count % 5 == 0 else 204, {}))
    yield opened
    opened.close()


def test_none_overtakes_another_of_its_key(tmp_path_factory: pytest.TempPathFactory, far: Downstream) -> None:
    with running(tmp_path_factory.mktemp("in-order"), _CONFIGURATION.format(url=far.url)) as gateway:
        for number, key in itertools.product(range(_EACH), range(_KEYS)):
            assert 202 == gateway.post("pbx/call-ended", json={"call_id": f"c{key}", "duration": number}).status_code
        wait_for(lambda: _arrived_last(far), 60, "the last of every key")
        wait_for(lambda: _is_over(gateway), 20, "their settling")
    sequences = defaultdict(list)
    for event in far.events:
        sequences[event["subject"]].append(event["data"]["duration"])
    for sequence in sequences.values():
        assert list(range(_EACH)) == sorted(set(sequence))
        # A failed one comes again, at once, before any that follows it.
        assert all(later in (earlier, earlier + 1) for earlier, later in itertools.pairwise(sequence)), sequence


def _arrived_last(far: Downstream) -> bool:
    return _KEYS == len({event["subject"] for event in far.events if event["data"]["duration"] == _EACH - 1})


def _is_over(gateway: RunningGateway) -> bool:
    with gateway.history() as history:
        return not any(history.backlog("crm", state) for state in (State.WAITING, State.CLAIMED))
