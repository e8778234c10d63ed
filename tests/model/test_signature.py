"""Standard Webhooks' signature, as the published library verifies it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from gateway.model.signature import key_of, signature

SECRET, OTHER = "whsec_" + base64.b64encode(b"k" * 24).decode(), "whsec_" + base64.b64encode(b"j" * 32).decode()


def test_it_is_that_of_the_specification() -> None:
    keys = [key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    assert "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signature(
        keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )


@pytest.mark.parametrize("known", [SECRET, OTHER])
def test_while_a_secret_is_changed_whoever_knows_either_can_verify(known: str) -> None:
    now = str(int(datetime.now(UTC).timestamp()))
    headers = {
        "webhook-id": "an-id", "webhook-timestamp": now,
        "webhook-signature": signature([key_of(SECRET), key_of(OTHER)], "an-id", now, b'{"a":1}'),
    }  # fmt: skip
    assert {"a": 1} == Webhook(known).verify(b'{"a":1}', headers)


@pytest.mark.parametrize(
    ("secret", "why"), [("whsec_!", "base64"), ("hunter2", "base64|bytes"), ("whsec_YQ==", "24 to 64 bytes")]
)
def test_what_is_no_secret_is_told_without_it(secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as told:
        key_of(secret)
    assert secret not in str(told.value)
