"""What it costs to write a request, beside a plain JSON body: replacements, all data, SOAP; and to read a fault."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from gateway.destinations.http import Options
from gateway.model.canonical import canonical_json
from gateway.model.event import Event
from gateway.model.payload import Payload
from gateway.model.scope import Scope
from gateway.soap.fault_reading import fault_in
from gateway.toml import checked
from tests.benchmarks.__main__ import example
from tests.builders import an_event

_ROUNDS = 15
_CALLS = 2000
_NAMES = ("call_id", "duration", "disposition", "agent_username", "notes")
_BODY = {"format": "json", "body": {name: f"#{name}#" for name in _NAMES}}
_REPLACE = {"replace": {"disposition": {"Resolved": "R1", "*": "R0"}}}
_ALL = {"send_all": True}
_SOAP = {
    "service_type": "SOAP",
    "operation": "agentTermination",
    "target_namespace": "urn:acme:calls",
    "inputs": [{"name": name, "value": f"#{name}#"} for name in _NAMES],
}
_PLAIN = "JSON, five tags"
_WAYS: dict[str, dict[str, Any]] = {
    _PLAIN: _BODY,
    "the same, one field replaced": {**_BODY, **_REPLACE},
    "the same, all data": {**_BODY, **_ALL},
    "the whole data as JSON": {"format": "json"},
    "the same, one field replaced (whole)": {"format": "json", **_REPLACE},
    "SOAP, five inputs": _SOAP,
    "the same, one input replaced": {**_SOAP, **_REPLACE},
    "the same, all data (SOAP)": {**_SOAP, **_ALL},
}
_FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    b"<faultstring>no such call</faultstring></s:Fault></s:Body></s:Envelope>"
)


def main() -> None:
    """Print a line each, medians of interleaved rounds; the ratios are of the same run."""
    event = an_event(data=canonical_json(example("4711")))
    measured = {name: _writing(options, event) for name, options in _WAYS.items()}
    measured["read a fault"] = lambda: fault_in({"content-type": "text/xml"}, _FAULT)
    took: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(_ROUNDS):
        for name, do in measured.items():
            took[name].append(_microseconds(do))
    print(f"microseconds each, medians of {_ROUNDS} interleaved rounds of {_CALLS}; {len(event.data)} bytes of data")
    for name, found in took.items():
        ratio = statistics.median(ours / plain for ours, plain in zip(found, took[_PLAIN], strict=True))
        print(f"  {name:<40}{statistics.median(found):7.1f}   {ratio:.2f} of plain JSON")


def _writing(options: dict[str, Any], event: Event) -> Callable[[], object]:
    sending = checked(Options, {"url": "https://crm.example.org/", **options}, "destinations.crm").sending()
    headers = {"webhook-id": event.id, "webhook-timestamp": "1773662400"}
    return lambda: sending.outgoing(Payload(Scope(event), headers))


def _microseconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(_CALLS):
        do()
    return (time.perf_counter() - started) / _CALLS * 1e6


if __name__ == "__main__":
    main()
