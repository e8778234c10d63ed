"""The same data by every door gives the same event data, byte for byte."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.journeys.every_door import DOORS, Doors, Sent

# What XML can carry and a form can too; XML makes CR a line feed (XML 1.0 §2.11), so it is left out.
_characters = some.characters(codec="utf-8", exclude_characters="\r\ufffe\uffff", exclude_categories=["Cs", "Cc"])
_text = some.text(_characters | some.sampled_from("\t\n"), min_size=1, max_size=40)
_day = some.dates().map(lambda day: day.isoformat())
_bytes = some.binary(min_size=1, max_size=30).map(lambda content: base64.b64encode(content).decode())
_amount = some.decimals(allow_nan=False, allow_infinity=False, places=6).map(lambda number: f"{number:f}")


def _list_of(items: some.SearchStrategy[Any]) -> some.SearchStrategy[list[Any]]:
    return some.lists(items, min_size=1, max_size=3)


_person = some.fixed_dictionaries({"name": _text}, optional={"born": _day, "phones": _list_of(_text)})
_part = some.fixed_dictionaries({"weight": _amount}, optional={"maker": _person, "photos": _list_of(_bytes)})
_sent = some.fixed_dictionaries(
    {"name": _text},
    optional={
        "text": _text,
        "count": some.integers(-(10**30), 10**30).map(str),
        "amount": _amount,
        "is_good": some.sampled_from(["true", "false"]),
        "day": _day,
        "at": some.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=some.sampled_from([UTC])).map(  # noqa: DTZ001
            lambda moment: moment.isoformat().replace("+00:00", "Z")
        ),
        "took": some.decimals(0, 10**9, places=3).map(str),
        "colour": some.sampled_from(["red", "Green", "blue"]),
        "photo": _bytes,
        "tags": _list_of(_text),
        "counts": _list_of(some.integers(-(10**20), 10**20).map(str)),
        "owner": _person,
        "parts": _list_of(_part),
    },
)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    made = Doors(tmp_path_factory.mktemp("doors"))
    yield made
    made.store.close()


@given(sent=_sent)
@settings(max_examples=150)
def test_the_same_data_by_every_door_is_byte_identical(doors: Doors, sent: Sent) -> None:
    event_ids = {door: doors.send(door, sent) for door in DOORS}
    assert len(DOORS) == len(set(event_ids.values()))
    by_door = {door: doors.data_of(event_id) for door, event_id in event_ids.items()}
    assert dict.fromkeys(DOORS, by_door["json"]) == by_door


@pytest.mark.parametrize("door", DOORS)
def test_the_data_has_its_one_form(doors: Doors, door: str) -> None:
    sent = {
        "parts": [{"weight": "1.0"}, {"photos": ["AA=="], "maker": {"phones": ["1", "2"], "name": "b"}}],
        "owner": {"name": "Zoë", "born": "1970-01-01"}, "counts": ["007", "-0"], "tags": ["b", "a"], "photo": "AP8=",
        "colour": "Green", "took": "1.50", "at": "2026-03-16T10:15:02.120-04:00", "is_good": "true",
        "amount": "-10.500", "count": "7", "text": " <&\"'> ", "name": "Zoë",
    }  # fmt: skip
    if door in {"json", "json_list", "structured", "batch", "binary"}:
        sent["counts"] = ["7", "-0"]  # JSON has no leading zeros
    expected = (
        '{"name":"Zoë","text":" <&\\"\'> ","count":7,"amount":-10.5,"is_good":true,'
        '"at":"2026-03-16T14:15:02.12Z","took":1.5,"colour":"Green","photo":"AP8=","tags":["b","a"],"counts":[7,0],'
        '"owner":{"name":"Zoë","born":"1970-01-01"},'
        '"parts":[{"weight":1},{"maker":{"name":"b","phones":["1","2"]},"photos":["AA=="]}]}'
    )
    assert expected == doors.data_of(doors.send(door, sent)).decode()
