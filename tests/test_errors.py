"""Every error in one tree: reasons and statuses as pinned, in three dialects."""

from __future__ import annotations

import pytest

from gateway import errors
from gateway.errors import ConfigError, Refusal, Violation

CALLER, US = ("Client", "Sender"), ("Server", "Receiver")

PINNED = [
    # error, reason, HTTP, (SOAP 1.1, SOAP 1.2), fault codes
    (errors.Malformed, "malformed", 400, (500, 400), CALLER),
    (errors.UnknownSource, "unknown_source", 404, (500, 400), CALLER),
    (errors.UnknownOperation, "unknown_operation", 404, (500, 400), CALLER),
    (errors.ContractViolation, "contract_violation", 422, (500, 400), CALLER),
    (errors.UnsupportedMedia, "unsupported_media", 415, (500, 400), CALLER),
    (errors.TooLarge, "too_large", 413, (500, 400), CALLER),
    (errors.TimedOut, "timeout", 408, (500, 400), CALLER),
    (errors.Unauthenticated, "unauthenticated", 401, (401, 401), CALLER),
    (errors.TooMany, "too_many", 429, (429, 429), US),
    (errors.StoreUnavailable, "store_unavailable", 503, (503, 503), US),
    (errors.NotUnderstood, "not_understood", 500, (500, 500), ("MustUnderstand", "MustUnderstand")),
    (errors.VersionMismatch, "version_mismatch", 500, (500, 500), ("VersionMismatch", "VersionMismatch")),
    (errors.Internal, "internal", 500, (500, 500), US),
]


def leaves(kind: type[Refusal]) -> set[type[Refusal]]:
    below = kind.__subclasses__()
    return {leaf for one in below for leaf in leaves(one)} if below else {kind}


@pytest.mark.parametrize(("kind", "reason", "http", "soap", "fault"), PINNED)
def test_a_refusal_has_its_pinned_reason_statuses_and_fault_codes(
    kind: type[Refusal], reason: str, http: int, soap: tuple[int, int], fault: tuple[str, str]
) -> None:
    error = kind("no")
    assert (reason, http, soap) == (error.reason, error.status, error.soap_status)
    assert fault == (error.fault.soap11, error.fault.soap12)
    assert error.title


def test_no_refusal_is_missing_from_the_table_or_from_the_closed_list() -> None:
    assert leaves(Refusal) == {row[0] for row in PINNED}
    assert {row[1] for row in PINNED} == set(errors.REASONS)
    assert len(PINNED) == len(errors.REASONS)


def test_a_refusal_says_why_and_carries_every_violation() -> None:
    violations = [Violation("/a", "is required"), Violation("/b", "is wrong")]
    error = errors.ContractViolation("two things", violations=iter(violations))
    assert ("two things", tuple(violations)) == (error.detail, error.violations)
    assert "two things" in str(error)


def test_a_refusal_may_say_when_to_come_back() -> None:
    assert {} == Refusal("no").headers
    assert {"Retry-After": "7", "X": "y"} == Refusal("no", retry_after=7, headers={"X": "y"}).headers
    assert {"Retry-After": "0"} == Refusal("no", retry_after=0).headers


def test_a_store_that_is_unavailable_always_says_when_to_come_back() -> None:
    assert {"Retry-After": "5"} == errors.StoreUnavailable("full").headers
    assert {"Retry-After": "1"} == errors.StoreUnavailable("full", retry_after=1).headers


def test_the_headers_given_are_not_changed() -> None:
    headers = {"WWW-Authenticate": "Basic"}
    errors.Unauthenticated("no", headers=headers, retry_after=3)
    assert {"WWW-Authenticate": "Basic"} == headers


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConfigError("a.b", "is wrong"), "a.b: is wrong"),
        (ConfigError("a.b", "is wrong", "try c"), "a.b: is wrong (try c)"),
        (
            errors.UnknownKind("destinations.crm", "kafak", ["log", "http"]),
            "destinations.crm.kind: no 'kafak'; there are: http, log",
        ),
    ],
)
def test_a_configuration_error_has_its_path_and_a_hint(error: ConfigError, expected: str) -> None:
    assert expected == str(error)
    assert (error,) == error.problems


def test_one_configuration_error_carries_all_problems_flat() -> None:
    first, second, third = (ConfigError(name, "is wrong", "hint") for name in "abc")
    whole = ConfigError.of([ConfigError.of([first, second]), third])
    assert (first, second, third) == whole.problems
    assert str(first) == str(whole)


def test_a_delivery_error_says_what_the_far_side_said() -> None:
    error = errors.Unavailable("HTTP 429", status=429, retry_after=2.5)
    assert ("HTTP 429", 429, 2.5) == (error.why, error.status, error.retry_after)
    refused = errors.Refused("HTTP 400")
    assert ("HTTP 400", None, None) == (str(refused), refused.status, refused.retry_after)
