"""The endpoint's page: what somebody sees who opens its address in a browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader

from gateway.contracts.openapi import Endpoint
from gateway.contracts.snippets import first_call, snippets
from gateway.model.contract import Contract, Field

_HERE = Path(__file__).parent
STYLE = (_HERE / "page.css").read_text(encoding="utf-8")
_PAGE = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
    "page.html"
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"img-src data:; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What a browser may do with the page: show it, and load nothing (Content Security Policy Level 3)."""
_DOCUMENTS = (
    ("WSDL", "?wsdl", "generate a SOAP client from it, for SOAP 1.1 and 1.2"),
    ("WSDL for SOAP 1.1 alone", "?wsdl=1.1", "for toolkits that stumble over the other"),
    ("XML Schema", "?xsd", "the messages of the WSDL"),
    ("OpenAPI 3.1", "?openapi", "generate an HTTP client from it"),
    ("JSON Schema", "?schema", "the data of each event"),
    ("AsyncAPI 3", "?asyncapi", "the events that come out on the other side"),
)


def html(contract: Contract, endpoint: Endpoint) -> bytes:
    """The page of an endpoint that takes the events of `contract`, in UTF-8."""
    return _PAGE.render(
        contract=contract,
        url=endpoint.url,
        path=urlsplit(endpoint.url).path,
        first=next(iter(contract.events.values())),
        credentials=_credentials(endpoint.security or ()),
        documents=_DOCUMENTS,
        snippets=snippets(contract, endpoint.url),
        first_call=lambda event: first_call("curl", contract, event, endpoint.url),
        type_of=_type_of,
        types=contract.types,
        style=STYLE,
    ).encode()


def _credentials(schemes: Sequence[Mapping[str, str]]) -> str:
    """What callers prove themselves by, from OpenAPI's security schemes (§4.8.27)."""
    if not schemes:
        return "Whoever can reach it may call it: no credentials are asked for."
    ways = " or ".join(map(_way, schemes))
    return f"Callers prove who they are by {ways}; ask whoever runs this gateway for credentials."


def _way(scheme: Mapping[str, str]) -> str:
    match scheme:
        case {"type": "http", "scheme": "basic"}:
            return "user and password (HTTP Basic)"
        case {"type": "http", "scheme": "bearer"}:
            return "a token (Authorization: Bearer …)"
        case {"in": "header", "name": name}:
            return f"a key in the header {name}"
        case {"in": "query", "name": name}:
            return f"a key in the URL's parameter {name}"
        case _:
            return scheme["type"]


def _type_of(field: Field) -> str:
    """As people say it: `list of string, at most 64 characters`."""
    said = f"list of {field.of or field.type}" if field.list else str(field.of or field.type)
    if field.values:
        return f"{said}: {', '.join(field.values)}"
    bounds = []
    if field.unit:
        bounds.append(f"in {field.unit}")
    if field.min_length is not None:
        bounds.append(f"at least {field.min_length} characters")
    if field.max_length is not None:
        bounds.append(f"at most {field.max_length} characters")
    if field.precision:
        bounds.append(field.precision)
    if field.minimum is not None:
        bounds.append(f"from {field.minimum:f}")
    if field.maximum is not None:
        bounds.append(f"to {field.maximum:f}")
    if field.pattern:
        bounds.append(f"of the form {field.pattern}")
    return ", ".join([said, *bounds])
