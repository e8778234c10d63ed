"""The power is cut under load: what was acknowledged is on the disk, and this test would see it if it were not."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.abrupt import cut_power, running_until_cut
from tests.faults.conftest import LONG
from tests.faults.load import Load, delivering_to
from tests.faults.shadow import Shadow
from tests.running import Downstream


@pytest.mark.parametrize("cut", range(1, 1 + (LONG // 10 or 1)))
def test_nothing_acknowledged_is_lost_by_a_power_cut(tmp_path: Path, downstream: Downstream, cut: int) -> None:
    acknowledged, lost = _cut(tmp_path, downstream)
    print(f"cut {cut}: {len(acknowledged)} acknowledged, {len(lost)} lost")
    assert not lost


def test_a_commit_that_does_not_wait_for_the_disk_would_be_seen(tmp_path: Path, downstream: Downstream) -> None:
    """What the test above is worth: SQLite's synchronous = NORMAL leaves the fsync to the next checkpoint."""
    for cut in ("first", "second", "third"):  # one just after a checkpoint may find all of it on the disk
        (tmp_path / cut).mkdir()
        acknowledged, lost = _cut(tmp_path / cut, downstream, GATEWAY_SHADOW_NORMAL="1")
        print(f"synchronous = NORMAL, {cut} cut: {len(acknowledged)} acknowledged, {len(lost)} lost")
        if lost:
            return
    pytest.fail("nothing was lost, though nothing was waited for")


def _cut(folder: Path, downstream: Downstream, **environment: str) -> tuple[set[str], set[str]]:
    """What was acknowledged before the power was cut, and what of it is not on the disk."""
    shadow = Shadow.at(folder)
    environment |= shadow.environment
    with running_until_cut(folder, delivering_to(downstream), **environment) as gateway, Load(gateway) as load:
        load.wait_for_more(300, "before the cut")
        time.sleep(random.random() / 2)  # noqa: S311 - at any moment
        cut_power(gateway)
    acknowledged = set(load.acknowledged)
    return acknowledged, acknowledged - shadow.event_ids()
