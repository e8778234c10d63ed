"""Recorded calls of every dialect: the whole of what a caller sends."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from urllib.parse import urlencode

from gateway.soap.envelope import NS11, NS12
from tests.journeys.every_door import FIELDS, as_json, as_xml, flat

NAMESPACE = "urn:example:everything:v1"
_BOUNDARY = "a-boundary"
_FULL = {
    "name": "Zoë", "text": " <&\"'> ", "count": "7", "amount": "-10.500", "is_good": "true", "day": "2026-03-16",
    "at": "2026-03-16T10:15:02.120-04:00", "took": "1.50", "colour": "Green", "photo": "AP8=", "tags": ["b", "a"],
    "counts": ["7", "0"], "owner": {"name": "Zoë", "born": "1970-01-01", "phones": ["1"]},
    "parts": [{"weight": "1.0"}, {"maker": {"name": "b"}, "photos": ["AA=="]}],
}  # fmt: skip
_SMALL = {"name": "4711"}


@dataclass(frozen=True)
class Call:
    """One call as it was recorded."""

    body: bytes
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    method: str = "POST"
    path: str = "/thing-happened"


def _envelope(soap: str, inside: str) -> str:
    return f'<?xml version="1.0"?><s:Envelope xmlns:s="{soap}"><s:Header/><s:Body>{inside}</s:Body></s:Envelope>'


def _operation(fields: str) -> str:
    return f'<submitThingHappened xmlns="{NAMESPACE}"><thingHappened>{fields}</thingHappened></submitThingHappened>'


def _multipart() -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in flat(_FULL) if "photo" not in name)
    file = f'{head}"photo"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\n'.encode() + b"\0\xff\r\n"
    return parts.encode() + file + f"--{_BOUNDARY}--\r\n".encode()


def _calls() -> list[Call]:
    """Each dialect, and what they are coded in."""
    document, fields = as_json(FIELDS, _FULL), as_xml(_FULL)
    own = '{"specversion":"1.0","id":"1","source":"/s","type":"thing.happened","time":"2026-03-16T10:15:02Z","data":'
    soap11 = {"SOAPAction": '"urn:x"'}
    encoded = (
        f'<q:submitThingHappened xmlns:q="{NAMESPACE}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" xmlns:x="http://www.w3.org/2001/XMLSchema">'
        '<name i:type="x:string">a</name><tags e:arrayType="x:string[1]"><item>b</item></tags><owner href="#o"/>'
        '</q:submitThingHappened><multiRef id="o"><name>c</name></multiRef>'
    )
    return [
        Call(document.encode(), "application/json"),
        Call(f"[{document},{as_json(FIELDS, _SMALL)}]".encode(), "application/json"),
        Call(f"{as_json(FIELDS, _SMALL)}\n{document}\n".encode(), "application/x-ndjson"),
        Call(document.encode("utf-16"), "application/json"),
        Call(gzip.compress(document.encode(), mtime=0), "application/json", {"Content-Encoding": "gzip"}),
        Call(urlencode(flat(_FULL)).encode(), "application/x-www-form-urlencoded"),
        Call("name=Zoë&tags[]=a".encode("latin-1"), "application/x-www-form-urlencoded; charset=iso-8859-1"),
        Call(b"", query=urlencode(flat(_FULL)), method="GET"),
        Call(_multipart(), f"multipart/form-data; boundary={_BOUNDARY}"),
        Call(f"<thingHappened>{fields}</thingHappened>".encode(), "application/xml", path=""),
        Call(f'<?xml version="1.0" encoding="iso-8859-1"?><a>{fields}</a>'.encode("latin-1"), "text/xml"),
        Call(f"{own}{document}}}".encode(), "application/cloudevents+json", path=""),
        Call(f"[{own}{document}}}]".encode(), "application/cloudevents-batch+json", path=""),
        Call(document.encode(), "application/json", {
            "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "thing.happened",
        }, path=""),
        Call(_envelope(NS11, _operation(fields)).encode(), "text/xml; charset=utf-8", soap11, path=""),
        Call(_envelope(NS12, _operation(fields)).encode(), "application/soap+xml; charset=utf-8", path=""),
        Call(_envelope(NS11, encoded).encode(), "text/xml", soap11, path=""),
        Call(_envelope(NS11, _operation(fields)).encode("utf-16"), "text/xml", soap11, path=""),
    ]  # fmt: skip


CALLS = _calls()
