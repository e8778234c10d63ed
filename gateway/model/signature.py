"""What proves that a webhook is ours: Standard Webhooks' symmetric signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def key_of(secret: str) -> bytes:
    """The key that `secret` holds: base64, with or without `whsec_`; 24 to 64 bytes. Raises ValueError.

    Standard Webhooks, Signature scheme. What it says never holds the secret.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a webhook secret is base64, such as whsec_… by Standard Webhooks") from None
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"a webhook secret has {_SHORTEST} to {_LONGEST} bytes; this one has {len(key)}")
    return key


def signature(keys: Iterable[bytes], webhook_id: str, timestamp: str, body: bytes) -> str:
    """The header `webhook-signature`: one signature a key, so that receivers may know either while one is changed."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
