"""A recording is fetched where the event links it, waited for while it is not there, and kept under its own name."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway.destinations.recording import Destination, Options
from gateway.errors import ConfigError, DeliveryError, Refused, Unavailable
from gateway.model.delivery import Reply
from gateway.model.payload import Payload
from gateway.model.template import Unresolved
from gateway.toml import checked
from tests.builders import a_payload, an_event
from tests.destinations.conformance import SECRET, OverTheWire, delivered
from tests.egress.speaking import speaking
from tests.recordings.audio import LOG_IN, MP3, Answer, Asked, a_wav, promising, recorder
from tests.running import free_port

WAV = a_wav()


@dataclass
class Far:
    """A server of recordings, and the folder they are kept in."""

    url: str
    folder: Path
    port: int = 0


def a_wav_for(path: str) -> bytes:
    return a_wav(path.encode() * 100, bits=8)


def a_destination(folder: Path, **options: object) -> Destination:
    values = {
        "url": "#recording_url?#",
        "name": "#call_id#.wav",
        "hosts": ["127.0.0.1"],
        "storage": {"kind": "folder", "path": str(folder / "kept")},
        **options,
    }
    return Destination("crm", checked(Options, values, "destinations.crm", folder))


def a_call(url: object = None, **data: object) -> Payload:
    data = {"call_id": "4711", "recording_url": url, **data}
    return a_payload(an_event(data=json.dumps(data).encode()))


def came_to(destination: Destination, payload: Payload) -> Reply | DeliveryError:
    try:
        (reply,) = delivered(destination, payload)
    except DeliveryError as error:
        return error
    return reply


def judged(tmp_path: Path, answer: Answer, path: str = "/1.wav", **options: object) -> Reply | DeliveryError:
    """What a delivery comes to whose recording is answered so."""
    with recorder(answer) as far:
        return came_to(a_destination(tmp_path, **options), a_call(far.url + path))


def unavailable(tmp_path: Path, answer: Answer, **options: Any) -> Unavailable:
    error = judged(tmp_path, answer, **options)
    assert isinstance(error, Unavailable), error
    assert [] == kept(tmp_path)
    return error


def refused(tmp_path: Path, answer: Answer, **options: Any) -> Refused:
    error = judged(tmp_path, answer, **options)
    assert isinstance(error, Refused), error
    assert [] == everything(tmp_path)
    return error


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder / "kept")) for path in (folder / "kept").rglob("*") if path.is_file())


def kept(folder: Path) -> list[str]:
    return [name for name in everything(folder) if not name.startswith(".partial/")]


def facts(reply: Reply | DeliveryError) -> dict[str, Any]:
    assert isinstance(reply, Reply), reply
    (made,) = reply.made
    assert "recording.stored" == made.type
    return dict(made.data)


class TestRecording(OverTheWire):
    @contextmanager
    def far(self, port: int = 0) -> Iterator[Far]:
        with TemporaryDirectory() as folder, recorder(lambda ask: ask.say(200, a_wav_for(ask.path)), port) as far:
            yield Far(far.url, Path(folder))

    @contextmanager
    def nobody(self) -> Iterator[Far]:
        with TemporaryDirectory() as folder:
            port = free_port()
            yield Far(f"http://127.0.0.1:{port}", Path(folder), port)

    @contextmanager
    def refusing(self) -> Iterator[Far]:
        with TemporaryDirectory() as folder, speaking(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n") as far:
            yield Far(f"http://127.0.0.1:{far.port}", Path(folder))

    @contextmanager
    def silent(self) -> Iterator[Far]:
        with TemporaryDirectory() as folder, speaking(b"", keep=True) as far:
            yield Far(f"http://127.0.0.1:{far.port}", Path(folder))

    @contextmanager
    def far_at(self, down: Far) -> Iterator[Far]:
        with recorder(lambda ask: ask.say(200, a_wav_for(ask.path)), down.port):
            yield down

    def a_destination(self, far: Far, timeout: timedelta = timedelta(seconds=5)) -> Destination:
        return a_destination(
            far.folder,
            url=f"{far.url}/#event.id#.wav?token={SECRET}",
            name="#event.id#.wav",
            timeout=f"{timeout.total_seconds()}s",
            hosts=[],
        )

    def arrived(self, far: Far) -> list[tuple[str, bytes]]:
        return [(Path(name).stem, (far.folder / "kept" / name).read_bytes()) for name in kept(far.folder)]

    def expected(self, payload: Payload) -> bytes:
        return a_wav_for(f"/{payload.event.id}.wav?token={SECRET}")


def test_what_is_stored_is_told_by_an_event_of_its_own(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        payload = a_call(f"{far.url}/1.wav?v=1&token={SECRET}", segment=2)
        (reply,) = delivered(a_destination(tmp_path), payload)
    assert 200 == reply.status
    assert payload.event.subject == reply.made[0].subject
    assert {
        "call_id": "4711",
        "segment": "2",
        "url": f"{far.url}/1.wav?v=1&token=••••",
        "path": "4711.wav",
        "size": len(WAV),
        "sha256": sha256(WAV).hexdigest(),
        "media_type": "audio/wav",
        "duration": Decimal("0.5"),
        "channels": 1,
        "sample_rate": 8000,
        "bit_depth": 16,
        "encoding": "pcm",
        "event": payload.event.id,
    } == facts(reply)
    assert ["4711.wav"] == everything(tmp_path)


def test_what_it_has_of_the_event_can_be_said(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        destination = a_destination(tmp_path, fields={"who": "#agent_id?#", "call": "#call_id#", "queue": "#queue?#"})
        (reply,) = delivered(destination, a_call(far.url, agent_id=7))
    told = facts(reply)
    assert ("7", "4711") == (told["who"], told["call"])
    assert not {"queue", "call_id"} & told.keys()


@pytest.mark.parametrize("url", [None, ""])
def test_an_event_without_a_recording_is_delivered_and_says_so(tmp_path: Path, url: str | None) -> None:
    (reply,) = delivered(a_destination(tmp_path), a_call(url))
    assert Reply(note="the event links no recording: nothing was fetched") == reply
    assert [] == everything(tmp_path)


def test_where_a_recording_is_a_must_its_absence_is_a_dead_letter(tmp_path: Path) -> None:
    error = came_to(a_destination(tmp_path, url="#recording_url#"), a_call(None))
    assert isinstance(error, Unresolved)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (404, "HTTP 404"),
        (202, "HTTP 202: the recording is not there yet"),
        (204, "HTTP 204: the recording is not there yet"),
        (401, "HTTP 401"),
        (403, "HTTP 403"),
        (503, "HTTP 503"),
    ],
)
def test_what_is_not_there_yet_is_waited_for(tmp_path: Path, status: int, why: str) -> None:
    error = unavailable(tmp_path, lambda ask: ask.say(status, Retry_After="60"))
    assert (why, status, 60) == (error.why, error.status, error.retry_after)
    assert [] == everything(tmp_path)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (LOG_IN, "text/html; charset=utf-8"),
        (b"\xef\xbb\xbf\r\n <html>", "audio/wav"),
        (b"log in, please", "TEXT/HTML"),
        (b"<", "audio/x-wav"),
    ],
)
def test_a_log_in_page_is_no_recording_and_waited_for(tmp_path: Path, body: bytes, content_type: str) -> None:
    error = unavailable(tmp_path, lambda ask: ask.say(200, body, Content_Type=content_type))
    assert "HTTP 200 with a web page, not audio: is it a log-in page?" in error.why
    assert [] == everything(tmp_path)


def test_an_empty_body_is_waited_for(tmp_path: Path) -> None:
    assert "with an empty body" in unavailable(tmp_path, lambda ask: ask.say(200)).why
    assert [] == everything(tmp_path)


@pytest.mark.parametrize("status", [400, 410, 451])
def test_what_will_never_be_there_is_refused(tmp_path: Path, status: int) -> None:
    assert status == refused(tmp_path, lambda ask: ask.say(status)).status


@pytest.mark.parametrize(
    "body", [b'{"error": "not found"}', b"%PDF-1.7 and so on", b"\xff\xfe<\0h\0t\0m\0l\0>\0", b"RIFFxxxxAVI LIST"]
)
def test_what_is_no_audio_is_refused(tmp_path: Path, body: bytes) -> None:
    error = refused(tmp_path, lambda ask: ask.say(200, body, Content_Type="audio/wav"))
    assert "it is neither WAV nor MP3, but audio/wav, and begins with" in error.why


def test_audio_is_known_by_its_bytes_whatever_the_server_calls_it(tmp_path: Path) -> None:
    assert isinstance(judged(tmp_path, lambda ask: ask.say(200, WAV, Content_Type="text/html")), Reply)


def test_an_mp3_is_kept_as_one(tmp_path: Path) -> None:
    told = facts(judged(tmp_path, lambda ask: ask.say(200, MP3)))
    assert ("audio/mpeg", "mp3", 2, 44100) == tuple(
        told[name] for name in ("media_type", "encoding", "channels", "sample_rate")
    )
    assert Decimal("0.20898") == told["duration"]
    assert "bit_depth" not in told
    assert ["4711.mp3"] == everything(tmp_path)


def test_a_header_that_promises_more_is_waited_for_and_the_part_is_there_for_a_person(tmp_path: Path) -> None:
    growing = promising(WAV, 100_000)
    error = unavailable(tmp_path, lambda ask: ask.say(200, growing, ETag='"one"'))
    assert "the recording is not complete: its header promises 100000 bytes of sound, and 8000 came" == error.why
    (part,) = everything(tmp_path)
    assert growing == (tmp_path / "kept" / part).read_bytes()


def test_a_growing_recording_is_stored_once_it_is_whole(tmp_path: Path) -> None:
    payload = a_call()
    with recorder(lambda ask: ask.say(200, WAV if ask.number > 1 else WAV[:3000])) as far:
        payload = a_call(far.url)
        destination = a_destination(tmp_path)
        assert isinstance(came_to(destination, payload), Unavailable)
        assert len(WAV) == facts(came_to(destination, payload))["size"]
    assert ["4711.wav"] == everything(tmp_path)


LONG = a_wav(seconds=60)


def test_what_broke_off_is_gone_on_with(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.ranged(LONG, until=700_000 if ask.number == 1 else None)) as far:
        payload, destination = a_call(far.url), a_destination(tmp_path)
        error = came_to(destination, payload)
        assert isinstance(error, Unavailable)
        assert f"of {len(LONG)} bytes came; the next attempt goes on from there" in error.why
        (came,) = re.findall(r"(\d+) of", error.why)
        assert sha256(LONG).hexdigest() == facts(came_to(destination, payload))["sha256"]
    assert [None, f"bytes={came}-"] == [ask.headers.get("range") for ask in far.asked]
    assert ["4711.wav"] == everything(tmp_path)


def test_what_has_changed_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    other = a_wav(seconds=60, seed=9)

    def changing(ask: Asked) -> None:
        if ask.number == 1:
            ask.ranged(LONG, until=700_000)
        else:
            ask.ranged(other, tag='"two"')

    with recorder(changing) as far:
        payload, destination = a_call(far.url), a_destination(tmp_path)
        assert isinstance(came_to(destination, payload), Unavailable)
        assert sha256(other).hexdigest() == facts(came_to(destination, payload))["sha256"]


@pytest.mark.parametrize("tag", ["", 'W/"one"'])
def test_without_a_strong_tag_nothing_is_gone_on_with(tmp_path: Path, tag: str) -> None:
    headers = {"ETag": tag} if tag else {}

    def once_cut(ask: Asked) -> None:
        ask.say(200, LONG[:700_000] if ask.number == 1 else LONG, length=len(LONG), **headers)

    with recorder(once_cut) as far:
        payload, destination = a_call(far.url), a_destination(tmp_path)
        error = came_to(destination, payload)
        assert isinstance(error, Unavailable)
        assert "without an ETag it is begun anew" in error.why
        assert sha256(LONG).hexdigest() == facts(came_to(destination, payload))["sha256"]
    assert [None, None] == [ask.headers.get("range") for ask in far.asked]


@pytest.mark.parametrize(
    ("status", "content_range"), [(206, "bytes 0-9/10"), (206, ""), (206, "bytes 5-x/10"), (416, "bytes */10")]
)
def test_another_range_than_was_asked_for_is_begun_anew(tmp_path: Path, status: int, content_range: str) -> None:
    def confused(ask: Asked) -> None:
        if ask.number == 2:
            ask.say(status, b"0123456789" if status == 206 else b"", Content_Range=content_range)
        else:
            ask.ranged(LONG, until=700_000 if ask.number == 1 else None)

    with recorder(confused) as far:
        payload, destination = a_call(far.url), a_destination(tmp_path)
        for _ in range(2):
            assert isinstance(came_to(destination, payload), Unavailable)
        assert sha256(LONG).hexdigest() == facts(came_to(destination, payload))["sha256"]
    assert [False, True, False] == ["range" in ask.headers for ask in far.asked]


def test_what_is_kept_of_one_link_is_not_gone_on_with_for_another(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.ranged(LONG, until=700_000 if ask.path == "/a" else None)) as far:
        destination, event = a_destination(tmp_path), an_event()
        for path in ("/a", "/b"):
            data = json.dumps({"call_id": "4711", "recording_url": far.url + path}).encode()
            said = came_to(destination, a_payload(an_event(id=event.id, data=data)))
    assert isinstance(said, Reply)
    assert [None, None] == [ask.headers.get("range") for ask in far.asked]


def test_a_file_that_never_ends_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    def endless(ask: Asked) -> None:
        ask.handler.send_response(200)
        ask.handler.end_headers()
        ask.handler.close_connection = True
        try:
            ask.handler.wfile.write(promising(WAV, 0xFFFFFFFF))
            while True:
                ask.handler.wfile.write(bytes(65536))
        except ConnectionError:
            pass

    assert "`largest` is 1048576" in refused(tmp_path, endless, largest="1MiB").why


def test_a_file_that_says_it_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    error = refused(tmp_path, lambda ask: ask.say(200, WAV, length=2 * 2**30))
    assert f"it has {2 * 2**30} bytes or more; `largest` is {500 * 2**20}" == error.why


def test_a_slow_file_keeps_its_time_limit_and_what_came_of_it(tmp_path: Path) -> None:
    def slow(ask: Asked) -> None:
        if ask.number > 1:
            return ask.ranged(LONG)
        ask.handler.send_response(200)
        for name, value in {"Content-Length": str(len(LONG)), "ETag": '"one"'}.items():
            ask.handler.send_header(name, value)
        ask.handler.end_headers()
        ask.handler.wfile.write(LONG[:5000])
        ask.handler.wfile.flush()
        ask.handler.rfile.read(1)
        return None

    with recorder(slow) as far:
        payload = a_call(far.url)
        error = came_to(a_destination(tmp_path, timeout="0.3s"), payload)
        assert isinstance(error, Unavailable)
        assert f"no whole answer within 0.3 s: 5000 of {len(LONG)} bytes came" in error.why
        assert isinstance(came_to(a_destination(tmp_path), payload), Reply)
    assert "bytes=5000-" == far.asked[-1].headers["range"]


def test_a_full_disk_is_waited_for_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    storage = {"kind": "folder", "path": str(tmp_path / "kept"), "keep_free": "9999999GiB"}
    error = unavailable(tmp_path, lambda ask: ask.say(200, WAV), storage=storage)
    assert error.why.startswith("the disk is full: ")
    assert [] == everything(tmp_path)


def test_a_folder_that_cannot_be_made_is_waited_for(tmp_path: Path) -> None:
    destination = a_destination(tmp_path)
    (tmp_path / "kept").write_text("in its place")
    error = came_to(destination, a_call("http://127.0.0.1:9/"))
    assert isinstance(error, Unavailable)
    assert "it can't be stored: File exists" == error.why


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "is no http or https URL"),
        ("ftp://recordings.vacd.biz/1.wav", "is no http or https URL"),
        ("/etc/passwd", "is no http or https URL"),
        ("http://", "is no http or https URL"),
        ("http://127.0.0.1/1.wav", "none of the permitted hosts"),
        ("http://[::1]/1.wav", "none of the permitted hosts"),
        ("http://169.254.169.254/latest/meta-data", "none of the permitted hosts"),
        ("http://2130706433/", "is no IPv4 address"),
        ("http://localhost/1.wav", "which is not public"),
        ("https://vacd.biz.example.org/1.wav", "none of the permitted hosts"),
        ("https://me:hunter2@a.vacd.biz/1.wav", "credentials don't belong into a URL"),
    ],
)
def test_an_address_that_may_not_be_reached_is_refused(tmp_path: Path, url: str, why: str) -> None:
    error = came_to(a_destination(tmp_path, hosts=["*.vacd.biz", "localhost"]), a_call(url))
    assert isinstance(error, Refused), error
    assert [] == everything(tmp_path)
    assert why in error.why


def test_a_redirect_is_followed_to_permitted_hosts_only_and_takes_no_password_along(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, WAV)) as other:
        away = other.url.replace("127.0.0.1", "localhost")
        with recorder(lambda ask: ask.say(302, Location=f"{away}/2.wav")) as far:
            authenticate = {"kind": "bearer", "token": {"env": "PATH"}}
            options: dict[str, Any] = {"authenticate": authenticate, "hosts": ["127.0.0.1"]}
            error = came_to(a_destination(tmp_path, **options), a_call(far.url))
            assert isinstance(error, Refused)
            assert "add it to hosts" in error.why
            options["hosts"] = ["127.0.0.1", "localhost"]
            assert isinstance(came_to(a_destination(tmp_path, **options), a_call(far.url)), Reply)
    assert "authorization" in far.asked[-1].headers
    assert ["authorization" in ask.headers for ask in other.asked] == [False]


def test_we_prove_who_we_are_and_say_so_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDINGS_PASSWORD", SECRET)
    proof = f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"
    authenticate = {"kind": "basic", "user": "me", "password": {"env": "RECORDINGS_PASSWORD"}}
    with recorder(lambda ask: ask.say(200 if ask.headers.get("authorization") == proof else 401, WAV)) as far:
        destination = a_destination(tmp_path, authenticate=authenticate, debug=True)
        payload = a_call(far.url)
        (reply,) = delivered(destination, payload)
        assert reply.exchange is not None
        shown = f"{reply.exchange} {destination.preview(payload)} {facts(reply)} {destination!r}"
    assert proof not in shown
    assert SECRET not in shown
    assert "Authorization: ••••" in reply.exchange.request
    assert "HTTP 200" in reply.exchange.response


def test_a_key_in_the_url_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDINGS_KEY", SECRET)
    authenticate = {"kind": "api_key", "query": "k", "key": {"env": "RECORDINGS_KEY"}}
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        (reply,) = delivered(a_destination(tmp_path, authenticate=authenticate, debug=True), a_call(f"{far.url}/1.wav"))
    assert f"/1.wav?k={SECRET}" == far.asked[0].path
    assert SECRET not in f"{reply}"
    assert f"{far.url}/1.wav" == facts(reply)["url"]


def test_a_password_is_not_sent_unencrypted_to_a_name_that_a_link_has(tmp_path: Path) -> None:
    authenticate = {"kind": "bearer", "token": {"env": "PATH"}}
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        port = far.url.rpartition(":")[2]
        url = f"http://localhost:{port}/1.wav"
        error = came_to(a_destination(tmp_path, hosts=["localhost"], authenticate=authenticate), a_call(url))
        assert isinstance(error, Refused)
        assert "would carry our credentials unencrypted to localhost" in error.why
        assert [] == far.asked


def test_a_recording_that_was_stored_already_is_delivered_again_without_a_second_file(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        first, second = (facts(came_to(a_destination(tmp_path), a_call(far.url))) for _ in range(2))
    assert "4711.wav" == first["path"] == second["path"]
    assert ["4711.wav"] == everything(tmp_path)


def test_another_of_the_same_name_stands_beside_it(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, a_wav(seed=ask.number))) as far:
        paths = [facts(came_to(a_destination(tmp_path), a_call(far.url)))["path"] for _ in range(3)]
    assert ["4711.wav", "4711-2.wav", "4711-3.wav"] == paths
    assert [a_wav(seed=n) for n in (1, 2, 3)] == [(tmp_path / "kept" / path).read_bytes() for path in paths]


def test_two_attempts_at_one_delivery_do_not_write_into_one_file(tmp_path: Path) -> None:
    async def both(destination: Destination, payload: Payload) -> list[Any]:
        await destination.open()
        try:
            tries = (destination.deliver(payload) for _ in range(2))
            return await asyncio.gather(*tries, return_exceptions=True)
        finally:
            await destination.close()

    with recorder(lambda ask: ask.say(200, LONG)) as far:
        said = asyncio.run(both(a_destination(tmp_path), a_call(far.url)))
    busy, reply = sorted(said, key=lambda one: isinstance(one, Reply))
    assert ("another attempt is at it", 5) == (busy.why, busy.retry_after)
    assert sha256(LONG).hexdigest() == facts(reply)["sha256"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("../../etc/passwd", "___.._etc_passwd-1.wav"),
        ("a/b\\c", "a_b_c-1.wav"),
        ("nul\0", "nul_-1.wav"),
        (".hidden", "_hidden-1.wav"),
        ("\u202egnp.exe", "_gnp.exe-1.wav"),
        ("\ud800", "_-1.wav"),
    ],
)
def test_no_value_leads_out_of_the_folder(tmp_path: Path, call: str, expected: str) -> None:
    with recorder(lambda ask: ask.say(200, WAV)) as far:
        destination = a_destination(tmp_path, name="#account#/#call_id#-#segment?#.wav")
        told = facts(came_to(destination, a_call(far.url, call_id=call, account="acme", segment=1)))
    assert f"acme/{expected}" == told["path"]
    assert [told["path"]] == everything(tmp_path)


def test_a_name_of_three_hundred_characters_is_cut_and_stays_one_of_its_own(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, a_wav(seed=ask.number))) as far:
        first, second = (
            facts(came_to(a_destination(tmp_path), a_call(far.url, call_id="ö" * 300 + end)))["path"] for end in "ab"
        )
    assert first != second
    assert {first, second} == set(everything(tmp_path))
    assert first.endswith(".wav")


@pytest.mark.parametrize(("tag", "bits"), [(1, 8), (1, 16), (1, 24), (1, 32), (6, 8), (7, 8)])
def test_two_channels_become_two_files_beside_it(tmp_path: Path, tag: int, bits: int) -> None:
    width = bits // 8
    agent, customer = (bytes((n * seed) % 256 for n in range(50_001 * width)) for seed in (3, 5))
    frames = range(0, len(agent), width)
    both = b"".join(agent[n : n + width] + customer[n : n + width] for n in frames)
    whole = a_wav(both, tag=tag, channels=2, bits=bits)
    told = facts(judged(tmp_path, lambda ask: ask.say(200, whole), channels="split"))
    assert ["4711-agent.wav", "4711-customer.wav", "4711.wav"] == everything(tmp_path)
    for side, expected in zip(told["files"], (agent, customer), strict=True):
        content = (tmp_path / "kept" / side["path"]).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (side["size"], side["sha256"])
        assert expected == content[content.index(b"data") + 8 :][: len(expected)]
    assert ["agent", "customer"] == [side["side"] for side in told["files"]]


@pytest.mark.parametrize("channels", [1, 3])
def test_what_has_no_two_channels_stays_whole(tmp_path: Path, channels: int) -> None:
    told = facts(judged(tmp_path, lambda ask: ask.say(200, a_wav(channels=channels)), channels="split"))
    assert channels == told["channels"]
    assert "files" not in told
    assert ["4711.wav"] == everything(tmp_path)


def test_which_side_is_which_can_be_said(tmp_path: Path) -> None:
    wav = a_wav(channels=2)
    told = facts(judged(tmp_path, lambda ask: ask.say(200, wav), channels="split", sides=["customer", "agent"]))
    assert ["4711-customer.wav", "4711-agent.wav"] == [side["path"] for side in told["files"]]


def test_what_is_older_than_it_is_kept_is_deleted(tmp_path: Path) -> None:
    async def opened(destination: Destination) -> None:
        await destination.open()
        for _ in range(500):
            if len(everything(tmp_path)) == 1:
                break
            await asyncio.sleep(0.01)
        await destination.close()

    for name, age in (("new/old.wav", 100), ("new/new.wav", 0), ("empty/old.wav", 100)):
        path = tmp_path / "kept" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WAV)
        if age:
            os.utime(path, (time.time() - age, time.time() - age))
    asyncio.run(opened(a_destination(tmp_path, keep="50s")))
    assert ["new/new.wav"] == everything(tmp_path)
    assert not (tmp_path / "kept/empty").exists()


def test_a_hundred_at_once_are_all_kept(tmp_path: Path) -> None:
    with recorder(lambda ask: ask.say(200, a_wav_for(ask.path))) as far:
        payloads = [a_call(f"{far.url}/{number}", call_id=str(number)) for number in range(100)]
        delivered(a_destination(tmp_path), *payloads)
    assert {f"{number}.wav" for number in range(100)} == set(everything(tmp_path))
    for number in range(100):
        assert a_wav_for(f"/{number}") == (tmp_path / "kept" / f"{number}.wav").read_bytes()


def test_what_it_fetches_and_how_it_is_called_can_be_seen_before(tmp_path: Path) -> None:
    destination = a_destination(tmp_path)
    shown = destination.preview(a_call("http://127.0.0.1:9/1.wav?sig=hunter2"))
    assert shown.startswith("GET /1.wav?sig=•••• HTTP/1.1\nHost: 127.0.0.1:9\n")
    assert shown.endswith("# kept as 4711.wav")
    assert "# it links none" == destination.preview(a_call(None))


@pytest.mark.parametrize(
    ("options", "path", "why"),
    [
        ({"hosts": []}, "url", "has a tag in its host"),
        ({"url": "file:///tmp/1.wav"}, "url", "must be an http or https URL with a host"),
        ({"name": "../#call_id#.wav"}, "name", "begins with a dot"),
        ({"name": "/#call_id#.wav"}, "name", "has an empty part"),
        ({"name": "a\\#call_id#.wav"}, "name", "a character that no name of a file may have"),
        ({"name": ""}, "name", "has an empty part"),
        ({"storage": {"kind": "foldr", "path": "x"}}, "storage.kind", "no 'foldr'; there are: folder"),
        ({"storage": {"path": "x"}}, "storage.kind", "is required"),
        ({"storage": "recordings"}, "storage", "must be a table"),
        ({"storage": {"kind": "folder"}}, "storage.path", "is required"),
        ({"storage": {"kind": "folder", "path": "x", "pth": "y"}}, "storage.pth", "no such setting"),
        ({"storage": {"kind": "folder", "path": __file__}}, "storage.path", "is no folder"),
        ({"channels": "both"}, "channels", "no 'both'; there are: keep, split"),
        ({"sides": ["agent"]}, "sides", "must name two sides"),
        ({"sides": ["agent", "agent"]}, "sides", "must name two sides"),
        ({"sides": ["agent", "a/b"]}, "sides.1", "must be part of a name"),
        ({"largest": 5}, "largest", "must be text with a unit"),
        ({"keep": "1y"}, "keep", "must be text with a unit"),
        ({"fields": {"at": "#call_id|%Q%#x"}}, "fields", ""),
    ],
)
def test_options_that_cannot_be_used_name_their_path(
    tmp_path: Path, options: dict[str, object], path: str, why: str
) -> None:
    with pytest.raises(ConfigError) as error:
        a_destination(tmp_path, **options)
    assert f"destinations.crm.{path}" == error.value.path
    assert why in error.value.message
