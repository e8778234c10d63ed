"""Text becomes data: one reader for each event type and reading, the same for every dialect.

A dialect gives the reader `(name, value)` pairs as they were sent; the reader gives back the data in its one
form, keys as declared and in declared order, or every violation at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from gateway.errors import ContractViolation, Violation
from gateway.model.contract import EventType, fold
from gateway.model.field_reading import Form, Reading, ReadValue, value_readers
from gateway.model.lexical import Unreadable

EXTRA = "extra"
"""Where a lenient reading keeps what the contract doesn't name."""

Data = dict[str, Any]
Sent = dict[str, object]
"""What was sent for one field, by the name it was sent under: one name, rarely more."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages of one event type in one reading."""

    event: EventType
    reading: Reading
    values: Mapping[Form, Mapping[str, ReadValue]] = field(repr=False)
    """What reads each field, by declared name in declared order."""
    names: Mapping[Form, Mapping[str, str]] = field(repr=False)
    """Every name that a field goes by, as it is, to the declared one."""
    folded: Mapping[str, str] = field(repr=False)
    """The same, folded; empty in a strict reading."""
    required: frozenset[str] = field(repr=False)

    def data(self, pairs: Iterable[tuple[str, object]], form: Form) -> Data:
        """The data of one message, from what was sent. Raises ContractViolation with every violation."""
        data, violations = self.examine(pairs, form)
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        return data

    def examine(self, pairs: Iterable[tuple[str, object]], form: Form) -> tuple[Data, list[Violation]]:
        """The data and the violations of one message, in the order of the contract."""
        sent, extra, violations = self._sorted_out(pairs, form)
        data: Data = {}
        for declared, read in self.values[form].items():
            candidates = sent.get(declared)
            value: object = None
            if candidates is not None:
                try:
                    value = self._value(declared, candidates, read, extra)
                except Unreadable as problem:
                    violations.append(Violation(f"/{declared}", str(problem)))
                    continue
            if value is not None:
                data[declared] = value
            elif declared in self.required:
                violations.append(Violation(f"/{declared}", "is required"))
        if extra:
            violations += [Violation(pointer(name), "must not contain NUL (U+0000)") for name in _with_nul(extra)]
            data[EXTRA] = extra
        return data, violations

    def _sorted_out(
        self, pairs: Iterable[tuple[str, object]], form: Form
    ) -> tuple[dict[str, Sent], Data, list[Violation]]:
        """What was sent for each field; what no field takes; what is wrong with names."""
        sent: dict[str, Sent] = {}
        extra: Data = {}
        violations: list[Violation] = []
        names = self.names[form]
        for name, raw in pairs:
            declared = names.get(name) or (self.folded and self.folded.get(fold(name)))
            if not declared:
                if self.reading is Reading.STRICT:
                    violations.append(Violation(pointer(name), "is not a field of this event"))
                elif name in extra:
                    violations.append(Violation(pointer(name), "is sent twice"))
                else:
                    extra[name] = raw
            elif declared not in sent:
                sent[declared] = {name: raw}
            elif name in sent[declared]:
                violations.append(Violation(f"/{declared}", "is sent twice"))
            else:
                sent[declared][name] = raw
        return sent, extra, violations

    def _value(self, declared: str, candidates: Sent, read: ReadValue, extra: Data) -> object:
        """Of two names the first that is not absent, declared name first, then aliases; a different other is extra."""
        if len(candidates) == 1:
            (raw,) = candidates.values()
            return read(raw)
        if self.reading is Reading.STRICT:
            raise Unreadable(f"is sent twice, as {' and as '.join(candidates)}")
        ranks = self._ranks(declared)
        chosen: object = None
        for name in sorted(candidates, key=lambda name: (name != declared, ranks[fold(name)])):
            raw = candidates[name]
            if chosen is None:
                chosen = read(raw)
            elif raw is not None and not _says(read, raw, chosen):
                extra[name] = raw
        return chosen

    def _ranks(self, declared: str) -> dict[str, int]:
        one = next(one for one in self.event.fields if one.name == declared)
        ranks: dict[str, int] = {}
        for rank, alias in enumerate((one.name, *one.aliases)):
            ranks.setdefault(fold(alias), rank)
        return ranks


def reader_for(event: EventType, reading: Reading, zone: tzinfo = UTC) -> Reader:
    """Compile the reader of `event`; date-times without an offset are in `zone`."""
    readers = {one.name: value_readers(one, reading, zone) for one in event.fields}
    own = {one.name: one.name for one in event.fields}
    known = {alias: one.name for one in event.fields for alias in one.aliases} | own
    lenient = reading is Reading.LENIENT
    return Reader(
        event=event,
        reading=reading,
        values={form: {name: by_form[form] for name, by_form in readers.items()} for form in Form},
        # Aliases are names over HTTP; the schema of the XML has none.
        names={form: own if form is Form.XML and not lenient else known for form in Form},
        folded={fold(alias): name for alias, name in known.items()} if lenient else {},
        required=frozenset(event.required),
    )


def summary(violations: list[Violation]) -> str:
    """One line for all of `violations`."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return f"{first.path or 'the message'} {first.message}{more}"


def pointer(name: str) -> str:
    """`name` as a JSON Pointer (RFC 6901 §3)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _says(read: ReadValue, raw: object, chosen: object) -> bool:
    """Whether another name says nothing, or what was read already."""
    try:
        return read(raw) in (None, chosen)
    except Unreadable:
        return False


def _with_nul(extra: Data) -> list[str]:
    return [name for name, value in extra.items() if "\0" in name or _has_nul(value)]


def _has_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any("\0" in key or _has_nul(item) for key, item in value.items())
        case list():
            return any(map(_has_nul, value))
        case _:
            return False
