"""`kind = "basic"`: HTTP Basic (RFC 7617), a user and one or more passwords."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.errors import Unauthenticated
from gateway.model.request import Caller, Request
from gateway.settings import Table
from gateway.values import SecretRef

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="endpoint-gateway", charset="UTF-8"'}


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


class Options(Table):
    """The keys of the table."""

    user: Annotated[str, Field(pattern="^[^:]+$")]
    """Without a colon: it would be part of the password (RFC 7617 §2)."""
    password: Annotated[tuple[SecretRef, ...], BeforeValidator(_listed), Field(min_length=1)]
    """A secret, or a list of secrets any of which will do, to change it without a gap."""


class Authenticator:
    """Knows one user; compares in constant time."""

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
        # Every pair is compared, so that time tells nothing of which was near.
        if not sum(hmac.compare_digest(given, pair) for pair in self._pairs):
            raise Unauthenticated("user or password is wrong", headers=_CHALLENGE)
        return Caller(self._user)

    def credentials(self) -> tuple[str, str]:
        """User and newest password, for a caller of our own: `gateway send`."""
        return self._user, self._pairs[0].decode().partition(":")[2]

    def __repr__(self) -> str:
        """Without a secret."""
        return f"basic({self._user!r})"
