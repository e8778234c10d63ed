"""A PostgreSQL server is replaced by its replica: the gateway finds it by itself, and nothing acknowledged is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.load import SLOTS, Load
from tests.faults.outage import all_is_well_again, nothing_is_accepted, repeated_and_none_lost, stored_at
from tests.faults.server import Server, a_replica, a_server
from tests.running import Downstream, RunningGateway, wait_for


@pytest.fixture
def primary() -> Iterator[Server]:
    with a_server() as started:
        yield started


@pytest.fixture
def replica(primary: Server) -> Iterator[Server]:
    with a_replica(primary) as started:
        yield started


def _is_read_only(server: Server) -> None:
    server.configure("default_transaction_read_only", "on")


@pytest.mark.parametrize("ends", [Server.kill, _is_read_only], ids=["killed", "read-only"])
def test_a_replica_takes_over_once_it_is_promoted(
    tmp_path: Path, downstream: Downstream, primary: Server, replica: Server, ends: Callable[[Server], None]
) -> None:
    configuration = stored_at(_either(primary, replica), downstream)
    with running_until_cut(tmp_path, configuration) as gateway, Load(gateway) as load:
        load.wait_for_more(100, "before the primary ends")
        ends(primary)
        nothing_is_accepted(gateway, load, 1)
        replica.promote()
        all_is_well_again(gateway, load, downstream)
        assert repeated_and_none_lost(gateway, load, downstream) <= 20 * SLOTS


def test_an_idle_worker_leaves_a_server_that_became_read_only(
    tmp_path: Path, downstream: Downstream, primary: Server, replica: Server
) -> None:
    with running_until_cut(tmp_path, stored_at(_either(primary, replica), downstream)) as gateway:
        assert _accepted(gateway)
        wait_for(lambda: downstream.arrived, 10, "a delivery")
        _is_read_only(primary)
        replica.promote()
        event_id = wait_for(lambda: _accepted(gateway), 10, "a call that is accepted")
        # The first may come again: its settling was perhaps on the primary alone.
        wait_for(lambda: event_id in [event["id"] for event in downstream.events], 10, "its delivery")


def _accepted(gateway: RunningGateway) -> str | None:
    """The id of the event that a call made, if it was accepted."""
    return gateway.post("pbx/call-ended", json={"call_id": "1"}).headers.get("Gateway-Event-Id")


def _either(*servers: Server) -> str:
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
