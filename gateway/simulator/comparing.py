"""What was sent, beside what the gateway has of it, field by field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.simulator.answers import ACCEPTED, DUPLICATE, Answer
from gateway.simulator.posts import Post
from gateway.simulator.recordings import Recording, file_at, files_linked
from gateway.simulator.vocabulary import FIELDS, Said

EventOf = Callable[[str], Mapping[str, Any] | None]
"""A CloudEvent, by its id."""
EventsAbout = Callable[[str], Iterable[str]]
"""The ids of the events about a call."""

StoredOf = Callable[[str], Iterable[Mapping[str, Any]]]
"""What is said of each recording of a call that is stored."""

_EXTRA = "extra"
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was sent."""

    answer: Answer
    what: str

    def __str__(self) -> str:
        """Of which request it is, and what it is."""
        plan = self.answer.call.plan
        shown = "".join(sorted(plan.variants))
        how = f"{self.answer.post.path} by {plan.protocol}" + (f" ({shown})" if shown else "")
        return f"request {self.answer.request_id or '-'}, {how}: {self.what}"


def differences_in_answers(answers: Iterable[Answer]) -> list[Difference]:
    """Where a post was not answered as it should be."""
    found = []
    first: dict[tuple[str, tuple[Said, ...]], Answer] = {}
    for answer in answers:
        key = (answer.post.path, answer.post.said)
        what = _wrong_answer(answer, first.get(key))
        if what:
            found.append(Difference(answer, what))
        if not answer.post.is_repeat:
            first[key] = answer
    return found


def differences_in_events(answers: Iterable[Answer], event_of: EventOf, events_about: EventsAbout) -> list[Difference]:
    """Where the store has something else than was sent, or an event that nobody was told of."""
    found: list[Difference] = []
    told: dict[str, set[str]] = {}
    last: dict[str, Answer] = {}
    for answer in answers:
        told.setdefault(answer.call.call_id, set()).add(answer.event_id)
        last[answer.call.call_id] = answer
        if answer.event_id:
            event = event_of(answer.event_id)
            known = answer.request_id or (event or {}).get("requestid", "")
            found += [Difference(replace(answer, request_id=known), what) for what in _wrong_event(answer, event)]
    for call_id, answer in last.items():
        more = set(events_about(call_id)) - told[call_id]
        found += [Difference(answer, f"event {one} of the call {call_id} was never answered") for one in sorted(more)]
    return found


def differences_in_recordings(
    answers: Iterable[Answer], recordings: Mapping[str, Recording], fetched: Collection[str], stored_of: StoredOf
) -> list[Difference]:
    """Where one is stored otherwise than it was served, or was fetched whole and is not stored."""
    linked: dict[str, Answer] = {}
    for answer in answers:
        for file in files_linked(answer.post):
            linked.setdefault(file, answer)
    stored: dict[str, list[Mapping[str, Any]]] = {}
    for call_id in {answer.call.call_id for answer in linked.values()}:
        for data in stored_of(call_id):
            stored.setdefault(file_at(str(data.get("url"))), []).append(data)
    found = []
    for file, answer in linked.items():
        found += [Difference(answer, f"recording {file}: {what}") for what in _wrong(recordings[file], stored)]
        if file in fetched and file not in stored:
            found.append(Difference(answer, f"recording {file}: was fetched whole, and is not stored"))
    return found


def _wrong(recording: Recording, stored: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[str]:
    served = {"size": recording.size, "duration": recording.seconds, "channels": recording.channels}
    for data in stored.get(recording.file, ()):
        for name, value in served.items():
            if data.get(name) != value:
                yield f"{name} {value} was served, {_found(data.get(name, _NOTHING))}"


def _wrong_answer(answer: Answer, first: Answer | None) -> str:
    expected = DUPLICATE if answer.post.is_repeat else ACCEPTED
    if answer.state != expected:
        detail = f": {answer.detail}" if answer.detail else ""
        return f"{answer.state}, not {expected}{detail}"
    if answer.post.is_repeat and first is not None and first.event_id != answer.event_id:
        return f"a duplicate of event {answer.event_id}, not of {first.event_id}"
    return "" if answer.event_id else "the answer names no event"


def _wrong_event(answer: Answer, event: Mapping[str, Any] | None) -> Iterator[str]:
    if event is None:
        yield f"there is no event {answer.event_id}"
        return
    if event["type"] != answer.post.event:
        yield f"became {event['type']}, not {answer.post.event}"
    if event.get("subject") != answer.call.call_id:
        yield f"subject: is {event.get('subject')!r}, not {answer.call.call_id!r}"
    yield from _wrong_fields(answer.post, event["data"])


def _wrong_fields(post: Post, data: Mapping[str, Any]) -> Iterator[str]:
    means = post.means
    for name, value in means.items():
        has = data.get(name, _NOTHING)
        if not _is_same(has, value):
            sent = next((one for one in post.said if FIELDS.get(one.tag) == name and one.value is not None), None)
            how = f"sent as {sent.tag}={sent.text!r}" if sent else "not sent, and to be told from the recording"
            yield f"{name}: {how}, {_found(has)}"
    for name, has in data.items():
        if name in means or name == _EXTRA:
            continue
        if name not in post.implied:
            yield f"{name}: nothing was sent, is {has!r}"
        elif not _is_same(has, post.implied[name]):
            yield f"{name}: implied {post.implied[name]!r}, is {has!r}"
    yield from _wrong_extra(post, data.get(_EXTRA, {}))


def _wrong_extra(post: Post, extra: Mapping[str, Any]) -> Iterator[str]:
    """Answers of a script must be there as they were sent; what says nothing may be."""
    script = dict(post.script)
    for name, text in script.items():
        if extra.get(name) != text:
            yield f"extra.{name}: sent {text!r}, {_found(extra.get(name, _NOTHING))}"
    nothing = {one.text for one in post.said if one.value is None}
    for name, has in extra.items():
        if name not in script and has not in nothing:
            yield f"extra.{name}: {has!r} was sent for a field, and is in none"


def _found(has: object) -> str:
    return "is not there" if has is _NOTHING else f"is {has!r}"


def _is_same(has: object, value: object) -> bool:
    return type(has) is type(value) and has == value
