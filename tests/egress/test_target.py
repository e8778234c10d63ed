"""A URL is taken apart once; what of it could be read in two ways is refused."""

from __future__ import annotations

import pytest

from gateway.egress.target import normal_host, parsed_target


@pytest.mark.parametrize(
    ("url", "host", "port", "sent"),
    [
        ("http://example.org", "example.org", 80, "http://example.org/"),
        ("HTTPS://Example.ORG.:443/A", "example.org", 443, "https://example.org/A"),
        ("https://example.org:80/", "example.org", 80, "https://example.org:80/"),
        ("http://example.org:/", "example.org", 80, "http://example.org/"),
        ("http://bücher.example/", "xn--bcher-kva.example", 80, "http://xn--bcher-kva.example/"),
        ("http://my_service:8080", "my_service", 8080, "http://my_service:8080/"),
        ("http://127.0.0.1.:8080/", "127.0.0.1", 8080, "http://127.0.0.1:8080/"),
        ("http://[0:0::1]:8080/", "::1", 8080, "http://[::1]:8080/"),
        ("http://[::FFFF:127.0.0.1]/", "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://example.org/@:[]//x?@", "example.org", 80, "http://example.org/@:[]//x?@"),
        ("http://example.org?a=b#c", "example.org", 80, "http://example.org/?a=b"),
        ("http://example.org/\udcff", "example.org", 80, "http://example.org/%FF"),
    ],
)
def test_a_url_has_one_reading(url: str, host: str, port: int, sent: str) -> None:
    target = parsed_target(url)
    assert (host, port, sent) == (target.host, target.port, str(target.url))


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("//other.example/x", "http://other.example/x"),
        ("/x%2f?y", "http://example.org:8080/x%2f?y"),
        ("../x", "http://example.org:8080/x"),
        ("?y", "http://example.org:8080/a/b?y"),
    ],
)
def test_a_location_is_read_from_where_it_is_said(location: str, expected: str) -> None:
    assert expected == str(parsed_target("http://example.org:8080/a/b").redirected(location).url)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert ("https", "example.org", 443) == parsed_target("https://EXAMPLE.org/x").origin
    assert parsed_target("http://example.org:443").origin != parsed_target("https://example.org").origin


@pytest.mark.parametrize(
    "host", ["", ".", "-a.example", "a-.example", "a..b", "a" * 64, "a." * 127 + "a", "a,b", "[::1", "*.a"]
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"is no name of a host|is no IPv6 address"):
        normal_host(host)
