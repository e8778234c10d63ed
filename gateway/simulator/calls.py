"""Whole phone calls: the story of each, as posts in the order in which they come. Same seed, same posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from gateway.simulator.cast import (
    AGENTS,
    BREAKING_NOTES,
    DISPOSITIONS,
    NOTES,
    QUEUES,
    SCRIPTS,
    Agent,
    a_campaign,
    a_number,
)
from gateway.simulator.posts import Leg, Pen, Post, fitted
from gateway.simulator.variants import Kind, Plan, Variant, plans
from gateway.simulator.vocabulary import ZONE, Said, Style, words

_AN_HOUR = 3600
_OF_SWAPPED = ("agent-termination", "post-call")


@dataclass(frozen=True, slots=True)
class Call:
    """One phone call."""

    call_id: str
    begins: datetime
    plan: Plan
    posts: tuple[Post, ...]
    """In the order in which they are sent."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How many calls there are, and what they are like."""

    count: int
    protocol: str
    transfers: float = 0.3
    """The share of answered calls that are passed on."""
    apart: timedelta = timedelta(seconds=1)
    """From the beginning of a call to that of the next."""
    services: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The tags that each web service is set up to send, by its path or event: what mends JSON that they break."""
    archive: str = ""
    """Where the recordings are that posts link; by default at RingCX, where nobody gets them."""


def calls(shape: Shape, begin: datetime, seed: int) -> Iterator[Call]:
    """The calls that `seed` has, the first of which begins at `begin`."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    first = rng.randrange(10**9)
    for number, plan in enumerate(plans(shape.count, shape.protocol, shape.transfers, rng)):
        begins = (begin + number * shape.apart).astimezone(ZONE).replace(microsecond=0)
        call = _call(plan, begins, f"{begins:%Y%m%d%H%M%S}013212{first + number:010}", rng, shape.archive)
        yield _set_up(call, shape.services) if Variant.BROKEN in plan.variants else call


def _call(plan: Plan, begins: datetime, call_id: str, rng: Random, archive: str) -> Call:
    style = Style(Variant.FRACTION in plan.variants, Variant.CLOCK in plan.variants)
    own = "415555" + f"01{rng.randrange(10, 20)}"
    pen = Pen(call_id, begins, a_number(rng), own, style, plan.variants, archive)
    match plan.kind:
        case Kind.UNANSWERED:
            posts = [_unanswered(pen, rng)]
        case Kind.OUTBOUND:
            posts = _outbound(pen, rng)
        case _:
            posts = _inbound(pen, plan, rng)
    posts = _as_planned(posts, plan, rng)
    return Call(call_id, begins, plan, tuple(sorted(posts, key=lambda post: post.at)))


def _set_up(call: Call, services: Mapping[str, Sequence[str]]) -> Call:
    """`call` by web services as they are set up; one that is not known sends what it would."""
    tags = [services.get(post.path) or services.get(post.event) for post in call.posts]
    return replace(
        call, posts=tuple(fitted(post, known) if known else post for post, known in zip(call.posts, tags, strict=True))
    )


def _unanswered(pen: Pen, rng: Random) -> Post:
    is_deflected = rng.random() < 0.5  # noqa: PLR2004
    lasted = 1 if is_deflected else rng.randrange(5, 120)
    result = words("call_result", "DEFLECTED" if is_deflected else "ABANDON")
    return pen.post_call(rng.choice(QUEUES).said(), rng.choice(("", "0")), lasted, result)


def _outbound(pen: Pen, rng: Random) -> list[Post]:
    through = a_campaign(rng).said()
    result = rng.choice(("ANSWER", "ANSWER", "NOANSWER", "BUSY", "MACHINE"))
    if result != "ANSWER":
        return [pen.post_call(through, "", rng.randrange(10, 40), words("outbound_disposition", result))]
    leg = _leg(pen, through, rng.choice(AGENTS), 2, rng.randrange(8, 30), rng)
    ended = pen.post_call(through, leg.agent.id, leg.ended, words("outbound_disposition", result))
    return [pen.agent_connect(leg), pen.agent_termination(leg), ended, pen.post_disposition(leg)]


