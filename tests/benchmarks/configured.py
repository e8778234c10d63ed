"""The configuration that is measured: anybody's calls, one destination."""

from __future__ import annotations

from tests.benchmarks.baselines import WEB_PROCESSES


def delivering(sink: int, *head: str, active: bool, slots: int = 16) -> str:
    """A gateway.toml whose events go to the port `sink`, or wait for it; `head` are lines before its tables."""
    lines = "\n".join(head)
    return f"""
{lines}
web_processes = {WEB_PROCESSES}
[log]
level = "warning"
[sources.pbx]
contract = "contract.toml"
authenticate = {{ kind = "anonymous" }}
[destinations.sink]
kind = "http"
url = "http://127.0.0.1:{sink}/"
active = {str(active).lower()}
slots = {slots}
[routes.all]
to = "sink"
"""
