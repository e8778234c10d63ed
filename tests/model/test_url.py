"""URLs with tags: each value stays in its place."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.model.canonical import canonical_json
from gateway.model.scope import Scope
from gateway.model.template import Unresolved
from gateway.model.url import Url
from tests.builders import an_event


def a_scope(**data: object) -> Scope:
    return Scope(an_event(data=canonical_json(data)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://crm.example.org/events", "https://crm.example.org/events"),
        ("https://crm.example.org:8443/#id#/x?a=#id#&b=1", "https://crm.example.org:8443/a%2Fb%20c/x?a=a%2Fb+c&b=1"),
        ("https://crm.example.org?#id#", "https://crm.example.org?a%2Fb+c"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://#tenant#.example.org/", "https://acme.example.org/"),
        ("#callback#", "https://far.example/x?y=1"),
    ],
)
def test_a_url_is_filled(text: str, expected: str) -> None:
    scope = a_scope(id="a/b c", tenant="acme", callback="https://far.example/x?y=1")
    assert expected == Url.of(text).rendered(scope)


def test_parameters_are_added_to_those_that_it_has() -> None:
    url = Url.of("https://h/?a=1", {"t": "#tags#", "none": "#nope?#", "n": 5})
    assert "https://h/?a=1&t=x&t=y&n=5&more=1" == url.rendered(a_scope(tags=["x", "y"]), "more=1")


@pytest.mark.parametrize(
    ("text", "host", "is_from_data"),
    [
        ("https://CRM.example.org/", "crm.example.org", False),
        ("http://[::1]:1/", "::1", False),
        ("https://#a#.example.org/", None, True),
        ("#a#", None, True),
    ],
)
def test_it_tells_whether_the_operator_wrote_its_host(text: str, host: str | None, is_from_data: bool) -> None:
    url = Url.of(text)
    assert (host, is_from_data) == (url.written_host, url.is_from_data)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://h/", "http or https"),
        ("h/events", "http or https"),
        ("https:///x", "http or https"),
        ("https://u:p@h/", "credentials"),
        ("https://#a#@h/", "credentials"),
        ("https://h/#part", "fragment"),
        ("https://h:0/", "port"),
        ("https://h:#a#/", "port"),
        ("https://h/a b", "blank"),
        ("https://h\\@evil/", "backslash"),
        ("https://h/#a|zz#", "no form"),
    ],
)
def test_what_is_no_url_is_told_when_it_is_configured(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Url.of(text)


@pytest.mark.parametrize("value", ["evil.example/", "a@b", "a:1", "", "-x", "a b", "é", "x#"])
def test_a_value_in_the_host_is_a_hosts_name_or_part_of_one(value: str) -> None:
    with pytest.raises(Unresolved):
        Url.of("https://#tenant#.example.org/").rendered(a_scope(tenant=value))


@pytest.mark.parametrize(
    "value", ["javascript:x", "file:///etc/passwd", "//h/", "https://h/ x", "https://h/\nX: 1", ""]
)
def test_a_whole_url_from_the_data_is_http(value: str) -> None:
    with pytest.raises(Unresolved, match="is no http or https URL"):
        Url.of("#callback#").rendered(a_scope(callback=value))


@pytest.mark.parametrize("value", [".", "..", "%2e"])
def test_no_value_leads_to_another_path(value: str) -> None:
    url = Url.of("https://h/a/#id#/b")
    if value == "%2e":  # its percent sign is one of the value
        assert "https://h/a/%252e/b" == url.rendered(a_scope(id=value))
    else:
        with pytest.raises(Unresolved, match="dots"):
            url.rendered(a_scope(id=value))


@given(st.text(max_size=20))
def test_no_value_can_break_out_of_its_place(value: str) -> None:
    assume(value not in (".", ".."))
    parts = urlsplit(Url.of("https://h/a/#id#/b?q=#id#&r=1").rendered(a_scope(id=value)))
    assert ("h", f"/a/{value}/b", "") == (parts.netloc, unquote(parts.path), parts.fragment)
    assert 3 == parts.path.count("/")
    assert [("q", value), ("r", "1")] == parse_qsl(parts.query, keep_blank_values=True)
