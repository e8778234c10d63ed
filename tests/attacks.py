"""What an attacker sends over HTTP, and how it is refused: for the tests, and for the table of what each costs."""
# ruff: noqa: E501 - a row of the table is an attack

from __future__ import annotations

import base64
import gzip
import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.model.request import Answer
from gateway.receiver import Door

JSON, FORM, XML = "application/json", "application/x-www-form-urlencoded", "application/xml"
MULTIPART = "multipart/form-data; boundary=b"
LINES, CLOUDEVENTS, BATCH = "application/x-ndjson", "application/cloudevents+json", "application/cloudevents-batch+json"
ACCEPTED = ""
MOST = 4 * 2**20 - 1000
"""About as many bytes as are taken."""

CONTRACT = """
name = "calls"
namespace = "urn:example:attacked:v1"
[events."call.ended".fields]
call_id = { type = "string", required = true }
count = { type = "integer" }
amount = { type = "decimal" }
took = { type = "duration" }
code = { type = "string", pattern = "(a|aa)+b" }
tags = { type = "string", list = true }
voice = { type = "base64" }
customer = { type = "party" }
segments = { type = "segment", list = true }
[types.party.fields]
name = { type = "string", required = true }
[types.segment.fields]
duration = { type = "duration" }
"""


@dataclass(frozen=True)
class Attack:
    """A call, made when it is asked for; and the reason it is refused with, ACCEPTED where it is harmless."""

    name: str
    reason: str
    body: Callable[[], bytes]
    content_type: str = JSON
    query: Callable[[], str] = str
    headers: dict[str, str] = field(default_factory=dict)


def environ(attack: Attack, source: str = "lenient") -> dict[str, Any]:
    """The WSGI environ of the call."""
    body, query = attack.body(), attack.query()
    return {
        "REQUEST_METHOD": "GET" if query else "POST", "PATH_INFO": f"/in/{source}/call-ended", "QUERY_STRING": query,
        "CONTENT_TYPE": attack.content_type, "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in attack.headers.items()},
    }  # fmt: skip


def reason_of(answer: Answer) -> str:
    """The reason that a refusal names, "" for an accepted call."""
    return str(json.loads(answer.body).get("reason", ACCEPTED))


def send(door: Door, attack: Attack) -> str:
    """The reason with which `attack` is refused."""
    return reason_of(door.answer(environ(attack)))


def _object(**values: object) -> bytes:
    return json.dumps({"call_id": "1", **values}).encode()


def _number(name: str) -> Callable[[], bytes]:
    return lambda: b'{"call_id":"1","%s":%s}' % (name.encode(), b"9" * 10**6)


def _keys(count: int) -> bytes:
    return json.dumps({f"k{number}": 1 for number in range(count)}).encode()


def _pairs(count: int, name: str = "a{}") -> bytes:
    return ("call_id=1&" + "&".join(f"{name.format(number)}=1" for number in range(count))).encode()


def _parts(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part for part in parts) + end


def _part(name: str, value: bytes = b"1") -> bytes:
    return b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


def _in_element(inside: bytes, attributes: bytes = b"") -> bytes:
    return b"<callEnded %s><call_id>1</call_id>%s</callEnded>" % (attributes, inside)


def _event(number: int, **more: object) -> dict[str, object]:
    return {"specversion": "1.0", "id": str(number), "source": "/s", "type": "call.ended", **more}


_BOMB = "\0" * 10**8
_CODED = {"Content-Encoding": "gzip"}

