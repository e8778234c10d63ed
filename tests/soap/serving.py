"""A SOAP service that is not ours, on loopback: Spyne's own server, which keeps what it was called with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import gateway.soap.compat  # noqa: F401 - must come before spyne  # isort: skip
from spyne import Application, Fault, Integer, Service, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

TARGET = "urn:acme:calls"
FAULTS = {"unknown": "Client.NoSuchCall", "busy": "Server"}
"""What it answers, by the notes that it is called with."""


@dataclass
class Served:
    """Where it is, and what it was called with: uii, seconds and notes."""

    url: str = ""
    calls: list[tuple[str | None, int | None, str | None]] = field(default_factory=list)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nothing."""


def _application(served: Served) -> Any:
    class Calls(Service):  # type: ignore[misc] # spyne is untyped
        @rpc(Unicode, Integer, Unicode, _returns=Unicode)  # type: ignore[untyped-decorator]
        def agentTermination(_context: Any, uii: str, seconds: int, notes: str) -> str:  # noqa: N802, N805 - Spyne's way
            served.calls.append((uii, seconds, notes))
            if notes in FAULTS:
                raise Fault(FAULTS[notes], f"{notes}: {uii}")
            return f"taken: {uii}"

    return WsgiApplication(Application([Calls], TARGET, in_protocol=Soap11(validator="lxml"), out_protocol=Soap11()))


@contextmanager
def spyne_service() -> Iterator[Served]:
    """`agentTermination(uii, seconds, notes)`, document/literal, which refuses some notes."""
    served = Served()
    with make_server("127.0.0.1", 0, _application(served), handler_class=_Quiet) as server:
        served.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join(5)
