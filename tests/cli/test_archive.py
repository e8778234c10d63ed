"""The archive serves what links lead to, after a while, to who has the password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from gateway.cli.archive import Archive
from gateway.simulator.recordings import PATH, Recording, State
from tests.running import free_port, wait_for

ONE, OTHER = Recording("a/1-2.WAV", 2), Recording("perspective/1-session-2-stereo.WAV", 1)
USER = ("recordings", "a fine one")


class Served:
    """An archive of two recordings, and who asks it."""

    def __init__(self, late: float) -> None:
        self.port = free_port()
        recordings = {one.file: one for one in (ONE, OTHER)}
        self.archive = Archive(("127.0.0.1", self.port), recordings, late=late, user=":".join(USER))

    def get(self, file: str, auth: tuple[str, str] | None = USER) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{PATH}?v=1&file={file}", auth=auth, timeout=10)


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    one = Served(getattr(request, "param", 0.0))
    yield one
    one.archive.close()


@pytest.mark.parametrize("recording", [ONE, OTHER])
def test_a_link_leads_to_its_recording(served: Served, recording: Recording) -> None:
    answer = served.get(recording.file)
    assert (200, "audio/wav") == (answer.status_code, answer.headers["Content-Type"])
    assert b"".join(recording.pieces()) == answer.content


@pytest.mark.parametrize("served", [0.3], indirect=True)
def test_it_is_late_from_when_it_was_first_asked_for(served: Served) -> None:
    first = served.get(ONE.file)
    assert b"RIFF" not in first.content
    assert first.status_code in (200, 202, 404)
    wait_for(lambda: served.get(ONE.file).content[:4] == b"RIFF", 10, "the recording")
    assert [ONE.state(0, 1), State.THERE] == list(dict.fromkeys(served.archive.told[ONE.file]))


def test_nobody_gets_it_without_the_password(served: Served) -> None:
    for auth in (None, ("recordings", "wrong")):
        answer = served.get(ONE.file, auth)
        assert (401, 'Basic realm="recordings"') == (answer.status_code, answer.headers["WWW-Authenticate"])
    assert {} == served.archive.told


def test_what_was_never_linked_is_not_there(served: Served) -> None:
    assert 404 == served.get("a/9-2.WAV").status_code


def test_it_knows_when_everything_was_fetched(served: Served) -> None:
    served.get(ONE.file)
    assert not served.archive.wait(0.1)
    served.get(OTHER.file)
    assert served.archive.wait(10)
