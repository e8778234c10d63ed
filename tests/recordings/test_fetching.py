"""What a name means is asked again at each connection, and each time judged: the second look-up leads nowhere else."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.egress.answers import Answers
from gateway.egress.client import Client
from gateway.errors import DeliveryError, Refused
from gateway.recordings.fetching import Fetching, Limits
from gateway.recordings.link import Link
from gateway.recordings.partial import Partial
from tests.egress.sending import Names, a_policy
from tests.recordings.audio import Asked, a_wav, recorder

LIMITS = Limits(2**20, timedelta(seconds=5), timedelta(seconds=1), 3)
WAV = a_wav()


def fetched(tmp_path: Path, url: str, names: Names, *hosts: str) -> int | DeliveryError:
    """The status, or why it isn't."""

    async def run() -> int:
        client = Client(policy=a_policy(None, *hosts), resolve=names)
        part = Partial(tmp_path / "part", url, lambda: 2**30)
        try:
            with ThreadPoolExecutor(1) as pool:
                return await Fetching(client, part, pool, Answers(), LIMITS).fetch(Link(url, True, {}))
        finally:
            part.close()
            await client.close()

    try:
        return asyncio.run(run())
    except DeliveryError as error:
        return error


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.1", "0.0.0.0"])  # noqa: S104 - it is refused
def test_a_permitted_name_that_means_an_address_of_ours_is_refused(tmp_path: Path, address: str) -> None:
    error = fetched(tmp_path, "http://a.vacd.biz/1.wav", Names({"a.vacd.biz": [[address]]}), "*.vacd.biz")
    assert isinstance(error, Refused)
    assert "it may not be fetched from there: a.vacd.biz is at" in error.why
    assert [] == list(tmp_path.iterdir())


def test_a_name_that_means_another_address_at_the_second_look_up_is_judged_again(tmp_path: Path) -> None:
    def moved(ask: Asked) -> None:
        ask.say(302, Location=f"http://b.vacd.biz:{ask.headers['host'].rpartition(':')[2]}/2.wav")

    with recorder(moved) as far:
        port = far.url.rpartition(":")[2]
        names = Names({"a.vacd.biz": [["127.0.0.1"]], "b.vacd.biz": [["127.0.0.2"]]})
        hosts = "*.vacd.biz", f"127.0.0.1:{port}"
        error = fetched(tmp_path, f"http://a.vacd.biz:{port}/1.wav", names, *hosts)
    assert isinstance(error, Refused)
    assert "b.vacd.biz is at 127.0.0.2, which is not public" in error.why
    assert 1 == len(far.asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_follows_every_redirect(tmp_path: Path, status: int) -> None:
    with recorder(lambda ask: ask.say(status, Location="/2.wav") if ask.path == "/1.wav" else ask.say(200, WAV)) as far:
        assert 200 == fetched(tmp_path, f"{far.url}/1.wav", Names({"127.0.0.1": [["127.0.0.1"]]}), "127.0.0.1")


def test_redirects_that_go_on_for_ever_end(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(302, Location="/1.wav")) as far:
        error = fetched(tmp_path, f"{far.url}/1.wav", Names({"127.0.0.1": [["127.0.0.1"]]}), "127.0.0.1")
    assert isinstance(error, Refused)
    assert "more than 3 redirects" in error.why
