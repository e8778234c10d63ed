"""`make bench`: calls accepted a second beside a bare gunicorn, and how soon an accepted call is delivered."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import requests

from gateway.contracts.load import load
from gateway.model.sample import sample
from tests import ROOT
from tests.benchmarks.configured import delivering
from tests.benchmarks.hello import WEB_PROCESSES, bare_gunicorn, hello_request
from tests.benchmarks.load import calls_per_second, delivery_latencies
from tests.running import free_port, running

ROUNDS = 7
_RATE = 200
_CALLS = load((ROOT / "wsdl/calls/contract.toml").read_text(encoding="utf-8"), "contract.toml")
_EVENT = _CALLS.events["call.ended"]


def main() -> None:
    """Measure, and print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        _throughput(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        _latency(Path(folder))


def _throughput(folder: Path) -> None:
    configuration = delivering(9, active=False)
    with running(folder, configuration) as gateway, bare_gunicorn(folder) as hello:
        measured = {
            "hello": (hello, hello_request(hello)),
            "JSON": (gateway.port, json_request(gateway.port, "4711")),
            "SOAP": (gateway.port, soap_request(gateway.port, "4711")),
        }
        rates: dict[str, list[float]] = {name: [] for name in measured}
        for round_ in range(ROUNDS):
            for name, (port, request) in measured.items():
                rates[name].append(calls_per_second(port, request))
            print(f"round {round_ + 1}: " + ", ".join(f"{name} {found[-1]:.0f}/s" for name, found in rates.items()))
    ratios = {
        name: statistics.median(ours / bare for ours, bare in zip(found, rates["hello"], strict=True))
        for name, found in rates.items()
    }
    print(f"\n32 connections, {WEB_PROCESSES} web processes, medians of {ROUNDS} interleaved rounds of 4 s:")
    for name, found in rates.items():
        print(f"  {name:<6} {statistics.median(found):7.0f}/s   {ratios[name]:.2f} of a bare gunicorn's hello")


def _latency(folder: Path) -> None:
    sink = free_port()
    configuration = delivering(sink, active=True)
    with running(folder, configuration) as gateway:
        found = delivery_latencies(gateway.port, sink, lambda call_id: json_request(gateway.port, call_id), rate=_RATE)
    p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
    print(f"\naccepted to delivered at {_RATE} calls/s for 10 s: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")


def json_request(port: int, call_id: str) -> bytes:
    """A whole HTTP request: the contract's example as JSON."""
    body = requests.Request("POST", "http://x", json=sample(_EVENT) | {"call_id": call_id}).prepare().body
    return _post(port, "/call-ended", "Content-Type: application/json\r\n", body)


def soap_request(port: int, call_id: str) -> bytes:
    """The same as SOAP 1.1."""
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in (sample(_EVENT) | {"call_id": call_id}).items())
    body = (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<submitCallEnded xmlns="{_CALLS.namespace}"><callEnded>{fields}</callEnded></submitCallEnded>'
        "</soap:Body></soap:Envelope>"
    )
    return _post(port, "", 'Content-Type: text/xml; charset=utf-8\r\nSOAPAction: ""\r\n', body.encode())


def _post(port: int, path: str, headers: str, body: bytes | str | None) -> bytes:
    encoded = body.encode() if isinstance(body, str) else body or b""
    head = f"POST /in/pbx{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Content-Length: {len(encoded)}\r\n\r\n"
    return head.encode() + encoded


if __name__ == "__main__":
    main()
