"""Several authenticators for one source: any of them will do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.authenticators import AnyOf, anonymous, basic, bearer
from gateway.errors import Unauthenticated
from gateway.model.request import Request
from gateway.values import Secret
from tests.builders import a_request
from tests.configured import a_gateway, problems_of

BOTH = """
[sources.pbx]
contract = "contract.toml"
authenticate = [
    { kind = "basic", user = "pbx", password = { env = "PBX_PASSWORD" } },
    { kind = "api_key", query = "key", key = [{ env = "PBX_KEY" }, { env = "PBX_PASSWORD" }] },
]
"""


def either() -> AnyOf:
    user = basic.Authenticator(basic.Options(user="pbx", password=(Secret("hunter2"),)))
    return AnyOf([user, bearer.Authenticator(bearer.Options(token=(Secret("tr0ub4dor"),), caller="crm"))])


def test_each_scheme_is_told_once() -> None:
    expected = [{"type": "http", "scheme": "basic"}, {"type": "http", "scheme": "bearer"}]
    assert expected == AnyOf([either(), either()]).schemes()


def authorized(header: str) -> Request:
    return a_request(headers={"Authorization": header}, loaded=False)


@pytest.mark.parametrize(("header", "expected"), [("Basic cGJ4Omh1bnRlcjI=", "pbx"), ("Bearer tr0ub4dor", "crm")])
def test_the_caller_is_whom_one_of_them_knows(header: str, expected: str) -> None:
    assert expected == either().authenticate(authorized(header)).name


@pytest.mark.parametrize("header", ["Basic dHIwdWI0ZG9y", "Bearer hunter2", "", "Digest x"])
def test_whom_none_of_them_knows_is_told_what_each_expects(header: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        either().authenticate(authorized(header))
    assert ["WWW-Authenticate"] == list(refused.value.headers)
    assert "Basic realm=" in refused.value.headers["WWW-Authenticate"]
    assert ", Bearer realm=" in refused.value.headers["WWW-Authenticate"]


def test_it_shows_no_secret() -> None:
    assert "any of [basic('pbx'), bearer('crm')]" == repr(either())


def test_a_list_is_configured_with_secrets_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PBX_PASSWORD", "hunter2")
    monkeypatch.setenv("PBX_KEY", "tr0ub4dor")
    authenticator = a_gateway(tmp_path, BOTH).sources["pbx"].authenticator
    assert (frozenset({"authorization"}), frozenset({"key"})) == (authenticator.headers, authenticator.parameters)
    for query in ("key=hunter2", "key=tr0ub4dor"):
        assert "api_key" == authenticator.authenticate(a_request(query=query, loaded=False)).name


def test_what_is_wrong_in_a_list_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PBX_PASSWORD", raising=False)
    monkeypatch.delenv("PBX_KEY", raising=False)
    broken = BOTH.replace('"basic"', '"bacis"')
    paths = [problem.partition(": ")[0] for problem in problems_of(tmp_path, broken)]
    assert [
        "sources.pbx.authenticate.0.kind",
        "sources.pbx.authenticate.1.key.0",
        "sources.pbx.authenticate.1.key.1",
    ] == paths


def test_anonymous_beside_others_is_refused(tmp_path: Path) -> None:
    both = '[{ kind = "anonymous" }, { kind = "anonymous" }]'
    text = f'[sources.pbx]\ncontract = "contract.toml"\nauthenticate = {both}\n'
    assert "lets everybody in" in "".join(problems_of(tmp_path, text))
    assert "anonymous" == anonymous.Authenticator(anonymous.Options()).authenticate(a_request()).name


@pytest.mark.parametrize("authenticate", ["[]", "5", "[5]", "[{}]", "{}"])
def test_a_source_without_an_authenticator_is_none(tmp_path: Path, authenticate: str) -> None:
    text = f'[sources.pbx]\ncontract = "contract.toml"\nauthenticate = {authenticate}\n'
    problems = problems_of(tmp_path, text)
    assert problems and all(problem.startswith("sources.pbx.authenticate") for problem in problems)
