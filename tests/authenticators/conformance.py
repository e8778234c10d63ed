"""The sentences that every authenticator must satisfy: it accepts, refuses wrong, refuses missing, rotates."""

from __future__ import annotations

from urllib.parse import urlencode

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

    def test_its_schemes_say_where_its_proof_stands(self) -> None:
        """As OpenAPI has them (OAS 3.1 §4.8.27)."""
        authenticator = self.an_authenticator()
        proof = authenticator.proof()
        places = {"Authorization" if one["type"] == "http" else one["name"] for one in authenticator.schemes()}
        assert places == {*proof.headers, *proof.parameters}


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
            sent = [
                value.partition(" ")[2] if name == "authorization" else value
                for name, value in request.headers.items()
                if name in self.an_authenticator().headers
            ]
            hidden = [*self.secrets, *filter(None, sent), *filter(None, [request.query.partition("=")[2]])]
            assert [] == [one for one in hidden if one in f"{refused.value} {refused.value.headers}"]

    def test_its_secret_can_be_changed_without_a_gap(self) -> None:
        authenticator = self.a_rotating_authenticator()
        callers = [authenticator.authenticate(request).name for request in self.good_requests()]
        assert [self.caller] * len(self.secrets) == callers

    def test_it_shows_no_secret(self) -> None:
        shown = f"{self.a_rotating_authenticator()!r} {self.a_rotating_authenticator()}"
        assert [] == [secret for secret in self.secrets if secret in shown]

    def test_what_it_reads_is_masked_before_anything_is_stored(self) -> None:
        for request in (*self.good_requests(), *self.wrong_requests()):
            authenticator = self.an_authenticator()
            request.secrets |= authenticator.headers
            request.secret_parameters = authenticator.parameters
            assert {"••••"} >= {request.stored_headers().get(name, "••••") for name in authenticator.headers}
            assert {"••••"} >= {
                pair.partition("=")[2]
                for pair in request.stored_query().split("&")
                if pair.partition("=")[0] in authenticator.parameters
            }

    def test_a_caller_of_our_own_is_known_by_what_it_says_it_takes(self) -> None:
        proof = self.a_rotating_authenticator().proof()
        request = a_request(loaded=False, headers=proof.headers, query=urlencode(proof.parameters))
        assert self.caller == self.a_rotating_authenticator().authenticate(request).name
