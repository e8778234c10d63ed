"""Through a proxy: names are its to resolve, and ours to permit."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gateway.egress.client import proxy_url
from gateway.egress.tls import tls_context
from tests.egress.certificates import an_authority
from tests.egress.proxying import proxying
from tests.egress.sending import OK, Names, a_policy, forbidden, send, unreachable
from tests.egress.speaking import speaking
from tests.running import free_port

NAMES = {"far.example": "127.0.0.1", "other.example.org": "127.0.0.1"}
POLICY = a_policy("far.example", "*.example.org")


def test_http_goes_in_absolute_form_and_the_name_is_not_resolved_here() -> None:
    with speaking(OK) as far, proxying(NAMES) as proxy:
        names = Names({})
        url = f"http://far.example:{far.port}/x%2fy?z"
        assert 200 == send(url, client={"policy": POLICY, "proxy": proxy.url, "resolve": names})[0].status
    assert proxy.asked[0].startswith(f"POST {url} HTTP/1.1\r\nHost: far.example:{far.port}\r\n")
    assert [] == names.asked
    assert b"POST /x%2fy?z HTTP/1.1" == far.heard[0].split(b"\r\n")[0]


def test_https_goes_through_a_tunnel_and_the_far_side_is_verified(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    tls = tls_context(ca=authority.certificate)
    client = {"policy": POLICY, "tls": tls}
    with speaking(OK, tls=authority.server("DNS:far.example")) as far, proxying(NAMES) as proxy:
        url = f"https://far.example:{far.port}/?token=hunter2"
        assert 200 == send(url, client=client | {"proxy": proxy.url})[0].status
    assert proxy.asked[0].startswith(f"CONNECT far.example:{far.port} HTTP/1.1\r\n")
    assert "hunter2" not in proxy.asked[0]
    with speaking(OK, tls=authority.server("DNS:another.example")) as far, proxying(NAMES) as proxy:
        url = f"https://far.example:{far.port}/?token=hunter2"
        assert "certificate" in unreachable(url, client=client | {"proxy": proxy.url})


def test_a_proxy_is_shown_its_credentials_and_the_far_side_is_not(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    client = {"policy": POLICY, "tls": tls_context(ca=authority.certificate)}
    expected = f"Proxy-Authorization: Basic {base64.b64encode(b'me:p@ss').decode()}"
    for scheme, tls in (("http", None), ("https", authority.server("DNS:far.example"))):
        with speaking(OK, tls=tls) as far, proxying(NAMES) as proxy:
            through = proxy.url.replace("http://", "http://me:p%40ss@")
            send(f"{scheme}://far.example:{far.port}/", client=client | {"proxy": through})
        assert expected in proxy.asked[0]
        assert scheme == "http" or b"Proxy" not in far.heard[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "evil.example", "localhost"])
def test_what_is_not_permitted_is_not_asked_of_the_proxy(host: str, scheme: str) -> None:
    with proxying(NAMES) as proxy:
        client = {"policy": POLICY, "proxy": proxy.url}
        assert "add it to hosts" in forbidden(f"{scheme}://{host}:8080/", url_from_data=True, client=client)
    assert [] == proxy.asked


def test_a_permitted_name_from_data_is_the_proxys_to_resolve() -> None:
    with speaking(OK) as far, proxying(NAMES) as proxy:
        url = f"http://other.example.org:{far.port}/"
        client = {"policy": POLICY, "proxy": proxy.url, "resolve": Names({})}
        assert 200 == send(url, url_from_data=True, client=client)[0].status


def test_the_proxys_own_name_is_the_operators_choice() -> None:
    with speaking(OK) as far, proxying(NAMES) as proxy:
        names = Names({"proxy.example": [["127.0.0.1"]]})
        client = {"policy": POLICY, "proxy": f"http://proxy.example:{proxy.port}", "resolve": names}
        url = f"http://other.example.org:{far.port}/"
        assert 200 == send(url, url_from_data=True, client=client)[0].status


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_said(scheme: str) -> None:
    port = free_port()
    client = {"policy": POLICY, "proxy": f"http://me:hunter2@127.0.0.1:{port}"}
    why = unreachable(f"{scheme}://far.example/?token=hunter2", client=client)
    assert why.startswith(f"no connection to 127.0.0.1:{port}: ")
    assert "hunter2" not in why


def test_a_proxy_that_refuses_a_tunnel_is_said() -> None:
    with proxying(NAMES, answer="407 Who are you") as proxy:
        why = unreachable("https://far.example/?token=hunter2", client={"policy": POLICY, "proxy": proxy.url})
    assert "the proxy answered 407 to CONNECT" == why


@pytest.mark.parametrize("text", ["", "proxy.example:3128", "socks5://proxy.example", "http://a/b@c", "http://proxy/path",
                                  "http://proxy/?q", "http://a b@proxy", "http://127.1:3128"])  # fmt: skip
def test_what_is_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|four decimal numbers|no name"):
        proxy_url(text)
