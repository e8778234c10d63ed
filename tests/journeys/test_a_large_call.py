"""A call of megabytes is read beside the others: nobody waits for its decoding, and it is kept whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import running

pytestmark = pytest.mark.usefixtures("database")

_CONFIGURATION = """
web_processes = 1
[sources.pbx]
contract = "contract.toml"
authenticate = { kind = "anonymous" }
"""


def test_a_large_call_is_taken_or_refused_as_any_other(tmp_path: Path) -> None:
    padding = f"<!--{3_000_000 * 'x'}-->"
    envelope = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{padding}<s:Body>'
        '<submitCallEnded xmlns="urn:endpoint-gateway:calls:v1"><callEnded>{}</callEnded></submitCallEnded>'
        "</s:Body></s:Envelope>"
    )
    with running(tmp_path, _CONFIGURATION) as gateway:
        headers = {"Content-Type": "text/xml"}
        taken = gateway.post("pbx", data=envelope.format("<call_id>1</call_id>"), headers=headers)
        assert taken.status_code == 200, taken.text
        refused = gateway.post("pbx", data=envelope.format("<ani>1</ani>"), headers=headers)
        assert refused.status_code == 500
        assert "/call_id" in refused.text
        with gateway.history() as history:
            kept = history.request(taken.headers["Gateway-Request-Id"])
        assert kept is not None
        assert kept["bytes"] == len(envelope.format("<call_id>1</call_id>"))
        assert b"Traceback" not in gateway.log.read_bytes()
