"""The power of a PostgreSQL server and of the gateway is cut under load: what was acknowledged is on its disk."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.model.delivery import State
from tests.faults.abrupt import cut_power, running_until_cut
from tests.faults.conftest import LONG
from tests.faults.load import SLOTS, Load, end_stored_leases, in_state, missing, repeated, wait_until_drained
from tests.faults.outage import stored_at
from tests.faults.server import Server, a_server, started
from tests.faults.shadow import Shadow
from tests.running import Downstream, RunningGateway, wait_for

_FORGETFUL = """
CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NULL; END $$;
CREATE TRIGGER forget BEFORE INSERT ON requests FOR EACH STATEMENT EXECUTE FUNCTION forget();
"""
"""Takes from our transaction that it waits for the disk: from the one that answers callers, too."""


@pytest.mark.parametrize("cut", range(1, 1 + (LONG // 10 or 1)))
def test_nothing_acknowledged_is_lost_by_a_power_cut(tmp_path: Path, downstream: Downstream, cut: int) -> None:
    with _cut(tmp_path, downstream) as (gateway, acknowledged):
        assert not missing(gateway, acknowledged)
        gateway.start()
        wait_for(lambda: not in_state(gateway, State.WAITING), 60, "the end of the backlog")
        end_stored_leases(gateway)  # of what was claimed when the power was cut
        wait_until_drained(gateway)
        again = repeated(downstream, acknowledged)
        print(f"cut {cut}: {len(acknowledged)} acknowledged, {again} repeated, 0 lost")
        assert again <= 20 * SLOTS  # settling doesn't wait for the disk


def test_a_commit_that_does_not_wait_for_the_disk_would_be_seen(tmp_path: Path, downstream: Downstream) -> None:
    """What the test above is worth."""
    for cut in ("first", "second", "third"):  # one just after the server wrote its log may find all of it there
        (tmp_path / cut).mkdir()
        with _cut(tmp_path / cut, downstream, _FORGETFUL) as (gateway, acknowledged):
            lost = missing(gateway, acknowledged)
        print(f"synchronous_commit = off, {cut} cut: {len(acknowledged)} acknowledged, {len(lost)} lost")
        if lost:
            return
    pytest.fail("nothing was lost, though nothing was waited for")


@contextmanager
def _cut(
    folder: Path, downstream: Downstream, prepared: str = "SELECT 1"
) -> Iterator[tuple[RunningGateway, list[str]]]:
    """A gateway whose power was cut, what it had acknowledged, and a server that runs on what is on the disk."""
    with a_server(segments=1) as server:
        shadow = Shadow.of_server(server)
        with running_until_cut(folder, stored_at(server.url, downstream)) as gateway:
            server.ask(prepared)
            with Load(gateway) as load:
                load.wait_for_more(150, "before a checkpoint")
                server.ask("CHECKPOINT")  # what it took from the log is to be on the disk elsewhere
                load.wait_for_more(150, "before the cut")
                time.sleep(random.random() / 2)  # noqa: S311 - at any moment
                server.kill()
                cut_power(gateway)
            with started(Server(shadow.disk, server.port)):
                yield gateway, load.acknowledged
