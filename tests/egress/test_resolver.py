"""The address that was judged is the one connected to, however often a name changes its mind."""

from __future__ import annotations

import asyncio
import socket

import pytest

from gateway.egress.addresses import Forbidden
from gateway.egress.client import Client
from gateway.egress.resolver import PermittedAddresses, looked_up
from tests.egress.sending import OK, Names, a_policy, forbidden, requested, send, unreachable
from tests.egress.speaking import speaking

NAME = "turns.example.org"
CLOSING = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
POLICY = a_policy(None, "*.example.org", "127.0.0.1")


def test_a_name_is_resolved_once_and_never_between_judgement_and_connection() -> None:
    names = Names({NAME: [["127.0.0.1"], ["127.0.0.2"]]})
    with speaking(OK) as far:
        url = f"http://{NAME}:{far.port}/"
        assert 200 == send(url, url_from_data=True, client={"policy": POLICY, "resolve": names})[0].status
    assert [NAME] == names.asked
    assert f"Host: {NAME}:{far.port}".encode() in far.heard[0]


def test_a_name_that_means_another_place_the_second_time_leads_nowhere() -> None:
    names = Names({NAME: [["127.0.0.1"], ["127.0.0.2"]]})
    with speaking(OK) as far:
        url = f"http://{NAME}:{far.port}/"
        send(url, url_from_data=True, client={"policy": POLICY, "resolve": names})
        why = forbidden(url, url_from_data=True, client={"policy": POLICY, "resolve": names})
    assert f"{NAME} is at 127.0.0.2, which is not public: if it is meant, add 127.0.0.2 to hosts" == why


def test_a_new_connection_is_made_to_an_address_that_was_judged() -> None:
    names = Names({NAME: [["127.0.0.1"], ["127.0.0.2"]]})
    with speaking(CLOSING, CLOSING) as far:
        url = f"http://{NAME}:{far.port}/"
        answers = send(url, times=2, url_from_data=True, client={"policy": POLICY, "resolve": names})
        assert [200, 200] == [answer.status for answer in answers]
    assert 2 == len(far.heard)


def test_of_several_addresses_only_the_permitted_are_connected_to() -> None:
    names = Names({NAME: [["10.0.0.1", "::1", "127.0.0.1", "169.254.169.254"]]})
    resolver = PermittedAddresses(POLICY.refusal_of_data, names)
    assert ["127.0.0.1"] == [found["host"] for found in asyncio.run(resolver.resolve(NAME, 80))]


def test_what_the_operators_trust_resolved_is_not_used_for_data() -> None:
    """A connection or a cached name of the one judgement must not serve the other."""
    names = Names({NAME: [["127.0.0.1"]]})
    policy = a_policy(NAME, "*.example.org")
    with speaking(OK, OK, together=True) as far:
        url = f"http://{NAME}:{far.port}/"
        assert 200 == send(url, client={"policy": policy, "resolve": names})[0].status
        redirecting = b"HTTP/1.1 307 Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % url.encode()
        with speaking(redirecting) as first:
            client = {"policy": policy, "resolve": names}
            why = forbidden(f"http://{NAME}:{first.port}/", redirects=1, client=client)
    assert "is not public" in why


def test_a_name_without_an_address_is_unreachable_and_not_forbidden() -> None:
    for names in (Names({}), Names({NAME: [[]]})):
        why = unreachable(f"http://{NAME}/", url_from_data=True, client={"policy": POLICY, "resolve": names})
        assert why.startswith(f"no connection to {NAME}:80: ")


def test_an_address_of_another_family_than_asked_for_is_left_out() -> None:
    resolver = PermittedAddresses(lambda _host, _port, _address: None, Names({NAME: [["127.0.0.1", "::1"]]}))
    for family, expected in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        assert [expected] == [found["host"] for found in asyncio.run(resolver.resolve(NAME, 80, family))]


def test_many_who_wait_for_one_name_are_all_refused() -> None:
    async def run() -> list[object]:
        client = Client(policy=POLICY, resolve=Names({NAME: [["10.0.0.1"]]}))
        try:
            sent = [requested(client, f"http://{NAME}/", url_from_data=True) for _ in range(5)]
            return list(await asyncio.gather(*sent, return_exceptions=True))
        finally:
            await client.close()

    assert [Forbidden] * 5 == [type(outcome) for outcome in asyncio.run(run())]


def test_the_system_knows_this_machine() -> None:
    assert set(asyncio.run(looked_up("localhost", 80))) <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r"known|found|name"):
        asyncio.run(looked_up("name.invalid", 80))
