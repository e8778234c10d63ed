"""What operators do with a running gateway: look at it, change it, restart it, stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from gateway.model.delivery import State
from tests import ROOT
from tests.running import Downstream, RunningGateway, accepts, running, wait_for

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 1
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
retry = {{ first = "100ms", factor = 1, attempts = {attempts} }}
[destinations.hanging]
kind = "http"
url = "{hanging}"
slots = 2
[routes.all]
to = ["downstream", "hanging"]
"""


@pytest.fixture
def hanging() -> Iterator[Downstream]:
    made = Downstream()
    made.hangs.clear()
    yield made
    made.close()


def _configured(downstream: Downstream, hanging: Downstream, attempts: int = 3) -> str:
    return _CONFIGURATION.format(url=downstream.url, hanging=hanging.url, attempts=attempts)


def test_a_hanging_destination_holds_back_nobody(tmp_path: Path, downstream: Downstream, hanging: Downstream) -> None:
    with running(tmp_path, _configured(downstream, hanging)) as gateway:
        for number in range(20):
            assert gateway.post("pbx/call-ended", json={"call_id": str(number)}).status_code == 202
        wait_for(lambda: len(downstream.arrived) == 20, 10, "twenty deliveries beside a hanging destination")
        assert len(hanging.arrived) == 2  # its slots
        hanging.hangs.set()
        wait_for(lambda: len(hanging.arrived) == 20, 20, "the rest, once it answers")


def test_hup_puts_the_changed_file_in_force_and_a_bad_one_changes_nothing(
    tmp_path: Path, downstream: Downstream, hanging: Downstream
) -> None:
    with running(tmp_path, _configured(downstream, hanging)) as gateway:
        assert gateway.process is not None
        good = gateway.path.read_text(encoding="utf-8")
        new = '[sources.second]\ncontract = "contract.toml"\nauthenticate = { kind = "anonymous" }\n'
        gateway.path.write_text(good + new, encoding="utf-8")
        assert gateway.post("second/call-ended", json={"call_id": "1"}).status_code == 404
        os.kill(gateway.process.pid, signal.SIGHUP)
        wait_for(lambda: gateway.post("second/call-ended", json={"call_id": "1"}).status_code == 202, 10)
        wait_for(lambda: any(event["source"] == "/in/second" for event in downstream.events), 10, "its delivery")
        gateway.path.write_text("listen = 5\n", encoding="utf-8")
        os.kill(gateway.process.pid, signal.SIGHUP)
        wait_for(lambda: b"configuration.refused" in gateway.log.read_bytes(), 10)
        assert gateway.post("second/call-ended", json={"call_id": "2"}).status_code == 202
        assert requests.get(f"{gateway.admin_url}/readyz", timeout=5).status_code == 200


def test_term_ends_soon_even_while_a_client_keeps_its_connection(
    tmp_path: Path, downstream: Downstream, hanging: Downstream
) -> None:
    with running(tmp_path, _configured(downstream, hanging)) as gateway, requests.Session() as pooled:
        hanging.hangs.set()
        assert pooled.post(f"{gateway.url}/in/pbx/call-ended", json={"call_id": "1"}, timeout=5).status_code == 202
        wait_for(lambda: downstream.arrived and hanging.arrived)
        started = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - started < 5.5
        with gateway.history() as history:
            assert history.backlog("downstream", State.CLAIMED) == 0


def test_what_is_under_way_at_the_end_is_given_back_for_the_next_start(
    tmp_path: Path, downstream: Downstream, hanging: Downstream
) -> None:
    gateway = RunningGateway(tmp_path, _configured(downstream, hanging))
    try:
        gateway.start()
        gateway.post("pbx/call-ended", json={"call_id": "1"})
        wait_for(lambda: hanging.arrived)
        assert gateway.stop() == 0
        hanging.hangs.set()
        gateway.start()
        wait_for(lambda: len(hanging.arrived) == 2, 15, "the delivery, once more, without waiting for a lease to end")
        assert len({headers["webhook-id"] for headers, _ in hanging.arrived}) == 1
    finally:
        gateway.stop()
        gateway.clean()


def test_a_refusing_destination_makes_a_dead_letter_and_an_unavailable_one_is_retried(
    tmp_path: Path, hanging: Downstream
) -> None:
    moody = Downstream(lambda count: (503, {"Retry-After": "0"}) if count < 3 else (422, {}))
    hanging.hangs.set()
    with running(tmp_path, _configured(moody, hanging, attempts=9)) as gateway:
        done = gateway.cli("send", "pbx", "call-ended", "--follow", "20s")
        assert done.returncode == 4, done.stderr
        listed = gateway.cli("deliveries", "list", "--state", "dead", "--json").stdout
        assert '"attempts": 3' in listed
        assert "HTTP 422" in listed
    moody.close()


def test_serve_and_work_do_together_what_run_does(tmp_path: Path, downstream: Downstream, hanging: Downstream) -> None:
    hanging.hangs.set()
    gateway = RunningGateway(tmp_path, _configured(downstream, hanging))
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(gateway.path)]
    with gateway.log.open("ab") as log:
        web = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        wait_for(lambda: accepts(gateway.port), 30, "the web")
        assert gateway.post("pbx/call-ended", json={"call_id": "1"}).status_code == 202
        assert not downstream.arrived
        done = gateway.cli("work", "--until-idle")
        assert done.returncode == 0, done.stderr
        assert len(downstream.arrived) == 1
    finally:
        web.terminate()
        web.wait(20)
        gateway.clean()
