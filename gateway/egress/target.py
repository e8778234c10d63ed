"""A URL taken apart once, strictly: what is judged is what is connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urljoin

from yarl import URL

from gateway.egress.ranges import IpAddress, unmapped

_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535
_LONGEST_NAME = 253
"""RFC 1035 §2.3.4, as text."""
_QUOTED = 80
_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""A host whose last label is a number is an address to `inet_aton` and to browsers (WHATWG URL, "ends in a number")."""
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\\]")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True)
class Target:
    """Where a request goes: `host` in lower case and IDNA, without brackets or last dot; `rest` is path and query."""

    scheme: str
    host: str
    port: int
    rest: str

    @property
    def address(self) -> IpAddress | None:
        """The address that the host is written as."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454 §4)."""
        return self.scheme, self.host, self.port

    @cached_property
    def url(self) -> URL:
        """For the client, which quotes nothing again."""
        return URL(f"{self.scheme}://{self._authority}{self.rest}", encoded=True)

    def redirected(self, location: str) -> Target:
        """Where `location` leads from here (RFC 9110 §10.2.2). Raises ValueError."""
        _check_characters(location)
        # What has a scheme is whole (RFC 3986 §5.2.2): `http:x` is no path here, as `urljoin` would have it.
        return parsed_target(location if _SCHEME.match(location) else urljoin(str(self.url), location))

    @property
    def _authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(maxsize=256)
def parsed_target(url: str) -> Target:
    """An http or https URL, encoded already; what isn't ASCII is percent-encoded (RFC 3987 §3.1), the rest kept.

    Most of what goes out goes to a URL that it went to before.

    Raises ValueError, with a message that quotes no more of it than the host.
    """
    _check_characters(url)
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError("must be an http or https URL with a host")
    scheme, authority, rest = found[1].lower(), found[2], found[3]
    if "@" in authority:
        raise ValueError("credentials don't belong into a URL: it is logged and shown")
    parts = _HOST_AND_PORT.fullmatch(authority)
    if parts is None or not parts[1]:
        raise ValueError("must be an http or https URL with a host")
    port = int(parts[2]) if parts[2] else _PORTS[scheme]
    if not 0 < port <= _LAST_PORT:
        raise ValueError(f"has the port {port}; ports are 1 to {_LAST_PORT}")
    encoded = quote(rest, safe=_PRINTABLE, errors="surrogateescape")
    return Target(scheme, normal_host(parts[1]), port, encoded if encoded.startswith("/") else f"/{encoded}")


def normal_host(text: str) -> str:
    """A host as it is compared: an address in its one form, or a name in lower case, IDNA, without the last dot.

    An IPv6 address may stand in brackets. Raises ValueError.
    """
    _check_characters(text)
    if ":" in text or text.startswith("["):
        return _ipv6(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    name = (text if text.isascii() else _idna(text)).lower().removesuffix(".")
    if _NUMBER.fullmatch(name):
        return _ipv4(name)
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ValueError(f"{_shown(text)} is no name of a host")
    return name


def _ipv6(text: str) -> str:
    if "%" in text:
        # A zone means something on one machine only (RFC 9844 §6), and decides nothing about where it leads.
        raise ValueError(f"{_shown(text)} has a zone, which isn't supported in a URL")
    try:
        return str(unmapped(IPv6Address(text)))
    except AddressValueError:
        raise ValueError(f"{_shown(text)} is no IPv6 address") from None


def _ipv4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise ValueError(f"{_shown(text)} is no IPv4 address of four decimal numbers, such as 192.0.2.1") from None


def _idna(text: str) -> str:
    try:
        return URL.build(scheme="http", host=text).raw_host or ""
    except (ValueError, UnicodeError):
        raise ValueError(f"{_shown(text)} is no name of a host") from None


def _check_characters(text: str) -> None:
    if _UNSAFE.search(text):
        raise ValueError("has white space, a backslash or a control character, which no URL has")


def _shown(text: str) -> str:
    return repr(text[:_QUOTED])
