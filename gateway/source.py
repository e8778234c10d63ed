"""A source as it is configured, ready to be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.authenticators import Authenticator
from gateway.bindings import Binding
from gateway.model.bucket import Rate
from gateway.model.contract import Contract
from gateway.model.guide import Guide
from gateway.model.idempotency import Idempotency
from gateway.model.mapping import Mapping as EventMapping
from gateway.model.request import Dialect


@dataclass(frozen=True, slots=True)
class Source:
    """Who may call, and how they are understood."""

    name: str
    contract: Contract
    authenticator: Authenticator
    bindings: Mapping[Dialect, Binding]
    mapping: EventMapping
    max_body: int
    rate: Rate | None = None
    documents_are_public: bool = True
    idempotency: Idempotency = field(default_factory=Idempotency)
    quarantines: bool = False
    """Whether a call that can't be read, or breaks the contract, is kept instead of refused."""
    origins: frozenset[str] = frozenset()
    """The web pages that may call from a browser."""
    guide: Guide | None = None
    """What is entered on the sender's side."""
