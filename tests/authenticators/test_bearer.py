"""`kind = "bearer"`: a fixed token in the Authorization header."""

from __future__ import annotations

import pytest

from gateway.authenticators.bearer import Authenticator, Options
from gateway.errors import ConfigError, Unauthenticated
from gateway.model.request import Request
from gateway.toml import checked
from gateway.values import Secret
from tests.authenticators.conformance import WithSecrets
from tests.builders import a_request

PATH = "sources.pbx.authenticate"


def an_authenticator(*tokens: str) -> Authenticator:
    return Authenticator(Options(token=tuple(map(Secret, tokens)), caller="pbx"))


def authorized(header: str) -> Request:
    return a_request(headers={"Authorization": header}, loaded=False)


class TestBearer(WithSecrets):
    caller = "pbx"
    secrets = ("hunter2", "tr0ub4dor")

    def an_authenticator(self) -> Authenticator:
        return an_authenticator("hunter2")

    def a_good_request(self) -> Request:
        return authorized("Bearer hunter2")

    def a_rotating_authenticator(self) -> Authenticator:
        return an_authenticator(*self.secrets)

    def good_requests(self) -> list[Request]:
        return [authorized(f"Bearer {secret}") for secret in self.secrets]

    def wrong_requests(self) -> list[Request]:
        headers = ("Bearer", "Bearer hunter3", "Bearer hunter22", "Bearer hunter2,hunter2", "Basic hunter2", "hunter2")
        return [authorized(header) for header in headers]


@pytest.mark.parametrize("header", ["bearer hunter2", "BEARER  hunter2 "])
def test_the_scheme_is_of_any_case(header: str) -> None:
    assert "pbx" == an_authenticator("hunter2").authenticate(authorized(header)).name


def test_a_wrong_token_is_told_as_rfc_6750_says() -> None:
    with pytest.raises(Unauthenticated) as refused:
        an_authenticator("hunter2").authenticate(authorized("Bearer x"))
    assert 'Bearer realm="endpoint-gateway", error="invalid_token"' == refused.value.headers["WWW-Authenticate"]


def test_its_token_is_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    assert "bearer" == checked(Options, {"token": {"env": "TOKEN"}}, PATH).caller
    with pytest.raises(ConfigError, match="a secret is a reference"):
        checked(Options, {"token": "hunter2"}, PATH)
