"""HTTP Basic: a user and one or more passwords."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gateway.authenticators.basic import Authenticator, Options
from gateway.errors import ConfigError, MissingSecret, Unauthenticated
from gateway.model.request import Request
from gateway.toml import checked
from gateway.values import Secret
from tests.authenticators.conformance import WithSecrets
from tests.builders import a_request

PATH = "sources.pbx.authenticate"


def an_authenticator(*passwords: str, user: str = "pbx") -> Authenticator:
    return Authenticator(Options(user=user, password=tuple(map(Secret, passwords or ("hunter2",)))))


def basic(pair: str | bytes, scheme: str = "Basic") -> Request:
    encoded = base64.b64encode(pair.encode() if isinstance(pair, str) else pair).decode()
    return a_request(b"body", headers={"Authorization": f"{scheme} {encoded}"}, loaded=False)


def authorized(header: str) -> Request:
    return a_request(b"body", headers={"Authorization": header}, loaded=False)


class TestBasic(WithSecrets):
    caller = "pbx"
    secrets = ("hunter2", "tr0ub4dor")

    def an_authenticator(self) -> Authenticator:
        return an_authenticator("hunter2")

    def a_rotating_authenticator(self) -> Authenticator:
        return an_authenticator("hunter2", "tr0ub4dor")

    def a_good_request(self) -> Request:
        return basic("pbx:hunter2")

    def good_requests(self) -> list[Request]:
        return [basic("pbx:hunter2"), basic("pbx:tr0ub4dor")]

    def wrong_requests(self) -> list[Request]:
        pairs = [
            "pbx:wrong",
            "other:hunter2",
            "pbx:hunter2 ",
            "pbx:hunter",
            "pbx:",
            ":hunter2",
            "pbx",
            "PBX:hunter2",
            ":",
        ]
        return [basic(pair) for pair in pairs]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic pbx:hunter2",
        "Basic cGJ4Omh1bnRlcjI",
        "Basic cGJ4Omh1bnRlcjI= extra",
        "Basic Zoë",
        "Basic \ud800",
        "Bearer cGJ4Omh1bnRlcjI=",
        "cGJ4Omh1bnRlcjI=",
    ],
)
def test_a_header_that_is_no_sound_basic_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        an_authenticator().authenticate(authorized(header))


@pytest.mark.parametrize("header", ["Basic cGJ4Omh1bnRlcjI=", "basic cGJ4Omh1bnRlcjI=", "BASIC   cGJ4Omh1bnRlcjI= "])
def test_the_scheme_is_of_any_case(header: str) -> None:
    assert "pbx" == an_authenticator().authenticate(authorized(header)).name


@pytest.mark.parametrize("password", ["a:b:c", "Zoë😀", " blanks "])
def test_a_password_may_hold_anything(password: str) -> None:
    authenticator = an_authenticator(password)
    assert "pbx" == authenticator.authenticate(basic(f"pbx:{password}")).name
    assert basic(f"pbx:{password}").headers["authorization"] == authenticator.proof().headers["Authorization"]


def test_credentials_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(Unauthenticated):
        an_authenticator("Zoë").authenticate(basic("pbx:Zoë".encode("latin-1")))


def test_the_challenge_asks_for_utf_8() -> None:
    with pytest.raises(Unauthenticated) as refused:
        an_authenticator().authenticate(authorized(""))
    assert {"WWW-Authenticate": 'Basic realm="endpoint-gateway", charset="UTF-8"'} == refused.value.headers


def test_a_caller_of_our_own_uses_the_newest_password() -> None:
    assert basic("pbx:new").headers["authorization"] == an_authenticator("new", "old").proof().headers["Authorization"]


def test_passwords_are_references(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    (tmp_path / "old").write_text("tr0ub4dor\n")
    one = checked(Options, {"user": "pbx", "password": {"env": "PBX_PASSWORD"}}, PATH)
    two = checked(Options, {"user": "pbx", "password": [{"env": "PBX_PASSWORD"}, {"file": "old"}]}, PATH, tmp_path)
    assert ["hunter2"] == [secret.reveal() for secret in one.password]
    assert ["hunter2", "tr0ub4dor"] == [secret.reveal() for secret in two.password]
    assert "hunter2" not in repr(two)
    assert "tr0ub4dor" not in repr(two)


def test_a_password_that_is_written_out_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="a secret is a reference") as refused:
        checked(Options, {"user": "pbx", "password": "hunter2"}, PATH)
    assert "hunter2" not in str(refused.value)


def test_a_password_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PBX_PASSWORD", raising=False)
    with pytest.raises(ConfigError, match="the environment has no PBX_PASSWORD") as error:
        checked(Options, {"user": "pbx", "password": {"env": "PBX_PASSWORD"}}, PATH)
    (missing,) = error.value.problems
    assert isinstance(missing, MissingSecret)
    assert missing.path.startswith(f"{PATH}.password")


@pytest.mark.parametrize("table", [{"user": "pbx"}, {"password": []}, {"user": 5, "password": []}])
def test_both_keys_are_needed(table: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        checked(Options, table, PATH)
