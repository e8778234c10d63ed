"""Text becomes data: one reader for each event type and reading, the same for every dialect.

A dialect gives the reader `(name, value)` pairs as they were sent; the reader gives back the data in its one
form, keys as declared and in declared order, or every violation at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Any

from gateway.errors import ContractViolation, Violation
from gateway.model import lexical
from gateway.model.canonical import Number
from gateway.model.contract import EventType, Field, Type, fold
from gateway.model.lexical import Read, Unreadable
from gateway.model.violations import Check, checks_of

EXTRA = "extra"
"""Where a lenient reading keeps what the contract doesn't name."""

Data = dict[str, Any]


class Reading(StrEnum):
    """How strictly text is taken; gateway/docs/howto/reading.md has the table."""

    STRICT = "strict"
    LENIENT = "lenient"


class Form(StrEnum):
    """What the values of a message are, before they are read."""

    TEXT = "text"
    """Text throughout: a form, a query."""
    XML = "xml"
    """Text of XML elements; None where xsi:nil says so."""
    JSON = "json"
    """JSON's own values, numbers as `Number`."""


@dataclass(frozen=True, slots=True)
class FieldReader:
    """How one field's value is read in one reading."""

    field: Field
    read: dict[Form, Read]
    """Text forms by where they came from; under JSON, the form of a JSON number."""
    reads_json_text: bool
    """Whether a JSON string may hold this field's value."""
    reads_json_number: bool
    blank_is_absent: bool
    checks: tuple[Check, ...]

    def value(self, raw: object, form: Form) -> object:
        """The value of `raw`, None where it is absent. Raises Unreadable."""
        if raw is None:
            return None
        if type(raw) is str:
            return self._from_text(raw, form)
        if type(raw) is Number and self.reads_json_number:
            return self._checked(self.read[Form.JSON](str.__str__(raw)))
        if type(raw) is bool and self.field.type is Type.BOOLEAN:
            return raw
        raise Unreadable(f"must be {_NOUNS[self.field.type]}, not {_json_kind(raw)}")

    def _from_text(self, text: str, form: Form) -> object:
        if self.field.type is Type.STRING:
            if not text or (self.blank_is_absent and self.field.values and not text.strip()):
                return None
            return self._checked(self.read[form](text))
        text = text.strip(lexical.XML_BLANKS)
        if not text and self.blank_is_absent:
            return None
        if form is Form.JSON and not self.reads_json_text:
            raise Unreadable(f"must be {_NOUNS[self.field.type]}, not text")
        return self._checked(self.read[Form.TEXT if form is Form.JSON else form](text))

    def _checked(self, value: object) -> object:
        for check in self.checks:
            complaint = check(value)
            if complaint:
                raise Unreadable(complaint)
        return value


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads messages of one event type in one reading."""

    event: EventType
    reading: Reading
    fields: dict[str, FieldReader]
    """By declared name, in declared order."""
    names: dict[str, str]
    """Every name a field goes by, folded where the reading is lenient, to the declared one."""
    folded: dict[str, str] = field(repr=False)

    def data(self, pairs: Iterable[tuple[str, object]], form: Form) -> Data:
        """The data of one message, from what was sent. Raises ContractViolation with every violation."""
        data, violations = self.examine(pairs, form)
        if violations:
            raise ContractViolation(summary(violations), violations=violations)
        return data

    def examine(self, pairs: Iterable[tuple[str, object]], form: Form) -> tuple[Data, list[Violation]]:
        """The data and the violations of one message, in the order of the contract."""
        sent, extra, violations = self._sorted_out(pairs)
        data: Data = {}
        for name, reader in self.fields.items():
            candidates = sent.get(name)
            try:
                value = self._chosen(reader, candidates, form, extra) if candidates else None
            except Unreadable as problem:
                violations.append(Violation(f"/{name}", str(problem)))
                continue
            if value is not None:
                data[name] = value
            elif reader.field.required:
                violations.append(Violation(f"/{name}", "is required"))
        if extra:
            data[EXTRA] = extra
        return data, violations

    def _sorted_out(self, pairs: Iterable[tuple[str, object]]) -> tuple[dict[str, Data], Data, list[Violation]]:
        """What was sent for each field, by the name it was sent under; the rest; what is wrong with names."""
        sent: dict[str, Data] = {}
        extra: Data = {}
        violations: list[Violation] = []
        for name, raw in pairs:
            declared = self.names.get(name) or self.folded.get(fold(name))
            if declared is None:
                if self.reading is Reading.STRICT:
                    violations.append(Violation(pointer(name), "is not a field of this event"))
                elif name in extra:
                    violations.append(Violation(pointer(name), "is sent twice"))
                else:
                    extra[name] = raw
            elif name in sent.setdefault(declared, {}):
                violations.append(Violation(f"/{declared}", "is sent twice"))
            else:
                sent[declared][name] = raw
        return sent, extra, violations

    def _chosen(self, reader: FieldReader, candidates: Data, form: Form, extra: Data) -> object:
        """The field's value; of two names, the first that is not absent: declared name first, then aliases."""
        if len(candidates) == 1:
            ((_, raw),) = candidates.items()
            return reader.value(raw, form)
        if self.reading is Reading.STRICT:
            raise Unreadable(f"is sent twice, as {' and as '.join(candidates)}")
        chosen: object = None
        for name in sorted(candidates, key=self._precedence(reader.field)):
            raw = candidates[name]
            if chosen is None:
                chosen = reader.value(raw, form)
            elif raw is not None and not _same(reader, raw, form, chosen):
                extra[name] = raw
        return chosen

    def _precedence(self, declared: Field) -> Any:  # noqa: ANN401 - a sort key
        order = {fold(alias): rank for rank, alias in enumerate((declared.name, *declared.aliases))}
        return lambda name: (name != declared.name, order[fold(name)])


