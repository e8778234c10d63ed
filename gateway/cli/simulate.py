"""`gateway simulate ringcx URL`: whole phone calls, played; what the gateway has of them, compared field by field."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import click
from yarl import URL

from gateway import cli
from gateway.assembly import Workshop
from gateway.cli.archive import Archive
from gateway.cli.configured import opened, proof_for
from gateway.cli.played import progress, report, tell
from gateway.cli.served import keeps_recordings, linger, links_at, recording_options, serving, stored_otherwise
from gateway.errors import ConfigError, StoreUnavailable
from gateway.settings import MAIN, Document
from gateway.simulator.answers import Answer
from gateway.simulator.calls import Call, Shape, calls
from gateway.simulator.comparing import Difference, differences_in_answers, differences_in_events
from gateway.simulator.playing import Endpoint, Tempo, play
from gateway.simulator.variants import MIXED, PROTOCOLS
from gateway.store.history import History, Selection

_SENDERS = ("ringcx",)
_MINUTE = 60
_ANSWERED = "every answer as it should be"


def _document(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Document | None:
    """The configuration, where there is one: the gateway may be another machine's."""
    if path is None and not Path(MAIN).exists():
        return None
    return Document.at(path or Path(MAIN))


@click.command()
@click.option(
    "--config", "document", envvar="GATEWAY_CONFIG", type=click.Path(path_type=Path), callback=_document,
    help="The gateway's configuration: whom to call as, and where its events are.",
    show_default="GATEWAY_CONFIG, else ./gateway.toml",
)  # fmt: skip
@click.argument("sender", type=click.Choice(_SENDERS))
@click.argument("url")
@click.option(
    "--calls", "count", type=click.IntRange(min=1), default=10, show_default=True, help="So many phone calls."
)
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), default=60, show_default=True, help="Calls begun a minute."
)
@click.option(
    "--protocol", type=click.Choice((*PROTOCOLS, MIXED)), default=MIXED, show_default=True,
    help="How the posts are written; mixed is each call by one of the others.",
)  # fmt: skip
@click.option(
    "--transfers", type=click.FloatRange(0, 1), default=0.3, show_default=True,
    help="The share of answered calls that are passed on.",
)  # fmt: skip
@click.option("--seed", type=int, help="The same calls again; by default others each time.")
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=60, show_default=True,
    help="Seconds of a call that pass in one second.",
)  # fmt: skip
@click.option("--user", help="USER:PASSWORD for HTTP Basic; by default the configuration's.")
@recording_options
@click.option("--answers-only", is_flag=True, help="Look at the answers only: the store is on another machine.")
def simulate(document: Document | None, sender: str, url: str, **options: Any) -> int:  # noqa: ANN401
    """Play whole phone calls against the endpoint URL (http://host/in/source), as RingCX's web services tell of them.

    Agents, transfers, requeues, late and repeated posts, unfilled tags, broken JSON: at its end what was sent is
    compared with what the gateway has, field by field. With --recordings, what links lead to is there too.
    """
    del sender
    source = _source_in(url)
    endpoint = _endpoint(document, source, url, options["user"])
    seed = random.randrange(10**6) if options["seed"] is None else options["seed"]  # noqa: S311 - repeatable, not secret
    apart = timedelta(seconds=_MINUTE / options["rate"])
    services = _services(document, source)
    links = links_at(options["place"])
    shape = Shape(options["count"], options["protocol"], options["transfers"], apart, services, links)
    played = list(calls(shape, datetime.now(UTC), seed))
    tempo = Tempo(apart.total_seconds(), options["speed"])
    kept = {name: options[name] for name in ("place", "late", "archivist")}
    with serving(played, **kept) as archive:
        start = time.monotonic()
        answers = _answers(played, endpoint, tempo, seed)
        report(answers, time.monotonic() - start)
        linger(archive, options["served_for"])
    found = differences_in_answers(answers)
    compared = _compared(document, answers, source, archive) if not options["answers_only"] else []
    if isinstance(compared, str):
        tell(answers, found, _ANSWERED)
        click.echo(f"✗ the events were not compared: {compared}; --answers-only does without", err=True)
        return cli.REFUSED if found else cli.STORE_UNAVAILABLE
    tell(answers, [*found, *compared], _ANSWERED if options["answers_only"] else _well(document, answers, archive))
    return cli.REFUSED if found or compared else cli.OK


def _source_in(url: str) -> str:
    try:
        parts = URL(url).parts
        return parts[parts.index("in") + 1]
    except (ValueError, IndexError):
        raise click.UsageError(
            f"{url!r} is no endpoint; one looks like http://127.0.0.1:8080/in/contact-centre"
        ) from None


def _endpoint(document: Document | None, name: str, url: str, user: str | None) -> Endpoint:
    source = None
    if document is not None and user is None:
        source = Workshop().build(document, 0).sources.get(name)
    proof = proof_for(source, user)
    return Endpoint(url.rstrip("/"), proof.headers, proof.parameters)


def _services(document: Document | None, name: str) -> dict[str, tuple[str, ...]]:
    """The tags that each web service sends, where the source has a guide that its administrator followed."""
    source = document.settings().sources.get(name) if document else None
    guide = source.guide if source else None
    return {} if guide is None else {one.path or one.event: one.fields for one in guide.services}


def _answers(played: list[Call], endpoint: Endpoint, tempo: Tempo, seed: int) -> list[Answer]:
    posts = sum(len(call.posts) for call in played)
    ends = max(number * tempo.apart + call.posts[-1].at / tempo.speed for number, call in enumerate(played))
    click.echo(f"→ {len(played)} calls, {posts} posts to {endpoint.url}, in about {ends:.0f} s (--seed {seed})")
    answers: list[Answer] = []
    try:
        with progress(posts) as tell_of:

            def heard(answer: Answer) -> None:
                answers.append(answer)
                tell_of(answer)

            asyncio.run(play(played, endpoint, tempo, heard))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise click.UsageError(f"nothing answers at {endpoint.url}: {error}; is `gateway run` running?") from None
    return answers


def _well(document: Document | None, answers: list[Answer], archive: Archive | None) -> str:
    """What there is to say where nothing differs."""
    events = {answer.event_id for answer in answers if answer.event_id}
    well = f"{len(events)} events, every field as sent"
    if archive is None or document is None or not keeps_recordings(document):
        return well
    return f"{well}, {len(archive.fetched)} recordings as served"


def _compared(
    document: Document | None, answers: list[Answer], source: str, archive: Archive | None
) -> list[Difference] | str:
    """Where the store differs; or why it was not looked at."""
    if document is None:
        return f"there is no configuration that says where they are (--config, ./{MAIN})"
    try:
        with opened(document) as store:
            found = differences_in_events(answers, _event_of(store.history), _events_about(store.history, source))
            if archive is not None and keeps_recordings(document):
                found += stored_otherwise(store.history, answers, archive)
            return found
    except (ConfigError, StoreUnavailable) as error:
        return str(error)


def _event_of(history: History) -> Callable[[str], dict[str, Any] | None]:
    def event(event_id: str) -> dict[str, Any] | None:
        found = history.event(event_id)
        return None if found is None else dict(found["event"])

    return event


def _events_about(history: History, source: str) -> Callable[[str], list[str]]:
    """The ids of what the source sent of a call; joins make events of it too."""
    return lambda call_id: [one["id"] for one in history.events(Selection(limit=0, subject=call_id, source=source))]
