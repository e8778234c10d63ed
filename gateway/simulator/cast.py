"""Who is on the phone: an account's queues, agents, campaigns and customers. All are fictitious."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from gateway.simulator.vocabulary import Said, words

ACCOUNT = "15300002"
TRANSFERRED_TO = "13035550123"
_AREAS = ("212", "303", "415", "510", "617", "713")


@dataclass(frozen=True, slots=True)
class Queue:
    """Where a call waits; RingCX calls it a gate."""

    id: str
    name: str

    def said(self) -> tuple[Said, ...]:
        """How posts name it."""
        return (words("gate_id", self.id), words("gate_name", self.name))


@dataclass(frozen=True, slots=True)
class Campaign:
    """Why a customer was called, and as which lead."""

    id: str
    name: str
    dial_group: str
    lead: str
    extern_id: str

    def said(self) -> tuple[Said, ...]:
        """How posts name it."""
        return (
            words("campaign_id", self.id),
            words("campaign_name", self.name),
            words("dial_group_id", self.dial_group),
            words("lead_id", self.lead),
            words("extern_id", self.extern_id),
        )


@dataclass(frozen=True, slots=True)
class Agent:
    """Who takes a call."""

    id: str
    first_name: str
    last_name: str
    username: str
    extern_id: str
    """Not every account has one."""
    phone: str


QUEUES = (Queue("72992", "Support"), Queue("73010", "Billing"), Queue("73011", "Sales & Service"))
AGENTS = (
    Agent("1369310", "Ana", "Ruiz", "ana.ruiz+15300002_1791@example.com", "EMP-0042", "16505550100*1212@RC_SOFTPHONE"),
    Agent("1369344", "Ben", "Ode", "ben.ode+15300002_1802@example.com", "", "16505550100*1219@RC_SOFTPHONE"),
    Agent("1369351", "Zoë", "O'Brien", "zoe.obrien+15300002_1810@example.com", "EMP-0051", "16505550101"),
    Agent("1369377", "Jürgen", "Weiß", "j.weiss+15300002_1815@example.com", "EMP-0060", "16505550102"),
)
DISPOSITIONS = ("Resolved", "Not Interested", "not_interested", "Call back", "Wrong number", "Verkauft, Überweisung")
NOTES = (
    "",
    "Refund sent",
    "Asked for a manager; 50% off & a voucher",
    "Zahlt per Überweisung, ruft morgen zurück",
    "Order #88/12 = ok <urgent>",
)
BREAKING_NOTES = (
    'Wants "refund"\nOrder 88/12',
    'Said: "call me back", twice',
    "First line\nSecond line\n\nLast line",
    'He said "no", then "yes"\nsee ticket "A-17"',
)
"""With quotes and line breaks: in a template of JSON they break it."""
SCRIPTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("script_reason", "late delivery"), ("script_satisfied", "yes")),
    (("script_reason", "Größe falsch"), ("script_order_number", "88-12")),
)
"""Answers of an agent's script, under names that its author chose: no contract has them."""


def a_number(rng: Random) -> str:
    """A phone number of the block that is kept free for fiction."""
    return f"{rng.choice(_AREAS)}55501{rng.randrange(100):02}"


def a_campaign(rng: Random) -> Campaign:
    """A lead of one of the campaigns."""
    number = rng.randrange(10_000, 100_000)
    name = rng.choice(("Spring renewals", "Win back"))
    return Campaign("4411" if name == "Win back" else "4390", name, "902", f"{number}", f"hs-{number + 1207}")


def recording(call_id: str, session: int, archive: str = "") -> str:
    """The link to a recording, as RingCX's own look: session 1 is the whole call. `archive` is where it is instead."""
    at = archive or "https://c02-recordings.virtualacd.biz"
    return _link(at, "c02-recordings", "false", f"{_folder(call_id)}-{session}.WAV")


def agents_recording(call_id: str, session: int, archive: str = "") -> str:
    """The link to what the agent heard and said on two channels, where an account has that."""
    file = f"perspective/{_folder(call_id)}-session-{session}-stereo.WAV"
    return _link(archive or "https://aws46-recordings.vacd.biz", "aws46-recordings", "true", file)


def _folder(call_id: str) -> str:
    return f"{ACCOUNT}/{call_id[:6]}/{call_id[6:8]}/{call_id}"


def _link(at: str, bucket: str, compliance: str, file: str) -> str:
    options = f"v=1&accountId={ACCOUNT}&bucket={bucket}&region=us-east-1&compliance={compliance}&file={file}"
    return f"{at}/api/v1/calls/recordings/?{options}"
