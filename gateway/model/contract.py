"""What a source may send: event types with their fields, as declared in a contract.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

_LONGEST_REMEMBERED = 64


class Type(StrEnum):
    """What a field's value is; gateway/docs/howto/contract.md has the forms of each."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date-time"
    DURATION = "duration"
    BASE64 = "base64"
    OBJECT = "object"
    """A type that the contract declares itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of an event. Lengths are in characters, `minimum` and `maximum` are inclusive."""

    name: str
    type: Type
    required: bool = False
    list: bool = False
    """Whether it is any number of such values, in their order."""
    of: str = ""
    """Of an object: the name of its declared type."""
    fields: tuple[Field, ...] = ()
    """Of an object: its own fields."""
    values: tuple[str, ...] = ()
    """Of a string: the only ones allowed (an enum)."""
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    digits: int | None = None
    fraction_digits: int | None = None
    aliases: tuple[str, ...] = ()
    unit: str = ""
    sensitive: bool = False
    example: str = ""
    doc: str = ""

    @property
    def bits(self) -> int | None:
        """Of an integer: 32 or 64 where its bounds fit into so many, None where it may be longer."""
        if self.minimum is None or self.maximum is None:
            return None
        lowest, highest = int(self.minimum), int(self.maximum)
        needed = 1 + max((-lowest - 1).bit_length() if lowest < 0 else 0, highest.bit_length())
        return next((bits for bits in (32, 64) if needed <= bits), None)

    @property
    def shortest(self) -> int | None:
        """How many characters a text has at least where it is sent: an empty one is absent. None where any will do."""
        least = 1 if self.required and not self.values else 0
        return max(self.min_length or 0, least) or None

    @property
    def precision(self) -> str:
        """Of a number: how many digits it has at most, in words; "" where any number will do."""
        after_point = f"{self.fraction_digits} of them after the point"
        if self.digits is None:
            return "" if self.fraction_digits is None else f"at most {self.fraction_digits} digits after the point"
        return f"at most {self.digits} digits" + ("" if self.fraction_digits is None else f", {after_point}")

    @property
    def description(self) -> str:
        """What the documents say of it."""
        return " ".join(part for part in (self.doc, f"Unit: {self.unit}." if self.unit else "") if part)


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event, and one SOAP operation."""

    name: str
    operation: str
    path: str
    fields: tuple[Field, ...]
    aliases: tuple[str, ...] = ()
    subject: str = ""
    """A template, such as `#call_id#`; "" where events of this type have no subject."""
    time: str = ""
    """A template that gives a date-time; "" for the time of receipt."""
    doc: str = ""
    one_way: bool = False
    """Over SOAP: answered with an empty 202 instead of a receipt."""

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the fields that every event of this type has."""
        return tuple(one.name for one in self.fields if one.required)

    @property
    def element(self) -> str:
        """The XML element that holds the event: `callEnded` of `call.ended`."""
        return element_of(self.name)


@dataclass(frozen=True, slots=True)
class Contract:
    """A named, versioned set of event types in one XML namespace."""

    name: str
    namespace: str
    version: int
    events: Mapping[str, EventType]
    doc: str = ""
    names: Mapping[str, EventType] = field(init=False, repr=False)
    """Every name an event goes by over HTTP (path, type, alias), folded."""

    def __post_init__(self) -> None:
        """Index the names once."""
        names = {
            fold(name): event
            for event in self.events.values()
            for name in (event.path, event.name, event.element, *event.aliases)
        }
        object.__setattr__(self, "names", names)

    @property
    def service(self) -> str:
        """The SOAP port type: `Calls` of `calls`."""
        return type_name(self.name)

    @property
    def types(self) -> dict[str, tuple[Field, ...]]:
        """The fields of each declared type that an event comes to, by its name, in their order."""
        found: dict[str, tuple[Field, ...]] = {}
        left = [one for event in self.events.values() for one in event.fields]
        while left:
            one = left.pop(0)
            if one.of and one.of not in found:
                found[one.of] = one.fields
                left += one.fields
        return found

    def event_named(self, name: str) -> EventType | None:
        """The event type that goes by `name`: a path, a type or an alias; case, `-`, `_` and `.` don't matter."""
        return self.names.get(fold(name))


def fold(name: str) -> str:
    """What of a name matters to a lenient reader.

    >>> fold("callStart") == fold("call_start") == fold("Call-Start")
    True
    """
    return _folded_once(name) if len(name) <= _LONGEST_REMEMBERED else _folded(name)


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(".", "").lower()


_folded_once = lru_cache(maxsize=4096)(_folded)
"""Each call brings the names of the last."""


def split_words(name: str) -> list[str]:
    """The words of a dotted or dashed name, in lower case: `call.ended` and `call-ended` are call, ended."""
    return [word.lower() for word in name.replace(".", " ").replace("-", " ").replace("_", " ").split()]


def element_of(event_name: str) -> str:
    """The XML element that holds an event of this name: `callEnded` of `call.ended`."""
    head, *rest = split_words(event_name)
    return head + "".join(word.capitalize() for word in rest)


def operation_of(event_name: str) -> str:
    """The SOAP operation that an event has by default: `submitCallEnded` of `call.ended`."""
    return "submit" + type_name(event_name)


def path_of(event_name: str) -> str:
    """The path segment that an event has by default: `call-ended` of `call.ended`."""
    return event_name.replace(".", "-")


def type_name(name: str) -> str:
    """The XML name of a declared type, or of an event's: `AgentSegment` of `agent_segment`."""
    return "".join(word.capitalize() for word in split_words(name))
