"""A gateway in this process, and every door that the same data may come by."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

import zeep
from lxml import etree

from gateway.assembly import Workshop
from gateway.contracts.load import load
from gateway.contracts.publish import documents_of
from gateway.current import Current
from gateway.model.contract import Field, Type
from gateway.pipeline import Gateway
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.migrate import migrate
from gateway.store.place import SqliteFile
from gateway.store.store import Store, open_store

CONTRACT = """
name = "everything"
namespace = "urn:example:everything:v1"
[events."thing.happened".fields]
name     = { type = "string", required = true }
text     = { type = "string", max_length = 40 }
count    = { type = "integer" }
amount   = { type = "decimal" }
is_good  = { type = "boolean" }
day      = { type = "date" }
at       = { type = "date-time" }
took     = { type = "duration", minimum = 0 }
colour   = { type = "string", values = ["red", "Green", "blue"] }
photo    = { type = "base64" }
tags     = { type = "string", list = true }
counts   = { type = "integer", list = true }
owner    = { type = "person" }
parts    = { type = "part", list = true }
[types.person.fields]
name   = { type = "string", required = true }
born   = { type = "date" }
phones = { type = "string", list = true }
[types.part.fields]
weight = { type = "decimal" }
maker  = { type = "person" }
photos = { type = "base64", list = true }
"""
_CONFIGURATION = """
[sources.all]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
[destinations.journal]
kind = "log"
[routes.all]
to = "journal"
"""
FIELDS = load(CONTRACT, "contract.toml").events["thing.happened"].fields
DOORS = ("soap11", "soap12", "json", "json_list", "form", "query", "multipart", "xml", "structured", "batch", "binary")
_WRITTEN_AS_SUCH = (Type.INTEGER, Type.DECIMAL, Type.DURATION, Type.BOOLEAN)
_BOUNDARY = "a-boundary-that-no-value-has"

Sent = dict[str, Any]
"""Text, lists and objects of text, by name."""
Environ = dict[str, Any]


class Doors:
    """Sends one event by any door, and looks into the store."""

    def __init__(self, folder: Path) -> None:
        (folder / "contract.toml").write_text(CONTRACT, encoding="utf-8")
        (folder / "gateway.toml").write_text(_CONFIGURATION, encoding="utf-8")
        document = Document.at(folder / "gateway.toml")
        self.store: Store = open_store(SqliteFile(folder / "gateway.db", folder / "gateway.lock"))
        migrate(self.store.database)
        gateway: Gateway = Workshop().build(document, 1)
        self.door = Door(Current(gateway, lambda _number: gateway), self.store.inbox, "http://localhost")
        wsdl = documents_of(CONTRACT, "contract.toml", "http://localhost/in/all")["everything.wsdl"]
        (folder / "everything.wsdl").write_bytes(wsdl)
        self.zeep: Any = zeep.Client(str(folder / "everything.wsdl"))  # type: ignore[no-untyped-call]

    def send(self, door: str, sent: Sent) -> str:
        """The id of the event that `sent` became."""
        answer = self.door.answer(getattr(self, f"_{door}")(sent))
        assert answer.status in (200, 202), (door, answer.body.decode())
        if door in ("json_list", "batch"):
            return str(json.loads(answer.body)["receipts"][0]["eventId"])
        return answer.headers["Gateway-Event-Id"]

    def data_of(self, event_id: str) -> bytes:
        with self.store.database.reading() as connection:
            found = connection.exec_driver_sql("SELECT data FROM events WHERE event_id = ?", (event_id,)).scalar_one()
        assert isinstance(found, bytes)
        return found

    def _json(self, sent: Sent) -> Environ:
        return environ("POST", as_json(FIELDS, sent), "application/json")

    def _json_list(self, sent: Sent) -> Environ:
        return environ("POST", f"[{as_json(FIELDS, sent)}]", "application/json")

    def _form(self, sent: Sent) -> Environ:
        return environ("POST", urlencode(flat(sent)), "application/x-www-form-urlencoded")

    def _query(self, sent: Sent) -> Environ:
        return environ("GET", "") | {"QUERY_STRING": urlencode(flat(sent))}

    def _multipart(self, sent: Sent) -> Environ:
        parts = b""
        for name, value in flat(sent):
            is_file = name.startswith("photo")
            content = base64.b64decode(value) if is_file else value.encode()
            file = '; filename="a.bin"' if is_file else ""
            head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
            parts += head.encode() + content + b"\r\n"
        return environ("POST", parts + f"--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}")

    def _xml(self, sent: Sent) -> Environ:
        return environ("POST", f"<thingHappened>{as_xml(sent)}</thingHappened>", "application/xml")

    def _structured(self, sent: Sent) -> Environ:
        return environ("POST", _cloud_event(sent), "application/cloudevents+json")

    def _batch(self, sent: Sent) -> Environ:
        return environ("POST", f"[{_cloud_event(sent)}]", "application/cloudevents-batch+json")

    def _binary(self, sent: Sent) -> Environ:
        headers = {"specversion": "1.0", "id": str(uuid4()), "source": quote("/é"), "type": "thing.happened"}
        made = environ("POST", as_json(FIELDS, sent), "application/json")
        return made | {f"HTTP_CE_{name.upper()}": value for name, value in headers.items()}

    def _soap11(self, sent: Sent) -> Environ:
        return environ("POST", self._envelope("Soap11", sent), "text/xml; charset=utf-8") | {"HTTP_SOAPACTION": '""'}

    def _soap12(self, sent: Sent) -> Environ:
        return environ("POST", self._envelope("Soap12", sent), "application/soap+xml; charset=utf-8")

    def _envelope(self, version: str, sent: Sent) -> str:
        service = self.zeep.bind(port_name=f"Everything{version}")
        message = self.zeep.create_message(service, "submitThingHappened", thingHappened=_for_zeep(FIELDS, sent))
        return etree.tostring(message, encoding="unicode")


def environ(method: str, body: str | bytes, content_type: str = "") -> Environ:
    encoded = body if isinstance(body, bytes) else body.encode()
    return {
        "REQUEST_METHOD": method, "PATH_INFO": "/in/all/thing-happened", "QUERY_STRING": "",
        "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(encoded)) if encoded else "",
        "wsgi.input": io.BytesIO(encoded),
    }  # fmt: skip


def as_json(fields: tuple[Field, ...], sent: Sent) -> str:
    """`sent` as JSON; numbers and booleans stand as they were written: no float comes between."""
    by_name = {one.name: one for one in fields}
    return "{" + ",".join(f"{json.dumps(name)}:{_json(by_name[name], value)}" for name, value in sent.items()) + "}"


def _json(field: Field, value: Any) -> str:
    if isinstance(value, list):
        return "[" + ",".join(_json(field, item) for item in value) + "]"
    if field.type is Type.OBJECT:
        return as_json(field.fields, value)
    return str(value) if field.type in _WRITTEN_AS_SUCH else json.dumps(value)


def as_xml(sent: Sent) -> str:
    return "".join(
        f"<{name}>{as_xml(item) if isinstance(item, dict) else escape(item)}</{name}>"
        for name, value in sent.items()
        for item in (value if isinstance(value, list) else [value])
    )


def flat(sent: Sent, within: str = "") -> list[tuple[str, str]]:
    """As forms have it: lists of text repeat their name, all else has brackets."""
    pairs: list[tuple[str, str]] = []
    for name, value in sent.items():
        here = f"{within}[{name}]" if within else name
        if isinstance(value, dict):
            pairs += flat(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            pairs += flat({str(place): item for place, item in enumerate(value)}, here)
        else:
            pairs += [(here, item) for item in (value if isinstance(value, list) else [value])]
    return pairs


def _cloud_event(sent: Sent) -> str:
    own = json.dumps({"specversion": "1.0", "id": str(uuid4()), "source": "/tests", "type": "thing.happened"})
    return f'{own[:-1]},"data":{as_json(FIELDS, sent)}}}'


def _for_zeep(fields: tuple[Field, ...], sent: Sent) -> Sent:
    by_name = {one.name: one for one in fields}
    return {name: _zeep_value(by_name[name], value) for name, value in sent.items()}


def _zeep_value(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        return [_zeep_value(field, item) for item in value]
    if field.type is Type.OBJECT:
        return _for_zeep(field.fields, value)
    return base64.b64decode(value) if field.type is Type.BASE64 else value
