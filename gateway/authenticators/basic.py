"""`kind = "basic"`: HTTP Basic (RFC 7617), a user and one or more passwords."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator

from gateway.authenticators import Proof
from gateway.errors import Unauthenticated
from gateway.model.request import Caller, Request
from gateway.toml import Table
from gateway.values import Secrets, Unusable, is_one_of

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="endpoint-gateway", charset="UTF-8"'}


def _user(value: str) -> str:
    if not value or ":" in value:
        raise Unusable("must not be empty, nor have a colon", "HTTP Basic can't carry it")
    return value


class Options(Table):
    """The keys of the table."""

    user: Annotated[str, AfterValidator(_user)]
    """Without a colon: it would be part of the password (RFC 7617 §2)."""
    password: Secrets
    """A secret, or a list of secrets any of which will do, to change it without a gap."""


class Authenticator:
    """Knows one user."""

    headers = frozenset({"authorization"})
    parameters: frozenset[str] = frozenset()

    def __init__(self, options: Options) -> None:
        self._user = options.user
        self._pairs = [f"{options.user}:{password.reveal()}".encode() for password in options.password]

    def authenticate(self, request: Request) -> Caller:
        """The caller, named as the user. Raises Unauthenticated."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            raise Unauthenticated("credentials are missing: HTTP Basic is expected", headers=_CHALLENGE)
        try:
            given = base64.b64decode(credentials.strip(), validate=True)
        except (binascii.Error, ValueError):
            given = b""
        if not is_one_of(given, self._pairs):
            raise Unauthenticated("user or password is wrong", headers=_CHALLENGE)
        return Caller(self._user)

    def schemes(self) -> list[dict[str, str]]:
        """HTTP Basic."""
        return [{"type": "http", "scheme": "basic"}]

    def proof(self) -> Proof:
        """User and newest password."""
        return Proof({"Authorization": f"Basic {base64.b64encode(self._pairs[0]).decode()}"})

    def __repr__(self) -> str:
        """Without a secret."""
        return f"basic({self._user!r})"
