"""Where a request may go: the operator's own hosts, and of those that data names only what `hosts` permits."""

from __future__ import annotations

import asyncio
import re

import pytest

from gateway.egress.addresses import AddressPolicy, Forbidden, parsed_host_rule
from gateway.egress.resolver import PermittedAddresses
from gateway.egress.target import parsed_target
from tests.egress.sending import OK, Names, a_policy, forbidden, send
from tests.egress.speaking import speaking

PUBLIC = "93.184.215.14"
MEANINGS = {
    "good": [PUBLIC],
    "both": ["10.0.0.1", PUBLIC],
    "loopback": ["127.0.0.1"],
    "loopback6": ["::1"],
    "private": ["10.0.0.1"],
    "unique": ["fd12:3456::1"],
    "shared": ["100.64.0.1"],
    "metadata": ["169.254.169.254"],
    "amazon": ["fd00:ec2::254"],
    "alibaba": ["100.100.100.200"],
    "azure": ["168.63.129.16"],
    "link": ["fe80::1%1"],
    "anything": ["0.0.0.0"],  # noqa: S104 - an address to be refused
    "nothing": ["::"],
    "mapped": ["::ffff:127.0.0.1"],
    "nat64": ["64:ff9b::7f00:1"],
    "nat64-metadata": ["64:ff9b::a9fe:a9fe"],
    "6to4": ["2002:7f00:1::"],
    "teredo": ["2001:0:7f00:1::"],
    "multicast": ["224.0.0.1"],
    "broadcast": ["255.255.255.255"],
}
HOSTS = ("*.example.org", "hooks.example.com:8443", "bücher.example", "198.51.100.0/24", "[2606:4700::]:443")

HOSTILE = {
    "another host": "http://evil.example/",
    "the domain without what stands before it": "http://example.org/",
    "a name that ends alike": "http://evilexample.org/",
    "a name that begins alike": "http://good.example.org.evil.example/",
    "another port": "http://hooks.example.com:8444/",
    "the default port of a host with a port": "http://hooks.example.com/",
    "loopback": "http://127.0.0.1:{port}/",
    "another of loopback": "http://127.1.2.3:{port}/",
    "loopback by name": "http://localhost:{port}/",
    "loopback with a last dot": "http://127.0.0.1.:{port}/",
    "a decimal number": "http://2130706433:{port}/",
    "an octal number": "http://017700000001:{port}/",
    "a hexadecimal number": "http://0x7f000001:{port}/",
    "an address with octal parts": "http://0177.0.0.1:{port}/",
    "an address with hexadecimal parts": "http://0x7f.0x0.0x0.0x1:{port}/",
    "an address with leading zeros": "http://127.000.000.001:{port}/",
    "an address of two parts": "http://127.1:{port}/",
    "an address of three parts": "http://127.0.1:{port}/",
    "zero": "http://0:{port}/",
    "this machine": "http://0.0.0.0:{port}/",
    "this machine in IPv6": "http://[::]:{port}/",
    "loopback in IPv6": "http://[::1]:{port}/",
    "loopback in long IPv6": "http://[0:0:0:0:0:0:0:1]:{port}/",
    "loopback mapped into IPv6": "http://[::ffff:127.0.0.1]:{port}/",
    "loopback mapped in hexadecimal": "http://[::ffff:7f00:1]:{port}/",
    "loopback compatible with IPv6": "http://[::127.0.0.1]:{port}/",
    "loopback through NAT64": "http://[64:ff9b::7f00:1]:{port}/",
    "loopback through 6to4": "http://[2002:7f00:1::]:{port}/",
    "link-local with a zone": "http://[fe80::1%25lo]:{port}/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata as a number": "http://2852039166/",
    "metadata of Amazon in IPv6": "http://[fd00:ec2::254]/",
    "metadata of Google by name": "http://metadata.google.internal/",
    "metadata of Alibaba": "http://100.100.100.200/",
    "a private address": "http://10.0.0.1/",
    "a named network that is not public": "http://198.51.101.1/",
    "digits of full width": "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/",
    "ideographic dots": "http://127。0。0。1:{port}/",
    "circled letters": "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/",
    "a percent-encoded host": "http://%31%32%37.0.0.1:{port}/",
    "a host that hides a space of no width": "http://good\u200b.example.org/",
    "a character that becomes a slash": "http://127.0.0.1℀.example.org:{port}/",
    "a permitted host as user": "http://good.example.org@127.0.0.1:{port}/",
    "a permitted host as user and password": "http://good.example.org:80@127.0.0.1:{port}/",
    "user and password": "http://user:hunter2@good.example.org/",
    "a permitted host after a fragment": "http://127.0.0.1:{port}#@good.example.org/",
    "a permitted host after a question mark": "http://127.0.0.1:{port}?@good.example.org/",
    "a backslash": "http://127.0.0.1:{port}\\@good.example.org/",
    "a backslash in place of slashes": "http:\\\\127.0.0.1:{port}/",
    "a backslash after the host": "http://good.example.org\\.evil.example/",
    "a line break in the host": "http://good.example.org\r\n/",
    "a line break in the path": "http://good.example.org/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a tab in the host": "http://good\t.example.org/",
    "a space before": " http://good.example.org/",
    "a space after": "http://good.example.org/ ",
    "a zero byte": "http://good.example.org\0.evil.example/",
    "two ports": "http://good.example.org:80:{port}/",
    "a port that is none": "http://good.example.org:http/",
    "port zero": "http://good.example.org:0/",
    "a port beyond": "http://good.example.org:65616/",
    "a signed port": "http://good.example.org:+80/",
    "a port of other digits": "http://good.example.org:\uff18\uff10/",
    "no host": "http:///127.0.0.1:{port}/",
    "no host but a port": "http://:{port}/",
    "no slashes": "http:127.0.0.1:{port}/",
    "no scheme": "//127.0.0.1:{port}/",
    "nothing": "",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/_x",
    "ftp": "ftp://good.example.org/",
    "a socket": "http+unix://%2frun%2fdocker.sock/",
    "a script": "javascript:alert(1)",
    "an empty label": "http://good..example.org/",
    "two last dots": "http://good.example.org../",
    "a dot only": "http://./",
    "brackets around a name": "http://[good.example.org]/",
    "brackets after an address": "http://[::1].example.org/",
    "text before brackets": "http://good.example.org[::1]:{port}/",
    "an open bracket": "http://[::1:{port}/",
    "an address of the future": "http://[v1.x]/",
} | {f"a permitted name that is {name}": f"http://{name}.example.org:{{port}}/" for name in MEANINGS if name not in (
    "good", "both")}  # fmt: skip


