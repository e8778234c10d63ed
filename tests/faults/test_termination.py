"""TERM under load: what is under way is finished or given back, and every accepted call is in the store."""

from __future__ import annotations

from pathlib import Path

from gateway.model.delivery import State
from gateway.store.history import Selection
from tests.faults.load import SLOTS, Load, delivering_to, in_state, missing, repeated, wait_until_drained
from tests.running import Downstream, RunningGateway, wait_for


def test_term_under_load_leaves_no_lease_and_loses_no_call(
    tmp_path: Path, downstream: Downstream, database: str
) -> None:
    gateway = RunningGateway(tmp_path, delivering_to(downstream, database))
    try:
        gateway.start()
        with Load(gateway) as load:
            load.wait_for_more(300, "before it is told to stop")
            assert gateway.stop() == 0
        assert in_state(gateway, State.CLAIMED) == 0
        assert not missing(gateway, load.acknowledged)
        gateway.start()
        wait_until_drained(gateway)
        assert repeated(downstream, load.acknowledged) == 0
        assert not [answer.text for answer in load.refused if answer.status_code != 503]
    finally:
        gateway.stop()
        gateway.clean()


def test_what_does_not_finish_in_time_is_given_back_and_its_try_not_counted(
    tmp_path: Path, downstream: Downstream, database: str
) -> None:
    gateway = RunningGateway(tmp_path, delivering_to(downstream, database))
    try:
        gateway.start()
        downstream.hangs.clear()
        with Load(gateway) as load:
            load.wait_for_more(100, "before it is told to stop")
            wait_for(lambda: in_state(gateway, State.CLAIMED) == SLOTS, 20, "a delivery in every slot")
            assert gateway.stop() == 0
        assert in_state(gateway, State.CLAIMED) == 0
        assert not missing(gateway, load.acknowledged)
        downstream.hangs.set()
        gateway.start()
        wait_until_drained(gateway, 20)
        assert repeated(downstream, load.acknowledged) == SLOTS
        with gateway.history() as history:
            assert {1} == {delivery["attempts"] for delivery in history.deliveries(Selection(limit=0))}
    finally:
        gateway.stop()
        gateway.clean()