ATTACKS = [
    Attack("JSON, 1,000 deep", "too_large", lambda: b"[" * 1000 + b"]" * 1000),
    Attack("JSON, 100,000 deep and no end", "too_large", lambda: b'{"a":' * 10**5),
    Attack("JSON, 100,000 keys", "too_large", lambda: _keys(10**5)),
    Attack("JSON, 100,000 keys, the last twice", "too_large", lambda: _keys(10**5)[:-1] + b',"k99999":1}'),
    Attack("JSON, one key twice among 9,000", "malformed", lambda: _keys(9000)[:-1] + b',"k8999":1}'),
    Attack("JSON, a key of 1 MB", ACCEPTED, lambda: _object(**{"k" * 10**6: 1})),
    Attack("JSON, an integer of a million digits", "contract_violation", _number("count")),
    Attack("JSON, a decimal of a million digits", "contract_violation", _number("amount")),
    Attack("JSON, an unknown number of a million digits", ACCEPTED, _number("other")),
    Attack("JSON, 1e999999999", "contract_violation", lambda: b'{"call_id":"1","count":1e999999999}'),
    Attack("JSON, NaN", "malformed", lambda: b'{"call_id":NaN}'),
    Attack("JSON, lone surrogates, 1 MB", "malformed", lambda: b'{"call_id":"' + b"\\ud800" * 160_000 + b'"}'),
    Attack("JSON, a list of 1,001", "too_large", lambda: json.dumps([{"call_id": "1"}] * 1001).encode()),
    Attack("JSON, 600,000 lists in a list", "too_large", lambda: b"[" + b"[]," * 600_000 + b"[]]"),
    Attack("JSON, 10,001 values", "too_large", lambda: _object(tags=["a"] * 10_001)),
    Attack("JSON, 9,000 nulls in a list", "contract_violation", lambda: _object(tags=[None] * 9000)),
    Attack("JSON, 4 MB of text", ACCEPTED, lambda: _object(other="x" * (MOST - 100))),
    Attack("JSON, a number as 4 MB of text", "contract_violation", lambda: _object(amount="1" * MOST)),
    Attack("JSON, a duration as 4 MB of text", "contract_violation", lambda: _object(took="PT" + "1" * MOST)),
    Attack("JSON, base64 of 4 MB of blanks", ACCEPTED, lambda: _object(voice=" " * MOST)),
    Attack("JSON, 64 KB against (a|aa)+b", "contract_violation", lambda: _object(code="a" * 64_000 + "c")),
    Attack("JSON lines, 1,001", "too_large", lambda: b'{"call_id":"1"}\n' * 1001, LINES),
    Attack("JSON lines, 4 MB without any", "malformed", lambda: b"\n" * MOST, LINES),
    Attack("form, 100,000 fields", "too_large", lambda: _pairs(10**5), FORM),
    Attack("form, one field 100,000 times", "too_large", lambda: _pairs(10**5, "tags"), FORM),
    Attack("form, brackets 1,000 deep, 300 times", ACCEPTED, lambda: _pairs(300, "customer" + "[a]" * 1000 + "[{}]"), FORM),
    Attack("form, 500,000 dots", ACCEPTED, lambda: _pairs(1, "customer" + ".a" * 500_000), FORM),
    Attack("form, an index of nine digits", "contract_violation", lambda: _pairs(1, "segments[999999999][duration]"), FORM),
    Attack("form, 4 MB of %", ACCEPTED, lambda: b"call_id=" + b"%" * MOST, FORM),
    Attack("form, 4 MB of %41", ACCEPTED, lambda: b"call_id=" + b"%41" * (MOST // 3), FORM),
    Attack("multipart, a boundary of 10 kB", "malformed", lambda: b"x", f"multipart/form-data; boundary={'b' * 10_000}"),
    Attack("multipart, no end, 4 MB", "malformed", lambda: _parts(_part("call_id", b"x" * (MOST - 100)), end=b""), MULTIPART),
    Attack("multipart, 10,000 parts", "too_large", lambda: _parts(*(_part(f"a{n}") for n in range(10_000))), MULTIPART),
    Attack("multipart, a head of 4 MB", "too_large", lambda: _parts(b"X-A: " + b"y" * (MOST - 100) + b"\r\n\r\n1\r\n"), MULTIPART),
    Attack("multipart, 10,000 heads", "too_large", lambda: _parts(b"X-A: 1\r\n" * 10_000 + _part("a")), MULTIPART),
    Attack("multipart, 600,000 near boundaries", "too_large", lambda: _parts(_part("call_id", b"\r\n--bb" * 600_000)), MULTIPART),
    Attack("query, 64 kB of fields", "contract_violation", bytes, query=lambda: "&".join(f"a{n}=1" for n in range(8000))),
    Attack("query, a value of 64 kB", ACCEPTED, bytes, query=lambda: "call_id=" + "a" * 65_000),
    Attack("XML, 100,000 attributes", "too_large", lambda: _in_element(b"", b" ".join(b'a%d="1"' % n for n in range(10**5))), XML),
    Attack("XML, 60,000 namespaces", ACCEPTED, lambda: _in_element(b"", b" ".join(b'xmlns:a%d="u"' % n for n in range(60_000))), XML),
    Attack("XML, 100,000 deep", "too_large", lambda: b"<a>" * 10**5, XML),
    Attack("XML, 110,000 unknown elements", "too_large", lambda: _in_element(b"<z/>" * 110_000), XML),
    Attack("XML, an entity 50,000 times", "too_large", lambda: b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 20_000 + b'">]><a>' + b"&a;" * 50_000 + b"</a>", XML),
    Attack("XML, a DOCTYPE in UTF-16", "malformed", lambda: '<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'.encode("utf-16"), XML),
    Attack("CloudEvents, a batch of 1,001", "too_large", lambda: json.dumps([_event(n) for n in range(1001)]).encode(), BATCH),
    Attack("CloudEvents, 3 MB in base64", ACCEPTED, lambda: json.dumps(_event(1, data_base64=base64.b64encode(_object(other="x" * 2_900_000)).decode())).encode(), CLOUDEVENTS),
    Attack("gzip, 100 MB of zeros", "too_large", lambda: gzip.compress(_BOMB.encode()), headers=_CODED),
    Attack("gzip in gzip, 100 MB", "too_large", lambda: gzip.compress(gzip.compress(_BOMB.encode())), headers={"Content-Encoding": "gzip, gzip"}),
    Attack("gzip, 200,000 members of nothing", "malformed", lambda: gzip.compress(b"") * 200_000, headers=_CODED),
    Attack("gzip, 100 codings", "unsupported_media", lambda: gzip.compress(b"{}"), headers={"Content-Encoding": ",".join(["gzip"] * 100)}),
    Attack("deflate, 100 MB of zeros", "too_large", lambda: zlib.compress(_BOMB.encode()), headers={"Content-Encoding": "deflate"}),
    Attack("a charset's name of 1 MB", "unsupported_media", lambda: b"{}", f"{JSON}; charset={'x' * 10**6}"),
    Attack("300,000 parameters of a media type", "contract_violation", lambda: b"{}", JSON + ";a=1" * 300_000),
]  # fmt: skip
