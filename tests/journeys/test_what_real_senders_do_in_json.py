"""What real senders put into JSON, line by line of facts/http-senders.md §4, through the real door.

Where the advice there and INTERFACE.md differ, INTERFACE.md is what is tested, and the name or a comment says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.journeys.test_what_real_senders_do import CALL, JSON, Sender, a_sender


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    yield from a_sender(tmp_path_factory.mktemp("real"))


def test_a_json_key_that_comes_twice_is_malformed(sender: Sender) -> None:
    assert (400, "malformed") == sender.refused('{"call_id":"1","call_id":"1"}')


def test_what_is_no_number_is_malformed_and_what_is_too_large_for_one_a_violation(sender: Sender) -> None:
    for number in ("NaN", "Infinity", "-Infinity"):
        assert (400, "malformed") == sender.refused(f'{{"call_id":"1","amount":{number}}}')
    assert (422, "contract_violation") == sender.refused('{"call_id":"1","amount":1e999}')
    assert '{"call_id":"1","extra":{"x":1e999}}' == sender.written('{"call_id":"1","x":1e999}')


def test_no_digit_of_a_number_is_changed_on_its_way(sender: Sender) -> None:
    # A declared number has its one form, without trailing zeros or an exponent; what is unknown stays as it was sent.
    body = '{"call_id":5105550111,"amount":10.10,"count":1E5,"x":10.10,"y":1E5,"z":0.10000000000000000000001}'
    assert (
        '{"call_id":"5105550111","amount":10.1,"count":100000,'
        '"extra":{"x":10.10,"y":1E5,"z":0.10000000000000000000001}}'
    ) == sender.written(body)


def test_half_of_a_surrogate_pair_is_malformed(sender: Sender) -> None:
    assert (400, "malformed") == sender.refused('{"call_id":"1","x":"\\ud800"}')
    assert {"call_id": "😀"} == sender.data('{"call_id":"\\ud83d\\ude00"}')


def test_deep_nesting_and_huge_integers_are_refused_and_break_nothing(sender: Sender) -> None:
    for body in ("[" * 100_000, '{"a":' * 100_000, '{"call_id":"1","x":' + "[" * 70 + "]" * 70 + "}"):
        assert (413, "too_large") == sender.refused(body)
    assert (422, "contract_violation") == sender.refused('{"call_id":"1","count":' + "9" * 5000 + "}")
    assert "9" * 5000 in sender.written('{"call_id":"1","x":' + "9" * 5000 + "}")


def test_bare_arrays_and_json_lines_are_batches(sender: Sender) -> None:
    for body, media in (
        (b"[" + CALL + b"," + CALL + b"]", JSON),
        (CALL + b"\n" + CALL + b"\n", "application/x-ndjson"),
    ):
        receipt = json.loads(sender.send(body, media).body)
        assert ["accepted", "accepted"] == [one["status"] for one in receipt["receipts"]]


def test_an_empty_array_is_malformed_and_no_heartbeat(sender: Sender) -> None:
    # INTERFACE.md: an empty list is malformed. A sender's heartbeats are a handshake of its preset.
    assert (400, "malformed") == sender.refused("[]")
    assert (422, "contract_violation") == sender.refused('{"events":[]}')


def test_escapes_mean_what_they_stand_for_and_the_body_is_kept_as_it_came(sender: Sender) -> None:
    body = '{"call_id":"Zo\\u00eb \\/ \\ud83d\\ude00","notes":"\\r\\n\\t\\u20ac"}'
    answer = sender.send(body)
    assert (body, len(body)) == (sender.request(answer)["body"], sender.request(answer)["bytes"])
    assert {"call_id": "Zoë / 😀", "notes": "\r\n\t€"} == sender.data(body)


def test_a_line_end_after_the_body_belongs_to_what_is_kept(sender: Sender) -> None:
    answer = sender.send(CALL + b"\r\n")
    assert CALL.decode() + "\r\n" == sender.request(answer)["body"]
