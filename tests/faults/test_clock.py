"""The wall clock jumps: deliveries go on, retries keep their delay, and a repeated call is told as one."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.clock import Clock
from tests.faults.load import MOST_REPEATED, Load, delivering_to, missing, repeated, wait_until_drained
from tests.running import Downstream, RunningGateway, wait_for

pytestmark = pytest.mark.usefixtures("database")

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_JUMPS = (timedelta(0), -_HOUR, _DAY, timedelta(0))


def test_deliveries_go_on_whatever_the_clock_does(tmp_path: Path, downstream: Downstream, clock: Clock) -> None:
    with (
        running_until_cut(tmp_path, delivering_to(downstream), **clock.environment) as gateway,
        Load(gateway) as load,
    ):
        for off in _JUMPS:
            clock.move_to(off)
            load.wait_for_more(100, f"with a clock that is wrong by {off}")
            time.sleep(1.2)  # the worker looks at its clock once a second
        load.stop()
        assert not load.refused
        assert load.unanswered == 0
        wait_until_drained(gateway, 20)
        assert not missing(gateway, load.acknowledged)
        # What was under way when its lease ended before its time.
        assert repeated(downstream, load.acknowledged) <= MOST_REPEATED * len(_JUMPS)


@pytest.mark.parametrize("off", [-_HOUR, _DAY], ids=str)
def test_a_retry_waits_no_longer_than_it_should(tmp_path: Path, clock: Clock, off: timedelta) -> None:
    moody = Downstream(lambda count: (503 if count < 4 else 204, {}))
    with running_until_cut(tmp_path, delivering_to(moody), **clock.environment) as gateway:
        event_id = _sent(gateway, uuid4().hex)
        wait_for(lambda: moody.arrived, 10, "the first attempt")
        clock.move_to(off)
        wait_for(lambda: gateway.event(event_id)["deliveries"]["delivered"] == 1, 10, "the delivery after its retries")
        assert len(moody.arrived) == 4
    moody.close()


def test_a_repeated_call_is_one_event_within_its_window(tmp_path: Path, downstream: Downstream, clock: Clock) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream), **clock.environment) as gateway:
        key = uuid4().hex
        first = _sent(gateway, key)
        for off in (-_HOUR, _DAY - _HOUR, timedelta(0)):
            clock.move_to(off)
            assert first == _sent(gateway, key)
        clock.move_to(_DAY + _HOUR)
        assert first != _sent(gateway, key)


def _sent(gateway: RunningGateway, key: str) -> str:
    answer = gateway.post("pbx/call-ended", json={"call_id": "1"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["eventId"])
