"""What reads a body: its media type, or its first byte where that says nothing or is plainly wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.bodies import Body, from_cloudevents, from_form, from_json, from_multipart, from_text, from_xml
from gateway.errors import UnsupportedMedia
from gateway.model.charset import without_bom
from gateway.model.field_reading import Reading
from gateway.model.mending import JsonTemplate
from gateway.model.request import Request

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_XML = ("text/xml", "application/xml", "application/soap+xml")
_GENERIC = ("", "application/octet-stream", "binary/octet-stream", "text/plain", "*/*", "unknown/unknown")
_LIKE_A_FORM = re.compile(rb"[\w.%+\[\]~-]{1,200}=", re.ASCII)
_READABLE = "JSON, a form, XML, CloudEvents, a query or SOAP"

Read = Callable[[Request], Body]


@dataclass(frozen=True, slots=True)
class Bodies:
    """Reads the bodies of one source."""

    namespace: str
    """Of the contract's XML."""
    reading: Reading
    templates: Sequence[JsonTemplate] = ()
    """The JSON bodies that the sender is set up with."""

    def read(self, request: Request) -> Body:
        """What the body holds; `request.binding` is set to how it came. Raises as each media type does."""
        media = request.content_type
        if media in (from_cloudevents.STRUCTURED, from_cloudevents.BATCH):
            request.binding = "cloudevents"
            is_batch = media == from_cloudevents.BATCH
            read = from_cloudevents.read_batch if is_batch else from_cloudevents.read_structured
            return read(request, self._read_data)
        if media.startswith("application/cloudevents"):
            raise UnsupportedMedia(f"CloudEvents are read as {from_cloudevents.STRUCTURED}, not as {media[:60]}")
        if from_cloudevents.is_binary(request):
            request.binding = "cloudevents"
            return from_cloudevents.read_binary(request, self._read_data)
        request.binding = self._kind(request, media)
        return self._reader(request.binding, media)(request)

    def _read_data(self, request: Request, content_type: str, content: bytes) -> Body:
        """The data of a CloudEvent, which may be of any media type that a body may be."""
        inner = Request(
            **{
                name: getattr(request, name) for name in Request.__slots__ if name not in ("headers", "content", "memo")
            },
            headers={**request.headers, "content-type": content_type},
            content=content,
        )
        return self._reader(self._kind(inner, inner.content_type), inner.content_type)(inner)

    def _reader(self, kind: str, media: str) -> Read:
        match kind:
            case "json":
                if media in from_json.LINES:
                    return from_json.read_lines
                return lambda request: from_json.read(request, self.templates)
            case "text":
                return from_text.read
            case "form":
                return lambda request: from_form.read(request, self.reading)
            case "multipart":
                return lambda request: from_multipart.read(request, self.reading)
            case _:
                return lambda request: from_xml.read(request, self.namespace, self.reading)

    def _kind(self, request: Request, media: str) -> str:
        """What the body is: by its media type, unless it plainly is something else."""
        said, seen = _said(media), _seen(request.content)
        if media == "text/plain" and seen in ("", "form") and self._takes_text(request.content):
            return "text"
        kind = said or seen
        if said and seen and seen != said and (said, seen) not in _NOT_PLAIN:
            kind = seen
        if not kind or (not said and media not in _GENERIC and kind not in ("json", "xml")):
            raise UnsupportedMedia(f"the media type {media[:80]!r} is not one this endpoint reads; send {_READABLE}")
        if kind != said:
            request.notes.append(f"read as {_NAMES[kind]}, though the content type is {media[:60] or 'missing'}")
        return kind

    def _takes_text(self, content: bytes) -> bool:
        return self.reading is Reading.LENIENT and from_text.looks_like_fields(content)


_NAMES = {"json": "JSON", "form": "a form", "xml": "XML", "multipart": "a multipart form"}
_NOT_PLAIN = {("multipart", "form")}
"""Where the first bytes of the one may be those of the other."""


def _said(media: str) -> str:
    if media in ("application/json", "text/json", *from_json.LINES) or media.endswith("+json"):
        return "json"
    if media == _FORM:
        return "form"
    if media == _MULTIPART:
        return "multipart"
    return "xml" if media in _XML or media.endswith("+xml") else ""


def _seen(content: bytes) -> str:
    """What the first bytes look like; "" where they tell nothing."""
    first = without_bom(content[:4096]).replace(b"\0", b"").lstrip()
    if first[:1] in (b"{", b"["):
        return "json"
    if first[:1] == b"<":
        return "xml"
    return "form" if _LIKE_A_FORM.match(first) else ""
