"""Sending one event by any door of a source, as its real callers do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import requests
from uuid_utils import uuid7

from gateway.authenticators import Proof
from gateway.model.contract import Contract, EventType, fold
from gateway.soap.client import Refusal, SoapClient

PROTOCOLS = ("json", "form", "query", "xml", "soap11", "soap12", "cloudevents")
_SECONDS = 30


class Refused(Exception):
    """The endpoint refused the call; the message is its answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Sender:
    """Calls one endpoint of a running gateway."""

    url: str
    """`http://host/in/source`."""
    contract: Contract
    proof: Proof = field(default_factory=Proof)
    _soap: SoapClient | None = None

    def send(self, event: EventType, data: Mapping[str, Any], protocol: str) -> dict[str, Any]:
        """The receipt of one call. Raises Refused; requests.RequestException where nothing answers."""
        if protocol.startswith("soap"):
            return self._send_soap(event, data, protocol)
        address = f"{self.url}/{event.path}"
        parameters, headers = dict(self.proof.parameters), dict(self.proof.headers)
        if protocol == "query":
            both = [*parameters.items(), *_flat(data)]
            answer = requests.get(address, params=both, headers=headers, timeout=_SECONDS)
        else:
            content_type, body = self._body(event, data, protocol)
            headers["Content-Type"] = content_type
            answer = requests.post(address, params=parameters, headers=headers, data=body, timeout=_SECONDS)
        if not answer.ok:
            raise Refused(_problem(answer), answer.status_code)
        receipt: dict[str, Any] = answer.json()
        return receipt

    def _body(self, event: EventType, data: Mapping[str, Any], protocol: str) -> tuple[str, bytes]:
        match protocol:
            case "form":
                return "application/x-www-form-urlencoded", urlencode(_flat(data)).encode()
            case "xml":
                inside = "".join(_xml(name, value) for name, value in data.items())
                opening = f'<{event.element} xmlns="{escape(self.contract.namespace)}">'
                return "application/xml", f"{opening}{inside}</{event.element}>".encode()
            case "cloudevents":
                own = {"specversion": "1.0", "id": str(uuid7()), "source": "gateway-send", "type": event.name}
                return "application/cloudevents+json", json.dumps({**own, "data": dict(data)}).encode()
            case _:
                return "application/json", json.dumps(dict(data)).encode()

    def _send_soap(self, event: EventType, data: Mapping[str, Any], protocol: str) -> dict[str, Any]:
        if self._soap is None:
            self._soap = SoapClient.of(f"{self.url}?wsdl", self.proof.headers, self.proof.parameters)
        port = f"{self.contract.service}{protocol.capitalize()}"
        try:
            arguments = {event.element: _declared(event, data)}
            receipt = self._soap.call(port, event.operation, address=self.url, **arguments)
        except Refusal as error:
            raise Refused(f"{error}\n{error.detail}".strip(), error.status or 500) from None
        return receipt


def _flat(data: Mapping[str, Any], within: str = "") -> list[tuple[str, str]]:
    """Nested values under flat names, as forms have them: `segments[0][agent_id]`."""
    flat: list[tuple[str, str]] = []
    for name, value in data.items():
        here = f"{within}[{name}]" if within else name
        if isinstance(value, Mapping):
            flat += _flat(value, here)
        elif isinstance(value, list):
            flat += _flat({str(place): item for place, item in enumerate(value)}, here)
        else:
            flat.append((here, _text(value)))
    return flat


def _xml(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_xml(name, item) for item in value)
    inside = "".join(_xml(*one) for one in value.items()) if isinstance(value, Mapping) else escape(_text(value))
    return f"<{name}>{inside}</{name}>"


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _declared(event: EventType, data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` under the declared names: the schema of a SOAP message knows no aliases."""
    names = {fold(alias): one.name for one in event.fields for alias in (*one.aliases, one.name)}
    return {names.get(fold(name), name): value for name, value in data.items()}


def _problem(answer: requests.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}: {answer.text[:300]}"
    violations = "".join(f"\n  {one['path'] or '/'} {one['message']}" for one in problem.get("violations", []))
    return f"HTTP {answer.status_code} {problem.get('reason')}: {problem.get('detail')}{violations}"
