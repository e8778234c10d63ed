"""One module a wire dialect: it reads requests, accepts them and refuses them."""

from __future__ import annotations

from typing import Protocol

from gateway.errors import Refusal
from gateway.model.message import Message
from gateway.model.receipt import Receipt
from gateway.model.request import Answer, Request


class Binding(Protocol):
    """One dialect of one source."""

    def read(self, request: Request) -> list[Message]:
        """The messages of a request whose body is loaded, one or more. Raises RequestError."""

    def accept(self, request: Request, receipt: Receipt) -> Answer:
        """The answer to a request that is recorded."""

    def refuse(self, request: Request, error: Refusal) -> Answer:
        """The answer to a request that is not."""
