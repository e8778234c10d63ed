"""A PostgreSQL server stops, crashes or cuts its sessions under load: 503 meanwhile, then on again, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.abrupt import running_until_cut
from tests.faults.conftest import LONG
from tests.faults.load import MOST_REPEATED, SLOTS, Load
from tests.faults.outage import all_is_well_again, nothing_is_accepted, repeated_and_none_lost, stored_at
from tests.faults.server import Server, a_server
from tests.running import Downstream, RunningGateway, wait_for

_OUTAGES = LONG // 10 or 1
_CUTS = LONG or 10
_SESSIONS = 4
"""The inbox, the bell, a worker and its listener; readers come and stay as they are needed."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with a_server() as started:
        yield started


@pytest.mark.parametrize("ends", [Server.stop, Server.kill], ids=["stopped", "killed"])
def test_a_server_that_is_gone_is_a_503_until_it_is_back(
    tmp_path: Path, downstream: Downstream, server: Server, ends: Callable[[Server], None]
) -> None:
    with running_until_cut(tmp_path, stored_at(server.url, downstream)) as gateway, Load(gateway) as load:
        for _ in range(_OUTAGES):
            load.wait_for_more(100, "before the server is gone")
            ends(server)
            nothing_is_accepted(gateway, load, 3)
            server.start()
            all_is_well_again(gateway, load, downstream)
        # Delivered and not yet settled, or settled and not yet on the disk: settling doesn't wait for that.
        assert repeated_and_none_lost(gateway, load, downstream) <= 20 * SLOTS * _OUTAGES


def test_sessions_that_are_cut_are_opened_anew(tmp_path: Path, downstream: Downstream, server: Server) -> None:
    with running_until_cut(tmp_path, stored_at(server.url, downstream)) as gateway, Load(gateway) as load:
        for _ in range(_CUTS):
            load.wait_for_more(20, "before the sessions are cut")
            wait_for(lambda: server.sessions() >= _SESSIONS, 10, "every session")
            server.cut()
        all_is_well_again(gateway, load, downstream)
        wait_for(lambda: server.sessions() >= _SESSIONS, 10, "every session")
        assert repeated_and_none_lost(gateway, load, downstream) <= MOST_REPEATED * _CUTS
        assert len(load.refused) <= 4 * _CUTS  # those whose commit was cut


def test_a_server_that_hangs_keeps_callers_no_longer_than_their_patience(
    tmp_path: Path, downstream: Downstream, server: Server
) -> None:
    with running_until_cut(tmp_path, stored_at(server.url, downstream)) as gateway, Load(gateway) as load:
        load.wait_for_more(100, "before the server hangs")
        with server.frozen():
            nothing_is_accepted(gateway, load, 12)
        all_is_well_again(gateway, load, downstream)
        assert repeated_and_none_lost(gateway, load, downstream) <= MOST_REPEATED


def test_a_server_that_does_not_wait_for_its_disk_is_refused(tmp_path: Path, server: Server) -> None:
    gateway = RunningGateway(tmp_path, f'database = "{server.url}"\n')
    with _set(server, "fsync", "off"):
        refused = gateway.cli("run")
    gateway.clean()
    assert (2, 1) == (refused.returncode, refused.stderr.count("\n")), refused.stderr
    assert "database: " in refused.stderr and "fsync = off" in refused.stderr


def test_a_server_that_a_power_cut_may_corrupt_is_used_and_told_of(tmp_path: Path, server: Server) -> None:
    with (
        _set(server, "full_page_writes", "off"),
        running_until_cut(tmp_path, f'database = "{server.url}"\n') as gateway,
    ):
        assert "full_page_writes = off" in gateway.log.read_text(encoding="utf-8")


@contextmanager
def _set(server: Server, name: str, value: str) -> Iterator[None]:
    server.configure(name, value)
    try:
        yield
    finally:
        server.configure(name, "on")
