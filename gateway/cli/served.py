"""Recordings that are served while calls are played: what their links lead to, and what was stored of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from gateway.cli.archive import Archive
from gateway.cli.configured import address, seconds
from gateway.settings import Document, url_of
from gateway.simulator.answers import Answer
from gateway.simulator.calls import Call
from gateway.simulator.comparing import Difference, differences_in_recordings
from gateway.simulator.recordings import recordings_of
from gateway.store.history import History, Selection

_STORED = "recording.stored"
_SETTLES_WITHIN = 5
"""Seconds from a recording's last byte to the event that says it is stored."""


def recording_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--recordings` and what belongs to it."""
    options = (
        click.option(
            "--recordings", "place", metavar="HOST:PORT", callback=address,
            help="Serve the recordings that posts link, here; by default links lead to RingCX, and nobody gets them.",
        ),
        click.option("--recordings-user", "archivist", help="USER:PASSWORD for them; by default anybody gets them."),
        click.option(
            "--recordings-late", "late", callback=seconds, default="2s", show_default=True,
            help="From when one is first asked for, so long it isn't there: 404, 202 or a log-in page.",
        ),
        click.option(
            "--recordings-for", "served_for", callback=seconds, default="30s", show_default=True,
            help="Serve them so long after the last post, or until all were fetched.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def links_at(place: tuple[str, int] | None) -> str:
    """What links to recordings begin with; nothing where they lead to RingCX."""
    return "" if place is None else url_of(place)


@contextmanager
def serving(
    played: Sequence[Call], *, place: tuple[str, int] | None, late: float, archivist: str | None
) -> Iterator[Archive | None]:
    """The archive of the calls that are `played`, where there is to be one, while the block lasts."""
    if place is None:
        yield None
        return
    try:
        archive = Archive(place, recordings_of(played), late=late, user=archivist)
    except OSError as error:
        raise click.UsageError(f"--recordings {place[0]}:{place[1]}: {error.strerror or error}") from None
    try:
        yield archive
    finally:
        archive.close()


def linger(archive: Archive | None, served_for: float) -> None:
    """Serve on, until all was fetched or the time is up, and say what was."""
    if archive is None:
        return
    if not archive.wait(0):
        click.echo(f"  {_fetched(archive)} fetched; the others are served for {served_for:g} s more", err=True)
    archive.wait(served_for)
    click.echo(f"fetched: {_fetched(archive)}")


def keeps_recordings(document: Document) -> bool:
    """Whether there is a destination that does."""
    return any(one.kind == "recording" for one in document.settings().destinations.values())


def stored_otherwise(history: History, answers: Sequence[Answer], archive: Archive) -> list[Difference]:
    """Where what was stored is not what was served; the last of it may only just have come."""
    deadline = time.monotonic() + _SETTLES_WITHIN
    while True:
        found = differences_in_recordings(answers, archive.recordings, archive.fetched, _stored_of(history))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def _stored_of(history: History) -> Callable[[str], Iterable[Mapping[str, Any]]]:
    def stored(call_id: str) -> Iterator[Mapping[str, Any]]:
        for row in history.events(Selection(limit=0, subject=call_id, type=_STORED)):
            item = history.event(row["id"])
            if item is not None:
                yield item["event"]["data"]

    return stored


def _fetched(archive: Archive) -> str:
    return f"{len(archive.fetched)} of {len(archive.recordings)} recordings"
