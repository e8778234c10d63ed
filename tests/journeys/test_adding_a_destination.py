"""The how-to that adds a kind: its code is run as it stands there, and satisfies what every kind must."""

from __future__ import annotations

import re
import socket
import sys
import types
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Refused
from gateway.model.payload import Payload
from tests import ROOT
from tests.builders import a_payload, an_event
from tests.destinations.conformance import Conformance, delivered

_HOWTO = (ROOT / "gateway/docs/howto/add-a-destination.md").read_text(encoding="utf-8")
_CODE = re.findall(r"```python\n(.*?)```", _HOWTO, re.DOTALL)


@dataclass
class Listening:
    socket: socket.socket
    heard: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        host, port = self.socket.getsockname()
        return f"{host}:{port}"

    def lines(self) -> list[bytes]:
        """Every line so far."""
        try:
            while True:
                self.heard.append(self.socket.recv(65_535))
        except BlockingIOError:
            return self.heard


@contextmanager
def listening() -> Iterator[Listening]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        yield Listening(opened)


@pytest.fixture(scope="module")
def syslog() -> Iterator[types.ModuleType]:
    module = sys.modules["syslog_of_the_howto"] = types.ModuleType("syslog_of_the_howto")
    exec(compile(_CODE[0], "add-a-destination.md", "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - our own
    yield module
    del sys.modules[module.__name__]


class TestSyslog(Conformance):
    @pytest.fixture(autouse=True)
    def _made(self, syslog: types.ModuleType) -> None:
        self.kind = syslog

    def far(self) -> AbstractContextManager[Any]:
        return listening()

    def a_destination(self, far: Any, timeout: timedelta = timedelta(seconds=5)) -> Any:
        del timeout
        return self.kind.Destination("crm", self.kind.Options(address=far.address))

    def arrived(self, far: Any) -> list[tuple[str, bytes]]:
        return [(line.split(b" ")[4].decode(), line.split(b" ", 7)[7]) for line in far.lines()]

    def expected(self, payload: Payload) -> bytes:
        return payload.data


def test_what_does_not_fit_is_refused(syslog: types.ModuleType) -> None:
    large = an_event(data=b'{"notes":"' + b"x" * 66_000 + b'"}')
    with listening() as far, pytest.raises(Refused, match="no more than 65,000"):
        delivered(syslog.Destination("crm", syslog.Options(address=far.address)), a_payload(large))


def test_it_takes_no_more_than_fifty_lines() -> None:
    said = [line for line in _CODE[0].splitlines() if line.strip() and not line.startswith(("from", "import"))]
    assert len(said) < 50
