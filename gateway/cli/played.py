"""What is shown of calls that are played: how far it is, what came of them, and what is not as it was sent."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from gateway.cli.tables import table
from gateway.simulator.answers import DUPLICATE, STATES, Answer, counted, percentile
from gateway.simulator.comparing import Difference
from gateway.simulator.posts import EVENTS
from gateway.simulator.variants import MEANINGS

_COLUMNS = ("posts of", "posts", *STATES, "p50 ms", "p99 ms")
_TELL_EVERY = 3
_MOST = 20


@contextmanager
def progress(posts: int, every: float = _TELL_EVERY) -> Iterator[Callable[[Answer], None]]:
    """Takes each answer, and tells of it on stderr: a bar on a terminal, else a line `every` so many seconds."""
    if not sys.stderr.isatty():
        yield _Lines(posts, every).heard
        return
    with click.progressbar(length=posts, label="posts", file=sys.stderr) as bar:
        yield lambda _answer: bar.update(1)


class _Lines:
    def __init__(self, posts: int, every: float) -> None:
        self._posts, self._every = posts, every
        self._states: Counter[str] = Counter()
        self._told = time.monotonic()

    def heard(self, answer: Answer) -> None:
        self._states[answer.state] += 1
        if time.monotonic() - self._told < self._every:
            return
        self._told = time.monotonic()
        states = ", ".join(f"{count} {state}" for state, count in self._states.items())
        click.echo(f"  {self._states.total()} of {self._posts} posts: {states}", err=True)


def report(answers: list[Answer], took: float) -> None:
    """A table on one screen: posts by web service, and by variant of their calls. They `took` so many seconds."""
    by_path = {path: [one for one in answers if one.post.path == path] for path in EVENTS}
    rows = [_row(f"{path} → {EVENTS[path]}", found) for path, found in by_path.items() if found]
    rows.append(_row("all", answers))
    for variant, meaning in MEANINGS.items():
        found = [one for one in answers if variant in one.call.plan.variants]
        if found:
            rows.append(_row(f"({variant}) {meaning}", found))
    table(rows, _COLUMNS)
    statuses = Counter(str(one.status) for one in answers if one.status)
    said = [f"HTTP {status} {count} times" for status, count in sorted(statuses.items())]
    click.echo(f"answered: {', '.join(said) or 'none'}; {took:.1f} s, {len(answers) / took:.0f} posts a second")


def tell(answers: list[Answer], found: list[Difference], well: str) -> None:
    """`well` where nothing differs, else the first of what does."""
    if not found:
        repeats = counted(answers)[DUPLICATE]
        twice = f" ({repeats} of them twice)" if repeats else ""
        click.secho(f"✓ {len(answers)} posts{twice}, {well}", fg="green")
        return
    for one in found[:_MOST]:
        click.echo(f"✗ {one}", err=True)
    if len(found) > _MOST:
        click.echo(f"✗ and {len(found) - _MOST} more", err=True)
    concerned = len({id(one.answer.post) for one in found})
    click.secho(f"✗ {len(answers)} posts, {len(found)} differences in {concerned} of them", fg="red", err=True)


def _row(name: str, answers: list[Answer]) -> dict[str, Any]:
    states = counted(answers)
    took = [one.seconds for one in answers if one.status is not None]
    return {
        "posts of": name,
        "posts": len(answers),
        **{state: states[state] for state in STATES},
        "p50 ms": f"{percentile(took, 0.5) * 1000:.1f}",
        "p99 ms": f"{percentile(took, 0.99) * 1000:.1f}",
    }
