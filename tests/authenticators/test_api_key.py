"""`kind = "api_key"`: a fixed key in a header or in the URL."""

from __future__ import annotations

import pytest

from gateway.authenticators.api_key import Authenticator, Options
from gateway.errors import ConfigError, Unauthenticated
from gateway.model.request import Request
from gateway.toml import checked
from gateway.values import Secret
from tests.authenticators.conformance import WithSecrets
from tests.builders import a_request

PATH = "sources.pbx.authenticate"


def in_a_header(*keys: str) -> Authenticator:
    return Authenticator(Options(key=tuple(map(Secret, keys)), header="X-Key", caller="pbx"))


def in_the_url(*keys: str) -> Authenticator:
    return Authenticator(Options(key=tuple(map(Secret, keys)), query="key", caller="pbx"))


def with_header(value: str) -> Request:
    return a_request(headers={"X-Key": value}, loaded=False)


def with_query(query: str) -> Request:
    return a_request(query=query, loaded=False)


class TestInAHeader(WithSecrets):
    caller = "pbx"
    secrets = ("hunter2", "tr0ub4dor")

    def an_authenticator(self) -> Authenticator:
        return in_a_header("hunter2")

    def a_good_request(self) -> Request:
        return with_header("hunter2")

    def a_rotating_authenticator(self) -> Authenticator:
        return in_a_header(*self.secrets)

    def good_requests(self) -> list[Request]:
        return list(map(with_header, self.secrets))

    def wrong_requests(self) -> list[Request]:
        return [*map(with_header, ("hunter3", "hunter2,hunter2", "Zo\xeb")), with_query("key=hunter4")]


class TestInTheUrl(WithSecrets):
    caller = "pbx"
    secrets = ("hunter2", "tr0ub4dor")

    def an_authenticator(self) -> Authenticator:
        return in_the_url("hunter2")

    def a_good_request(self) -> Request:
        return with_query("call_id=1&key=hunter2")

    def a_rotating_authenticator(self) -> Authenticator:
        return in_the_url(*self.secrets)

    def good_requests(self) -> list[Request]:
        return [with_query(f"key={secret}") for secret in self.secrets]

    def wrong_requests(self) -> list[Request]:
        return list(map(with_query, ("key=hunter3", "key=hunter2&key=hunter2", "key=%FF", "Key=hunter4")))


@pytest.mark.parametrize("query", ["k%65y=hunter2", "key=hunter%32", "a=%FF&key=hunter2"])
def test_a_key_in_the_url_may_be_percent_encoded(query: str) -> None:
    assert "pbx" == in_the_url("hunter2").authenticate(with_query(query)).name


def test_what_is_missing_is_told_with_its_place() -> None:
    for authenticator, place in ((in_a_header("x"), 'header="X-Key"'), (in_the_url("x"), 'parameter="key"')):
        with pytest.raises(Unauthenticated, match=f"a key is expected, {place}") as refused:
            authenticator.authenticate(with_query("a=1"))
        assert f'ApiKey realm="endpoint-gateway", {place}' == refused.value.headers["WWW-Authenticate"]


@pytest.mark.parametrize("more", [{}, {"header": "X-Key", "query": "key"}, {"header": "a b"}, {"query": ""}])
def test_it_stands_in_one_place(monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    monkeypatch.setenv("KEY", "hunter2")
    with pytest.raises(ConfigError):
        checked(Options, {"key": {"env": "KEY"}, **more}, PATH)
