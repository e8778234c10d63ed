r"""Patterns that XML Schema, JSON Schema (ECMA 262) and Python read alike: literals, classes, groups, repetition.

The three differ in nearly everything else, and `\d` takes the digits of every script in XML Schema alone.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, Protocol

import re2

_TOKEN = re.compile(
    r"""(?P<escape>\\.)
      | (?P<class>\[\^?(?:\\.|[^\]\\\[^])+\])
      | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})(?P<twice>[*+?{])?)
      | (?P<open>\((?P<special>\?)?)
      | (?P<plain>[^\\\[\]{}*+?()^$]|\))""",
    re.VERBOSE | re.DOTALL,
)
_CLASS_PART = re.compile(r"\\.|&&|[^\\]", re.DOTALL)
_AS_THEY_ARE = frozenset("\\.-+*?(){}[]|^nrt")
"""What XML Schema 1.0 §F knows an escape for, as the others do."""
_WITHOUT_ESCAPE = frozenset("$/")
"""What the others need an escape for, and XML Schema must not have one."""
_ANY = re.compile(r"(?P<other>\\.|\[(?:\\.|[^\]\\])+\])|\.", re.DOTALL)
_LONGEST_BOUND = 8
"""Bytes."""
_NO_LINE_END = r"[^\n\r]"
"""What `.` is in XML Schema; RE2 and Python take a carriage return for it too, and ECMA 262 no line separator."""


class Found(Protocol):
    """What a pattern found."""

    def group(self, number: int, /) -> str | None:
        """What its part `number` took."""


class Matcher(Protocol):
    """A compiled pattern."""

    @property
    def groups(self) -> int:
        """How many parts it has that take something."""

    def fullmatch(self, text: str) -> Found | None:
        """What it found where all of `text` matches, else None."""


def compiled(pattern: str) -> Matcher:
    """`pattern`, to be matched in time that grows with the text alone. Raises ValueError where it is none.

    Python's own matcher takes for ever to see that `(a|aa)+b` is not in a text of a few dozen `a`.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return _Pattern(re2.compile(_with_one_dot(pattern), options))
    except re2.error as error:
        (said,) = error.args  # bytes
        raise ValueError(said.decode() if isinstance(said, bytes) else str(said)) from None


class _Pattern:
    """RE2's, asked in bytes: for text its wrapper counts the characters before each place, which takes longer."""

    __slots__ = ("_found", "_high", "_low", "groups")

    def __init__(self, pattern: Any) -> None:  # noqa: ANN401 - RE2's wrapper is untyped
        self.groups: int = pattern.groups
        self._found = pattern.fullmatch
        self._low, self._high = b"", b"\xff"
        with suppress(re2.error):  # it may begin with anything
            self._low, self._high = pattern.possiblematchrange(_LONGEST_BOUND)

    def fullmatch(self, text: str) -> Found | None:
        """What it found. Most texts that don't match lie outside its bounds already."""
        encoded = text.encode()
        found = self._found(encoded) if self._low <= encoded <= self._high else None
        return None if found is None else _Found(found)


class _Found:
    __slots__ = ("_match",)

    def __init__(self, match: Any) -> None:  # noqa: ANN401 - RE2's wrapper is untyped
        self._match = match

    def group(self, number: int) -> str | None:
        taken: bytes | None = self._match.group(number)
        return None if taken is None else taken.decode()


def _with_one_dot(pattern: str) -> str:
    return _ANY.sub(lambda found: found["other"] or _NO_LINE_END, pattern)


class Unportable(ValueError):
    """A part of a pattern that is read differently from one language to the next."""


def xsd_pattern(pattern: str) -> str:
    r"""`pattern` as XML Schema has it. Raises Unportable with the part, re.error where it is no pattern at all.

    >>> xsd_pattern(r"\+?[\d_]{3,15}")
    '\\+?[0-9_]{3,15}'
    """
    written, place = [], 0
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        if token is None or token["twice"] or token["special"]:
            raise Unportable(pattern[place : place + 4])
        written.append(_written(token))
        place = token.end()
    re.compile(pattern)
    return "".join(written)


def ecma_pattern(pattern: str) -> str:
    r"""`pattern`, one that `xsd_pattern` takes, as JSON Schema has it: ECMA 262 in its Unicode mode, anchored.

    >>> ecma_pattern(r"a\-.|\d+")
    '^(?:a-[^\\n\\r]|[0-9]+)$'
    """
    dotted = _with_one_dot(pattern)
    return f"^(?:{''.join(_in_ecma(token) for token in _TOKEN.finditer(dotted))})$"


def _in_ecma(token: re.Match[str]) -> str:
    if token["escape"]:
        return {r"\d": "[0-9]", r"\D": "[^0-9]", r"\-": "-"}.get(token[0], token[0])
    if token["class"]:
        return "".join("0-9" if part == r"\d" else part for part in _CLASS_PART.findall(token["class"]))
    return token[0]


def _written(token: re.Match[str]) -> str:
    if token["escape"]:
        return _escape(token["escape"], {"d": "[0-9]", "D": "[^0-9]"})
    if token["class"]:
        parts = _CLASS_PART.findall(token["class"])
        if "&&" in parts:
            raise Unportable("&&")
        return "".join(_escape(part, {"d": "0-9"}) if part[0] == "\\" else part for part in parts)
    return token[0]


def _escape(text: str, classes: dict[str, str]) -> str:
    character = text[1]
    if character in classes:
        return classes[character]
    if character in _WITHOUT_ESCAPE:
        return character
    if character not in _AS_THEY_ARE:
        raise Unportable(text)
    return text