def reader_for(event: EventType, reading: Reading, zone: tzinfo = UTC) -> Reader:
    """Compile the reader of `event`; date-times without an offset are in `zone`."""
    lenient = reading is Reading.LENIENT
    names = {alias: one.name for one in event.fields for alias in (*one.aliases, one.name)}
    folded = {fold(alias): name for alias, name in names.items()} if lenient else {}
    fields = {one.name: _field_reader(one, lenient, zone) for one in event.fields}
    return Reader(event, reading, fields, names, folded)


def summary(violations: list[Violation]) -> str:
    """One line for all of `violations`."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return f"{first.path or 'the message'} {first.message}{more}"


def pointer(name: str) -> str:
    """`name` as a JSON Pointer (RFC 6901 §3)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _same(reader: FieldReader, raw: object, form: Form, chosen: object) -> bool:
    """Whether a second name holds what was already read, or nothing."""
    try:
        return reader.value(raw, form) in (None, chosen)
    except Unreadable:
        return False


def _field_reader(one: Field, lenient: bool, zone: tzinfo) -> FieldReader:  # noqa: FBT001 - a reading, said once
    numeric = one.type in (Type.INTEGER, Type.DECIMAL, Type.DURATION)
    return FieldReader(
        field=one,
        read=_readers(one, lenient, zone),
        reads_json_text=lenient or one.type in (Type.STRING, Type.DATE, Type.DATE_TIME),
        reads_json_number=numeric or (lenient and one.type is not Type.DATE),
        blank_is_absent=lenient,
        checks=checks_of(one),
    )


def _readers(one: Field, lenient: bool, zone: tzinfo) -> dict[Form, Read]:  # noqa: FBT001
    read: Read
    match one.type:
        case Type.STRING if one.values and lenient:
            text = _declared_spelling(one.values)
            return {Form.TEXT: text, Form.XML: text, Form.JSON: text}
        case Type.STRING:
            return dict.fromkeys(Form, lexical.string)
        case Type.INTEGER:
            read = lexical.whole_number if lenient else lexical.integer
            return {Form.TEXT: read, Form.XML: read, Form.JSON: lexical.whole_number}
        case Type.DECIMAL:
            read = lexical.plain_decimal if lenient else lexical.decimal_without_exponent
            return {Form.TEXT: read, Form.XML: read, Form.JSON: lexical.plain_decimal}
        case Type.DURATION:
            read = lexical.lenient_duration if lenient else lexical.decimal_without_exponent
            return {Form.TEXT: read, Form.XML: read, Form.JSON: lexical.plain_decimal}
        case Type.BOOLEAN if lenient:
            return dict.fromkeys(Form, lexical.lenient_boolean)
        case Type.BOOLEAN:
            return {Form.TEXT: lexical.strict_boolean, Form.XML: lexical.xml_boolean, Form.JSON: lexical.strict_boolean}
        case Type.DATE:
            return dict.fromkeys(Form, lexical.calendar_date)
        case Type.DATE_TIME:
            return dict.fromkeys(Form, lexical.date_time_in(zone, lenient=lenient))


def _declared_spelling(values: tuple[str, ...]) -> Read:
    spelling = {value.lower(): value for value in values}
    return lambda text: spelling.get(text.strip().lower(), lexical.string(text))


_NOUNS = {
    Type.STRING: "text",
    Type.INTEGER: "an integer",
    Type.DECIMAL: "a number",
    Type.BOOLEAN: "true or false",
    Type.DATE: "a date",
    Type.DATE_TIME: "a date and time",
    Type.DURATION: "a number of seconds",
}


def _json_kind(raw: object) -> str:
    match raw:
        case Number():
            return "a number"
        case bool():
            return "true or false"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "text"
