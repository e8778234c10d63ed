"""A gateway in this process, called over SOAP through its real door: a WSGI environ in, an answer out."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway.model.request import Answer
from gateway.receiver import Door
from gateway.soap.envelope import NS11, NS12
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store
from tests.configured import a_gateway, fixed

NAMESPACE = "urn:example:soap:v1"
CONTRACT = f"""
name = "calls"
namespace = "{NAMESPACE}"
[events."call.ended"]
aliases = ["post-call"]
fields.call_id = {{ type = "string", required = true, max_length = 65536 }}
fields.duration = {{ type = "duration" }}
fields.count = {{ type = "integer" }}
fields.started_at = {{ type = "date-time" }}
fields.answered = {{ type = "boolean" }}
fields.result = {{ type = "string", values = ["CONNECTED", "ABANDON"] }}
fields.voice = {{ type = "base64" }}
fields.code = {{ type = "string", pattern = "(a|aa)+b" }}
fields.tags = {{ type = "string", list = true }}
fields.customer = {{ type = "person" }}
fields.segments = {{ type = "segment", list = true }}
[events."call.noted"]
one_way = true
fields.call_id = {{ type = "string", required = true }}
[types.person.fields]
name = {{ type = "string", required = true }}
born = {{ type = "date" }}
phones = {{ type = "string", list = true }}
[types.segment.fields]
agent_id = {{ type = "string", required = true }}
began_at = {{ type = "date-time" }}
skills = {{ type = "string", list = true }}
agent = {{ type = "person" }}
"""
_SOURCE = 'contract = "soap.toml"\nauthenticate = { kind = "anonymous" }\n'
CONFIGURATION = (
    f'[sources.strict]\n{_SOURCE}[sources.lenient]\nreading = "lenient"\n{_SOURCE}'
    '[destinations.journal]\nkind = "log"\n[routes.all]\nto = "journal"\n'
)
TYPES = {NS11: "text/xml; charset=utf-8", NS12: "application/soap+xml; charset=utf-8"}
BOTH = pytest.mark.parametrize("soap", [NS11, NS12], ids=["SOAP 1.1", "SOAP 1.2"])
MINIMAL = "<call_id>4711</call_id>"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True)
class Endpoint:
    """The endpoints of one contract, one a reading, and the store behind them."""

    door: Door
    store: Store

    @classmethod
    def of(cls, folder: Path, base_url: str = "https://gateway.example.org") -> Endpoint:
        (folder / "soap.toml").write_text(CONTRACT, encoding="utf-8")
        store = open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))
        migrate(store.database)
        return cls(Door(fixed(a_gateway(folder, CONFIGURATION)), store.inbox, base_url), store)

    def call(self, body: bytes | str, soap: str = NS11, *, source: str = "strict", **more: Any) -> Answer:
        """What a call is answered; `more` are members of its environ."""
        return self.door.answer(an_environ(body, soap, source=source, **more))

    def get(self, query: str, **more: Any) -> Answer:
        return self.call(b"", REQUEST_METHOD="GET", CONTENT_TYPE="", QUERY_STRING=query, **more)

    def data(self, body: bytes | str, soap: str = NS11, **more: Any) -> dict[str, Any]:
        """The data of the event that a call became."""
        answer = self.call(body, soap, **more)
        assert answer.status in (200, 202), answer.body.decode()
        found: dict[str, Any] = json.loads(self.stored(answer))
        return found

    def stored(self, answer: Answer) -> bytes:
        """The data of the event that was answered so, byte for byte."""
        event_id = answer.headers["Gateway-Event-Id"]
        with self.store.database.reading() as connection:
            found = connection.exec_driver_sql("SELECT data FROM events WHERE event_id = ?", (event_id,)).scalar_one()
        assert isinstance(found, bytes)
        return found

    def refused(self, body: bytes | str, soap: str = NS11, **more: Any) -> Refused:
        """The fault that a call is answered with."""
        return Refused.of(self.call(body, soap, **more), soap)


@dataclass(frozen=True)
class Refused:
    """A fault, in either version, as its caller reads it."""

    status: int
    code: str
    reason: str
    message: str
    violations: list[tuple[str, str]]

    @classmethod
    def of(cls, answer: Answer, soap: str) -> Refused:
        assert TYPES[soap] == answer.content_type, (answer.status, answer.body)
        fault = etree.fromstring(answer.body).find(f"{{{soap}}}Body/{{{soap}}}Fault")
        assert fault is not None, answer.body
        code = fault.findtext("faultcode") if soap == NS11 else fault.findtext(f"{{{soap}}}Code/{{{soap}}}Value")
        message = fault.findtext("faultstring") if soap == NS11 else fault.findtext(f"{{{soap}}}Reason/{{{soap}}}Text")
        (detail,) = fault[-1]
        assert f"{{{NAMESPACE}}}EventRejected" == detail.tag
        return cls(
            answer.status,
            str(code).removeprefix("soap:"),
            str(detail.findtext(f"{{{NAMESPACE}}}code")),
            str(message),
            [(str(one[0].text or ""), str(one[1].text)) for one in detail.iterfind(f"{{{NAMESPACE}}}violation")],
        )


def an_environ(body: bytes | str, soap: str = NS11, *, source: str = "strict", **more: Any) -> dict[str, Any]:
    """A call as the server hands it over; a member that is None is left out."""
    encoded = body if isinstance(body, bytes) else body.encode()
    values = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/in/{source}",
        "QUERY_STRING": "",
        "CONTENT_TYPE": TYPES[soap],
        "CONTENT_LENGTH": str(len(encoded)),
        "HTTP_SOAPACTION": '""' if soap == NS11 else None,
        "wsgi.input": io.BytesIO(encoded),
    } | more
    return {name: value for name, value in values.items() if value is not None}


def an_envelope(body: str, soap: str = NS11, *, header: str = "", attributes: str = "", before: str = "") -> str:
    """An envelope with `body` in its Body; it has the prefixes s, xsi and xsd."""
    return (
        f'{before}<s:Envelope xmlns:s="{soap}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}"{attributes}>{header}'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def submitted(fields: str = MINIMAL, event: str = "callEnded") -> str:
    """The operation of an event, as the WSDL has it."""
    operation = "submit" + event[0].upper() + event[1:]
    return f'<{operation} xmlns="{NAMESPACE}"><{event}>{fields}</{event}></{operation}>'


def a_call(fields: str = MINIMAL, soap: str = NS11, event: str = "callEnded") -> str:
    """A whole call."""
    return an_envelope(submitted(fields, event), soap)
