"""Values as literals of the languages that take a message as a map: Python, PHP, JavaScript, Ruby, Perl."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.model.contract import Field, Type

_NUMBERS = (Type.INTEGER, Type.DECIMAL, Type.DURATION)
_TIMES = (Type.DATE, Type.DATE_TIME)


def escaped(*special: str, quote: str = '"') -> Callable[[str], str]:
    """A writer of text between quotes, in languages that escape `special` by a backslash."""

    def write(text: str) -> str:
        for one in ("\\", quote, *special):
            text = text.replace(one, "\\" + one)
        return quote + text + quote

    return write


def json_text(text: str) -> str:
    """Text as JSON, Python and JavaScript write it."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes text, numbers, objects and lists."""

    text: Callable[[str], str]
    pair: str = '"{}": {}'
    braces: tuple[str, str] = ("{", "}")
    binary: Callable[[str], str] | None = None
    """Of base64, where the toolkit encodes it by itself; None where it takes it as text."""
    digits: int = 15
    """A number of more is text: so many survive every language's floating point."""
    false: str = "false"
    true: str = "true"
    cast: str = ""
    """Of a text where the toolkit's types want something else: what follows it, with the wanted type."""

    def literal(self, value: Any, field: Field | None = None) -> str:  # noqa: ANN401 - text, a list, an object
        """`value` of `field`, or bare text."""
        if field is None:
            return self.text(value)
        if field.list:
            return "[" + ", ".join(self.item(one, field) for one in value) + "]"
        return self.item(value, field)

    def object(self, fields: tuple[Field, ...], message: Mapping[str, Any]) -> str:
        """An object of `fields`."""
        present = [one for one in fields if one.name in message]
        inner = ", ".join(self.pair.format(one.name, self.literal(message[one.name], one)) for one in present)
        return f"{self.braces[0]}{inner}{self.braces[1]}"

    def item(self, value: Any, field: Field) -> str:  # noqa: ANN401 - text, or an object
        """A value that is no list: of a list, one of it."""
        if field.fields:
            return self.object(field.fields, value)
        if field.type is Type.BOOLEAN:
            return self.true if value == "true" else self.false
        if field.type is Type.BASE64 and self.binary:
            return self.binary(value)
        if field.type in _NUMBERS:
            return self._number(field, value)
        return self.text(value) + (self.cast.format("Date") if field.type in _TIMES else "")

    def _number(self, field: Field, value: str) -> str:
        """A number of the language's own, where it holds every digit and the toolkit wants one."""
        is_restricted = bool({field.minimum, field.maximum, field.digits, field.fraction_digits} - {None})
        if self.cast and is_restricted:  # wsdl-tsclient takes a restricted number for text
            return self.text(value)
        try:
            number = Decimal(value)
        except InvalidOperation:
            return self.text(value)
        if len(number.as_tuple().digits) <= self.digits:
            return f"{number:f}"
        return self.text(value) + self.cast.format("number")


def _bytes_of(value: str) -> str:
    return repr(base64.b64decode(value))


JSON = Language(json_text, digits=1000)
PYTHON = Language(json_text, false="False", true="True", binary=_bytes_of)
SUDS = Language(json_text, false="False", true="True")
PHP_TEXT = escaped(quote="'")
PHP = Language(
    PHP_TEXT, "'{}' => {}", ("[", "]"), binary=lambda value: f"base64_decode({PHP_TEXT(value)})"
)  # fmt: skip
NODE = Language(json_text, "{}: {}")
TYPESCRIPT = Language(json_text, "{}: {}", cast=" as unknown as {}")
RUBY = Language(
    escaped("#"), "'{}' => {}", ("absent.merge(", ")"), false="'false'", binary=lambda value: f"'{value}'.unpack1('m')"
)
PERL = Language(escaped("$", "@"), digits=0, true="'true'", false="'false'")
