"""RingCX's posts as its form makes them, and what the bodies of its web services look like."""

from __future__ import annotations

from typing import Any

from tests.presets import Caller

UII = "202603161015020132120000041177"
RECORDING = f"https://recordings.example.com/?v=1&accountId=15300002&file=15300002/202603/16/{UII}-2.WAV"
CONFIGURATION = """
[sources.contact-centre]
preset = "ringcx"
authenticate = { kind = "basic", user = "ringcx", password = { env = "RINGCX_PASSWORD" } }
[sources.strict]
contract = "calls"
authenticate = { kind = "anonymous" }
"""
TERMINATION = {
    "uii": UII, "account_id": "15300002", "ani": "5105550111", "dnis": "4155550110",
    "call_start": "2026-03-16 10:15:02", "gate_id": "72992", "agent_id": "1369310",
    "agent_username": "ana.ruiz+15300002_1791@example.com", "sess_duration": "150", "duration": "185",
    "agent_disposition": "", "agent_notes": "", "recording_url": RECORDING,
}  # fmt: skip
READ = {
    "call_id": UII, "account_id": "15300002", "ani": "5105550111", "dnis": "4155550110",
    "call_start": "2026-03-16T14:15:02Z", "duration": 185, "queue_id": "72992", "agent_id": "1369310",
    "agent_username": "ana.ruiz+15300002_1791@example.com", "segment": 2, "segment_duration": 150,
    "recording_url": RECORDING,
}  # fmt: skip
SOAP = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"""
CALLED = """<n:agentTermination xmlns:n="urn:acme:calls"
 soapenv:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">{}</n:agentTermination>"""


def as_elements(fields: dict[str, str], attributes: str = ' xsi:type="xsd:string"') -> str:
    return "".join(f"<{name}{attributes}>{value.replace('&', '&amp;')}</{name}>" for name, value in fields.items())


def new(**fields: str) -> dict[str, str]:
    """A post like no other: nothing is a repeat."""
    new.count += 1  # type: ignore[attr-defined]
    return TERMINATION | {"agent_phone": str(new.count)} | fields  # type: ignore[attr-defined]


new.count = 0  # type: ignore[attr-defined]


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in (*names, "agent_phone")}


def pasted(ringcx: Caller, path: str) -> str:
    """The JSON body that the guide gives to paste."""
    guide = ringcx.door.current.gateway.sources["contact-centre"].guide
    assert guide is not None
    return next(one.json for one in guide.services if one.path == path)


def filled(template: str, fields: dict[str, str]) -> str:
    """As RingCX does it, by what is inferred: the text as it is, whatever stands in it."""
    for name, value in fields.items():
        template = template.replace(f"#{name}#", value)
    return template
