"""Calling a SOAP service, with zeep, by its published WSDL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault, TransportError, ValidationError
from zeep.helpers import serialize_object


class Refusal(Exception):
    """The service answered with a fault, or with no SOAP at all."""

    def __init__(self, message: str, detail: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.detail = detail
        self.status = status


@dataclass(frozen=True, slots=True)
class SoapClient:
    """The operations of one WSDL. It is fetched once, with the credentials that calls use too."""

    client: zeep.Client
    statuses: list[int]
    """The HTTP status of every answer; zeep's Fault does not keep it."""

    @classmethod
    def of(
        cls,
        wsdl: str,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        timeout: float = 30,
    ) -> SoapClient:
        """A client of the WSDL at `wsdl`, an address or a path; its calls have these headers and URL parameters too."""
        session = requests.Session()
        session.headers.update(headers or {})
        statuses: list[int] = []
        session.hooks["response"].append(
            lambda answer, **_options: statuses.__setitem__(slice(None), [answer.status_code])
        )
        transport: Any = zeep.Transport(session=session, timeout=timeout, operation_timeout=timeout)  # type: ignore[no-untyped-call]
        client = zeep.Client(wsdl, transport=transport)  # type: ignore[no-untyped-call]
        session.params = dict(parameters or {})
        return cls(client, statuses)

    def call(
        self, port: str, operation: str, *, address: str | None = None, **arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Call `operation` at `port`; what it returns, as plain data. Raises Refusal.

        `address` is called in place of the WSDL's own, which may be known only outside.
        """
        service = self.client.bind(port_name=port)
        if address is not None:
            service._binding_options["address"] = address  # noqa: SLF001 - zeep has no public way for one port
        try:
            answer = service[operation](**arguments)
        except Fault as fault:
            detail = fault.detail if fault.detail is not None else ""
            if isinstance(detail, etree._Element):  # noqa: SLF001 - lxml has no other name for it
                detail = etree.tostring(detail, encoding="unicode")
            raise Refusal(str(fault.message), str(detail), status=self.statuses[-1]) from None
        except (TypeError, ValidationError) as error:
            raise Refusal(f"the WSDL has no such call: {error}") from None
        except TransportError as error:
            raise Refusal(error.message or f"HTTP {error.status_code}", status=error.status_code) from None
        plain: dict[str, Any] = serialize_object(answer, dict)  # type: ignore[no-untyped-call]
        return plain
