"""A post as it goes over the wire, in each of the ways that a web service of RingCX can be set up to write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode
from xml.sax.saxutils import escape

from gateway.simulator.posts import Post
from gateway.simulator.variants import Plan, Variant

Pairs = list[tuple[str, str]]

_FORM = "application/x-www-form-urlencoded"
_KEPT = "*"
"""What Java's URLEncoder leaves as it is, and Python's would not."""
_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"\
 xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body><ns1:{operation} soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"\
 xmlns:ns1="urn:acme:calls">
{inside} </ns1:{operation}></soapenv:Body></soapenv:Envelope>
"""
"""An rpc call as Axis 1 writes it, whose parameters a SOAP service of RingCX asks for."""


@dataclass(frozen=True, slots=True)
class Written:
    """One HTTP request."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def written(post: Post, plan: Plan, endpoint: str, parameters: Mapping[str, str] | None = None) -> Written:
    """`post` by the protocol that `plan` has. `parameters` stand in the URL, as secrets of some callers do."""
    url, known = f"{endpoint}/{post.path}", list((parameters or {}).items())
    pairs = [*((one.tag, one.text) for one in post.said), *post.script]
    match plan.protocol:
        case "query":
            return Written("GET", _with(url, [*known, *pairs]))
        case "json":
            return Written("POST", _with(url, known), {"Content-Type": "application/json"}, _json(post, plan))
        case "xml":
            inside = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in pairs)
            body = f'<?xml version="1.0" encoding="UTF-8"?>\n<call>\n{inside}</call>\n'
            return Written("POST", _with(url, known), {"Content-Type": "application/xml"}, body.encode())
        case "soap":
            headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
            return Written("POST", _with(endpoint, known), headers, _soap(post.path, pairs))
        case _:
            return Written("POST", _with(url, known), {"Content-Type": _FORM}, _form(pairs).encode())


def camel_case(name: str, mark: str = "_") -> str:
    """`call_start` as `callStart`."""
    first, *others = name.split(mark)
    return first + "".join(other.capitalize() for other in others)


def _form(pairs: Pairs) -> str:
    return urlencode(pairs, safe=_KEPT, quote_via=quote_plus)


def _with(url: str, pairs: Pairs) -> str:
    return f"{url}?{_form(pairs)}" if pairs else url


def _json(post: Post, plan: Plan) -> bytes:
    """An administrator's template, filled: every value is text in quotes, and where it breaks the JSON it does."""
    named = camel_case if plan.has_camel_case else str
    said = [*((named(one.tag), one.text) for one in post.said), *post.script]
    is_raw = Variant.BROKEN in plan.variants
    rows = (f'  "{name}": ' + (f'"{text}"' if is_raw else json.dumps(text, ensure_ascii=False)) for name, text in said)
    return ("{\n" + ",\n".join(rows) + "\n}\n").encode()


def _soap(path: str, pairs: Pairs) -> bytes:
    inside = "".join(f'  <{name} xsi:type="xsd:string">{escape(text)}</{name}>\n' for name, text in pairs)
    return _ENVELOPE.format(operation=camel_case(path, "-"), inside=inside).encode()
