"""TERM under load: what is under way is finished or given back, and every accepted call is in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.model.delivery import State
from gateway.store.history import Selection
from tests.faults.abrupt import running_until_cut
from tests.faults.load import SLOTS, Load, delivering_to, in_state, missing, repeated, wait_until_drained
from tests.running import Downstream, wait_for

pytestmark = pytest.mark.usefixtures("database")


def test_term_under_load_leaves_no_lease_and_loses_no_call(tmp_path: Path, downstream: Downstream) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream)) as gateway:
        with Load(gateway) as load:
            load.wait_for_more(300, "before it is told to stop")
            assert gateway.stop() == 0
        assert in_state(gateway, State.CLAIMED) == 0
        assert not missing(gateway, load.acknowledged)
        gateway.start()
        wait_until_drained(gateway)
        assert repeated(downstream, load.acknowledged) == 0
        assert not [answer.text for answer in load.refused if answer.status_code != 503]


def test_what_does_not_finish_in_time_is_given_back_and_its_try_not_counted(
    tmp_path: Path, downstream: Downstream
) -> None:
    with running_until_cut(tmp_path, delivering_to(downstream)) as gateway:
        downstream.hangs.clear()
        for number in range(2 * SLOTS):
            gateway.post("pbx/call-ended", json={"call_id": str(number)})
        wait_for(lambda: len(downstream.arrived) == SLOTS, 20, "a delivery in every slot")
        assert gateway.stop() == 0
        with gateway.history() as history:
            left = [(delivery["state"], delivery["attempts"]) for delivery in history.deliveries(Selection(limit=0))]
        assert [("waiting", 0)] * 2 * SLOTS == left
