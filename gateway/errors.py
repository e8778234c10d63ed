"""Every error in one tree, grouped by who must act, with its reason, HTTP status and SOAP fault code.

`reason` and `status` are what HTTP callers see (RFC 9457), `fault` and `soap_status` what SOAP 1.1 and 1.2 callers do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class GatewayError(Exception):
    """The root: whatever the gateway raises on purpose."""


# --- the operator must act, before anything starts ---------------------------------------------


class ConfigError(GatewayError):
    """The configuration can't be used; `problems` lists every fault with its path."""

    def __init__(self, path: str, message: str, hint: str = "") -> None:
        super().__init__(f"{path}: {message}" + (f" ({hint})" if hint else ""))
        self.path, self.message, self.hint = path, message, hint
        self.problems: tuple[ConfigError, ...] = (self,)

    @classmethod
    def of(cls, problems: Iterable[ConfigError]) -> ConfigError:
        """One error that carries all of `problems` (at least one)."""
        flat = tuple(part for problem in problems for part in problem.problems)
        first = flat[0]
        whole = ConfigError(first.path, first.message, first.hint)
        whole.problems = flat
        return whole


class UnknownKind(ConfigError):
    """A `kind` that no module serves."""

    def __init__(self, path: str, kind: str, known: Iterable[str], hint: str = "") -> None:
        super().__init__(f"{path}.kind", f"no {kind!r}; there are: {', '.join(sorted(known))}", hint)


class MissingSecret(ConfigError):
    """A secret's reference leads nowhere."""


# --- someone is refused, and told why -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a message: `path` is a JSON Pointer (RFC 6901) into the event's data."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class FaultCode:
    """The SOAP fault code of a refusal, in both versions."""

    soap11: str
    soap12: str


CALLER = FaultCode("Client", "Sender")
US = FaultCode("Server", "Receiver")


_LONGEST_DETAIL = 2000  # characters: it may quote what a stranger sent


class Refusal(GatewayError):
    """A call that got no event; the caller is told `detail` in their own dialect."""

    reason: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    status: ClassVar[int] = 500
    fault: ClassVar[FaultCode] = CALLER
    soap_status: ClassVar[tuple[int, int]] = (500, 400)

    def __init__(
        self,
        detail: str,
        *,
        violations: Iterable[Violation] = (),
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]}…"
        self.violations = tuple(violations)
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)


MOST_VIOLATIONS, _LONGEST_PART = 1000, 200  # the latter: characters of a violation's path, and of its message


class RequestError(Refusal):
    """The caller must act."""


class NotAnEvent(RequestError):
    """What the caller says is the trouble: a source may keep such a call in quarantine, if it arrived whole."""


class Malformed(NotAnEvent):
    """The body can't be parsed at all."""

    reason, title, status = "malformed", "Malformed request", 400


class Unauthenticated(RequestError):
    """Credentials are missing or wrong."""

    reason, title, status = "unauthenticated", "Authentication failed", 401
    soap_status = (401, 401)


class UnknownSource(RequestError):
    """No source has this name."""

    reason, title, status = "unknown_source", "No such source", 404


class UnknownOperation(NotAnEvent):
    """The source has no such event, operation or version."""

    reason, title, status = "unknown_operation", "No such operation", 404


class TimedOut(RequestError):
    """The body did not arrive in time."""

    reason, title, status = "timeout", "Reading the request took too long", 408


class TooLarge(NotAnEvent):
    """The body, or what it holds, passes a limit."""

    reason, title, status = "too_large", "Request too large", 413


class UnsupportedMedia(NotAnEvent):
    """A media type, charset or content encoding that we don't read."""

    reason, title, status = "unsupported_media", "Unsupported media type", 415


class ContractViolation(NotAnEvent):
    """What parses and isn't allowed: every violation at once in `violations`, of very many the first thousand."""

    reason, title, status = "contract_violation", "The data does not meet the contract", 422

    def __init__(self, detail: str, *, violations: Iterable[Violation] = ()) -> None:
        first = itertools.islice(violations, MOST_VIOLATIONS)
        super().__init__(detail, violations=(Violation(_cut(one.path), _cut(one.message)) for one in first))


def _cut(text: str) -> str:
    """It may hold a name as a stranger sent it."""
    return text if len(text) <= _LONGEST_PART else f"{text[:_LONGEST_PART]}…"


class TooMany(RequestError):
    """More calls than the source may make; `retry_after` says when to come back."""

    reason, title, status = "too_many", "Too many calls", 429
    fault = US
    soap_status = (429, 429)


class NotUnderstood(RequestError):
    """A SOAP header that says mustUnderstand, and that we don't (SOAP 1.1 §4.2.3, SOAP 1.2 §5.2.3)."""

    reason, title, status = "not_understood", "SOAP header not understood", 500
    fault = FaultCode("MustUnderstand", "MustUnderstand")
    soap_status = (500, 500)


class VersionMismatch(NotAnEvent):
    """An envelope of neither SOAP 1.1 nor 1.2."""

    reason, title, status = "version_mismatch", "SOAP version not supported", 500
    fault = FaultCode("VersionMismatch", "VersionMismatch")
    soap_status = (500, 500)


class StoreUnavailable(Refusal):
    """We can't make anything durable now; nothing was written."""

    reason, title, status = "store_unavailable", "Temporarily unavailable", 503
    fault = US
    soap_status = (503, 503)

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        super().__init__(detail, retry_after=retry_after)


class Internal(Refusal):
    """Our bug. The caller learns that, and no more; the log has the traceback."""

    fault = US
    soap_status = (500, 500)


REASONS = tuple(
    kind.reason
    for kind in (
        UnknownSource, Unauthenticated, UnknownOperation, Malformed, UnsupportedMedia, TooLarge, ContractViolation,
        TooMany, StoreUnavailable, TimedOut, NotUnderstood, VersionMismatch, Internal,
    )
)  # fmt: skip
"""The closed list of reasons, which is also the metric's label."""


class DeliveryError(GatewayError):
    """A destination did not take a delivery. `pauses`: it wants no more. `exchange`: what was said, if that is kept."""

    def __init__(
        self,
        why: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        pauses: bool = False,
        exchange: Any = None,  # noqa: ANN401 - the model's, which is a floor above
    ) -> None:
        super().__init__(why)
        self.why, self.status, self.retry_after = why, status, retry_after
        self.pauses, self.exchange = pauses, exchange


class Unavailable(DeliveryError):
    """Try again, not before `retry_after` seconds where the far side said so."""


class NotYet(Unavailable):
    """Try this one again: the far side is well, and has not got what it is about."""


class Refused(DeliveryError):
    """Never again: straight to dead letter."""
