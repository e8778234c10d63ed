"""Whoever reaches the endpoint may call."""

from __future__ import annotations

import pytest

from gateway.authenticators.anonymous import Authenticator, Options
from gateway.errors import ConfigError
from gateway.model.request import Request
from gateway.toml import checked
from tests.authenticators.conformance import Conformance
from tests.builders import a_request


class TestAnonymous(Conformance):
    caller = "anonymous"

    def an_authenticator(self) -> Authenticator:
        return Authenticator(Options())

    def a_good_request(self) -> Request:
        return a_request(b"body", loaded=False)


def test_credentials_that_nobody_asked_for_do_not_matter() -> None:
    request = a_request(headers={"Authorization": "Basic x"}, loaded=False)
    assert "anonymous" == Authenticator(Options()).authenticate(request).name


def test_it_has_no_options() -> None:
    with pytest.raises(ConfigError, match=r"sources\.pbx\.authenticate\.user: no such setting"):
        checked(Options, {"user": "pbx"}, "sources.pbx.authenticate")
