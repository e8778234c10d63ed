"""`kind = "anonymous"`: whoever reaches the endpoint may call. Written out, never by omission."""

from __future__ import annotations

from gateway.authenticators import Proof
from gateway.model.request import Caller, Request
from gateway.toml import Table


class Options(Table):
    """It has none."""


class Authenticator:
    """Takes everybody."""

    headers: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()

    def __init__(self, options: Options) -> None:
        self.options = options

    def authenticate(self, request: Request) -> Caller:
        """The caller, always `anonymous`."""
        del request
        return Caller("anonymous")

    def schemes(self) -> list[dict[str, str]]:
        """None."""
        return []

    def proof(self) -> Proof:
        """Nothing."""
        return Proof()
