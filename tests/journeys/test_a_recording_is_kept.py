"""Calls come in by SOAP's and HTTP's one door; their recordings are late, behind a page, or none; each is kept once."""

from __future__ import annotations

from pathlib import Path

from gateway.store.history import Selection
from tests.recordings.audio import LOG_IN, Asked, a_wav, recorder
from tests.running import RunningGateway, running, wait_for
from tests.storage.bucket import ENVIRONMENT, a_bucket, s3_server

_CONFIGURATION = """
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }

[destinations.recordings]
kind = "recording"
url = "#recording_url?#"
name = "#account_id?#/#call_id#.wav"
hosts = ["127.0.0.1"]
storage = { kind = "folder", path = "recordings" }
channels = "split"
retry = { schedule = ["200ms", "200ms", "200ms", "200ms"] }

[routes.recordings]
events = "call.ended"
to = "recordings"
"""
_LONG = a_wav(seconds=40, channels=2)


def _answer(ask: Asked) -> None:
    first = ask.number == 1
    match ask.path:
        case "/late":
            ask.say(404 if first else 200, a_wav())
        case "/page":
            ask.say(200, LOG_IN if first else a_wav(seed=1), Content_Type="text/html" if first else "audio/x-wav")
        case _:
            ask.ranged(_LONG, until=800_000 if first else None)


def test_a_recording_is_waited_for_and_kept(tmp_path: Path) -> None:
    with recorder(_answer) as far, running(tmp_path, _CONFIGURATION) as gateway:
        for name in ("late", "page", "cut"):
            data = {"call_id": name, "account_id": "../acme", "recording_url": f"{far.url}/{name}"}
            assert 202 == gateway.post("pbx/call-ended", json=data).status_code
        assert 202 == gateway.post("pbx/call-ended", json={"call_id": "unanswered"}).status_code
        attempts = wait_for(lambda: _delivered(gateway), 30, "the deliveries")
        assert {"late": 2, "page": 2, "cut": 2, "unanswered": 1} == attempts
        verified = gateway.cli("recordings", "verify")
        assert (0, "5 right\n") == (verified.returncode, verified.stdout), verified.stderr
    folder = tmp_path / "recordings"
    assert ["___acme"] == [path.name for path in folder.iterdir() if path.name != ".partial"]
    assert [] == list((folder / ".partial").iterdir())
    kept = sorted(path.name for path in (folder / "___acme").iterdir())
    assert ["cut-agent.wav", "cut-customer.wav", "cut.wav", "late.wav", "page.wav"] == kept
    assert _LONG == (folder / "___acme/cut.wav").read_bytes()
    assert "range" in [ask for ask in far.asked if ask.path == "/cut"][-1].headers


def test_a_recording_is_kept_in_a_bucket_and_erased_from_it(tmp_path: Path) -> None:
    with s3_server() as url, recorder(_answer) as far:
        bucket = a_bucket(url)
        table = (
            f'{{ kind = "s3", bucket = "{bucket.name}", prefix = "calls", endpoint = "{url}", region = "eu-central-1",'
            ' access_key = { env = "S3_ID" }, secret_key = { env = "S3_SECRET" } }'
        )
        configuration = _CONFIGURATION.replace('{ kind = "folder", path = "recordings" }', table)
        with running(tmp_path, configuration, **ENVIRONMENT) as gateway:
            for name in ("late", "page", "cut"):
                data = {"call_id": name, "account_id": "acme", "recording_url": f"{far.url}/{name}"}
                assert 202 == gateway.post("pbx/call-ended", json=data).status_code
            wait_for(lambda: _delivered(gateway, 3), 30, "the deliveries")
            names = {f"{name}.wav" for name in ("late", "page", "cut", "cut-agent", "cut-customer")}
            assert {f"calls/acme/{name}" for name in names} == set(bucket.names)
            assert _LONG == bucket.files.cat_file(f"{bucket.name}/calls/acme/cut.wav")
            assert "5 right\n" == gateway.cli("recordings", "verify").stdout
            erased = gateway.cli("events", "erase", "--subject", "cut", "--yes")
            assert 0 == erased.returncode, erased.stderr
            assert {"calls/acme/late.wav", "calls/acme/page.wav"} == set(bucket.names)
            bucket.files.pipe_file(f"{bucket.name}/calls/acme/late.wav", b"changed")
            verified = gateway.cli("recordings", "verify")
            assert (1, "1 right, 1 changed\n") == (verified.returncode, verified.stdout)
        assert "hunter2" not in (told := gateway.log.read_text(encoding="utf-8"))
        assert "Unclosed" not in told


def _delivered(gateway: RunningGateway, expected: int = 4) -> dict[str, int] | None:
    """How many attempts each call took, once all are delivered."""
    with gateway.history() as history:
        found = list(history.deliveries(Selection(limit=0)))
    if len(found) < expected or any(one["state"] != "delivered" for one in found):
        return None
    return {one["subject"]: one["attempts"] for one in found}
