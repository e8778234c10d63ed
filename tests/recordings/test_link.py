"""Where a recording is, by the event that links it, and what of that may be told."""

from __future__ import annotations

import json

import pytest

from gateway.egress.addresses import parsed_host_rule
from gateway.egress.credentials import NONE, Credentials
from gateway.errors import Refused
from gateway.model.url import Url
from gateway.recordings.link import Link, Linking
from tests.builders import a_payload, an_event

BASIC = Credentials((("Authorization", "Basic bWU6aHVudGVyMg=="),))
KEY = Credentials(parameters=(("k", "hunter2"),))


def link_of(url: str, credentials: Credentials = NONE, *hosts: str, written: str = "#recording_url?#") -> Link:
    linking = Linking(Url.of(written), credentials, tuple(map(parsed_host_rule, hosts)))
    event = an_event(data=json.dumps({"recording_url": url, "call_id": "a/b"}).encode())
    link = linking.link_of(a_payload(event, traceparent="00-1-2-01", **{"User-Agent": "endpoint-gateway/1"}))
    assert link is not None
    return link


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.vacd.biz/1.wav", "https://a.vacd.biz/1.wav"),
        ("https://a.vacd.biz/?v=1&file=a/b.WAV", "https://a.vacd.biz/?v=1&file=a/b.WAV"),
        (
            "https://a.vacd.biz/1?X-Amz-Signature=ab&X-Amz-Date=1",
            "https://a.vacd.biz/1?X-Amz-Signature=••••&X-Amz-Date=1",
        ),
        ("https://a.vacd.biz/1?access%5Ftoken=x&sig=y&t", "https://a.vacd.biz/1?access%5Ftoken=••••&sig=••••&t"),
        ("https://a.vacd.biz/1?token=", "https://a.vacd.biz/1?token="),
    ],
)
def test_what_opens_a_link_to_others_is_not_told(url: str, shown: str) -> None:
    link = link_of(url)
    assert (url, shown) == (link.sent, link.shown)


def test_a_key_of_ours_is_sent_and_not_told() -> None:
    link = link_of("https://a.vacd.biz/1?v=1", KEY)
    assert "https://a.vacd.biz/1?v=1&k=hunter2" == link.sent
    assert "https://a.vacd.biz/1?k=hunter2" == link_of("https://a.vacd.biz/1", KEY).sent
    assert "https://a.vacd.biz/1?v=1" == link.shown
    assert link.as_request().startswith("GET /1?v=1&k=•••• HTTP/1.1\nHost: a.vacd.biz\n")
    assert "hunter2" not in f"{link!r}{link.as_request()}"


def test_it_is_asked_for_as_audio_uncompressed_and_by_our_name() -> None:
    headers = link_of("https://a.vacd.biz/1", BASIC).headers
    assert {"User-Agent", "traceparent", "Accept", "Accept-Encoding", "Authorization"} == headers.keys()
    assert "identity" == headers["Accept-Encoding"]
    assert headers["Accept"].startswith("audio/wav")


def test_where_the_operator_wrote_the_host_values_stay_in_their_place() -> None:
    link = link_of("", written="http://pbx.local/#call_id#.wav")
    assert ("http://pbx.local/a%2Fb.wav", False) == (link.url, link.is_from_data)


@pytest.mark.parametrize("hosts", [("pbx.local:80",), ("*.local:80",), ("pbx.local", "pbx.local:80")])
def test_a_password_goes_over_http_where_the_port_was_named(hosts: tuple[str, ...]) -> None:
    assert link_of("http://pbx.local/1", BASIC, *hosts)
    assert link_of("http://10.1.2.3/1", BASIC, "10.0.0.0/8")


@pytest.mark.parametrize(
    "hosts", [(), ("pbx.local",), ("*.local",), ("pbx.local:8080",), ("pbx.local", "other.local:80")]
)
def test_a_password_does_not_go_over_http_else(hosts: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=r"add pbx\.local:80 to hosts, with its port"):
        link_of("http://pbx.local/1", BASIC, *hosts)
    assert link_of("http://pbx.local/1", NONE, *hosts)
    assert link_of("https://pbx.local/1", BASIC, *hosts)
