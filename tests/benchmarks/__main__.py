"""`make bench`: calls accepted a second beside programs that store nothing, how soon they are answered, delivered."""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
import uvloop

from gateway.contracts.load import load
from gateway.model.sample import sample
from tests import ROOT
from tests.benchmarks.baselines import FLASK, HELLO, SPYNE, WEB_PROCESSES, hello_request, served
from tests.benchmarks.configured import delivering
from tests.benchmarks.load import answer_latencies, calls_per_second, delivery_latencies
from tests.running import free_port, running

ROUNDS = 7
_RATE = 200
_CALLS = load((ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8"), "contract.toml")
_EVENT = _CALLS.events["call.ended"]
_FIELDS = (
    "call_id", "account_id", "ani", "dnis", "call_start", "duration", "queue_id", "queue_name", "agent_id",
    "agent_username", "agent_external_id", "agent_first_name", "agent_last_name", "segment", "segment_duration",
    "call_result", "disposition", "notes", "recording_url", "agent_recording_url",
)  # fmt: skip
"""What a phone system sends of them: 0.6 KB."""


def main() -> None:
    """Measure, and print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        _throughput(Path(folder))
    for measure in (_answers, _latency):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))


def _throughput(folder: Path) -> None:
    configuration = delivering(9, active=False)
    with ExitStack() as held:
        gateway = held.enter_context(running(folder, configuration))
        hello, flask, spyne = (held.enter_context(served(folder, one)) for one in (HELLO, FLASK, SPYNE))
        measured = {
            "hello": (hello, hello_request(hello)),
            "Flask": (flask, hello_request(flask)),
            "Spyne": (spyne, soap_request(spyne, "4711")),
            "JSON": (gateway.port, json_request(gateway.port, "4711")),
            "SOAP": (gateway.port, soap_request(gateway.port, "4711")),
        }
        rates: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(ROUNDS):
            for name, (port, request) in measured.items():
                rates[name].append(calls_per_second(port, request))
            print(f"round {round_ + 1}: " + ", ".join(f"{name} {found[-1]:.0f}/s" for name, found in rates.items()))
    print(f"\n32 connections, {WEB_PROCESSES} web processes, medians of {ROUNDS} interleaved rounds of 4 s:")
    for name, found in rates.items():
        beside = ", ".join(f"{_ratio(found, rates[one]):.2f} of {one}" for one in ("hello", "Flask", "Spyne"))
        print(f"  {name:<6} {statistics.median(found):7.0f}/s   {beside}")


def _ratio(found: list[float], baseline: list[float]) -> float:
    return statistics.median(ours / bare for ours, bare in zip(found, baseline, strict=True))


def _answers(folder: Path) -> None:
    with running(folder, delivering(9, active=False)) as gateway:
        for name, made in (("JSON", json_request), ("SOAP", soap_request)):
            found = _answered(gateway.port, made(gateway.port, "4711"))
            print(f"{name} answered at {_RATE} calls/s for 10 s: {_quantiles(found)}")


def _answered(port: int, request: bytes) -> list[float]:
    return uvloop.run(answer_latencies(port, lambda _number: request, _RATE, 10))


def _quantiles(seconds: list[float]) -> str:
    p50, p99 = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"


def _latency(folder: Path) -> None:
    sink = free_port()
    configuration = delivering(sink, active=True)
    with running(folder, configuration) as gateway:
        found = delivery_latencies(gateway.port, sink, lambda call_id: json_request(gateway.port, call_id), rate=_RATE)
    print(f"accepted to delivered at {_RATE} calls/s for 10 s: {_quantiles(found)}")


def json_request(port: int, call_id: str) -> bytes:
    """A whole HTTP request: the contract's example as JSON."""
    body = requests.Request("POST", "http://x", json=example(call_id)).prepare().body
    return _post(port, "/call-ended", "Content-Type: application/json\r\n", body)


def soap_request(port: int, call_id: str) -> bytes:
    """The same as SOAP 1.1."""
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in example(call_id).items())
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<submitCallEnded xmlns="{_CALLS.namespace}"><callEnded>{fields}</callEnded></submitCallEnded>'
        "</soap:Body></soap:Envelope>"
    )
    return _post(port, "", 'Content-Type: text/xml; charset=utf-8\r\nSOAPAction: ""\r\n', body.encode())


def example(call_id: str) -> dict[str, Any]:
    """The contract's example: what a phone system sends of a call."""
    made = sample(_EVENT) | {"call_id": call_id}
    return {name: made[name] for name in _FIELDS}


def _post(port: int, path: str, headers: str, body: bytes | str | None) -> bytes:
    encoded = body.encode() if isinstance(body, str) else body or b""
    head = f"POST /in/pbx{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Content-Length: {len(encoded)}\r\n\r\n"
    return head.encode() + encoded


if __name__ == "__main__":
    main()