def _inbound(pen: Pen, plan: Plan, rng: Random) -> list[Post]:
    """A queue, an agent, and where it is passed on another queue and agent, or a number that is no agent's."""
    first, second = rng.sample(AGENTS, 2)
    here, there = rng.sample(QUEUES, 2)
    leg, posts = _queued(pen, here.said(), first, 2, rng.randrange(5, 15), rng)
    lasted = leg.ended
    if plan.kind is Kind.REQUEUED:
        posts.append(pen.post_disposition(replace(leg, disposition="Transferred")))
        leg, more = _queued(pen, there.said(), second, 3, leg.ended, rng)
        posts += more
        lasted = leg.ended
    elif plan.kind is Kind.COLD_TRANSFER:
        took = rng.randrange(30, 600)
        posts.append(pen.transfer_termination(leg, took))
        lasted += took
    posts.append(pen.post_call(leg.through, leg.agent.id, lasted, words("call_result", "CONNECTED")))
    if Variant.ONE_URL in plan.variants:
        posts[-1:] = _by_one_url(posts[-1], pen.post_disposition(leg, "post-call"))
    else:
        posts.append(pen.post_disposition(leg))
    return posts


def _queued(
    pen: Pen, queue: tuple[Said, ...], agent: Agent, session: int, enqueued: int, rng: Random
) -> tuple[Leg, list[Post]]:
    waited = rng.randrange(1, 90)
    leg = _leg(pen, queue, agent, session, enqueued + waited + rng.randrange(2, 9), rng)
    return leg, [pen.dequeue(queue, enqueued, waited), pen.agent_connect(leg), pen.agent_termination(leg)]


def _leg(pen: Pen, through: tuple[Said, ...], agent: Agent, session: int, connected: int, rng: Random) -> Leg:
    notes = rng.choice(BREAKING_NOTES if Variant.BROKEN in pen.variants else NOTES)
    script = rng.choice(SCRIPTS) if rng.random() < 0.3 else ()  # noqa: PLR2004
    return Leg(
        agent, session, through, connected, talked=rng.randrange(20, 600), wrapped=rng.randrange(5, 60),
        disposition=rng.choice(DISPOSITIONS), notes=notes, script=script, has_own_recording=rng.random() < 0.3,  # noqa: PLR2004
    )  # fmt: skip


def _by_one_url(ended: Post, disposition: Post) -> list[Post]:
    """One web service for the call's end and its disposition: what the agent says is empty in its first post."""
    known = {one.tag for one in ended.said}
    more = tuple(one for one in disposition.said if one.tag not in known)
    first = replace(ended, said=(*ended.said, *(words(one.tag, "") for one in more)))
    later = max(disposition.at, ended.at + 1)
    return [first, replace(disposition, at=later, said=(*ended.said, *more), implied=ended.implied)]


def _as_planned(posts: list[Post], plan: Plan, rng: Random) -> list[Post]:
    if Variant.OUT_OF_ORDER in plan.variants:
        posts = _out_of_order(posts)
    if Variant.REPEATED in plan.variants:
        once = next(post for post in posts if post.path == "agent-termination")
        posts.append(replace(once, at=once.at + rng.randrange(1, 31), is_repeat=True))
    return posts


def _out_of_order(posts: list[Post]) -> list[Post]:
    """The call's end before that of its last part, and the first disposition an hour late."""
    last, ended = (max((post for post in posts if post.path == path), key=lambda post: post.at) for path in _OF_SWAPPED)
    late = min((post for post in posts if post.path == "post-disposition"), key=lambda post: post.at)
    moved = {id(last): ended.at, id(ended): last.at, id(late): late.at + _AN_HOUR}
    return [replace(post, at=moved.get(id(post), post.at)) for post in posts]
