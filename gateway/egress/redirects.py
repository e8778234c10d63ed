"""Where an answer sends us on to, and what may come along."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.egress.addresses import Forbidden
from gateway.egress.target import Target

SAME_AGAIN = frozenset({307, 308})
"""Those that keep method and body (RFC 9110 §15.4.8, §15.4.9); with the others an event would be lost on the way."""
OF_A_GET = SAME_AGAIN | {301, 302, 303}
"""Those that a GET stays a GET with (RFC 9110 §15.4)."""
_OF_ONE_ORIGIN = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
"""Headers that mean nothing elsewhere, or are a secret whoever named them."""


def next_target(
    here: Target, status: int, headers: Mapping[str, str], follows: frozenset[int] = SAME_AGAIN
) -> Target | None:
    """Where those that it `follows` lead; None if the answer is the last one. Raises Forbidden."""
    location = headers.get("Location")
    if status not in follows or not location:
        return None
    try:
        there = here.redirected(location)
    except ValueError as error:
        raise Forbidden(f"{here.host} redirects to an address that can't be used: it {error}") from None
    if (here.scheme, there.scheme) == ("https", "http"):
        raise Forbidden(f"{here.host} redirects from https to http, to {there.host}")
    return there


def kept_headers(
    headers: Mapping[str, str], here: Target, there: Target, secret_headers: frozenset[str]
) -> Mapping[str, str]:
    """Those that go on to `there`: all within one origin, none of the secret ones to another (RFC 9110 §15.4)."""
    if here.origin == there.origin:
        return headers
    dropped = _OF_ONE_ORIGIN | {name.lower() for name in secret_headers}
    return {name: value for name, value in headers.items() if name.lower() not in dropped}
