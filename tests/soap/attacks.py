"""Entities and texts that strangers send to bring an XML endpoint down, and the reason each is refused for."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.soap.calling import MINIMAL, NAMESPACE, a_call, an_envelope, submitted

MOST = 4 * 2**20
"""Bytes of a body that a source takes by default."""
TRAP = "http://127.0.0.1:9/trap"
"""Where nobody may look; a test puts its own address there."""
FILE = "file:///etc/hostname"


@dataclass(frozen=True)
class Attack:
    """What is sent, and what it is refused for; "" where it is taken, and does no harm."""

    name: str
    reason: str
    body: Callable[[], bytes | str]
    source: str = "strict"
    more: Mapping[str, Any] = field(default_factory=dict)
    """Members of the environ."""


def _in_a_value(doctype: str, value: str = "&a;") -> str:
    return an_envelope(submitted(f"<call_id>{value}</call_id>"), before=doctype)


def _laughs() -> str:
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "lol">{entities}<!ENTITY a "&a9;">]>'


def _attributed(doctype: str) -> str:
    return an_envelope(submitted("<call_id x='&a;'>1</call_id>"), before=doctype)


_ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]>'
ENTITIES = [
    Attack("a billion laughs in a value", "too_large", lambda: _in_a_value(_laughs())),
    Attack("a billion laughs in an attribute", "too_large", lambda: _attributed(_laughs())),
    Attack(
        "one long entity, often",
        "too_large",
        lambda: _in_a_value(f'<!DOCTYPE x [<!ENTITY a "{"y" * 50_000}">]>', "&a;" * 20_000),
    ),
    Attack("an entity", "malformed", lambda: _in_a_value(_ENTITY)),
    Attack("an entity that is not there", "malformed", lambda: _in_a_value("")),
    Attack("an entity of a file", "malformed", lambda: _in_a_value(f'<!DOCTYPE x [<!ENTITY a SYSTEM "{FILE}">]>')),
    Attack("an entity of an address", "malformed", lambda: _in_a_value(f'<!DOCTYPE x [<!ENTITY a SYSTEM "{TRAP}">]>')),
    Attack(
        "a parameter entity of a file",
        "malformed",
        lambda: _in_a_value(f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{FILE}"> %p;]>', "1"),
    ),
    Attack(
        "a parameter entity of an address",
        "malformed",
        lambda: _in_a_value(f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{TRAP}"> %p;]>', "1"),
    ),
    Attack("a DTD at an address", "malformed", lambda: _in_a_value(f'<!DOCTYPE x SYSTEM "{TRAP}">', "1")),
    Attack("a DOCTYPE in UTF-16", "malformed", lambda: _in_a_value(_ENTITY).encode("utf-16")),
    Attack("a DOCTYPE in UTF-16 without BOM", "malformed", lambda: _in_a_value(_ENTITY).encode("utf-16-le")),
    Attack("a DOCTYPE in UTF-32", "malformed", lambda: _in_a_value(_ENTITY).encode("utf-32")),
    Attack(
        "a DOCTYPE in UTF-7",
        "unsupported_media",
        lambda: _in_a_value(_ENTITY).encode("utf-7"),
        more={"CONTENT_TYPE": "text/xml; charset=utf-7"},
    ),
    Attack(
        "a schema at an address", "", lambda: a_call().replace("<call_id", f'<call_id xsi:schemaLocation="u {TRAP}"')
    ),
    Attack(
        "a stylesheet at an address", "", lambda: an_envelope(submitted(), before=f'<?xml-stylesheet href="{TRAP}"?>')
    ),
    Attack(
        "an XInclude of an address",
        "contract_violation",
        lambda: a_call(f'<call_id><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{TRAP}"/></call_id>'),
    ),
    Attack(
        "an entity in a multipart message",
        "unsupported_media",
        lambda: f"--b\r\nContent-Type: text/xml\r\n\r\n{_in_a_value(_ENTITY)}\r\n--b--\r\n",
        more={"CONTENT_TYPE": 'multipart/related; type="text/xml"; boundary="b"'},
    ),
]


def _valued(name: str, text: str) -> str:
    return a_call(f"{MINIMAL}<{name}>{text}</{name}>")


_BOMB = {"HTTP_CONTENT_ENCODING": "gzip"}
TEXTS = [
    Attack("a text of 1.9 MB", "", lambda: _valued("tags", "x" * 1_900_000)),
    Attack(
        "a text of 4 MB that is too long", "contract_violation", lambda: a_call(f"<call_id>{'x' * 4_000_000}</call_id>")
    ),
    Attack("a number of 10^6 digits", "contract_violation", lambda: _valued("count", "9" * 1_000_000)),
    Attack("a time of 10^6 digits", "contract_violation", lambda: _valued("started_at", "9" * 1_000_000)),
    Attack("an unknown word of 1 MB", "contract_violation", lambda: _valued("result", "x" * 1_000_000)),
    Attack("base64 of 4 MB", "", lambda: _valued("voice", "QUJD" * 1_000_000)),
    Attack("base64 of 4 MB, half of it blanks", "", lambda: _valued("voice", "Q U J D " * 500_000)),
    Attack("a pattern that backtracks, 35 characters", "contract_violation", lambda: _valued("code", "a" * 35)),
    Attack("a pattern that backtracks, 64 KB", "contract_violation", lambda: _valued("code", "a" * 65_536)),
    Attack("NUL", "malformed", lambda: _valued("tags", "\0")),
    Attack("a reference to NUL", "malformed", lambda: _valued("tags", "&#0;")),
    Attack("a reference to a control character", "malformed", lambda: _valued("tags", "&#x1F;")),
    Attack("a reference to half of a surrogate pair", "malformed", lambda: _valued("tags", "&#xD800;")),
    Attack("bytes that are no UTF-8", "malformed", lambda: _valued("tags", "\xe9").encode("latin-1")),
    Attack("a surrogate in UTF-8", "malformed", lambda: _valued("tags", "\ud800").encode("utf-8", "surrogatepass")),
    Attack("900,000 character references", "", lambda: _valued("tags", "&#65;" * 800_000)),
    Attack(
        "another type of the schema",
        "contract_violation",
        lambda: a_call(
            f'{MINIMAL}<customer xmlns:t="{NAMESPACE}" xsi:type="t:Segment"><agent_id>1</agent_id></customer>'
        ),
    ),
    Attack("100 MB that are announced", "too_large", a_call, more={"CONTENT_LENGTH": "104857600"}),
    Attack(
        "a body without end",
        "too_large",
        lambda: _valued("tags", "x" * (MOST + 1)),
        more={"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"},
    ),
    Attack("100 MB of blanks in gzip", "too_large", lambda: gzip.compress(_spaced(100_000_000), 1), more=_BOMB),
    Attack("an empty gzip, often", "malformed", lambda: gzip.compress(b"") * 180_000, more=_BOMB),
]


def _spaced(blanks: int) -> bytes:
    return a_call().replace("<s:Body>", f"<s:Body>{' ' * blanks}").encode()
