"""The sentences that every authenticator must satisfy: it accepts, refuses wrong, refuses missing, rotates."""

from __future__ import annotations

import pytest

from gateway.authenticators import Authenticator
from gateway.errors import Unauthenticated
from gateway.model.request import Request
from tests.builders import a_request


class Conformance:
    """Name the authenticator, a request that it takes and the caller it is then; the rest follows."""

    caller: str

    def an_authenticator(self) -> Authenticator:
        raise NotImplementedError

    def a_good_request(self) -> Request:
        raise NotImplementedError

    def test_it_accepts_and_names_the_caller(self) -> None:
        assert self.caller == self.an_authenticator().authenticate(self.a_good_request()).name

    def test_it_judges_by_the_headers_before_the_body_is_read(self) -> None:
        request = self.a_good_request()
        self.an_authenticator().authenticate(request)
        assert b"" == request.body == request.incoming.so_far


class WithSecrets(Conformance):
    """For kinds that know a secret: `secrets` are the values that must be shown nowhere."""

    secrets: tuple[str, ...]

    def a_rotating_authenticator(self) -> Authenticator:
        """One that takes both secrets."""
        raise NotImplementedError

    def good_requests(self) -> list[Request]:
        """One for each secret."""
        raise NotImplementedError

    def wrong_requests(self) -> list[Request]:
        raise NotImplementedError

    def test_it_refuses_what_is_wrong(self) -> None:
        authenticator = self.an_authenticator()
        for request in self.wrong_requests():
            with pytest.raises(Unauthenticated):
                authenticator.authenticate(request)

    def test_it_refuses_what_is_missing(self) -> None:
        with pytest.raises(Unauthenticated, match="missing"):
            self.an_authenticator().authenticate(a_request(loaded=False))

    def test_a_refusal_says_how_to_authenticate(self) -> None:
        for request in (a_request(loaded=False), *self.wrong_requests()):
            with pytest.raises(Unauthenticated) as refused:
                self.an_authenticator().authenticate(request)
            assert ["WWW-Authenticate"] == list(refused.value.headers)

    def test_a_refusal_says_nothing_of_what_was_sent_or_is_expected(self) -> None:
        for request in self.wrong_requests():
            with pytest.raises(Unauthenticated) as refused:
                self.an_authenticator().authenticate(request)
            sent = request.headers["authorization"].partition(" ")[2]
            hidden = [*self.secrets, *([sent] if sent else [])]
            assert [] == [one for one in hidden if one in f"{refused.value} {refused.value.headers}"]

    def test_its_secret_can_be_changed_without_a_gap(self) -> None:
        authenticator = self.a_rotating_authenticator()
        callers = [authenticator.authenticate(request).name for request in self.good_requests()]
        assert [self.caller] * len(self.secrets) == callers

    def test_it_shows_no_secret(self) -> None:
        shown = f"{self.a_rotating_authenticator()!r} {self.a_rotating_authenticator()}"
        assert [] == [secret for secret in self.secrets if secret in shown]

    def test_what_it_reads_is_masked_before_anything_is_stored(self) -> None:
        request = self.a_good_request()
        self.an_authenticator().authenticate(request)
        assert "••••" == request.stored_headers()["authorization"]
