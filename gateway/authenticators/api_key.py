"""`kind = "api_key"`: a fixed key in a header or in the URL, for senders that can do no better."""

from __future__ import annotations

from typing import Annotated, Self
from urllib.parse import parse_qsl

from pydantic import Field, model_validator

from gateway.authenticators import Proof
from gateway.errors import Unauthenticated
from gateway.model.request import Caller, Request
from gateway.toml import Table
from gateway.values import HeaderName, Secrets, is_one_of


class Options(Table):
    """The keys of the table."""

    key: Secrets
    """A secret, or a list of secrets any of which will do, to change it without a gap."""
    header: HeaderName | None = None
    """The header that it stands in."""
    query: Annotated[str, Field(min_length=1)] | None = None
    """Or the URL parameter: it is masked in all that is stored, but proxies on the way may log it."""
    caller: str = "api_key"
    """What whoever has the key is called in events and logs."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.header is None) == (self.query is None):
            raise ValueError("needs either header or query, where the key stands")
        return self


class Authenticator:
    """Knows whoever has the key."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._keys = [key.reveal().encode() for key in options.key]
        self.headers = frozenset({options.header.lower()} if options.header else ())
        self.parameters = frozenset({options.query} if options.query else ())

    def authenticate(self, request: Request) -> Caller:
        """The caller. Raises Unauthenticated."""
        given = self._given(request)
        # There is no registered scheme for this; a 401 must name one (RFC 9110 §15.5.2).
        challenge = {"WWW-Authenticate": f'ApiKey realm="endpoint-gateway", {self._place}'}
        if not given:
            raise Unauthenticated(f"credentials are missing: a key is expected, {self._place}", headers=challenge)
        if len(given) > 1 or not is_one_of(given[0].encode("utf-8", "surrogateescape"), self._keys):
            raise Unauthenticated("the key is wrong", headers=challenge)
        return Caller(self._options.caller)

    @property
    def _place(self) -> str:
        options = self._options
        return f'header="{options.header}"' if options.header else f'parameter="{options.query}"'

    def _given(self, request: Request) -> list[str]:
        options = self._options
        if options.header:
            value = request.headers.get(options.header.lower(), "").strip()
            return [value] if value else []
        pairs = parse_qsl(request.query.encode("latin-1", "replace").decode("utf-8", "surrogateescape"))
        return [value for name, value in pairs if name == options.query]

    def schemes(self) -> list[dict[str, str]]:
        """A key, and where it stands."""
        options = self._options
        if options.header:
            return [{"type": "apiKey", "in": "header", "name": options.header}]
        return [{"type": "apiKey", "in": "query", "name": options.query or ""}]

    def proof(self) -> Proof:
        """The newest key."""
        options, key = self._options, self._keys[0].decode()
        return Proof({options.header: key}) if options.header else Proof(parameters={options.query or "": key})

    def __repr__(self) -> str:
        """Without a secret."""
        return f"api_key({self._options.caller!r})"
