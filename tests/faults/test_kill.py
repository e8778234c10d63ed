"""kill -9 of web, worker and the whole tree under load: nothing acknowledged is lost, all of it is delivered."""

from __future__ import annotations

import itertools
import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
import requests

from tests.running import Downstream, RunningGateway, wait_for

_CONFIGURATION = """
web_processes = 2
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
retry = {{ first = "100ms", factor = 2, longest = "1s", attempts = 100 }}
[routes.all]
to = "downstream"
"""
_CALLERS = 4
_SOAP = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<submitCallEnded xmlns="urn:endpoint-gateway:calls:v1"><callEnded><call_id>{call_id}</call_id></callEnded>
</submitCallEnded></s:Body></s:Envelope>"""


class Load:
    """Callers that send one call after another, JSON and SOAP in turn, and keep the ids of what was acknowledged."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self.unanswered = 0
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(_CALLERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _call(self, number: int) -> None:
        with requests.Session() as session:
            for count in itertools.count():
                if self._stop.is_set():
                    return
                try:
                    answer = self._sent(session, f"{number}-{count}", is_soap=bool(count % 2))
                    answer.raise_for_status()
                    self.acknowledged.append(answer.headers["Gateway-Event-Id"])
                except requests.RequestException:
                    self.unanswered += 1
                    time.sleep(0.05)

    def _sent(self, session: requests.Session, call_id: str, *, is_soap: bool) -> requests.Response:
        url = f"{self._gateway.url}/in/pbx"
        if is_soap:
            headers = {"SOAPAction": '""', "Content-Type": "text/xml"}
            return session.post(url, data=_SOAP.format(call_id=call_id), headers=headers, timeout=10)
        return session.post(f"{url}/call-ended", json={"call_id": call_id}, timeout=10)


@pytest.fixture
def downstream() -> Iterator[Downstream]:
    made = Downstream()
    yield made
    made.close()


def test_nothing_acknowledged_is_lost(tmp_path: Path, downstream: Downstream) -> None:
    gateway = RunningGateway(tmp_path, _CONFIGURATION.format(url=downstream.url))
    gateway.start()
    kills: Counter[str] = Counter()
    try:
        with Load(gateway) as load:
            for victim in ("web process", "worker", "gunicorn", "parent", "web process", "worker", "parent"):
                before = len(load.acknowledged)
                wait_for(lambda: len(load.acknowledged) > before + 20, 30, f"calls before the {victim} is killed")  # noqa: B023
                time.sleep(random.random() / 4)  # noqa: S311 - at any moment
                _kill(gateway, victim)
                kills[victim] += 1
        acknowledged = set(load.acknowledged)
        assert len(load.acknowledged) == len(acknowledged)
        wait_for(lambda: acknowledged <= {event["id"] for event in downstream.events}, 60, "the last delivery")
        arrived = Counter(event["id"] for event in downstream.events)
        repeated = sum(count - 1 for count in arrived.values())
        print(f"{kills.total()} kills, {len(acknowledged)} acknowledged, 0 lost, {repeated} repeated")
        assert repeated <= 0.05 * len(acknowledged) + 16 * kills["worker"] + 16 * kills["parent"]
    finally:
        gateway.stop()
        gateway.clean()


def _kill(gateway: RunningGateway, victim: str) -> None:
    assert gateway.process is not None
    children = gateway.children()
    match victim:
        case "parent":
            os.kill(gateway.process.pid, signal.SIGKILL)
            gateway.process.wait(10)
            everybody = [*children["web"], *children["worker"]]
            wait_for(lambda: not any(_runs(pid) for pid in everybody), 20, "the end of a killed parent's children")
            # One that it was starting just then is in no list, and ends as they do.
            wait_for(lambda: _is_free(gateway.port), 20, "the end of a child that was about to start")
            gateway.start()
        case "gunicorn":
            os.kill(children["web"][0], signal.SIGKILL)
        case "worker":
            wait_for(lambda: gateway.children()["worker"], 20, "a worker")
            os.kill(gateway.children()["worker"][0], signal.SIGKILL)
        case _:
            os.kill(children["web"][-1], signal.SIGKILL)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
