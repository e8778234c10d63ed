"""A phone system posts forms, and a SOAP service is called: what it takes, refuses and is too busy for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.running import RunningGateway, running, wait_for
from tests.soap.serving import TARGET, spyne_service

_CONFIGURATION = """
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.legacy]
kind = "http"
url = "{url}"
service_type = "SOAP"
operation = "agentTermination"
target_namespace = "{target}"
style = "document"
inputs = [
  {{ name = "uii", value = "#call_id#" }},
  {{ name = "seconds", value = "#segment_duration#", type = "int" }},
  {{ name = "notes", value = "#disposition#" }},
]
replace = {{ disposition = {{ "Wrong number" = "unknown", "Call back" = "busy", "*" = "fine" }} }}
retry = {{ first = "1s", factor = 1, attempts = 3 }}
[routes.segments]
events = "agent.segment.ended"
to = "legacy"
"""


def test_what_it_refuses_is_a_dead_letter_at_once_and_what_it_is_too_busy_for_comes_again(tmp_path: Path) -> None:
    with spyne_service() as far, running(tmp_path, _CONFIGURATION.format(url=far.url, target=TARGET)) as gateway:
        for call_id, disposition in (("1", "Resolved & <done>"), ("2", "Wrong number"), ("3", "Call back")):
            form = {"uii": call_id, "agent_id": "7", "sess_duration": "00:02:30", "agent_disposition": disposition}
            assert 202 == gateway.post("pbx/agent-termination", data=form).status_code
        deliveries = wait_for(lambda: _settled(gateway), what="the end of all deliveries")
    assert [
        ("1", "delivered", 1, None), ("2", "dead", 1, "HTTP 500, fault Client.NoSuchCall: unknown: 2"),
        ("3", "dead", 3, "HTTP 500, fault Server: busy: 3"),
    ] == [(one["subject"], one["state"], one["attempts"], _why(one)) for one in deliveries]  # fmt: skip
    assert [("1", 150, "fine"), ("2", 150, "unknown"), *[("3", 150, "busy")] * 3] == sorted(far.calls)


def _settled(gateway: RunningGateway) -> list[dict[str, Any]]:
    """All deliveries by their calls, once none of them waits."""
    told = gateway.cli("deliveries", "list", "--json").stdout.splitlines()
    found = sorted(map(json.loads, told), key=lambda one: str(one["subject"]))
    return found if [one["state"] for one in found].count("dead") == 2 else []


def _why(delivery: dict[str, Any]) -> str | None:
    reason = delivery["reason"]
    return reason.partition(";")[0] if reason else None
