"""A disk with too little room on it: everybody is held off before anything is written."""

from __future__ import annotations

from pathlib import Path

import requests

from tests.running import running, wait_for

_CONFIGURATION = """
keep_free = "900000GB"
[sources.slow]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
"""


def test_a_disk_that_fills_up_holds_off_all_before_anything_is_written(tmp_path: Path) -> None:
    with running(tmp_path, _CONFIGURATION) as gateway:
        url = f"{gateway.url}/in/slow/call-ended"
        told = wait_for(lambda: _refusal(requests.post(url, json={"call_id": "1"})), 10, "a refusal")
        assert (503, "store_unavailable", "30") == told


def _refusal(answer: requests.Response) -> tuple[int, str, str] | None:
    if answer.ok:
        return None
    return answer.status_code, answer.json()["reason"], answer.headers["Retry-After"]
