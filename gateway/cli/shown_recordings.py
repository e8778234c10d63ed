"""What `gateway demo` shows last: the phone call whole, and its recordings, as they are on the disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any

import click

from gateway.cli.archive import Archive
from gateway.cli.waveform import waveforms
from gateway.simulator.calls import Call
from gateway.simulator.cast import AGENTS
from gateway.simulator.recordings import file_at

_WHOLE = "call.completed"
_STORED = "recording.stored"
_COLUMNS = 60
_SIDES = ("agent", "customer")
_DIGITS = 12
_AGENTS = {agent.id: f"{agent.first_name} {agent.last_name}" for agent in AGENTS}

Event = dict[str, Any]
Found = Callable[[Callable[[list[Event]], bool]], list[Event]]
"""What arrived, once it is as is wanted or the time is up."""


def show_recordings(call: Call, found: Found, archive: Archive, folder: Path) -> bool:
    """Show them; whether the call came whole, and each recording that it names is in `folder` as it was stored."""
    click.secho("\n5. The call, whole: one event of all of these, and its recordings", bold=True)
    events = found(lambda events: _is_whole(_newest(events, call.call_id), _stored(events)))
    whole, stored = _newest(events, call.call_id), _stored(events)
    if whole is None or not _is_whole(whole, stored):
        click.secho(f"   ✗ {f'no {_WHOLE}' if whole is None else 'not every recording'} arrived", fg="red")
        return False
    data = whole["data"]
    version = f"version {data['version']}"
    click.echo(f"   ✓ {_WHOLE}, {version}, from {whole['source']}, as the downstream system got it:")
    _show_call(data)
    are_right = [_shown(stored[one["recording"]], archive, folder) for one in data["segments"]]
    if not all(are_right):
        return False
    click.secho(f"\n✓ one call, {len(data['segments'])} segments, {len(are_right)} recordings on disk", fg="green")
    return True


def _newest(events: list[Event], call_id: str) -> Event | None:
    whole = [event for event in events if event["type"] == _WHOLE and event["subject"] == call_id]
    return max(whole, key=lambda event: int(event["data"]["version"]), default=None)


def _stored(events: list[Event]) -> dict[str, Event]:
    """What is said of each file, by its path."""
    return {event["data"]["path"]: event["data"] for event in events if event["type"] == _STORED}


def _is_whole(event: Event | None, stored: Mapping[str, Event]) -> bool:
    """Whether it names a recording for every segment, each stored: what came late is in a new version."""
    segments = event["data"].get("segments", []) if event else []
    return bool(segments) and all(one.get("recording") in stored for one in segments)


def _show_call(data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        if name not in ("segments", "version"):
            click.echo(f"     {name:<12} {value}")
    for one in data["segments"]:
        agent = _AGENTS.get(one["agent"], one["agent"])
        click.echo(
            f"     segment {one['segment']}    {agent}, {one['duration']} s,"
            f" {one.get('disposition', 'no disposition')}, {one['recording']}"
        )


def _shown(stored: Mapping[str, Any], archive: Archive, folder: Path) -> bool:
    """Show a file and what it sounds like; whether it is what was stored."""
    path = folder / stored["path"]
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        lines = waveforms(path, _COLUMNS)
    except (OSError, ValueError) as error:
        click.secho(f"   ✗ {stored['path']}: {error}", fg="red")
        return False
    is_right = digest == str(stored["sha256"])
    told = ", then ".join(dict.fromkeys(archive.told.get(file_at(stored["url"]), [])))
    size = path.stat().st_size
    click.echo(f"\n   {'✓' if is_right else '✗'} {stored['path']}  (its link, when asked: {told})")
    click.echo(
        f"     {stored['duration']} s, {stored['channels']} channels, {stored['sample_rate']} Hz, {size:,} bytes,"
        f" SHA-256 {digest[:_DIGITS]}…"
    )
    for side, line in zip(_SIDES, lines, strict=False):
        click.echo(f"     {side if len(lines) > 1 else '':<9}▕{line}▏")
    return is_right
