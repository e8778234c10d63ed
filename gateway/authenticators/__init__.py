"""One module a kind: a request becomes a caller, or is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.errors import Unauthenticated
from gateway.model.request import Caller, Request


@dataclass(frozen=True, slots=True)
class Proof:
    """What a caller of our own sends to be known: headers and URL parameters."""

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


class Authenticator(Protocol):
    """Proves who calls."""

    @property
    def headers(self) -> frozenset[str]:
        """The headers it reads, in lower case: they are masked before anything is stored."""

    @property
    def parameters(self) -> frozenset[str]:
        """The URL parameters it reads: they are masked, and are no fields."""

    def authenticate(self, request: Request) -> Caller:
        """The caller, by what the headers and the URL say. Raises Unauthenticated."""

    def schemes(self) -> Sequence[Mapping[str, str]]:
        """What callers are told of it: OpenAPI's security schemes (§4.8.27), any of which will do; none for none."""

    def proof(self) -> Proof:
        """What it would take, for a caller of our own: `gateway send`."""


class AnyOf:
    """Takes whoever one of several authenticators takes."""

    def __init__(self, authenticators: Sequence[Authenticator]) -> None:
        self._authenticators = authenticators

    @property
    def headers(self) -> frozenset[str]:
        """Those of all."""
        return frozenset().union(*(one.headers for one in self._authenticators))

    @property
    def parameters(self) -> frozenset[str]:
        """Those of all."""
        return frozenset().union(*(one.parameters for one in self._authenticators))

    def authenticate(self, request: Request) -> Caller:
        """The caller, by the first that knows it. Raises Unauthenticated with what each of them says."""
        refusals = []
        for one in self._authenticators:
            try:
                return one.authenticate(request)
            except Unauthenticated as refusal:
                refusals.append(refusal)
        # A list of challenges is one header (RFC 9110 §11.6.1).
        challenges = ", ".join(refusal.headers["WWW-Authenticate"] for refusal in refusals)
        raise Unauthenticated(
            "; ".join(dict.fromkeys(refusal.detail for refusal in refusals)), headers={"WWW-Authenticate": challenges}
        )

    def schemes(self) -> Sequence[Mapping[str, str]]:
        """Those of all, each once."""
        found = [scheme for one in self._authenticators for scheme in one.schemes()]
        return [scheme for place, scheme in enumerate(found) if scheme not in found[:place]]

    def proof(self) -> Proof:
        """That of the first."""
        return self._authenticators[0].proof()

    def __repr__(self) -> str:
        """Without a secret, as each of them."""
        return f"any of {list(self._authenticators)!r}"
