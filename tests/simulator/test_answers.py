"""What was answered is told from receipts, problems and faults alike."""

from __future__ import annotations

import pytest

from gateway.simulator.answers import Answer, answer_of, counted, no_answer, percentile
from tests.simulator.test_calls import played

CALL = played(1)[0]
POST = CALL.posts[0]
_RECEIPT = '{"requestId":"r1","eventId":"e1","status":"%s","receivedAt":"2026-03-16T16:00:00Z"}'
_SOAP = (
    '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><t:r xmlns:t="urn:x">'
    "<t:receipt><t:requestId>r1</t:requestId><t:eventId>e1</t:eventId><status>accepted</status></t:receipt>"
    "</t:r></e:Body></e:Envelope>"
)


def answered(status: int, text: str) -> Answer:
    return answer_of(CALL, POST, 0.1, status, text)


@pytest.mark.parametrize("text", [_RECEIPT % "accepted", _SOAP])
def test_a_receipt_says_what_became_of_it(text: str) -> None:
    found = answered(200, text)
    assert ("accepted", "r1", "e1", "") == (found.state, found.request_id, found.event_id, found.detail)


def test_one_word_in_an_envelope_is_a_receipt_whose_event_a_header_names() -> None:
    text = "<e:Body><agentTerminationResponse><return>duplicate</return></agentTerminationResponse></e:Body>"
    found = answer_of(CALL, POST, 0.1, 200, text, "e1")
    assert ("duplicate", "", "e1") == (found.state, found.request_id, found.event_id)


def test_a_duplicate_and_a_quarantined_post_are_told_apart() -> None:
    assert ["duplicate", "quarantined"] == [answered(200, _RECEIPT % one).state for one in ("duplicate", "quarantined")]


@pytest.mark.parametrize(
    ("status", "text", "detail"),
    [
        (422, '{"detail":"/call_id is required","requestId":"r1","status":422}', "HTTP 422: /call_id is required"),
        (500, "<s:Fault><faultstring>a &lt;b&gt;\n is wrong</faultstring></s:Fault>", "HTTP 500: a <b> is wrong"),
        (502, "Bad Gateway", "HTTP 502: Bad Gateway"),
        (200, "[]", "HTTP 200: []"),
        (204, "", "HTTP 204: "),
    ],
)
def test_anything_else_is_a_refusal_that_says_why(status: int, text: str, detail: str) -> None:
    found = answered(status, text)
    assert ("refused", "", detail) == (found.state, found.event_id, found.detail)


def test_where_nothing_answered_the_error_says_why() -> None:
    assert "TimeoutError" == no_answer(CALL, POST, 30, TimeoutError()).detail
    assert "no answer" == no_answer(CALL, POST, 30, OSError("reset")).state


def test_states_are_counted_and_times_ranked() -> None:
    assert {"accepted": 2, "refused": 1} == counted([answered(200, _SOAP), answered(200, _SOAP), answered(404, "")])
    assert (0.0, 1.0, 2.0, 100.0) == (
        percentile([], 0.5), percentile([1.0], 0.99), percentile([3.0, 2.0, 1.0], 0.5),
        percentile(map(float, range(1, 101)), 0.995),
    )  # fmt: skip
