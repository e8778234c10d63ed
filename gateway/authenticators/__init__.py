"""One module a kind: a request becomes a caller, or is refused."""

from __future__ import annotations

from typing import Protocol

from gateway.model.request import Caller, Request


class Authenticator(Protocol):
    """Proves who calls."""

    def authenticate(self, request: Request) -> Caller:
        """The caller, by what the headers say. Raises Unauthenticated."""
