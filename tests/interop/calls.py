"""What every toolkit is made to send: each operation with a full and a minimal message, and what must be refused."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gateway.contracts.load import load
from gateway.contracts.snippets import Call, program
from gateway.model.contract import Contract, EventType, Field
from gateway.model.event import Event
from gateway.model.sample import sample
from gateway.store.history import Selection
from gateway.store.originals import stored_event
from gateway.store.store import Store
from tests import ROOT
from tests.interop.toolkits import Toolkit
from tests.running import RunningGateway, wait_for

USER, PASSWORD = "shop", "open sesame"
CONTRACTS = {"calls": ROOT / "wsdl/calls/contract.toml", "orders": Path(__file__).with_name("orders.toml")}
CONFIGURATION = f"""
[sources.calls]
contract = "{CONTRACTS["calls"]}"
authenticate = {{ kind = "anonymous" }}
idempotency = {{ key = "#call_id#" }}
[sources.orders]
contract = "{CONTRACTS["orders"]}"
authenticate = {{ kind = "basic", user = "{USER}", password = {{ env = "SHOP_PASSWORD" }} }}
[sources.calls-json]
contract = "{CONTRACTS["calls"]}"
authenticate = {{ kind = "anonymous" }}
[sources.orders-json]
contract = "{CONTRACTS["orders"]}"
authenticate = {{ kind = "anonymous" }}
[destinations.journal]
kind = "log"
[routes.all]
to = "journal"
"""
_RECEIPT = re.compile(r"(?:accepted|eventId\W+)\s?([0-9a-f]{8}-[0-9a-f-]{27})")
_BINDINGS = {"": "json", "1.1": "soap11", "1.2": "soap12"}
_WITHIN = 120


@dataclass(frozen=True)
class Case:
    """One message, and what must become of it."""

    source: str
    event: EventType
    kind: str
    message: dict[str, Any]
    refused: tuple[str, ...] = ()
    """What the toolkit has to show of a fault, as often as it stands here; nothing where the event is taken."""

    @property
    def title(self) -> str:
        return f"{self.event.operation}, {self.kind}"


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the program's output, and what is wrong with it."""

    case: Case
    shown: str
    problem: str = ""


def contract_of(source: str) -> Contract:
    file = CONTRACTS[source]
    return load(file.read_text(encoding="utf-8"), str(file))


def cases(mark: str) -> Iterator[Case]:
    """Every operation of both contracts, full and minimal; then the fault of a business rule, and of wrong values."""
    for source in CONTRACTS:
        for event in contract_of(source).events.values():
            full = _doubled(event.fields, sample(event))
            for kind, message in (("full", full), ("minimal", _required(event.fields, full))):
                yield Case(source, event, kind, _marked(message, f"{mark}{event.path}-{kind}"))
    ended = contract_of("calls").events["call.ended"]
    again = {"call_id": f"{mark}{ended.path}-full", "queue_name": "another"}
    yield Case("calls", ended, "key again", again, ("contract_violation", "other data", "other data"))
    wrong = {"call_id": mark, "duration": "-1", "segment": "0"}
    yield Case("calls", ended, "wrong", wrong, ("contract_violation", "/duration", "at least 0", "/segment"))
    placed = contract_of("orders").events["order.placed"]
    line = {"article": "Nut", "pieces": "1"}
    wrong = _required(placed.fields, sample(placed)) | {"weight": "-1", "lines": [line, line | {"pieces": "-5"}]}
    yield Case("orders", placed, "wrong inside", wrong, ("contract_violation", "/weight", "/lines/1/pieces"))


def _marked(message: dict[str, Any], mark: str) -> dict[str, Any]:
    """Calls have an id of their own: their source takes one once."""
    return message | {"call_id": mark} if "call_id" in message else message


def _doubled(fields: tuple[Field, ...], message: dict[str, Any]) -> dict[str, Any]:
    """`message` with two items in each list."""
    made = {}
    for one in (one for one in fields if one.name in message):
        items = message[one.name] if one.list else [message[one.name]]
        items = [_doubled(one.fields, item) if one.fields else item for item in items]
        made[one.name] = items * 2 if one.list else items[0]
    return made


