"""What was sent becomes data: one reader for each event type and reading, the same for every dialect.

A dialect gives the reader `(name, value)` pairs as they were sent; the reader gives back the data in its one
form, keys as declared and in declared order, or every violation at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from gateway.errors import ContractViolation, Violation
from gateway.model.bracketed import Branch, steps_of
from gateway.model.contract import EventType, Field, Type, fold
from gateway.model.extra import EXTRA, has_file, listed, plain, with_nul
from gateway.model.field_reading import Form, Reading, ReadValue, list_reader, value_readers
from gateway.model.lexical import Unreadable
from gateway.model.object_reading import object_readers
from gateway.model.pointer import pointer
from gateway.model.rules import Rules

_NO_FILE = "is a file, and no field of this event takes it"
_REQUIRED = "is required"

Data = dict[str, Any]
Sent = dict[str, object]
"""What was sent for one field, by the name it was sent under: one name, rarely more."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads objects of one type in one reading: messages of an event type, and what is nested in them."""

    reading: Reading
    values: Mapping[Form, Mapping[str, ReadValue]] = field(repr=False)
    """What reads each field, by declared name in declared order."""
    items: Mapping[str, ReadValue] = field(repr=False)
    """What reads one XML value of each field that is no object, also where it is a list of them."""
    inner: Mapping[str, Reader] = field(repr=False)
    """The readers of the fields that are objects."""
    names: Mapping[str, str] = field(repr=False)
    """Every name that a field goes by, as it is, to the declared one."""
    folded: Mapping[str, str] = field(repr=False)
    """The same, folded; empty in a strict reading."""
    ranks: Mapping[str, Mapping[str, int]] = field(repr=False)
    """Of a field with aliases: which of its names comes before which."""
    gathered: Mapping[Form, frozenset[str]] = field(repr=False)
    """The fields of which all that is sent is gathered: lists, and in flat text objects."""
    required: frozenset[str] = field(repr=False)
    rules: Rules = field(default_factory=Rules, repr=False)
    """What is known of the sender's habits, in a lenient reading."""

    def data(self, pairs: Iterable[tuple[str, object]], form: Form) -> Data:
        """The data of one message, from what was sent. Raises ContractViolation with every violation."""
        data, violations = self.examine(pairs, form)
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        return data

    def examine(
        self, pairs: Iterable[tuple[str, object]], form: Form, beside: Sequence[tuple[str, object]] = ()
    ) -> tuple[Data, list[Violation]]:
        """The data and the violations of one message, in the order of the contract.

        `beside` is text that came with it, as URL parameters do: it counts where the message says nothing.
        """
        extra: Data = {}
        violations: list[Violation] = []
        sent = self._sorted_out(pairs, form, extra, violations)
        also: dict[str, Sent] = {}
        if beside:
            unknown: Data = {}
            also = self._sorted_out(beside, Form.TEXT, unknown, violations)
            extra |= {name: raw for name, raw in unknown.items() if name not in extra}
        data: Data = {}
        for declared, read in self.values[form].items():
            value: object = None
            try:
                if declared in sent:
                    value = self._value(declared, sent[declared], read, extra)
                if value is None and declared in also:
                    value = self._value(declared, also[declared], self.values[Form.TEXT][declared], extra)
            except Unreadable as problem:
                violations += problem.at(f"/{declared}")
                continue
            if value is not None:
                data[declared] = value
            elif declared in self.required:
                violations.append(Violation(f"/{declared}", _REQUIRED))
        if self.rules.derivations and (derived := self.rules.derive(data, self.values[Form.TEXT])):
            told = {Violation(f"/{name}", _REQUIRED) for name in derived}
            violations = [one for one in violations if one not in told]
            data = {name: data[name] for name in self.values[form] if name in data}
        if extra:
            violations += [Violation(pointer(name), _NO_FILE) for name, raw in extra.items() if has_file(raw)]
            data[EXTRA] = {name: plain(raw) for name, raw in extra.items()}
            violations += [Violation(pointer(name), "must not contain NUL (U+0000)") for name in with_nul(data[EXTRA])]
        return data, violations

    def _sorted_out(
        self, pairs: Iterable[tuple[str, object]], form: Form, extra: Data, violations: list[Violation]
    ) -> dict[str, Sent]:
        """What was sent for each field; what no field takes goes to `extra`, and wrong names to `violations`."""
        sent: dict[str, Sent] = {}
        names, gathered = self.names, self.gathered[form]
        for name, raw in self.rules.telling(pairs) if self.rules else pairs:
            declared = names.get(name) or (self.folded and self.folded.get(fold(name)))
            if form is Form.TEXT and gathered and not declared and (found := steps_of(name)) is not None:
                root, steps = found
                declared = names.get(root) or (self.folded and self.folded.get(fold(root)))
                if declared and declared in gathered:
                    _gather(sent, declared, root, steps, raw)
                    continue
                declared = None
            if not declared:
                self._unknown(name, raw, extra, violations)
            elif declared in gathered:
                _gather(sent, declared, name, [], raw)
            elif declared not in sent:
                sent[declared] = {name: raw}
            elif name in sent[declared]:
                violations.append(Violation(f"/{declared}", "is sent twice"))
            else:
                sent[declared][name] = raw
        return sent

    def _unknown(self, name: str, raw: object, extra: Data, violations: list[Violation]) -> None:
        if type(raw) is bytes:
            violations.append(Violation(pointer(name), _NO_FILE))
        elif self.reading is Reading.STRICT:
            violations.append(Violation(pointer(name), "is not a field of this event"))
        elif name in extra or (type(raw) is Branch and raw.parts and raw.values):
            violations.append(Violation(pointer(name), "is sent twice"))
        else:
            extra[name] = raw

    def _value(self, declared: str, candidates: Sent, read: ReadValue, extra: Data) -> object:
        """Of two names the first that is not absent, declared name first, then aliases; a different other is extra."""
        if len(candidates) == 1:
            (raw,) = candidates.values()
            return read(raw)
        if self.reading is Reading.STRICT:
            raise Unreadable(f"is sent twice, as {' and as '.join(candidates)}")
        ranks = self.ranks[declared]
        chosen: object = None
        for name in sorted(candidates, key=lambda name: (name != declared, ranks[fold(name)])):
            raw = candidates[name]
            if chosen is None:
                chosen = read(raw)
            elif raw is not None and not _says(read, raw, chosen):
                extra[name] = listed(raw) if declared in self.gathered[Form.XML] else raw
        return chosen


