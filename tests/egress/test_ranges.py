"""What an address is, on every Python alike."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from gateway.egress.ranges import is_guarded, is_public, stands_for


@pytest.mark.parametrize(
    "text",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "172.15.0.1",
        "172.32.0.1",
        "2606:4700::1111",
        "2a00:1450:4001::",
        "64:ff9b::",
    ],
)
def test_what_the_internet_routes_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255",  # noqa: S104 - nothing is bound
        "127.0.0.1", "127.255.255.254", "169.254.1.1", "172.16.0.1", "172.31.255.255", "192.0.0.1",
        "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:0:7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
        "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_it_does_not_route_is_not(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("2606:4700::1", ["2606:4700::1"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("64:ff9b::10.0.0.1", ["64:ff9b::a00:1", "10.0.0.1"]),
        ("2002:a00:1::5", ["2002:a00:1::5", "10.0.0.1"]),
        ("2001:0:a00:1::f5ff:fffe", ["2001:0:a00:1::f5ff:fffe", "10.0.0.1", "10.0.0.1"]),
    ],
    ids=["ipv4", "ipv6", "mapped", "nat64", "6to4", "teredo"],
)
def test_an_address_stands_for_those_that_it_is_translated_to(text: str, expected: list[str]) -> None:
    assert expected == list(map(str, stands_for(ip_address(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("169.254.169.254", True),
        ("169.254.0.0/16", True),
        ("169.254.169.0/24", True),
        ("169.0.0.0/8", False),
        ("0.0.0.0/0", False),
        ("::/0", False),
        ("fe80::/64", True),
        ("fd00:ec2::254", True),
        ("fd00::/8", False),
        ("100.100.100.200", True),
        ("100.100.100.201", False),
    ],
)
def test_a_network_is_guarded_if_all_of_it_is(text: str, expected: bool) -> None:
    assert expected is is_guarded(ip_network(text))