def _required(fields: tuple[Field, ...], message: dict[str, Any]) -> dict[str, Any]:
    return {
        one.name: _required(one.fields, message[one.name]) if one.fields else message[one.name]
        for one in fields
        if one.required
    }


@dataclass(frozen=True)
class Caller:
    """A toolkit in one version of SOAP, with a folder for its programs."""

    toolkit: Toolkit
    version: str
    gateway: RunningGateway
    store: Store
    folder: Path

    def outcomes(self, chosen: list[Case]) -> Iterator[Outcome]:
        """What comes of each of `chosen`."""
        programs = {f"case{number}": case for number, case in enumerate(chosen)}
        for source in CONTRACTS:
            own = {stem: case for stem, case in programs.items() if case.source == source}
            told = self._prepare(source, own)
            if told.returncode:
                yield from (Outcome(case, _output(told), "its client can't be generated") for case in own.values())
            else:
                yield from (self._outcome(stem, case) for stem, case in own.items())

    def _prepare(self, source: str, programs: dict[str, Case]) -> subprocess.CompletedProcess[str]:
        """Write the programs, and generate what they need of the WSDL."""
        (self.folder / source).mkdir(parents=True)
        for stem, case in programs.items():
            file = self.folder / source / f"{stem}.{self.toolkit.suffix}"
            file.write_text(program(self.toolkit.snippet, self._call(case)), encoding="utf-8")
        return self._run(self.toolkit.generate, source, url=self._url(source), contract=source, version=self.version)

    def _call(self, case: Case) -> Call:
        call = Call(
            contract=contract_of(case.source), event=case.event, message=case.message, url=self._url(case.source),
            soap12=self.version == "1.2",
        )  # fmt: skip
        return replace(call, user=USER, password=PASSWORD) if case.source == "orders" else call

    def _outcome(self, stem: str, case: Case) -> Outcome:
        before = self._newest(case)
        told = self._run(self.toolkit.run, case.source, file=f"{stem}.{self.toolkit.suffix}", stem=stem)
        if case.event.one_way and not told.returncode:  # PHP does not wait for the answer
            wait_for(lambda: self._newest(case) != before, what=case.title)
        problem = self._problem(case, told, before, self._newest(case))
        return Outcome(case, told.stdout.strip() if not problem else _output(told), problem)

    def _problem(self, case: Case, told: subprocess.CompletedProcess[str], before: str, after: str) -> str:
        """What is wrong, where `before` and `after` are the newest event of that type."""
        if case.refused:
            missing = [part for part, times in Counter(case.refused).items() if told.stdout.count(part) < times]
            return f"{missing} is not shown" if missing else "it was taken" if before != after else ""
        receipt = _RECEIPT.search(told.stdout)
        if before == after or (not case.event.one_way and (receipt is None or receipt[1] != after)):
            return "no event, or no receipt of it"
        return self._difference(case, after)

    def _difference(self, case: Case, event_id: str) -> str:
        """How the event differs, in any byte, from what the same message is as JSON."""
        lost = {name: lose(case.message[name]) for name, lose in self.toolkit.loses.items() if name in case.message}
        answer = self.gateway.post(f"{case.source}-json/{case.event.path}", json=case.message | lost)
        assert answer.status_code == 202, answer.text
        expected, found = self._stored(answer.json()["eventId"]), self._stored(event_id)
        if found.attributes["binding"] != _BINDINGS[self.version]:
            return f"it came as {found.attributes['binding']}"
        return "" if expected.data == found.data else f"sent {expected.data.decode()}\narrived {found.data.decode()}"

    def _stored(self, event_id: str) -> Event:
        found = stored_event(self.store.database, event_id)
        assert found is not None
        return found[0]

    def _newest(self, case: Case) -> str:
        selection = Selection(limit=1, source=case.source, type=case.event.name)
        return next((str(one["id"]) for one in self.store.history.events(selection)), "")

    def _run(self, command: str, source: str, **places: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command.format(**places)], cwd=self.folder / source, capture_output=True, text=True,
            check=False, timeout=_WITHIN,
        )  # fmt: skip

    def _url(self, source: str) -> str:
        return f"{self.gateway.url}/in/{source}"


def _output(told: subprocess.CompletedProcess[str]) -> str:
    return (told.stdout + told.stderr).strip()
