"""The posts of one call: each of RingCX's web services, with the elements that it sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.simulator.cast import ACCOUNT, TRANSFERRED_TO, Agent, agents_recording, recording
from gateway.simulator.variants import Variant
from gateway.simulator.vocabulary import FIELDS, Said, Style, unfilled, words

EVENTS = {
    "dequeue": "call.dequeued",
    "agent-connect": "agent.connected",
    "agent-termination": "agent.segment.ended",
    "transfer-termination": "transfer.ended",
    "post-call": "call.ended",
    "post-disposition": "disposition.set",
}
"""Which event each web service tells of, by the end of its URL."""
_VENDORS_TEMPLATE = ("agent_id", "agent_username", "ani", "dnis", "call_start", "duration", "recording_url")
"""The example of RingCX's own documentation: which call it is, only the recording says."""


@dataclass(frozen=True, slots=True)
class Post:
    """One call of a web service."""

    path: str
    at: int
    """When it is sent: seconds since its phone call began."""
    said: tuple[Said, ...]
    script: tuple[tuple[str, str], ...] = ()
    """Answers of the agent's script, by names that no contract has."""
    derived: Mapping[str, object] = field(default_factory=dict)
    """What no element says, and yet is to be told from one."""
    implied: Mapping[str, object] = field(default_factory=dict)
    """What may be told from an element beside what it says."""
    is_repeat: bool = False
    """It is the same as one that came before."""

    @property
    def event(self) -> str:
        """The event that it becomes."""
        return EVENTS[self.path]

    @property
    def means(self) -> dict[str, object]:
        """The data that its event must have, by the contract's names."""
        said = {FIELDS[one.tag]: one.value for one in self.said if one.value is not None}
        return {**self.derived, **said}


def fitted(post: Post, tags: Sequence[str]) -> Post:
    """`post` by a web service that is set up to send `tags`: where it has nothing they are empty; no script is sent."""
    has = {one.tag: one for one in post.said}
    return replace(post, said=tuple(has.get(tag) or words(tag, "") for tag in tags), script=())


@dataclass(frozen=True, slots=True)
class Leg:
    """One agent's part of a call: a segment, which RingCX calls a session. Times are seconds since the call began."""

    agent: Agent
    session: int
    through: tuple[Said, ...]
    """The queue or campaign that it came through."""
    connected: int
    talked: int
    wrapped: int
    disposition: str
    notes: str
    script: tuple[tuple[str, str], ...] = ()
    has_own_recording: bool = False
    """What the agent heard and said was recorded on two channels too."""

    @property
    def ended(self) -> int:
        """When the agent's part was over."""
        return self.connected + self.talked


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the posts of one call."""

    call_id: str
    begins: datetime
    ani: str
    dnis: str
    style: Style
    variants: frozenset[Variant]
    archive: str = ""
    """Where recordings are, such as `http://127.0.0.1:8083`; by default at RingCX, where nobody gets them."""

    def dequeue(self, queue: tuple[Said, ...], enqueued: int, waited: int) -> Post:
        """A queue gives the call to an agent."""
        dequeued = enqueued + waited
        times = (
            self._time("enqueue_time", enqueued),
            self._time("dequeue_time", dequeued),
            self.style.seconds("queue_duration", waited),
        )
        return self._post("dequeue", dequeued, *queue, *times, words("agent_id", ""), words("recording_url", ""))

    def agent_connect(self, leg: Leg) -> Post:
        """The agent and the customer are connected."""
        one = leg.agent
        is_unfilled = Variant.UNFILLED in self.variants and not one.extern_id
        return self._post(
            "agent-connect", leg.connected, *leg.through,
            words("agent_id", one.id), words("agent_username", one.username),
            unfilled("agent_externid") if is_unfilled else words("agent_externid", one.extern_id),
            words("agent_first_name", one.first_name), words("agent_last_name", one.last_name),
            words("agent_phone", one.phone),
        )  # fmt: skip

    def agent_termination(self, leg: Leg) -> Post:
        """The agent's part is over; what the agent makes of it comes later."""
        said = (
            *self._head(), *leg.through,
            words("agent_id", leg.agent.id), words("agent_username", leg.agent.username),
            self.style.seconds("sess_duration", leg.talked), self.style.seconds("duration", leg.ended),
            words("agent_disposition", ""), words("agent_notes", ""), self._recording(leg.session),
        )  # fmt: skip
        if leg.has_own_recording:
            link = agents_recording(self.call_id, leg.session, self.archive)
            said = (*said, words("sess_agent_perspective_recording_url", link))
        derived: dict[str, object] = {}
        if Variant.NO_UII in self.variants:
            said = tuple(one for one in said if one.tag in _VENDORS_TEMPLATE)
            derived = {"call_id": self.call_id}
        return Post("agent-termination", leg.ended + 1, said, derived=derived, implied={"segment": leg.session})

    def transfer_termination(self, leg: Leg, took: int) -> Post:
        """The part that was transferred to a number is over."""
        return self._post(
            "transfer-termination", leg.ended + took + 1, *leg.through, words("agent_id", leg.agent.id),
            words("transfer_phone", TRANSFERRED_TO), words("transfer_type", "COLD"),
            self.style.seconds("transfer_duration", took),
        )  # fmt: skip

    def post_call(self, through: tuple[Said, ...], agent_id: str, lasted: int, *result: Said) -> Post:
        """The call is over: once for each call. Without an agent, nothing was recorded."""
        is_answered = agent_id not in ("", "0")
        agent = Said("agent_id", agent_id, agent_id if is_answered else None)
        said = (agent, self.style.seconds("duration", lasted), *result)
        recorded = self._recording(1) if is_answered else words("recording_url", "")
        return self._post("post-call", lasted + 2, *through, *said, recorded, implied={"segment": 1})

    def post_disposition(self, leg: Leg, path: str = "post-disposition") -> Post:
        """The agent says what became of the call."""
        said = (
            words("agent_id", leg.agent.id), words("agent_disposition", leg.disposition),
            words("agent_notes", leg.notes), self.style.seconds("agent_wrap_time", leg.wrapped),
        )  # fmt: skip
        return self._post(path, leg.ended + leg.wrapped, *leg.through, *said, script=leg.script)

    def _post(
        self, path: str, at: int, *said: Said,
        script: tuple[tuple[str, str], ...] = (), implied: Mapping[str, object] | None = None,
    ) -> Post:  # fmt: skip
        everything = (*self._head(), *said, *self._unfilled(said))
        return Post(path, at, everything, script, implied=implied or {})

    def _head(self) -> tuple[Said, ...]:
        direction = (words("call_direction", "OUTBOUND"),) if Variant.OUTBOUND in self.variants else ()
        return (
            words("uii", self.call_id), words("account_id", ACCOUNT), words("ani", self.ani), words("dnis", self.dnis),
            self._time("call_start", 0), *direction,
        )  # fmt: skip

    def _unfilled(self, said: tuple[Said, ...]) -> tuple[Said, ...]:
        """Tags for what an inbound call has not, and one that RingCX doesn't know."""
        if Variant.UNFILLED not in self.variants:
            return ()
        taken = {one.tag for one in said} | {one.tag for one in self._head()}
        tags = ("extern_id", "call_direction", "call_duration", "summary")
        return tuple(unfilled(tag) for tag in tags if tag not in taken)

    def _recording(self, session: int) -> Said:
        return words("recording_url", recording(self.call_id, session, self.archive))

    def _time(self, tag: str, after: int) -> Said:
        return self.style.time(tag, self.begins + timedelta(seconds=after))
