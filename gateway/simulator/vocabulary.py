"""RingCX's data elements, as text on the wire and as what they mean in the contract of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""RingCX says times without an offset; they are US Eastern's."""

FIELDS = {
    "uii": "call_id",
    "account_id": "account_id",
    "call_direction": "direction",
    "ani": "ani",
    "dnis": "dnis",
    "call_start": "call_start",
    "duration": "duration",
    "call_duration": "duration",
    "gate_id": "queue_id",
    "gate_name": "queue_name",
    "enqueue_time": "enqueue_time",
    "dequeue_time": "dequeue_time",
    "queue_duration": "queue_duration",
    "campaign_id": "campaign_id",
    "campaign_name": "campaign_name",
    "dial_group_id": "dial_group_id",
    "lead_id": "lead_id",
    "extern_id": "lead_external_id",
    "agent_id": "agent_id",
    "agent_username": "agent_username",
    "agent_externid": "agent_external_id",
    "agent_first_name": "agent_first_name",
    "agent_last_name": "agent_last_name",
    "agent_phone": "agent_phone",
    "sess_duration": "segment_duration",
    "agent_wrap_time": "wrap_duration",
    "agent_disposition": "disposition",
    "agent_notes": "notes",
    "call_result": "call_result",
    "outbound_disposition": "system_disposition",
    "recording_url": "recording_url",
    "sess_agent_perspective_recording_url": "agent_recording_url",
    "transfer_phone": "transfer_phone",
    "transfer_type": "transfer_type",
    "transfer_duration": "transfer_duration",
}
"""Which field of the contract each element is. `summary` is none: an administrator's own name that is never filled."""


@dataclass(frozen=True, slots=True)
class Said:
    """One element of a post."""

    tag: str
    text: str
    """As it is sent."""
    value: str | int | None
    """What it means; None where it says nothing."""


@dataclass(frozen=True, slots=True)
class Style:
    """How an account writes times and durations."""

    has_fraction: bool = False
    """`2026-03-16 10:15:02.0000`."""
    has_clock: bool = False
    """`00:02:30` instead of `150`."""

    def time(self, tag: str, moment: datetime) -> Said:
        """A moment, as Eastern's clocks show it. An hour that comes twice can't be told apart: it means the first."""
        shown = moment.astimezone(ZONE).replace(microsecond=0)
        text = f"{shown:%Y-%m-%d %H:%M:%S}" + (".0000" if self.has_fraction else "")
        return Said(tag, text, f"{shown.replace(fold=0).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")

    def seconds(self, tag: str, count: int) -> Said:
        """A duration."""
        minutes, seconds = divmod(count, 60)
        clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        return Said(tag, clock if self.has_clock else str(count), count)


def words(tag: str, text: str) -> Said:
    """Text; without any it says nothing."""
    return Said(tag, text, text or None)


def unfilled(tag: str) -> Said:
    """A tag that RingCX could not resolve: it is sent as the administrator wrote it."""
    return Said(tag, f"#{tag}#", None)
