"""RingCX's posts beside plain calls of the same contract, and how soon they are delivered.

`python -m tests.benchmarks.ringcx [rounds]`
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import uvloop

from gateway.assembly import Workshop
from gateway.contracts.load import load
from gateway.model.guide import Service
from gateway.settings import Document
from gateway.simulator.cast import AGENTS, BREAKING_NOTES, DISPOSITIONS, QUEUES
from gateway.simulator.posts import Leg, Pen, Post, fitted
from gateway.simulator.variants import Kind, Plan, Variant
from gateway.simulator.vocabulary import ZONE, Style, words
from gateway.simulator.wire import written
from gateway.store.history import Selection
from tests import ROOT
from tests.benchmarks.baselines import WEB_PROCESSES
from tests.benchmarks.configured import delivering
from tests.benchmarks.dialects import Call, measured, whole
from tests.benchmarks.load import UNIQUE, passages
from tests.journeys.every_door import as_xml
from tests.running import RunningGateway, free_port, running

_ROUNDS = 3
_SOURCE = '[sources.contact-centre]\npreset = "ringcx"\nauthenticate = { kind = "anonymous" }\n'
_USUAL_RATE, _USUAL_SECONDS = 10, 20
"""100 phone calls a minute, of six posts each."""
_STEP, _STEP_SECONDS = 100, 6
_LONGEST_WAIT, _UNSTEADY = 1.0, 0.1
"""Seconds: beyond the one a rate is not held; less than the other is no growth."""
_BEGINS = datetime(2026, 3, 16, 10, 15, 2, tzinfo=ZONE)
_CALL_ID = "202603161015020132120000041177"
_JSON, _SOAP = "JSON, plain", "SOAP, plain and strict"
_JSON_HEADERS = {"Content-Type": "application/json"}
_SOAP_HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
_CONTRACT = load((ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8"), "contract.toml")
_numbers = itertools.count(1)

Waits = tuple[float, float]
"""Their median, and what one in a hundred exceeds, in seconds."""


def main() -> None:
    """Measure, and print what was measured."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        _acceptance(Path(folder), rounds)
    with tempfile.TemporaryDirectory() as folder:
        _delivery(Path(folder), rounds)


def _acceptance(folder: Path, rounds: int) -> None:
    rates: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with running(folder, delivering(9, active=False) + _SOURCE) as gateway:
        calls = _calls(_services(gateway))
        print(f"{WEB_PROCESSES} web processes, 32 connections, medians of {rounds} interleaved rounds; {_load()}")
        for _ in range(rounds):
            for name, call in calls.items():
                rate, cost = measured(gateway, call)
                rates.setdefault(name, []).append(rate)
                cpu.setdefault(name, []).append(cost)
        with gateway.history() as history:  # which is answered as a success too
            assert not list(history.requests(Selection(state="quarantined"))), "calls were not understood"
    for name, found in rates.items():
        print(
            f"  {name:<24}{statistics.median(found):6.0f}/s"
            f"   {_ratio(found, rates[_JSON]):.2f} of JSON   {_ratio(found, rates[_SOAP]):.2f} of strict SOAP"
            f"   {statistics.median(cpu[name]) * 1e6:5.0f} µs CPU ({_ratio(cpu[name], cpu[_JSON]):.2f} of JSON,"
            f" {_ratio(cpu[name], cpu[_SOAP]):.2f} of strict SOAP)   {len(calls[name][2])} bytes"
        )


def _ratio(found: Sequence[float], baseline: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(found, baseline, strict=True))


def _load() -> str:
    return f"load average {os.getloadavg()[0]:.1f} before"


def _services(gateway: RunningGateway) -> Mapping[str, Service]:
    """What the guide says to enter over there, by its path."""
    guide = Workshop().build(Document.at(gateway.path), 1).sources["contact-centre"].guide
    assert guide is not None
    return {one.path: one for one in guide.services}


def _calls(services: Mapping[str, Service]) -> dict[str, Call]:
    """The end of an agent's part, with notes that break a JSON template, in every way; each call is another."""
    ended, disposed = (_posts()[path] for path in ("agent-termination", "post-disposition"))
    post = fitted(replace(ended, said=(*ended.said, *disposed.said)), services["agent-termination"].fields)
    event = _CONTRACT.events[post.event]
    means = {**post.means, **post.implied}
    sent = {one.name: means[one.name] for one in event.fields if one.name in means}
    fields = as_xml({name: str(value) for name, value in sent.items()})
    soap = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<{event.operation} xmlns="{_CONTRACT.namespace}"><{event.element}>{fields}</{event.element}>'
        f"</{event.operation}></s:Body></s:Envelope>"
    ).encode()
    return {
        _JSON: _call(f"/in/pbx/{event.path}", _JSON_HEADERS, json.dumps(sent, ensure_ascii=False).encode()),
        _SOAP: _call("/in/pbx", _SOAP_HEADERS, soap),
        "form": _by(post, "form"),
        "JSON, sound": _by(post, "json"),
        "JSON, broken and mended": _by(post, "json", Variant.BROKEN),
        "SOAP, rpc and lenient": _by(post, "soap"),
    }


