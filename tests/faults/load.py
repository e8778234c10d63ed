"""Callers that keep their receipts, and what must be true of these in the end."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from typing import Self

import requests
from sqlalchemy import update

from gateway.model.delivery import State
from gateway.store.history import Selection
from gateway.store.place import Place, SqliteFile
from gateway.store.tables import deliveries
from tests.faults.clock import Clock
from tests.running import Downstream, RunningGateway, wait_for

SLOTS = 8
MOST_REPEATED = 2 * SLOTS
"""By one crash: what is under way, and as much again that waits to be settled."""
"""How many deliveries may be under way at once, and so may come twice."""
_SOAP = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<submitCallEnded xmlns="urn:endpoint-gateway:calls:v1"><callEnded><call_id>{call_id}</call_id></callEnded>
</submitCallEnded></s:Body></s:Envelope>"""
_CONFIGURATION = """
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.downstream]
kind = "http"
url = "{url}"
slots = {slots}
retry = {{ first = "100ms", factor = 2, longest = "1s", attempts = 100 }}
[routes.all]
to = "downstream"
"""


def delivering_to(downstream: Downstream, *lines: str) -> str:
    """A configuration of one source and one destination, with `lines` before its tables."""
    return "\n".join(lines) + _CONFIGURATION.format(url=downstream.url, slots=SLOTS)


class Load:
    """Callers that send one call after another, JSON and SOAP in turn, and keep the ids of what was acknowledged."""

    def __init__(self, gateway: RunningGateway, callers: int = 4) -> None:
        self._gateway = gateway
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self.refused: list[requests.Response] = []
        self.unanswered = 0
        self.slowest = 0.0
        """Seconds that one of them waited for its answer."""
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(callers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let every call that is under way be the last of its caller."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for_more(self, count: int, why: str) -> None:
        """Until `count` more calls are acknowledged."""
        enough = len(self.acknowledged) + count
        wait_for(lambda: len(self.acknowledged) >= enough, 40, f"{count} calls {why}")

    def _call(self, number: int) -> None:
        with requests.Session() as session:
            for count in itertools.count():
                if self._stop.is_set():
                    return
                try:
                    answer = self._sent(session, f"{number}-{count}", is_soap=bool(count % 2))
                except requests.RequestException:
                    self.unanswered += 1
                    time.sleep(0.05)
                    continue
                self.slowest = max(self.slowest, answer.elapsed.total_seconds())
                if answer.status_code in (200, 202):
                    self.acknowledged.append(answer.headers["Gateway-Event-Id"])
                else:
                    self.refused.append(answer)
                    time.sleep(0.05)

    def _sent(self, session: requests.Session, call_id: str, *, is_soap: bool) -> requests.Response:
        url = f"{self._gateway.url}/in/pbx"
        if is_soap:
            headers = {"SOAPAction": '""', "Content-Type": "text/xml"}
            return session.post(url, data=_SOAP.format(call_id=call_id), headers=headers, timeout=15)
        return session.post(f"{url}/call-ended", json={"call_id": call_id}, timeout=15)


def missing(gateway: RunningGateway, acknowledged: list[str]) -> set[str]:
    """Which of `acknowledged` are not in the store; none was acknowledged twice."""
    assert len(acknowledged) == len(set(acknowledged))
    with gateway.history() as history:
        return set(acknowledged) - {event["id"] for event in history.events(Selection(limit=0))}


def in_state(gateway: RunningGateway, state: State) -> int:
    """How many deliveries are in `state`."""
    with gateway.history() as history:
        return history.backlog("downstream", state)


def wait_until_drained(gateway: RunningGateway, seconds: float = 90) -> None:
    """Until no delivery waits and nobody holds one."""
    unfinished = (State.WAITING, State.CLAIMED)
    wait_for(lambda: not any(in_state(gateway, state) for state in unfinished), seconds, "the end of the backlog")


def repeated(downstream: Downstream, acknowledged: list[str]) -> int:
    """How often an event came again; every one of `acknowledged` has come. Asked when nothing comes any more."""
    seen = tuple(downstream.arrived)
    arrived = Counter(headers["webhook-id"] for headers, _ in seen)
    assert arrived == Counter(json.loads(body)["id"] for _, body in seen)
    assert not set(acknowledged) - arrived.keys()
    return arrived.total() - len(arrived)


def end_leases(gateway: RunningGateway, clock: Clock) -> None:
    """Let every lease end now: by the gateway's own clock, or in a server's place, whose clock is nobody's to move."""
    if isinstance(_place(gateway), SqliteFile):
        clock.end_leases()
    else:
        end_stored_leases(gateway)


def end_stored_leases(gateway: RunningGateway) -> None:
    """Let every lease that a server holds end now."""
    with gateway.store() as store, store.database.writing() as connection:
        claimed = deliveries.c.state == State.CLAIMED.value
        connection.execute(update(deliveries).where(claimed).values(lease_until=0))


def _place(gateway: RunningGateway) -> Place:
    with gateway.store() as store:
        return store.database.place
