"""What operators get wrong, a table of it for each part of the configuration, and what each must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.configured import ANYBODY, JOURNAL, TO_CRM

HERE = "#!"
"""Stands at the end of the line that is at fault."""
CONTRACT = """
name = "calls"
namespace = "urn:example:calls:v1"
[events."call.ended".fields]
call_id = { type = "string", required = true }
call_start = { type = "date-time" }
duration = { type = "duration" }
recording_url = { type = "string" }
queue_name = { type = "string" }
[events."agent.segment.ended".fields]
segment = { type = "integer" }
"""
"""A small one: what is built of it takes most of a check's time."""
RECORDING = (
    '[destinations.crm]\nkind = "recording"\nurl = "#recording_url#"\nname = "#call_id#.wav"\n'
    'hosts = ["*.vacd.biz"]\nstorage = { kind = "folder", path = "recordings" }\n'
)
HTTP = '[destinations.crm]\nkind = "http"\nurl = "https://crm.example.org/events"\n'


@dataclass(frozen=True)
class Mistake:
    """One mistake."""

    name: str
    text: str | bytes
    """gateway.toml; `#!` marks the line that must be named."""
    place: str
    reason: str
    next_step: str
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """More files beside it, by name."""
    problems: int = 1
    """How many are told: one mistake brings no others along."""


def at_source(line: str) -> str:
    """A sound configuration, with one more line in its source."""
    return f"{ANYBODY}{line} {HERE}\n{JOURNAL}{TO_CRM}"


def beside_the_preset(line: str) -> str:
    """A source of a preset, with one more line in it."""
    return (
        f'[sources.pbx]\npreset = "ringcx"\nauthenticate = {{ kind = "anonymous" }}\n{line} {HERE}\n{JOURNAL}{TO_CRM}'
    )


def at_destination(line: str) -> str:
    return f"{ANYBODY}{TO_CRM}{HTTP}{line} {HERE}\n"


def at_recording(line: str) -> str:
    return f"{ANYBODY}{TO_CRM}{RECORDING}{line} {HERE}\n"


def at_route(line: str) -> str:
    return f"{ANYBODY}{JOURNAL}{TO_CRM}{line} {HERE}\n"


def by(authenticate: str) -> str:
    """A source that knows its caller so."""
    return f'[sources.pbx]\ncontract = "contract.toml"\nauthenticate = {authenticate} {HERE}\n{JOURNAL}{TO_CRM}'


def a_contract(text: str) -> Mapping[str, str]:
    """A contract.toml whose name and namespace are sound."""
    return {"contract.toml": 'name = "calls"\nnamespace = "urn:example:calls:v1"\n' + text}