def names() -> Names:
    meanings = {f"{name}.example.org": [meaning] for name, meaning in MEANINGS.items()}
    meanings |= {name: [["127.0.0.1"]] for name in ("localhost", "evil.example", "example.org")}
    meanings |= {name: [[PUBLIC]] for name in ("hooks.example.com", "xn--bcher-kva.example")}
    return Names(meanings | {"metadata.google.internal": [["169.254.169.254"]]})


def reached(policy: AddressPolicy, url: str) -> list[str]:
    """The addresses that a URL from data may be connected to."""
    target = parsed_target(url)
    policy.check(target)
    if target.address is not None:
        return [str(target.address)]
    resolver = PermittedAddresses(policy.refusal_of_data, names())
    return [found["host"] for found in asyncio.run(resolver.resolve(target.host, target.port))]


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_data_reaches_nothing(url: str) -> None:
    with speaking(OK) as inner:
        client = {"policy": a_policy(None, *HOSTS), "resolve": names()}
        why = forbidden(url.replace("{port}", str(inner.port)), url_from_data=True, client=client)
        assert "hunter2" not in why
    assert [] == inner.heard


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://good.example.org/", [PUBLIC]),
        ("https://GOOD.Example.Org.:8443/", [PUBLIC]),
        ("http://both.example.org/", [PUBLIC]),
        ("https://hooks.example.com:8443/x", [PUBLIC]),
        ("http://bücher.example/", [PUBLIC]),
        ("http://xn--bcher-kva.example/", [PUBLIC]),
        ("http://198.51.100.7/", ["198.51.100.7"]),
        ("http://[::ffff:198.51.100.7]/", ["198.51.100.7"]),
        ("https://[2606:4700:0::]/", ["2606:4700::"]),
    ],
)
def test_data_reaches_what_hosts_permits_at_its_public_addresses(url: str, expected: list[str]) -> None:
    assert expected == reached(a_policy(None, *HOSTS), url)


def test_data_reaches_a_place_that_is_not_public_if_hosts_names_both_the_name_and_the_place() -> None:
    url = "http://private.example.org:8080/"
    for hosts in (["*.example.org", "10.0.0.1"], ["*.example.org:8080", "10.0.0.0/8:8080"]):
        assert ["10.0.0.1"] == reached(a_policy(None, *hosts), url)
    for hosts in (["*.example.org"], ["10.0.0.0/8"], ["*.example.org", "10.0.0.0/8:80"], []):
        with pytest.raises(Forbidden, match="hosts"):
            reached(a_policy(None, *hosts), url)


def test_data_reaches_a_guarded_address_only_if_hosts_names_no_more_than_that() -> None:
    for url in ("http://metadata.example.org/", "http://169.254.169.254/"):
        assert ["169.254.169.254"] == reached(a_policy(None, "*.example.org", "169.254.169.254"), url)
        assert ["169.254.169.254"] == reached(a_policy(None, "*.example.org", "169.254.0.0/16"), url)
        with pytest.raises(Forbidden, match=r"link-local, or of a cloud's metadata"):
            reached(a_policy(None, "*.example.org", "0.0.0.0/0"), url)