def _by(post: Post, protocol: str, *variants: Variant) -> Call:
    sent = written(post, Plan(Kind.ANSWERED, protocol, frozenset(variants)), "/in/contact-centre")
    return _call(sent.url, sent.headers, sent.body or b"")


def _call(url: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Its call's id comes first in it, and ends in another number each time."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {url}", lines, body.replace(_CALL_ID[-len(UNIQUE) :].encode(), UNIQUE, 1)


def _posts() -> dict[str, Post]:
    """The posts of one call, by their path."""
    pen = Pen(_CALL_ID, _BEGINS, "5105550111", "4155550110", Style(), frozenset())
    through = QUEUES[0].said()
    leg = Leg(
        AGENTS[0], 2, through, connected=12, talked=150, wrapped=35, disposition=DISPOSITIONS[0],
        notes=BREAKING_NOTES[0],
    )  # fmt: skip
    posts = (
        pen.dequeue(through, 2, 8), pen.agent_connect(leg), pen.agent_termination(leg),
        pen.transfer_termination(leg, 60), pen.post_disposition(leg),
        pen.post_call(through, AGENTS[0].id, 185, words("call_result", "CONNECTED")),
    )  # fmt: skip
    return {one.path: one for one in posts}


def _delivery(folder: Path, rounds: int) -> None:
    sink = free_port()
    usual: list[Waits] = []
    highest: list[tuple[int, Waits]] = []
    with running(folder, delivering(sink, active=True) + _SOURCE) as gateway:
        forms = list(_forms(gateway))
        print(f"\nforms, six of each call, to a destination of HTTP, medians of {rounds} rounds; {_load()}")
        for _ in range(rounds):
            usual.append(_waits(_passed(gateway, sink, forms, _USUAL_RATE)))
            highest.append(_highest(gateway, sink, forms))
    rates = [rate for rate, _ in highest]
    print(f"  from post to delivery at {_USUAL_RATE} posts/s: {_told(usual)}")
    print(
        f"  at the most that is held, {statistics.median(rates):.0f} posts/s ({min(rates)} to {max(rates)}): ", end=""
    )
    print(_told([waits for _, waits in highest]))


def _forms(gateway: RunningGateway) -> Iterator[bytes]:
    """Each post of a call as a form, with the fields that the guide says."""
    services = _services(gateway)
    for path, post in _posts().items():
        call = _by(fitted(post, services[path].fields), "form")
        yield whole(gateway.port, call).replace(UNIQUE, _CALL_ID[-len(UNIQUE) :].encode())


def _passed(gateway: RunningGateway, sink: int, forms: Sequence[bytes], rate: int) -> list[float]:
    """Seconds from when each post was due to when its event was delivered, in the order of the posts."""
    seconds = _USUAL_SECONDS if rate == _USUAL_RATE else _STEP_SECONDS
    calls = dict(itertools.islice(_numbered(forms), rate * seconds))
    passed = uvloop.run(passages(gateway.port, sink, calls, rate))
    return [one.arrived - one.due for one in passed]


def _numbered(forms: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    for number, form in zip(_numbers, itertools.cycle(forms), strict=False):
        call_id = f"{_CALL_ID[:-8]}{number:08}"
        yield call_id, form.replace(_CALL_ID.encode(), call_id.encode())


def _highest(gateway: RunningGateway, sink: int, forms: Sequence[bytes]) -> tuple[int, Waits]:
    """The last rate at which nobody waited long and the backlog did not grow, and how long they waited then."""
    held: tuple[int, Waits] = (0, (0.0, 0.0))
    for rate in itertools.count(_STEP, _STEP):
        passed = _passed(gateway, sink, forms, rate)
        waits = _waits(passed)
        print(f"    {rate} posts/s: {_told([waits])}", flush=True)
        if waits[1] > _LONGEST_WAIT or _grows(passed):
            break
        held = rate, waits
    return held


def _grows(waits: Sequence[float]) -> bool:
    """Whether those who came last waited longer than those in the middle: the backlog grows."""
    quarter = len(waits) // 4
    middle, last = statistics.median(waits[quarter : 2 * quarter]), statistics.median(waits[-quarter:])
    return last > 2 * middle + _UNSTEADY


def _waits(passed: Sequence[float]) -> Waits:
    ordered = sorted(passed)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


def _told(waits: Sequence[Waits]) -> str:
    p50, p99 = (statistics.median(column) * 1000 for column in zip(*waits, strict=True))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"


if __name__ == "__main__":
    main()
