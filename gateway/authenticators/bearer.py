"""`kind = "bearer"`: a fixed token in the Authorization header (RFC 6750 §2.1)."""

from __future__ import annotations

from gateway.authenticators import Proof
from gateway.errors import Unauthenticated
from gateway.model.request import Caller, Request
from gateway.toml import Table
from gateway.values import Secrets, is_one_of

_CHALLENGE = 'Bearer realm="endpoint-gateway"'


class Options(Table):
    """The keys of the table."""

    token: Secrets
    """A secret, or a list of secrets any of which will do, to change it without a gap."""
    caller: str = "bearer"
    """What whoever has the token is called in events and logs."""


class Authenticator:
    """Knows whoever has the token."""

    headers = frozenset({"authorization"})
    parameters: frozenset[str] = frozenset()

    def __init__(self, options: Options) -> None:
        self._caller = options.caller
        self._tokens = [token.reveal().encode() for token in options.token]

    def authenticate(self, request: Request) -> Caller:
        """The caller. Raises Unauthenticated."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated(
                "credentials are missing: a Bearer token is expected", headers={"WWW-Authenticate": _CHALLENGE}
            )
        if not is_one_of(token.strip().encode(), self._tokens):
            wrong = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
            raise Unauthenticated("the token is wrong", headers=wrong)
        return Caller(self._caller)

    def schemes(self) -> list[dict[str, str]]:
        """A Bearer token."""
        return [{"type": "http", "scheme": "bearer"}]

    def proof(self) -> Proof:
        """The newest token."""
        return Proof({"Authorization": f"Bearer {self._tokens[0].decode()}"})

    def __repr__(self) -> str:
        """Without a secret."""
        return f"bearer({self._caller!r})"
