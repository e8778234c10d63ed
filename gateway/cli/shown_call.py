"""What `gateway demo` shows then: a phone call that is transferred, as RingCX posts it, and each of its deliveries."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import click

from gateway.cli.downstream import Arrivals
from gateway.simulator.answers import Answer
from gateway.simulator.calls import Call, Shape, calls
from gateway.simulator.cast import AGENTS
from gateway.simulator.comparing import Difference, differences_in_answers, differences_in_events
from gateway.simulator.playing import Endpoint, Tempo, play

_SEED = 348
"""A call of two agents, in which nothing goes wrong, and each part was recorded on two channels."""
_SECONDS = 3
"""How long the call is played."""
_AGENTS = {agent.id: f"{agent.first_name} {agent.last_name}" for agent in AGENTS}


def transferred_call(archive: str) -> Call:
    """The call; its posts link recordings at `archive`."""
    (call,) = calls(Shape(1, "form", transfers=1, archive=archive), datetime.now(UTC), _SEED)
    return call


def show_call(call: Call, url: str, arrivals: Arrivals) -> bool:
    """Play `call` against the endpoint `url`; whether every post became its event, and every event arrived."""
    lasts = call.posts[-1].at
    click.secho("\n4. A phone call that is transferred, as RingCX posts it step by step", bold=True)
    click.echo(f"   to {url}/<web service>; {_clock(lasts)} minutes, played in {_SECONDS} seconds")
    click.echo(f"     {'time':<5}  {'web service':<17}  {'agent':<12}  what became of it")
    answers: list[Answer] = []

    def heard(answer: Answer) -> None:
        answers.append(answer)
        click.echo(_line(answer))

    asyncio.run(play([call], Endpoint(url), Tempo(0, lasts / _SECONDS), heard))
    events = arrivals({answer.event_id for answer in answers if answer.event_id})
    wrong = _wrong(call, answers, events)
    for one in wrong:
        click.secho(f"   ✗ {one}", fg="red")
    if wrong:
        return False
    click.secho(
        f"\n✓ {len(answers)} posts, {len(events)} events, each delivered downstream with every field as posted:",
        fg="green",
    )
    for name, value in _story(call, list(events.values())).items():
        click.echo(f"     {name:<20} {value}")
    return True


def _line(answer: Answer) -> str:
    """A post, and what became of it."""
    said = {one.tag: one.text for one in answer.post.said}
    agent = _AGENTS.get(said["agent_id"], "nobody yet")
    mark, what = (
        ("✓", f"{answer.state}: {answer.post.event}") if answer.event_id else ("✗", answer.detail or answer.state)
    )
    return f"   {mark} {_clock(answer.post.at)}  {answer.post.path:<17}  {agent:<12}  {what}"


def _wrong(call: Call, answers: list[Answer], events: dict[str, dict[str, Any]]) -> list[Difference]:
    """Where the system behind the gateway has something else than was posted."""
    about = [one for one, event in events.items() if event["subject"] == call.call_id]
    return [*differences_in_answers(answers), *differences_in_events(answers, events.get, lambda _call_id: about)]


def _story(call: Call, events: list[dict[str, Any]]) -> dict[str, str]:
    """What the events tell: whoever has them needs no other system to know."""
    data = [event["data"] for event in events]
    parts = sorted({(one["segment"], one["agent_id"]) for one in data if "segment" in one})
    return {
        "call_id": call.call_id,
        "segments": ", then ".join(f"{segment} with {_AGENTS[agent_id]}" for segment, agent_id in parts),
        "dispositions": ", then ".join(one["disposition"] for one in data if "disposition" in one),
        "duration": f"{max(one.get('duration', 0) for one in data)} s",
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}"
