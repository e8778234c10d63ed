"""errors.md: what callers, operators and destinations may meet."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from gateway import cli, errors
from gateway.errors import ConfigError, DeliveryError, GatewayError, Refusal
from tests.reference.tables import GENERATED, table

_REFUSALS = """# Every error

## A call is refused

Callers get one error in their own dialect: over HTTP a `problem+json` (RFC 9457) of `type`
`urn:gateway:problem:<reason>`, over SOAP a fault. `reason` is also the label of
`gateway_requests_total`, and what `gateway requests list` shows.
What to do about each: [callers.md](../howto/callers.md).
"""
_CONFIG = """
## The configuration can't be used

`gateway check`, and every command that reads the configuration, exits 2 and says each mistake in a line:
`path: what is wrong (line of the file; what to do)`. A running gateway keeps the configuration that it has.
"""
_DELIVERY = """
## A delivery is not taken

What a destination says of an attempt; it shows in `gateway deliveries show` and in `gateway_attempts_total{outcome}`.
"""
_EXITS = """
## Exit codes

Of every command.
"""


def errors_page() -> str:
    """The page."""
    codes = ((f"{code}", meaning) for code, meaning in cli.EXIT_CODES.items())
    return "\n".join(
        [
            GENERATED,
            _REFUSALS,
            table(["reason", "HTTP", "SOAP 1.1", "SOAP 1.2", "title", "meaning"], map(_refusal, refusals())),
            _CONFIG,
            table(["error", "meaning"], [_named(one) for one in (ConfigError, *ConfigError.__subclasses__())]),
            _DELIVERY,
            table(["error", "meaning"], map(_named, DeliveryError.__subclasses__())),
            _EXITS,
            table(["code", "meaning"], codes),
        ]
    )


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Those that are raised, in the order of the closed list of reasons."""
    return iter(sorted(_leaves(kind), key=lambda one: errors.REASONS.index(one.reason)))


def _leaves(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield from _leaves(one) if one.__subclasses__() else (one,)


def _refusal(kind: type[Refusal]) -> tuple[str, ...]:
    soap11, soap12 = kind.soap_status
    return (
        f"`{kind.reason}`", str(kind.status), f"{soap11} `{kind.fault.soap11}`", f"{soap12} `{kind.fault.soap12}`",
        kind.title, inspect.getdoc(kind) or "",
    )  # fmt: skip


def _named(kind: type[GatewayError]) -> tuple[str, str]:
    return f"`{kind.__name__}`", inspect.getdoc(kind) or ""
