"""Whether tags name what there is: asked when a configuration is read, so that nobody finds out by a dead letter."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from gateway.model.contract import EventType, Field, Type
from gateway.model.extra import EXTRA
from gateway.model.forms import NUMBERS, TIMES
from gateway.model.scope import ATTRIBUTES, OF_REQUEST
from gateway.model.template import Tag

_TIMES = {Type.DATE, Type.DATE_TIME, Type.STRING}
_NUMBERS = {Type.INTEGER, Type.DECIMAL, Type.DURATION, Type.STRING}
_OF_TIMES = {"time", "receivedtime"}


def faults(tags: Iterable[Tag], events: Sequence[EventType], given: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with `tags`, where one of `events` arrives; `given` are names that a route gives its fields."""
    names = set(given)
    for tag in dict.fromkeys(tags):
        if tag.path[0] not in names:
            yield from _faults(tag, events)


def is_of_objects(tag: Tag, events: Sequence[EventType]) -> bool:
    """Whether what `tag` names has fields of its own, wherever it is there."""
    found = [one for event in events if (one := _field(tag.path, event.fields)) is not None]
    return bool(found) and all(one.type is Type.OBJECT for one in found)


def _faults(tag: Tag, events: Sequence[EventType]) -> Iterator[str]:
    head, *rest = tag.path
    match head:
        case "event":
            yield from _of_event(tag, rest, events)
        case "request":
            if not rest or rest[0] not in OF_REQUEST or (rest[0] == "headers") != (len(rest) == 2):  # noqa: PLR2004
                yield f"{tag}: a request has {', '.join(sorted(OF_REQUEST - {'headers'}))} and headers.NAME"
        case "caller":
            if rest != ["name"]:
                yield f"{tag}: a caller has a name, and no more"
        case "item" | "body":
            yield f"{tag}: is of messages by an imported WSDL, and no source here has one"
        case _:
            yield from _of_data(tag, tag.path, events)


def _of_event(tag: Tag, rest: Sequence[str], events: Sequence[EventType]) -> Iterator[str]:
    if rest and rest[0] == "data":
        if rest[1:]:
            yield from _of_data(tag, rest[1:], events)
    elif len(rest) != 1 or rest[0] not in ATTRIBUTES:
        yield f"{tag}: an event has {', '.join(sorted(ATTRIBUTES))}"
    elif tag.form is not None and (tag.form.takes == NUMBERS or rest[0] not in _OF_TIMES):
        yield f"{tag}: is not {tag.form.takes}"


def _of_data(tag: Tag, path: Sequence[str], events: Sequence[EventType]) -> Iterator[str]:
    """Nothing where any of the event types has it."""
    if not events or path[0] == EXTRA:
        return
    found = [_field(path, event.fields) for event in events]
    there = [one for one in found if one is not None]
    if not there:
        known = sorted({one.name for event in events for one in event.fields})
        near = difflib.get_close_matches(path[0], known, 1)
        hint = f"did you mean #{near[0]}#?" if near and near[0] != path[0] else f"there are: {', '.join(known)}"
        yield f"{tag}: no event type that comes here has it; {hint}"
    elif tag.form is not None and not any(_fits(tag.form.takes, one, path) for one in there):
        yield f"{tag}: is not {tag.form.takes}, as its form |{tag.form.pattern} takes"


def _field(path: Sequence[str], fields: Sequence[Field]) -> Field | None:
    """The field at `path`, where numbers are places in a list."""
    found: Field | None = None
    for step in path:
        if found is not None and found.list and step.isdecimal():
            continue
        if found is not None and found.type is not Type.OBJECT:
            return None
        found = next((one for one in (found.fields if found else fields) if one.name == step), None)
        if found is None:
            return None
    return found


def _fits(takes: str, field: Field, path: Sequence[str]) -> bool:
    is_one = not field.list or path[-1].isdecimal()
    return is_one and field.type in (_TIMES if takes == TIMES else _NUMBERS)
