"""What a destination asks for before it takes anything: by `authenticate`, as sources do."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Tag, model_validator

from gateway.toml import Table
from gateway.values import SecretRef


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers and URL parameters that are sent with every request, and shown to nobody."""

    headers: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


NONE = Credentials()


class Basic(Table):
    """A user and a password."""

    kind: Literal["basic"]
    """HTTP Basic."""
    user: str
    """Who we are there."""
    password: SecretRef
    """What proves it."""

    def made(self) -> Credentials:
        """RFC 7617."""
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return Credentials((("Authorization", f"Basic {base64.b64encode(pair).decode()}"),))


class Bearer(Table):
    """A token."""

    kind: Literal["bearer"]
    """A header `Authorization: Bearer`."""
    token: SecretRef
    """What stands in it."""

    def made(self) -> Credentials:
        """RFC 6750 §2.1."""
        return Credentials((("Authorization", f"Bearer {self.token.reveal()}"),))


class ApiKey(Table):
    """A key in a header or in the URL."""

    kind: Literal["api_key"]
    """A key in a header or in the URL."""
    header: str = ""
    """The header that it is sent in."""
    query: str = ""
    """Or the URL parameter; in what is shown and stored it is masked."""
    key: SecretRef
    """The key."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if bool(self.header) == bool(self.query):
            raise ValueError("needs either header or query: the name that the key is sent by")
        return self

    def made(self) -> Credentials:
        """By its name, where the far side looks for it."""
        pair = ((self.header or self.query, self.key.reveal()),)
        return Credentials(headers=pair) if self.header else Credentials(parameters=pair)


Authenticate = Annotated[
    Annotated[Basic, Tag("(basic)")] | Annotated[Bearer, Tag("(bearer)")] | Annotated[ApiKey, Tag("(api_key)")],
    Discriminator(
        lambda value: f"({value.get('kind')})" if isinstance(value, dict) else None,
        custom_error_type="unknown_kind",
        custom_error_message="must have a kind: basic, bearer or api_key",
    ),
]
