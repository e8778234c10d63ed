"""A gateway is backed up while it is called, and restored elsewhere: what it had acknowledged before is there."""

from __future__ import annotations

import threading
from pathlib import Path

from gateway.store.history import Selection
from tests.running import Downstream, RunningGateway, running, wait_for

_CONFIGURATION = """
web_processes = 1
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
active = {active}
[routes.all]
to = "downstream"
"""


def call(gateway: RunningGateway) -> str:
    answer = gateway.post("pbx/call-ended", json={"call_id": "4711"})
    assert 202 == answer.status_code
    return str(answer.json()["eventId"])


def test_what_was_acknowledged_before_a_backup_is_delivered_from_it(tmp_path: Path, downstream: Downstream) -> None:
    first, second, copy = tmp_path / "first", tmp_path / "second", tmp_path / "copy.db"
    first.mkdir()
    second.mkdir()
    with running(first, _CONFIGURATION.format(url=downstream.url, active="false")) as gateway:
        before = [call(gateway) for _ in range(30)]
        stop = threading.Event()
        during: list[str] = []

        def calling() -> None:
            while not stop.is_set():
                during.append(call(gateway))

        caller = threading.Thread(target=calling)
        caller.start()
        made = gateway.cli("database", "backup", str(copy))
        stop.set()
        caller.join()
        assert 0 == made.returncode, made.stderr
        after = [call(gateway) for _ in range(10)]
        busy = gateway.cli("database", "restore", str(copy), "--force")
        assert 2 == busy.returncode and "a gateway already runs" in busy.stderr
        with gateway.history() as history:
            assert {*before, *during, *after} == {one["id"] for one in history.events(Selection(limit=0))}
    restored = RunningGateway(second, _CONFIGURATION.format(url=downstream.url, active="true"))
    put_back = restored.cli("database", "restore", str(copy))
    assert 0 == put_back.returncode, put_back.stderr
    assert 0 == restored.cli("database", "check", "--full").returncode
    try:
        restored.start()
        wait_for(lambda: set(before) <= {event["id"] for event in downstream.events}, 20, "what waited in the backup")
        assert not set(after) & {event["id"] for event in downstream.events}
        assert 202 == restored.post("pbx/call-ended", json={"call_id": "4711"}).status_code
    finally:
        restored.stop()
        restored.clean()
