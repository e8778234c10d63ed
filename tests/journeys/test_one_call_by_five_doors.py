"""The same data by SOAP 1.1, SOAP 1.2, JSON, form and query gives the same event data, byte for byte."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import zeep
from hypothesis import given, settings
from hypothesis import strategies as some
from lxml import etree

from gateway.assembly import Workshop
from gateway.contracts.publish import documents_of
from gateway.pipeline import Current, Gateway
from gateway.receiver import Door
from gateway.settings import Document
from gateway.store.engine import Place
from gateway.store.migrate import migrate
from gateway.store.store import Store, open_store

_CONTRACT = """
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

Sent = dict[str, str]

# What XML can carry and a form can too; XML makes CR a line feed (XML 1.0 §2.11), so it is left out.
_characters = some.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cs", "Cc"])
_text = some.text(_characters | some.sampled_from("\t\n"), min_size=1, max_size=40)
_sent = some.fixed_dictionaries(
    {"name": _text},
    optional={
        "text": _text,
        "count": some.integers(-(10**30), 10**30).map(str),
        "amount": some.decimals(allow_nan=False, allow_infinity=False, places=6).map(lambda number: f"{number:f}"),
        "is_good": some.sampled_from(["true", "false"]),
        "day": some.dates().map(lambda day: day.isoformat()),
        "at": some.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=some.sampled_from([UTC])).map(  # noqa: DTZ001
            lambda moment: moment.isoformat().replace("+00:00", "Z")
        ),
        "took": some.decimals(0, 10**9, places=3).map(str),
        "colour": some.sampled_from(["red", "Green", "blue"]),
    },
)


class Doors:
    """A gateway in this process, and its five doors."""

    def __init__(self, folder: Path) -> None:
        (folder / "contract.toml").write_text(_CONTRACT, encoding="utf-8")
        (folder / "gateway.toml").write_text(_CONFIGURATION, encoding="utf-8")
        document = Document.at(folder / "gateway.toml")
        self.store: Store = open_store(Place(folder / "gateway.db", folder / "gateway.lock"))
        migrate(self.store.database)
        gateway: Gateway = Workshop().build(document, 1)
        self.door = Door(Current(gateway, lambda _number: gateway), self.store.inbox, "http://localhost")
        wsdl = documents_of(_CONTRACT, "contract.toml", "http://localhost/in/all")["everything.wsdl"]
        (folder / "everything.wsdl").write_bytes(wsdl)
        self.zeep: Any = zeep.Client(str(folder / "everything.wsdl"))  # type: ignore[no-untyped-call]

    def send(self, door: str, sent: Sent) -> str:
        """The id of the event that `sent` became."""
        answer = self.door.answer(getattr(self, f"_{door}")(sent))
        assert answer.status in (200, 202), answer.body.decode()
        return answer.headers["Gateway-Event-Id"]

    def data_of(self, event_id: str) -> bytes:
        with self.store.database.reading() as connection:
            found = connection.exec_driver_sql("SELECT data FROM events WHERE event_id = ?", (event_id,)).scalar_one()
        assert isinstance(found, bytes)
        return found

    def _json(self, sent: Sent) -> dict[str, Any]:
        # Numbers and booleans stand as they were written: no float comes between.
        plain = ("count", "amount", "took", "is_good")
        document = json.dumps({name: f"\0{text}\0" if name in plain else text for name, text in sent.items()})
        return _environ("POST", document.replace('"\\u0000', "").replace('\\u0000"', ""), "application/json")

    def _form(self, sent: Sent) -> dict[str, Any]:
        return _environ("POST", urlencode(sent), "application/x-www-form-urlencoded")

    def _query(self, sent: Sent) -> dict[str, Any]:
        return _environ("GET", "") | {"QUERY_STRING": urlencode(sent)}

    def _soap11(self, sent: Sent) -> dict[str, Any]:
        return _environ("POST", self._envelope("Soap11", sent), "text/xml; charset=utf-8") | {"HTTP_SOAPACTION": '""'}

    def _soap12(self, sent: Sent) -> dict[str, Any]:
        return _environ("POST", self._envelope("Soap12", sent), "application/soap+xml; charset=utf-8")

    def _envelope(self, version: str, sent: Sent) -> str:
        service = self.zeep.bind(port_name=f"Everything{version}")
        message = self.zeep.create_message(service, "submitThingHappened", thingHappened=sent)
        return etree.tostring(message, encoding="unicode")


def _environ(method: str, body: str, content_type: str = "") -> dict[str, Any]:
    encoded = body.encode()
    return {
        "REQUEST_METHOD": method, "PATH_INFO": "/in/all/thing-happened", "QUERY_STRING": "",
        "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(encoded)) if encoded else "",
        "wsgi.input": io.BytesIO(encoded),
    }  # fmt: skip


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    made = Doors(tmp_path_factory.mktemp("doors"))
    yield made
    made.store.close()


@given(sent=_sent)
@settings(max_examples=150)
def test_the_same_data_by_five_doors_is_byte_identical(doors: Doors, sent: Sent) -> None:
    event_ids = [doors.send(door, sent) for door in ("soap11", "soap12", "json", "form", "query")]
    assert 5 == len(set(event_ids))
    assert 1 == len({doors.data_of(event_id) for event_id in event_ids})


def test_the_data_has_its_one_form(doors: Doors) -> None:
    sent = {
        "colour": "Green", "took": "1.50", "at": "2026-03-16T10:15:02.120-04:00", "is_good": "true",
        "amount": "-0010.500", "count": "007", "text": " <&\"'> ", "name": "Zoë",
    }  # fmt: skip
    expected = (
        '{"name":"Zoë","text":" <&\\"\'> ","count":7,"amount":-10.5,"is_good":true,'
        '"at":"2026-03-16T14:15:02.12Z","took":1.5,"colour":"Green"}'
    )
    assert expected == doors.data_of(doors.send("form", sent)).decode()
