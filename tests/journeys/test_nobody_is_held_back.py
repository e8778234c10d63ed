"""Ten destinations: one hangs, one fails, one is slow. The seven others get all promptly, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.running import Downstream, RunningGateway, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_EVENTS = 60
_HEALTHY = [f"healthy-{number}" for number in range(7)]
_TROUBLED = ["hangs", "fails", "slow"]
_PROMPTLY = 20
"""Seconds that a busy machine may take. Behind the one that hangs they would wait for a minute."""


class Ten:
    """Ten systems, and which of them have recovered."""

    def __init__(self, held: ExitStack) -> None:
        self.has_recovered = False
        answers = {"fails": self._fails, "slow": self._is_slow}
        self.systems = {name: Downstream(answers.get(name, _takes)) for name in (*_HEALTHY, *_TROUBLED)}
        self.systems["hangs"].hangs.clear()
        for system in self.systems.values():
            held.callback(system.close)

    def recover(self) -> None:
        self.has_recovered = True
        self.systems["hangs"].hangs.set()

    def have_all(self, *names: str) -> bool:
        return all(
            len({headers["webhook-id"] for headers, _ in self.systems[name].arrived}) == _EVENTS for name in names
        )

    def _fails(self, _count: int) -> tuple[int, dict[str, str]]:
        return (204 if self.has_recovered else 503), {}

    def _is_slow(self, _count: int) -> tuple[int, dict[str, str]]:
        time.sleep(0 if self.has_recovered else 0.5)
        return 204, {}


def _takes(_count: int) -> tuple[int, dict[str, str]]:
    return 204, {}


@pytest.fixture
def ten() -> Iterator[Ten]:
    with ExitStack() as held:
        yield Ten(held)


@pytest.fixture
def gateway(tmp_path: Path, ten: Ten) -> Iterator[RunningGateway]:
    text = '[sources.pbx]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'
    for name, system in ten.systems.items():
        text += f'[destinations.{name}]\nkind = "http"\nurl = "{system.url}"\nslots = 4\ntimeout = "60s"\n'
        text += 'breaker = { failures = 5, rest = "1s", longest = "2s" }\nretry = { first = "1s", longest = "2s" }\n'
    text += f"[routes.all]\nto = {[*ten.systems]}\n"
    with running(tmp_path, text) as gateway:
        yield gateway


def breakers(gateway: RunningGateway) -> dict[str, float]:
    found = {}
    for line in requests.get(f"{gateway.admin_url}/metrics", timeout=30).text.splitlines():
        if line.startswith("gateway_breaker_open{"):
            name, _, value = line.partition('destination="')[2].partition('"} ')
            found[name] = float(value)
    return found


def test_those_that_are_well_get_everything_at_once_and_the_others_once_they_recover(
    gateway: RunningGateway, ten: Ten
) -> None:
    for number in range(_EVENTS):
        assert 202 == gateway.post("pbx/call-ended", json={"call_id": str(number)}).status_code
    wait_for(lambda: ten.have_all(*_HEALTHY), _PROMPTLY, "the delivery to those that are well")
    assert 4 == len(ten.systems["hangs"].arrived)  # its slots
    wait_for(lambda: breakers(gateway).get("fails") == 1, 20, "the breaker's opening")
    assert {0.0} == {value for name, value in breakers(gateway).items() if name != "fails"}
    assert len(ten.systems["fails"].arrived) < _EVENTS  # most of its backlog was not even tried
    ten.recover()
    wait_for(lambda: ten.have_all(*ten.systems), 60, "the delivery to those that recovered")
    wait_for(lambda: breakers(gateway)["fails"] == 0, 20, "the breaker's closing")
    log = gateway.log.read_text(encoding="utf-8")
    assert [1, 1] == [log.count(f"breaker.{change}") for change in ("opened", "closed")]


def test_one_that_a_person_paused_gets_nothing_until_it_is_resumed_and_the_others_notice_nothing(
    gateway: RunningGateway, ten: Ten
) -> None:
    ten.recover()
    assert 0 == gateway.cli("destinations", "pause", "slow", "--reason", "they move house").returncode
    wait_for(lambda: "destination.paused" in gateway.log.read_text(encoding="utf-8"), 20, "the pause")
    for number in range(_EVENTS):
        gateway.post("pbx/call-ended", json={"call_id": str(number)})
    wait_for(lambda: ten.have_all(*_HEALTHY, "hangs", "fails"), 40, "the delivery to the others")
    assert [] == ten.systems["slow"].arrived
    shown = gateway.cli("destinations", "list").stdout
    assert "they move house" in shown
    assert 0 == gateway.cli("destinations", "resume", "slow").returncode
    wait_for(lambda: ten.have_all("slow"), 40, "the delivery after the pause")