def test_an_address_that_is_translated_is_permitted_if_both_are() -> None:
    url = "http://nat64.example.org/"
    assert ["64:ff9b::7f00:1"] == reached(a_policy(None, "*.example.org", "127.0.0.1"), url)
    with pytest.raises(Forbidden, match=r"is at 64:ff9b::7f00:1 \(which leads to 127.0.0.1\), which is not public"):
        reached(a_policy(None, "*.example.org", "64:ff9b::/96"), url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://evil.example:81/", "evil.example:81 comes from data or a redirect and is none of the permitted hosts"),
        ("http://private.example.org/", "private.example.org is at 10.0.0.1, which is not public"),
        ("http://metadata.example.org/", "metadata.example.org is at 169.254.169.254, which is link-local"),
    ],
)
def test_a_refusal_names_host_and_address_and_what_to_do(url: str, expected: str) -> None:
    why = forbidden(url, url_from_data=True, client={"policy": a_policy(None, *HOSTS), "resolve": names()})
    assert why.startswith(expected)
    assert re.search(r"add (it|10\.0\.0\.1|169\.254\.169\.254) to hosts$", why)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "loopback.example.org",
        "mapped.example.org",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "LOCALHOST.",
    ],
)
def test_a_host_that_the_operator_wrote_may_be_loopback(host: str) -> None:
    with speaking(OK, OK) as far:
        url = f"http://{host}:{far.port}/"
        for policy in (None, a_policy(host)):
            (answer,) = send(url, client={"policy": policy, "resolve": names()})
            assert 200 == answer.status


@pytest.mark.parametrize(
    "name", ["metadata", "amazon", "alibaba", "azure", "link", "anything", "nothing", "nat64-metadata"]
)
def test_a_name_that_the_operator_wrote_does_not_lead_to_a_guarded_address(name: str) -> None:
    url = f"http://{name}.example.org/"
    for policy in (None, a_policy(f"{name}.example.org")):
        assert "as the host" in forbidden(url, client={"policy": policy, "resolve": names()})


def test_what_was_not_written_is_from_data_whatever_the_caller_says() -> None:
    with speaking(OK) as inner:
        client = {"policy": a_policy("good.example.org"), "resolve": names()}
        assert "add it to hosts" in forbidden(f"http://127.0.0.1:{inner.port}/", client=client)
        assert "add it to hosts" in forbidden(inner.url, url_from_data=True)
    assert [] == inner.heard


@pytest.mark.parametrize(
    ("text", "name", "network", "port"),
    [
        ("Example.ORG.", "example.org", None, None),
        ("bücher.example:443", "xn--bcher-kva.example", None, 443),
        ("*.Example.org:8443", "*.example.org", None, 8443),
        ("192.0.2.1", None, "192.0.2.1/32", None),
        ("192.0.2.0/24:80", None, "192.0.2.0/24", 80),
        ("::1", None, "::1/128", None),
        ("fd00::/8", None, "fd00::/8", None),
        ("[fd00::/8]:443", None, "fd00::/8", 443),
        ("[fd00::1]", None, "fd00::1/128", None),
        ("::ffff:10.0.0.1", None, "10.0.0.1/32", None),
    ],
)
def test_a_rule_is_a_name_or_a_network(text: str, name: str | None, network: str | None, port: int | None) -> None:
    rule = parsed_host_rule(text)
    assert (name, network, port) == (rule.name, str(rule.network) if rule.network else None, rule.port)
    assert rule is parsed_host_rule(rule)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (7, "must be a host"),
        ("", "must be a host"),
        ("https://example.org", "must be a host"),
        ("user@example.org", "must be a host"),
        ("[fd00::1]x", "must be a host"),
        ("*", "'*' stands for whole names at the front"),
        ("a.*.example.org", "'*' stands for whole names at the front"),
        ("*example.org", "'*' stands for whole names at the front"),
        ("*.0.0.1", "four decimal numbers"),
        ("*.10.0.0.1", "'*' stands for names, not for numbers"),
        ("10.1.0.0/8", "has host bits set"),
        ("example.org/24", "is no network"),
        ("example.org/path", "is no network"),
        ("::ffff:10.0.0.0/104", "write the network of IPv4"),
        ("127.1", "four decimal numbers"),
        ("2130706433", "four decimal numbers"),
        ("example.org:0", "ports are 1 to 65535"),
        ("example.org:99999", "ports are 1 to 65535"),
        ("example.org:http", "is no IPv6 address"),
        ("exa mple.org", "white space"),
        ("exa\nmple.org", "white space"),
        ("a..b", "is no name of a host"),
    ],
)
def test_a_rule_that_is_none_says_why(value: object, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parsed_host_rule(value)


def test_a_written_host_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="four decimal numbers"):
        a_policy("127.1")
