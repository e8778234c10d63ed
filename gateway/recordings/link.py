"""Where a recording is, by the event that links it: the URL, what proves us there, and what may be told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, urlsplit

from gateway.egress.addresses import HostRule
from gateway.egress.credentials import NONE, Credentials
from gateway.egress.target import parsed_target
from gateway.errors import Refused
from gateway.model.payload import Payload
from gateway.model.places import in_query
from gateway.model.request import MASK
from gateway.model.url import Url

_SECRET = re.compile(r"token|sig|secret|pass|pwd|key|auth|cred", re.IGNORECASE)
"""In the name of a parameter, as links that prove themselves have them: X-Amz-Signature, sig, access_token."""
_SENT = ("User-Agent", "traceparent")


@dataclass(frozen=True, slots=True)
class Link:
    """One request for one recording."""

    url: str
    is_from_data: bool
    headers: Mapping[str, str]
    credentials: Credentials = field(default=NONE, repr=False)

    @property
    def sent(self) -> str:
        """The URL with what proves who we are, where that stands in it."""
        own = in_query(self.credentials.parameters)
        return f"{self.url}{'&' if '?' in self.url else '?'}{own}" if own else self.url

    @property
    def shown(self) -> str:
        """The URL, without what in it may open it to others."""
        base, mark, query = self.url.partition("?")
        return f"{base}{mark}{'&'.join(map(_masked, query.split('&')))}"

    def as_request(self) -> str:
        """What is sent, for people."""
        parts = urlsplit(self.shown)
        query = "&".join(filter(None, (parts.query, *(f"{name}={MASK}" for name, _ in self.credentials.parameters))))
        secret = {name.lower() for name, _ in self.credentials.headers}
        lines = [f"GET {parts.path or '/'}{'?' * bool(query)}{query} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {MASK if name.lower() in secret else value}" for name, value in self.headers.items()]
        return "\n".join([*lines, "", ""])


@dataclass(frozen=True, slots=True)
class Linking:
    """How events link recordings, and to where they may."""

    url: Url
    credentials: Credentials
    hosts: Sequence[HostRule]

    def link_of(self, payload: Payload) -> Link | None:
        """Where the recording of an event is; None where it links none. Raises Unresolved, Refused."""
        whole = self.url.whole
        if whole is not None and not whole.text(payload.scope):
            return None
        url = self.url.rendered(payload.scope)
        if whole is not None:
            self._check_secrecy(url)
        headers = {name: payload.headers[name] for name in _SENT if name in payload.headers}
        # What is compressed on the way has no length that tells whether all of it came, nor a place to go on from.
        headers |= {"Accept": "audio/wav, audio/mpeg;q=0.9, */*;q=0.1", "Accept-Encoding": "identity"}
        return Link(url, self.url.is_from_data, headers | dict(self.credentials.headers), self.credentials)

    def _check_secrecy(self, url: str) -> None:
        """Raises Refused where a link would make us send our password unencrypted over the network."""
        if self.credentials == NONE or not url.startswith("http:"):
            return
        try:
            target = parsed_target(url)
        except ValueError:
            return  # it isn't followed at all
        if not any(rule.names(target) and (rule.port or rule.network) for rule in self.hosts):
            raise Refused(
                f"the link is http, and would carry our credentials unencrypted to {target.host}: "
                f"if that is meant, add {target.host}:{target.port} to hosts, with its port"
            )


def _masked(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    return f"{name}{equals}{MASK}" if value and _SECRET.search(unquote_plus(name)) else parameter
