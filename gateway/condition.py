"""`when`: a condition on an event, in CEL, compiled once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.model.near import hint
from gateway.model.route import ConditionError
from gateway.model.scope import Scope
from gateway.values import Unusable

if TYPE_CHECKING:
    import cel

_VARIABLES = ("caller", "data", "event", "request")
_OF_MACRO = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")
"""Each element of a list, by the name that the expression gives it."""
_FUNCTIONS = frozenset(
    {"size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bytes", "timestamp",
     "duration", "type", "dyn", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
     "getHours", "getMinutes", "getSeconds", "getMilliseconds"}
)  # fmt: skip
"""The standard's own (cel-spec, langdef.md, List of Standard Definitions) that the library has."""
_DIGITS = 100
_SYNTAX = re.compile(r"<input>:\d+:(\d+): Syntax error: (.*)")
_MET = re.compile(r"(?:at:|input) '(.*?)'(?: expecting.*)?$")
_OPERATORS = "such as data.duration > 30; and is &&, or is ||, not is !, equal is =="
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_FIELD = re.compile(r"(?<![\w.])data\.([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Condition:
    """One expression (Common Expression Language, cel-spec)."""

    text: str
    _program: cel.Program

    @classmethod
    def of(cls, text: str) -> Condition:
        """Compile `text`. Raises ValueError: for no CEL, and for names that there aren't."""
        import cel  # it brings a command line along, half a second of it: only where there is a condition

        try:
            program = cel.compile(text)
        except ValueError as error:
            raise _no_condition(str(error), text) from None
        unknown = sorted(set(program.variables()) - {*_VARIABLES, *_OF_MACRO.findall(text)})
        if unknown:
            there = f"knows no {', '.join(map(repr, unknown))}; there are: {', '.join(_VARIABLES)}"
            raise Unusable(there, f"a field: write data.{unknown[0]}; a text: write '{unknown[0]}'")
        strange = sorted(name for name in program.functions() if name.isalpha() and name not in _FUNCTIONS)
        if strange:
            raise Unusable(f"knows no function {', '.join(map(repr, strange))}", hint(strange[0], _FUNCTIONS))
        return cls(text, program)

    def __str__(self) -> str:
        """As it is written."""
        return self.text

    def __call__(self, scope: Scope) -> bool:
        """Whether the event meets it; not where it lacks a field that is named. Raises ConditionError."""
        try:
            found = self._program.execute(_context(scope))
        except KeyError:
            return False
        except Exception as error:  # whatever an expression may do with values that it did not expect
            raise ConditionError(f"{self.text}: {_said(error)}") from None
        if not isinstance(found, bool):
            raise ConditionError(f"{self.text}: is {found!r:.60}, neither true nor false")
        return found


def fields_in(text: str) -> list[str]:
    """The fields of the data that a condition names.

    >>> fields_in("data.duration > 30 && data.name != 'data.x'")
    ['duration', 'name']
    """
    return list(dict.fromkeys(_FIELD.findall(_TEXT.sub("''", text))))


def _no_condition(said: str, text: str) -> Unusable:
    """What the library says of `text`: where, what it met there, and what may be meant."""
    found = _SYNTAX.search(said)
    if found is None:
        return Unusable(f"is no condition: {_said(ValueError(said))}")
    column, what = int(found[1]), found[2]
    met = _MET.search(what)
    part = met[1] if met else ""
    if part in ("", "<EOF>") or column > len(text):
        return Unusable(f"is no condition: column {column}: something is missing at the end", _OPERATORS)
    if part[0] in "'\"" and "token" in what:
        return Unusable(f"is no condition: column {column}: the text has no end", "end it with the quote it began with")
    advice = "a field is data.NAME, without #" if part == "#" else _OPERATORS
    return Unusable(f"is no condition: column {column}: {part.strip()!r} can't stand there", advice)


def _context(scope: Scope) -> dict[str, Any]:
    event = scope.event
    named = {"id": event.id, "source": event.source, "type": event.type, "time": event.time, **event.attributes}
    if event.subject is not None:
        named["subject"] = event.subject
    original = scope.original()
    request: dict[str, Any] = {"headers": dict(original.headers), "method": original.method} if original else {}
    if scope.operation:
        request["operation"] = scope.operation
    caller = {"name": event.attributes["caller"]} if "caller" in event.attributes else {}
    return {"data": _data(event.data), "event": named, "request": request, "caller": caller}


def _data(data: bytes) -> Mapping[str, Any]:
    """As CEL compares it: a number beyond what it counts exactly is a float."""
    found: Mapping[str, Any] = json.loads(data, parse_int=_integer)
    return found


def _integer(text: str) -> int | float:
    return int(text) if len(text) <= _DIGITS else float(text)


def _said(error: Exception) -> str:
    """The first line, without the library's advice."""
    return str(error.args[0] if error.args else error).partition("\n")[0].partition(". ")[0][:200]
