"""The URL of what goes out: written by the operator, with tags in its places, or from the data as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gateway.model.body import flat
from gateway.model.forms import ZoneOf, no_zones
from gateway.model.places import in_form, in_host, in_path, in_query
from gateway.model.scope import Scope
from gateway.model.shape import Shape
from gateway.model.template import TAG, Tag, Template, Unresolved

_SENT = re.compile(r"https?://[!-~]+")
_DOTS = re.compile(r"(?i)(?:^|/)(?:\.|%2e){1,2}(?=/|$)")
_MARK = "\ue000"
"""Of nobody's text: it stands around a tag's number while the URL is taken apart."""
_MARKED = re.compile(f"{_MARK}(\\d+){_MARK}")
_WRITTEN = "/%:@!$&'()*+,;=-._~?[]"
"""What stays as the operator wrote it; all else is encoded."""
_PORT = re.compile(r"\d{1,5}")


@dataclass(frozen=True, slots=True)
class Url:
    """`https://host/path?query`, with tags in host, path and query; or one tag, which names a whole URL."""

    scheme: str
    host: Template
    port: str
    path: Template
    query: Template
    parameters: Shape
    whole: Tag | None = None

    @classmethod
    def of(cls, text: str, parameters: Mapping[str, object] | None = None, zone_of: ZoneOf = no_zones) -> Url:
        """Of a destination's `url` and `query`. Raises ValueError."""
        more, nothing = Shape.of(dict(parameters or {}), zone_of), Template(())
        template = Template.of(text, zone_of)
        if template.only is not None:
            return cls("", nothing, "", nothing, nothing, more, template.only)
        tags: list[str] = []

        def marked(match: re.Match[str]) -> str:
            tags.append(match[0])
            return f"{_MARK}{len(tags) - 1}{_MARK}"

        def part(of: str) -> Template:
            pieces = _MARKED.split(of)  # text and numbers in turn
            pieces[::2] = [quote(text, safe=_WRITTEN) for text in pieces[::2]]
            pieces[1::2] = [tags[int(number)] for number in pieces[1::2]]
            return Template.of("".join(pieces), zone_of)

        scheme, host, port, path, query = _split(TAG.sub(marked, text))
        return cls(scheme, part(host), port, part(path), part(query), more)

    @property
    def written_host(self) -> str | None:
        """The host, where the operator wrote it out."""
        return None if self.is_from_data else "".join(map(str, self.host.parts)).strip("[]").lower()

    @property
    def is_from_data(self) -> bool:
        """Whether the host, or a part of it, comes with the event."""
        return self.whole is not None or bool(self.host.tags)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag in it."""
        own = (self.whole,) if self.whole else self.host.tags + self.path.tags + self.query.tags
        return own + self.parameters.tags

    def rendered(self, scope: Scope, more_query: str = "") -> str:
        """The URL for one event, every part encoded. Raises Unresolved."""
        pairs = in_query(flat(self.parameters.rendered(scope)))
        if self.whole is not None:
            base, _, query = self.whole.text(scope).partition("#")[0].partition("?")
            if not _SENT.fullmatch(base):
                raise Unresolved(f"the value of {self.whole} is no http or https URL")
        else:
            path = _path(self.path, scope)
            base = f"{self.scheme}://{self.host.text(scope, in_host)}{self.port}{path}"
            query = self.query.text(scope, in_form)
        query = "&".join(part for part in (query, pairs, more_query) if part)
        return f"{base}?{query}" if query else base


def _split(marked: str) -> tuple[str, str, str, str, str]:
    """Scheme, host, port (`:8080` or nothing), path and query of a URL whose tags are marked."""
    if re.search(r"[\x00-\x20\\]", marked):
        raise ValueError("has a blank or a backslash")
    if "#" in marked:
        raise ValueError("has a fragment, or a # that is no tag: neither is sent")
    parts = urlsplit(marked)
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.hostname:
        raise ValueError("must be an http or https URL with a host")
    if "@" in parts.netloc:
        raise ValueError("credentials don't belong into a URL: it is logged and shown")
    host, colon, port = parts.netloc.rpartition(":")
    if not colon or parts.netloc.endswith("]"):
        host, port = parts.netloc, ""
    if port and (not _PORT.fullmatch(port) or not 0 < int(port) < 65536):  # noqa: PLR2004 - TCP's ports
        raise ValueError("has no port from 1 to 65535")

    if not host.isascii() and _MARK not in host:
        host = host.encode("idna").decode()
    return parts.scheme, host, f":{port}" if port else "", parts.path, parts.query


def _path(template: Template, scope: Scope) -> str:
    """No value may make a dot segment: it would lead elsewhere (RFC 3986 §5.2.4)."""
    path = template.text(scope, in_path)
    if template.tags and _DOTS.search(path):
        raise Unresolved("the URL's path would have a segment of dots")
    return path
