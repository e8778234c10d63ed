"""Sending one event by any door of a source, as its real callers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from gateway.model.contract import Contract, EventType, fold
from gateway.soap.client import Refusal, SoapClient

PROTOCOLS = ("json", "form", "query", "soap11", "soap12")
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
    auth: tuple[str, str] | None = None
    _soap: SoapClient | None = None

    def send(self, event: EventType, data: Mapping[str, str], protocol: str) -> dict[str, Any]:
        """The receipt of one call. Raises Refused; requests.RequestException where nothing answers."""
        if protocol.startswith("soap"):
            return self._send_soap(event, data, protocol)
        address = f"{self.url}/{event.path}"
        match protocol:
            case "json":
                answer = requests.post(address, json=dict(data), auth=self.auth, timeout=_SECONDS)
            case "form":
                answer = requests.post(address, data=dict(data), auth=self.auth, timeout=_SECONDS)
            case _:
                answer = requests.get(address, params=dict(data), auth=self.auth, timeout=_SECONDS)
        if not answer.ok:
            raise Refused(_problem(answer), answer.status_code)
        receipt: dict[str, Any] = answer.json()
        return receipt

    def _send_soap(self, event: EventType, data: Mapping[str, str], protocol: str) -> dict[str, Any]:
        if self._soap is None:
            self._soap = SoapClient.of(f"{self.url}?wsdl", self.auth)
        port = f"{self.contract.service}{protocol.capitalize()}"
        try:
            arguments = {event.element: _declared(event, data)}
            receipt = self._soap.call(port, event.operation, address=self.url, **arguments)
        except Refusal as error:
            raise Refused(f"{error}\n{error.detail}".strip(), error.status or 500) from None
        return receipt


def _declared(event: EventType, data: Mapping[str, str]) -> dict[str, str]:
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
