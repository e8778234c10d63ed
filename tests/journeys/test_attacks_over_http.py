"""What attackers write in JSON is refused for its reason, or harmless: at once, within bounds, told in few words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.attacks import ACCEPTED, FORM, JSON, LINES, MOST, XML, Attack
from tests.journeys.attacked import Attacked, an_object, named

_DIGITS = b"9" * 10**6
_HUGE = b"1e999999999"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with Attacked.at(tmp_path_factory.mktemp("attacked")) as made:
        yield made


def _bare(name: str, value: bytes) -> bytes:
    """A call whose field `name` has `value` as it stands."""
    first = b"" if name == "call_id" else b'"call_id":"1",'
    return b'{%s"%s":%s}' % (first, name.encode(), value)


def _keys(count: int, length: int) -> bytes:
    return json.dumps({"call_id": "1"} | {str(place).rjust(length, "k"): 1 for place in range(count)}).encode()


def _list(*events: bytes) -> bytes:
    return b"[" + b",".join(events) + b"]"


def _items(value: bytes, count: int) -> bytes:
    return b"[" + (value + b",") * (count - 1) + value + b"]"


_ONE = b'{"call_id":"1"}'
_LONG_KEY = b'"' + b"k" * 10**6 + b'":1'
NUMBERS = [
    Attack("a million digits in a string", ACCEPTED, lambda: _bare("call_id", _DIGITS)),
    Attack("1e999999999 in a string", ACCEPTED, lambda: _bare("call_id", _HUGE)),
    Attack("1e999999999 in an unknown field", ACCEPTED, lambda: _bare("other", _HUGE)),
    Attack("1e999999999 in a decimal", "contract_violation", lambda: _bare("amount", _HUGE)),
    Attack("1e999999999 in a duration", "contract_violation", lambda: _bare("took", _HUGE)),
    Attack("an exponent of 4 MB", ACCEPTED, lambda: _bare("amount", b"1e" + b"0" * MOST)),
    Attack("4 MB that are nearly a decimal", "contract_violation", lambda: an_object(amount=f"1e{'0' * MOST}x")),
    Attack("4 MB that are nearly an integer", "contract_violation", lambda: an_object(count=f"1e{'0' * MOST}x")),
    Attack("20 KB that are nearly a duration", "contract_violation", lambda: an_object(took=f"1e{'0' * 20_000}x")),
    Attack("4 MB that are nearly a fraction", "contract_violation", lambda: an_object(amount=f"1.{'0' * MOST}x")),
    Attack("20 KB that are nearly a number, in a form", "contract_violation",
           lambda: b"call_id=1&amount=1e" + b"0" * 20_000 + b"x", FORM),
    Attack("20 KB that are nearly a number, in XML", "contract_violation",
           lambda: b"<a><call_id>1</call_id><amount>1e" + b"0" * 20_000 + b"x</amount></a>", XML),
    Attack("4 MB of zeros before a digit", ACCEPTED, lambda: an_object(amount="0" * MOST + "1")),
    Attack("4 MB of blanks before a digit", ACCEPTED, lambda: an_object(amount=" " * MOST + "1")),
    Attack("4 MB of digits, and no end", "malformed", lambda: b'{"call_id":' + b"1" * MOST),
    Attack("4 MB of minus", "malformed", lambda: b'{"call_id":' + b"-" * MOST + b"}"),
]  # fmt: skip
STRICT = [
    Attack("a million digits in a string", "contract_violation", lambda: _bare("call_id", _DIGITS)),
    Attack("an unknown key of 1 MB", "contract_violation", lambda: b'{"call_id":"1",' + _LONG_KEY + b"}"),
    Attack("1,000 unknown keys of 4,000 characters", "contract_violation", lambda: _keys(1000, 4000)),
    Attack("9,990 unknown keys of 400 characters", "contract_violation", lambda: _keys(9990, 400)),
    Attack("an unknown key of 1 MB in an object", "contract_violation", lambda: an_object(customer={"k" * 10**6: 1})),
]
NAMES = [
    Attack("one key 100,000 times", "too_large", lambda: b'{"call_id":"1"' + b',"a":1' * 10**5 + b"}"),
    Attack("one key 9,000 times", "malformed", lambda: b'{"call_id":"1"' + b',"a":1' * 9000 + b"}"),
    Attack("a key of 1 MB twice", "malformed", lambda: b"{" + _LONG_KEY + b"," + _LONG_KEY + b"}"),
    Attack("a key of 1 MB with NUL", "contract_violation", lambda: an_object(**{"k" * 10**6 + "\0": 1})),
    Attack("a field under 1,000 spellings", ACCEPTED,
           lambda: an_object(**{f"ta{'_' * place}gs": [str(place)] for place in range(1000)})),
]  # fmt: skip
LISTS = [
    Attack("10,001 values in one of two events", "too_large",
           lambda: _list(_ONE, _bare("tags", _items(b'"a"', 10_001)))),
    Attack("900,000 values in one of 1,000 events", "too_large",
           lambda: _list(*[_ONE] * 999, _bare("tags", _items(b'"a"', 900_000)))),
    Attack("1,000 events without anything", "contract_violation", lambda: _items(b"{}", 1000)),
    Attack("1,000 lists of 80 nulls", "contract_violation",
           lambda: _list(*[_bare("tags", _items(b"null", 80))] * 1000)),
    Attack("1.3 million lines", "too_large", lambda: b"{}\n" * 1_300_000, LINES),
    Attack("two million numbers in a line", "too_large", lambda: _bare("other", _items(b"1", 2_000_000)), LINES),
    Attack("60,000 objects and no end", "too_large", lambda: b'[{"a":' * 60_000),
    Attack("60 deep in each of 999 lines", ACCEPTED,
           lambda: (_bare("other", b"[" * 60 + b"]" * 60) + b"\n") * 999, LINES),
    Attack("65 deep in the last of 999 lines", "too_large",
           lambda: (_ONE + b"\n") * 998 + _bare("other", b"[" * 65 + b"]" * 65), LINES),
]  # fmt: skip
TEXTS = [
    Attack("4 MB of quotes", "malformed", lambda: b'"' * MOST),
    Attack("4 MB of backslashes", "malformed", lambda: b'{"' + b"\\" * MOST),
    Attack("4 MB of control characters", "malformed", lambda: b'{"call_id":"' + b"\x01" * MOST + b'"}'),
    Attack("4 MB of escapes", ACCEPTED, lambda: b'{"call_id":"' + b"\\n" * (MOST // 2 - 20) + b'"}'),
    Attack("4 MB of blanks", "malformed", lambda: b" " * MOST),
    Attack("an error behind 4 MB of newlines", "malformed", lambda: b'{"call_id":"1",' + b"\n" * MOST + b"!}"),
    Attack("4 MB in UTF-16", ACCEPTED, lambda: an_object(other="x" * (MOST // 2 - 100)).decode().encode("utf-16")),
    Attack("4 MB in a charset of escapes", "malformed",
           lambda: b'{"call_id":"' + b"~{" * (MOST // 2 - 20) + b'"}', f"{JSON}; charset=hz"),
]  # fmt: skip


@pytest.mark.parametrize("attack", [*NUMBERS, *NAMES, *LISTS, *TEXTS], ids=named)
def test_an_attack_in_json_is_held_off(attacked: Attacked, attack: Attack) -> None:
    attacked.holds_off(attack)


@pytest.mark.parametrize("attack", STRICT, ids=named)
def test_an_attack_on_a_strict_reading_is_held_off(attacked: Attacked, attack: Attack) -> None:
    attacked.holds_off(attack, "strict")


_SEGMENTS = 6000
"""With a value each, and themselves, more than 10,000 values."""


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, an_object(segments=[{"duration": 1}] * _SEGMENTS)),
        (XML, f"<a><call_id>1</call_id>{'<segments><duration>1</duration></segments>' * _SEGMENTS}</a>".encode()),
    ],
    ids=["JSON", "XML"],
)
def test_an_event_has_at_most_10000_values_by_every_door(attacked: Attacked, content_type: str, body: bytes) -> None:
    attacked.holds_off(Attack("6,000 segments", "too_large", lambda: body, content_type))