def reader_for(event: EventType, reading: Reading, zone: tzinfo = UTC, rules: Rules | None = None) -> Reader:
    """Compile the reader of `event`; date-times without an offset are in `zone`. Only a lenient one follows `rules`."""
    habits = rules.of(event) if rules is not None and reading is Reading.LENIENT else Rules()
    return _reader_of(event.fields, reading, zone, habits)


def _reader_of(fields: tuple[Field, ...], reading: Reading, zone: tzinfo, rules: Rules) -> Reader:
    within = rules.inside()
    inner = {one.name: _reader_of(one.fields, reading, zone, within) for one in fields if one.type is Type.OBJECT}
    single = {
        one.name: object_readers(inner[one.name]) if one.name in inner else value_readers(one, reading, zone)
        for one in fields
    }
    lists = frozenset(one.name for one in fields if one.list)
    own = {one.name: one.name for one in fields}
    known = {alias: one.name for one in fields for alias in one.aliases} | own
    lenient = reading is Reading.LENIENT
    return Reader(
        reading=reading,
        values={form: {one.name: _read_by(one, single[one.name][form], reading) for one in fields} for form in Form},
        items={name: read[Form.XML] for name, read in single.items()},
        inner=inner,
        names=known,
        folded={fold(alias): name for alias, name in known.items()} if lenient else {},
        ranks={one.name: _ranks(one) for one in fields},
        gathered={Form.TEXT: lists | inner.keys(), Form.XML: lists, Form.JSON: frozenset()},
        required=frozenset(one.name for one in fields if one.required),
        rules=rules,
    )


def _read_by(one: Field, read: ReadValue, reading: Reading) -> ReadValue:
    return list_reader(read, reading) if one.list else read


def _gather(sent: dict[str, Sent], declared: str, name: str, steps: list[str], raw: object) -> None:
    candidates = sent.setdefault(declared, {})
    branch = candidates.get(name)
    if not isinstance(branch, Branch):
        branch = candidates[name] = Branch()
    if isinstance(raw, Branch):
        branch.join(raw)
    elif type(raw) is list:  # an encoded array
        branch.values += raw
    else:
        branch.grow(steps, raw)


def _ranks(one: Field) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, alias in enumerate((one.name, *one.aliases)):
        ranks.setdefault(fold(alias), rank)
    return ranks


def summary(violations: list[Violation]) -> str:
    """One line for all of `violations`."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return f"{first.path or 'the message'} {first.message}{more}"


def _says(read: ReadValue, raw: object, chosen: object) -> bool:
    """Whether another name says nothing, or what was read already."""
    try:
        return read(raw) in (None, chosen)
    except Unreadable:
        return False
