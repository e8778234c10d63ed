"""How a value that is an object is read: its own reader examines what stands in it, whatever form it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from gateway.errors import Violation
from gateway.model.bracketed import Branch
from gateway.model.field_reading import Form, Pairs, Reading, ReadValue, kind_of
from gateway.model.lexical import Several, Unreadable


class Examines(Protocol):
    """The reader of an object's fields."""

    @property
    def reading(self) -> Reading:
        """How strictly it takes text."""

    @property
    def required(self) -> frozenset[str]:
        """The fields without which there is no such object."""

    def examine(self, pairs: Iterable[tuple[str, object]], form: Form) -> tuple[dict[str, Any], list[Violation]]:
        """The data, and the violations."""


def object_readers(inner: Examines) -> Mapping[Form, ReadValue]:
    """The readers of one object that `inner` examines, by form."""
    return {form: _object_reader(inner, form) for form in Form}


def _object_reader(inner: Examines, form: Form) -> ReadValue:
    lenient = inner.reading is Reading.LENIENT

    def read(raw: object) -> object:
        match raw:
            case None:
                return None
            case Pairs():
                pairs: Iterable[tuple[str, object]] = raw
            case dict():
                pairs = raw.items()
            case Branch() if raw.parts and (not raw.values or (lenient and raw.values == [""])):
                pairs = raw.pairs()
            case Branch() if lenient and not raw.parts and _is_blank(raw.values):
                return None
            case str() if _is_blank([raw]) and form is Form.XML and not (lenient and inner.required):
                pairs = ()  # an empty element is an object without fields
            case str() if lenient and _is_blank([raw]):
                return None
            case _:
                raise Unreadable(f"must be an object, not {kind_of(raw)}")
        data, violations = inner.examine(pairs, form)
        if violations:
            raise Several(violations)
        return data

    return read


def _is_blank(values: list[Any]) -> bool:
    return all(type(value) is str and not value.strip() for value in values)
