"""What a destination says of the connection itself: hosts, redirects, a proxy, certificates."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from gateway.egress.addresses import AddressPolicy, HostRule, parsed_host_rule
from gateway.egress.client import Client, proxy_url
from gateway.egress.target import parsed_target
from gateway.egress.tls import tls_context
from gateway.model.url import Url
from gateway.toml import Table
from gateway.values import Secret, SecretRef, Unusable, folder_of, listed, secret_of, zone_named


class Tls(Table):
    """Certificates; the far side's is always verified."""

    ca: str | None = None
    """A file of authorities to trust in place of the system's."""
    certificate: str | None = None
    """A file with our own certificate, for a far side that asks who calls."""
    key: str | None = None
    """The file of its key, where it is another."""
    passphrase: SecretRef | None = None
    """What opens that key, where it is encrypted."""
    _context: ssl.SSLContext = PrivateAttr()

    @model_validator(mode="after")
    def _loads(self, info: ValidationInfo) -> Self:
        self._context = tls_context(
            ca=_path(self.ca, info), certificate=_path(self.certificate, info), key=_path(self.key, info),
            passphrase=self.passphrase.reveal() if self.passphrase else None,
        )  # fmt: skip
        return self

    @property
    def context(self) -> ssl.SSLContext:
        """What connections are made with."""
        return self._context


def _path(name: str | None, info: ValidationInfo) -> Path | None:
    return folder_of(info) / name if name is not None else None


def _proxy(value: object, info: ValidationInfo) -> Secret:
    """A URL without credentials may be written out; one with them is a secret."""
    found = Secret(value) if isinstance(value, str) and "@" not in value else secret_of(value, info)
    try:
        proxy_url(found.reveal())
    except ValueError as error:
        raise Unusable(str(error), "such as 'http://proxy.example.org:3128'") from None
    return found


def _url(text: str) -> str:
    try:
        url = Url.of(text, zone_of=zone_named)
        if not url.is_from_data:
            parsed_target(f"{url.scheme}://{''.join(map(str, url.host.parts))}{url.port}/")
    except ValueError as error:
        raise Unusable(
            str(error), "such as 'https://crm.example.org/calls'; a password goes into authenticate"
        ) from None
    return text


UrlWithTags = Annotated[str, AfterValidator(_url)]
"""Tags may stand in its host, path and query, or one in place of all of it."""


class Connecting(Table):
    """The keys of every kind that speaks HTTP."""

    hosts: Annotated[tuple[Annotated[HostRule, BeforeValidator(parsed_host_rule)], ...], BeforeValidator(listed)] = ()
    """Where an event or a redirect may lead: names, `*.example.org`, addresses, networks, each with a port or not."""
    redirects: Annotated[int, Field(strict=True, ge=0, le=10)] = 0
    """How many are followed: those that keep method and body (307 and 308), to `hosts` or the same host."""
    proxy: Annotated[Secret, BeforeValidator(_proxy)] | None = None
    """The URL of a proxy that requests go through; one with credentials is a secret."""
    tls: Tls | None = None
    """Whom to trust, and who we are; by default whom the system trusts, and nobody."""

    def check_hosts(self, url: str) -> None:
        """Raises Unusable where data says the host of `url`, and nothing which it may be."""
        if not self.hosts and Url.of(url, zone_of=zone_named).is_from_data:
            raise Unusable("has a tag in its host", "say where events may lead: hosts = ['*.example.org']", key="url")

    def client(self, written_host: str | None) -> Client:
        """Connections to the host that the operator wrote, if any, and to `hosts`."""
        return Client(
            policy=AddressPolicy(written_host, self.hosts),
            tls=self.tls.context if self.tls else None,
            proxy=self.proxy.reveal() if self.proxy else None,
        )
