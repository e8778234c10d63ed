"""Accepted a second and CPU a call, by dialect and size: `python -m tests.benchmarks.dialects`."""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gateway.contracts.load import load
from tests.benchmarks.baselines import HELLO, WEB_PROCESSES, hello_request, served
from tests.benchmarks.load import UNIQUE, WARM_UP, calls_per_second
from tests.journeys.every_door import as_json, as_xml, flat
from tests.running import RunningGateway, running

_ROUNDS = 5
_SECONDS = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")
_NAMESPACE = "urn:example:bench:v1"
_BOUNDARY = "a-boundary"
_CONTRACT = f"""
name = "bench"
namespace = "{_NAMESPACE}"
[events."call.ended".fields]
call_id = {{ type = "string", required = true, max_length = 64 }}
ani = {{ type = "string", pattern = "\\\\+?[0-9]{{3,15}}" }}
call_start = {{ type = "date-time" }}
duration = {{ type = "duration", minimum = 0 }}
is_answered = {{ type = "boolean" }}
count = {{ type = "integer" }}
notes = {{ type = "string" }}
segments = {{ type = "segment", list = true }}
[types.segment.fields]
agent_id = {{ type = "string", required = true }}
started_at = {{ type = "date-time" }}
duration = {{ type = "duration", minimum = 0 }}
result = {{ type = "string", values = ["CONNECTED", "ABANDON"] }}
amount = {{ type = "decimal" }}
"""
_CONFIGURATION = f"""
web_processes = {WEB_PROCESSES}
[log]
level = "warning"
[sources.pbx]
contract = "bench.toml"
authenticate = {{ kind = "anonymous" }}
"""
_FIELDS = load(_CONTRACT, "bench.toml").events["call.ended"].fields
_CALL = {
    "call_id": "4711-0815", "ani": "+15105550111", "call_start": "2026-03-16T14:15:02.25Z", "duration": "151.5",
    "is_answered": "true", "count": "17", "notes": "Grüße & <wishes> from the caller, who was glad to be called back",
}  # fmt: skip
_SEGMENT = {
    "agent_id": "agent-4711", "started_at": "2026-03-16T14:15:02Z", "duration": "12.5", "result": "CONNECTED",
    "amount": "1234.56",
}  # fmt: skip
_SEGMENTS = {"0.6 KB": 2, "10 KB": 70, "100 KB": 700}
"""How many segments make a JSON body of about that size."""

Call = tuple[str, str, bytes]
"""Method and path, headers, body."""


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.toml").write_text(_CONTRACT, encoding="utf-8")
        with running(folder, _CONFIGURATION) as gateway, served(folder, HELLO) as hello:
            for size, count in _SEGMENTS.items():
                _table(gateway, hello, size, _calls({**_CALL, "segments": [_SEGMENT] * count}, is_small=count < 10))


def _table(gateway: RunningGateway, hello: int, size: str, calls: dict[str, Call]) -> None:
    rates: dict[str, list[float]] = {name: [] for name in ("hello", *calls)}
    cpu: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(_ROUNDS):
        rates["hello"].append(calls_per_second(hello, hello_request(hello), seconds=_SECONDS))
        for name, call in calls.items():
            rate, cost = measured(gateway, call)
            rates[name].append(rate)
            cpu[name].append(cost)
    print(f"\n{size}: 32 connections, {WEB_PROCESSES} web processes, medians of {_ROUNDS} interleaved rounds")
    print(f"  {'hello':<12}{statistics.median(rates['hello']):8.0f}/s   1.000")
    for name, call in calls.items():
        ratio = statistics.median(ours / bare for ours, bare in zip(rates[name], rates["hello"], strict=True))
        print(
            f"  {name:<12}{statistics.median(rates[name]):8.0f}/s   {ratio:.3f}"
            f"   {statistics.median(cpu[name]) * 1e6:7.0f} µs CPU a call   {len(call[2]):7} bytes",
            flush=True,
        )


def measured(gateway: RunningGateway, call: Call) -> tuple[float, float]:
    """How many such calls a second `gateway` accepts, and the seconds of CPU that each takes its web processes."""
    before = _cpu_seconds(gateway)
    rate = calls_per_second(gateway.port, whole(gateway.port, call), seconds=_SECONDS)
    return rate, (_cpu_seconds(gateway) - before) / max(1.0, rate * (_SECONDS + WARM_UP))


def _cpu_seconds(gateway: RunningGateway) -> float:
    """What the web processes have used so far; their commit threads are in it."""
    spent = 0.0
    for pid in gateway.children()["web"]:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / _TICKS
    return spent


def _calls(data: dict[str, Any], *, is_small: bool) -> dict[str, Call]:
    """The same event by each dialect."""
    document = as_json(_FIELDS, data)
    pairs = flat(data)
    unique = UNIQUE.decode()
    call = f'<submitCallEnded xmlns="{_NAMESPACE}"><callEnded>{as_xml(data)}</callEnded></submitCallEnded>'
    own = f'{{"specversion":"1.0","source":"/bench","type":"call.ended","data":{document},"id":'
    calls = {
        "json": _post("/call-ended", "application/json", document),
        "form": _post("/call-ended", "application/x-www-form-urlencoded", urlencode(pairs)),
        "xml": _post("/call-ended", "application/xml", f"<callEnded>{as_xml(data)}</callEnded>"),
        "binary": _post(
            "",
            f"application/json\r\nce-specversion: 1.0\r\nce-type: call.ended\r\nce-source: /b\r\nce-id: {unique}",
            document,
        ),
        "structured": _post("", "application/cloudevents+json", f'{own}"{unique}"}}'),
        "soap11": _post("", 'text/xml; charset=utf-8\r\nSOAPAction: ""', _envelope("xmlsoap", call)),
        "soap12": _post("", "application/soap+xml; charset=utf-8", _envelope("w3", call)),
    }
    if len(pairs) < 1000:  # the most parts that a multipart form may have
        calls["multipart"] = _post("/call-ended", f"multipart/form-data; boundary={_BOUNDARY}", _multipart(pairs))
    if is_small:
        calls["query"] = (f"GET /in/pbx/call-ended?{urlencode(pairs)}", "", b"")
    return calls


def _post(path: str, content_type: str, body: str) -> Call:
    return f"POST /in/pbx{path}", f"Content-Type: {content_type}\r\n", body.encode()


def _envelope(version: str, call: str) -> str:
    namespaces = {
        "xmlsoap": "http://schemas.xmlsoap.org/soap/envelope/",
        "w3": "http://www.w3.org/2003/05/soap-envelope",
    }
    return f'<s:Envelope xmlns:s="{namespaces[version]}"><s:Body>{call}</s:Body></s:Envelope>'


def _multipart(pairs: list[tuple[str, str]]) -> str:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    return "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in pairs) + f"--{_BOUNDARY}--\r\n"


def whole(port: int, call: Call) -> bytes:
    """The HTTP request that `call` is."""
    line, headers, body = call
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}{length}\r\n".encode() + body


if __name__ == "__main__":
    main()
