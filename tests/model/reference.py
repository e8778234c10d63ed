"""The Reading table once more, slow and obvious, from its words alone: the reference of gateway/model/reading.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from gateway.model.canonical import Number
from gateway.model.contract import Field, Type
from gateway.model.field_reading import Form, Pairs, Reading
from tests.model.reference_names import Misfit, Sent, are_indices, field_named, rank, unflattened
from tests.model.reference_times import Refused
from tests.model.reference_values import BLANKS, is_absent, read_value

Read = tuple[object, set[str]]
ABSENT = object()


def expected(
    fields: tuple[Field, ...], reading: Reading, form: Form, pairs: Sent, zone: tzinfo
) -> tuple[bytes, set[str]]:
    """The canonical JSON of the data where there are no violations, and the paths of those there are."""
    reference = _Reference(reading, form, zone)
    sent = unflattened(fields, pairs, reading) if form is Form.TEXT else pairs
    data, paths = reference.members(fields, sent, "")
    return b"" if paths else json_of(data).encode(), paths


def json_of(value: object) -> str:
    """Compact JSON, a number as its text."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json_of(name) + ":" + json_of(one) for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_of(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class _Reference:
    reading: Reading
    form: Form
    zone: tzinfo

    def members(self, fields: tuple[Field, ...], pairs: Sent, path: str) -> Read:
        """Keys as declared, in declared order, absent fields left out, `extra` last."""
        data: dict[str, object] = {}
        extra, paths = self.unknown(fields, pairs, path)
        for field in fields:
            sent = [pair for pair in pairs if field_named(fields, pair[0], self.reading) is field]
            value, wrong, others = self.field(field, sent, path + pointer(field.name))
            paths |= wrong
            extra |= others
            if value is not ABSENT:
                data[field.name] = value
            elif field.required:
                paths.add(path + pointer(field.name))
        paths |= {path + pointer(name) for name, value in extra.items() if not is_text(value)}
        if extra:
            data["extra"] = extra
        return data, paths

    def unknown(self, fields: tuple[Field, ...], pairs: Sent, path: str) -> tuple[dict[str, object], set[str]]:
        """Unknown: strict refuses, lenient keeps as sent; a repeated key is a violation in both."""
        extra: dict[str, object] = {}
        paths = set()
        for name, value in pairs:
            if field_named(fields, name, self.reading) is None:
                if self.reading is Reading.STRICT or name in extra:
                    paths.add(path + pointer(name))
                extra[name] = as_sent(value)
        return extra, paths

    def field(self, field: Field, sent: Sent, path: str) -> tuple[object, set[str], dict[str, object]]:
        """The value of a field, the violations' paths, and what goes to `extra`."""
        names = sorted({name: None for name, _ in sent}, key=lambda name: rank(field, name))
        values = {name: [value for one, value in sent if one == name] for name in names}
        if len(names) > 1 and self.reading is Reading.STRICT:  # one field twice: another name
            return ABSENT, {path}, {}
        if not field.list and any(len(values[name]) > 1 for name in names):  # a repeated key of no list
            return ABSENT, {path}, {}
        present = [name for name in names if not self.all_absent(field, values[name])]
        if not present:
            return ABSENT, set(), {}
        first, *others = present  # two names: the first that is not absent in the order declared name, aliases
        read = self.values(field, values[first], path)
        if read[1]:
            return *read, {}
        differ = [name for name in others if self.values(field, values[name], path) != read]  # where they differ
        return *read, {name: as_sent(*values[name]) for name in differ}

    def all_absent(self, field: Field, values: Sequence[object]) -> bool:
        if not field.list:
            return is_absent(field, values[0], self.reading, self.form)
        items = self.items(values)
        if items is None:  # in JSON: null, or leniently empty or blank text
            blank = isinstance(values[0], str) and not values[0].strip(" \t\r\n")
            return values[0] is None or (blank and self.reading is Reading.LENIENT)
        # An empty list is absent; null inside a list is refused.
        return all(item is not None and is_absent(field, item, self.reading, self.form) for item in items)

    def values(self, field: Field, values: Sequence[object], path: str) -> Read:
        if isinstance(values[0], Misfit):
            return ABSENT, {path}
        if not field.list:
            return self.single(field, values[0], path)
        sent = self.items(values)
        if sent is None:
            return ABSENT, {path}
        items: list[object] = []
        paths: set[str] = set()
        for index, value in enumerate(sent):
            if value is None:  # null inside a list is refused
                paths.add(f"{path}/{index}")
            elif not is_absent(field, value, self.reading, self.form):  # absent items are left out
                item, wrong = self.single(field, value, f"{path}/{index}")
                items.append(item)
                paths |= wrong
        return items, paths

    def items(self, values: Sequence[object]) -> Sequence[object] | None:
        """A JSON list; over XML and forms its name repeated, or in a form numbered."""
        if type(values[0]) is list:
            return values[0]
        return None if self.form is Form.JSON else values

    def single(self, field: Field, value: object, path: str) -> Read:
        try:
            if field.type is Type.OBJECT:
                return self.members(field.fields, pairs_of(value, self.form), path)
            return read_value(field, value, self.reading, self.form, self.zone), set()
        except Refused:
            return ABSENT, {path}


def pairs_of(value: object, form: Form) -> Sent:
    """A JSON object; an element of elements; brackets or dots in a form."""
    if isinstance(value, dict):
        return list(value.items())
    if form is Form.XML and isinstance(value, str) and value.strip(BLANKS) == "":
        return []
    if isinstance(value, Pairs):
        return value
    raise Refused("no object")


def as_sent(*values: object) -> object:
    """Text, or JSON's own value; in a subtree a repeated name is a list."""
    if len(values) > 1:
        return [as_sent(value) for value in values]
    value = values[0]
    if isinstance(value, Misfit):
        return as_sent(value.sent)
    if type(value) is list:
        return [as_sent(one) for one in value]
    if not isinstance(value, Pairs):
        return value
    members = {name: as_sent(*(one for other, one in value if other == name)) for name, _ in value}
    if members and are_indices(members):  # numbered, as flat names have a list
        return [members[name] for name in sorted(members, key=int)]
    return members


def is_text(value: object) -> bool:
    """Whether no part of it is a file, which only a base64 field takes, and none holds a NUL."""
    if isinstance(value, dict):
        return all(is_text(one) for one in value.values())
    if isinstance(value, list):
        return all(is_text(one) for one in value)
    return not isinstance(value, bytes) and not (isinstance(value, str) and "\0" in value)


def pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")
