"""Two gateways on one database are restarted one after the other: no call is refused by both, and none is lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest
import requests

from gateway.store.history import Selection
from tests import running
from tests.postgresql import a_database
from tests.running import Downstream, RunningGateway, wait_for

_CONFIGURATION = """
database = "{database}"
web_processes = 1
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
[routes.all]
to = "downstream"
"""


@pytest.fixture(params=[running.SQLITE, running.POSTGRESQL])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that both gateways are given."""
    if request.param == running.SQLITE:
        yield f"sqlite:///{tmp_path / 'shared.db'}"
        return
    with a_database() as url:
        yield url


def test_a_rolling_restart_refuses_and_loses_nothing(tmp_path: Path, shared: str, downstream: Downstream) -> None:
    configuration = _CONFIGURATION.format(database=shared, url=downstream.url)
    with ExitStack() as held:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        gateways = [held.enter_context(running.running(folder, configuration)) for folder in folders]
        with _Balanced(gateways) as calls:
            for gateway in gateways:
                calls.wait_for_more(50)
                assert gateway.stop() == 0
                calls.wait_for_more(50)
                gateway.start()
            calls.wait_for_more(50)
        assert [] == calls.refused
        wait_for(lambda: len({event["id"] for event in downstream.events}) == len(calls.accepted), 30, "all deliveries")
        with gateways[0].history() as history:
            assert {event["id"] for event in history.events(Selection(limit=0))} == set(calls.accepted)


class _Balanced:
    """Callers behind a balancer: whoever does not answer is left for the other."""

    def __init__(self, gateways: list[RunningGateway]) -> None:
        self._gateways = gateways
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._call)
        self.accepted: list[str] = []
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join(30)

    def wait_for_more(self, count: int) -> None:
        enough = len(self.accepted) + count
        wait_for(lambda: len(self.accepted) >= enough or self.refused, 30, f"{count} calls")

    def _call(self) -> None:
        for number in itertools.count():
            if self._over.is_set():
                return
            first, second = self._gateways[:: 1 if number % 2 else -1]
            answer = self._answer(first, number) or self._answer(second, number)
            if answer is not None and answer.status_code == 202:
                self.accepted.append(answer.json()["eventId"])
            else:
                self.refused.append(str(answer and answer.text))

    def _answer(self, gateway: RunningGateway, number: int) -> requests.Response | None:
        try:
            return gateway.post("pbx/call-ended", json={"call_id": str(number)})
        except requests.ConnectionError:
            return None
