"""JSON that a sender broke: it put texts into a template of its own, and did not escape them.

Where the template is known, what stands between its literal parts is what was put in. It is mended where that can be
read in one way only.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.model.template import TAG

LONGEST_MENDED = 256 * 1024
"""Characters of a body: each part of a template is looked for in all of it."""
_BLANKS = r"[ \t\r\n]*+"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*+"?', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^\s"]', re.DOTALL)

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A body as it is set up on the sender's side: literal parts, and a tag between each two."""

    literals: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    """What each literal part looks like in a body: blanks between JSON's own signs, and around it, don't matter."""
    quoted: tuple[bool, ...]
    """Whether each tag stands in a string."""

    @classmethod
    def of(cls, text: str) -> JsonTemplate:
        """Compile `text`. Raises ValueError where it is no JSON, or has no tag."""
        found = list(TAG.finditer(text))
        if not found:
            raise ValueError("has no #tag#")
        ends = [0, *(match.end() for match in found)]
        starts = [*(match.start() for match in found), len(text)]
        literals = tuple(text[end:start] for end, start in zip(ends, starts, strict=True))
        quoted = tuple(_ends_in_string(text[: match.start()]) for match in found)
        inside = (False, *quoted)
        first, *others = (_pattern(one, within) for one, within in zip(literals, inside, strict=True))
        *inner, last = others
        patterns = (_BLANKS + first, *inner, rf"{last}{_BLANKS}\Z")
        template = cls(literals, tuple(map(re.compile, patterns)), quoted)
        try:
            json.loads(template._filled([""] * len(found)))
        except ValueError as error:
            raise ValueError(f"is no JSON: {error}") from None
        return template

    def mended(self, body: str) -> str | None:
        """`body` as JSON, where it is this template with texts put in, in one way only; else None."""
        values = self._values(body)
        return None if values is None or not _is_plain(values) else self._filled(values)

    def _filled(self, values: Sequence[str]) -> str:
        """The body with each value escaped in place of its tag; one that stands bare becomes a string."""
        written = [self.literals[0]]
        for value, is_quoted, literal in zip(values, self.quoted, self.literals[1:], strict=True):
            text = json.dumps(value if is_quoted else value.strip(), ensure_ascii=False)
            written += [text[1:-1] if is_quoted else text, literal]
        return "".join(written)

    def _values(self, body: str) -> list[str] | None:
        """What stands between the literal parts, where they stand there in one way only.

        Of each place where a part stands it is counted in how many ways those before it can stand before it.
        """
        first, *others = self.patterns
        opening = first.match(body)
        if opening is None:
            return None
        spans, ways = [[opening.span()]], [[1]]
        for pattern in others:
            before = spans[-1]
            spans.append(list(_each(pattern, body, min(end for _, end in before))))
            ways.append(_ways(before, ways[-1], spans[-1]))
            if not any(ways[-1]):
                return None
        return _between(body, spans, ways) if sum(ways[-1]) == 1 else None


def mended(body: str, templates: Iterable[JsonTemplate]) -> str | None:
    """`body` as JSON by the one of `templates` that it is of; None where it is of none, or two would read it apart."""
    if len(body) > LONGEST_MENDED:
        return None
    found = {one for template in templates if (one := template.mended(body)) is not None}
    return found.pop() if len(found) == 1 else None


def _each(pattern: re.Pattern[str], body: str, start: int) -> Iterator[_Span]:
    """Every place from `start` on where `pattern` stands, those that overlap too."""
    while start <= len(body) and (found := pattern.search(body, start)) is not None:
        yield found.span()
        start = found.start() + 1


def _ways(before: Sequence[_Span], ways: Sequence[int], here: Sequence[_Span]) -> list[int]:
    """In how many ways each of `here` can be reached from those `before` that end where it starts; two are many.

    None of `here` starts before the first of those ends.
    """
    if len(before) == 1:
        return [*ways] * len(here)
    order = sorted(range(len(before)), key=lambda place: before[place][1])
    ends = [before[place][1] for place in order]
    sums = [0]
    for place in order:
        sums.append(min(sums[-1] + ways[place], 2))
    return [sums[bisect_right(ends, start)] for start, _ in here]


def _between(body: str, spans: Sequence[Sequence[_Span]], ways: Sequence[Sequence[int]]) -> list[str]:
    """The values of the one way, followed from its end."""
    values: list[str] = []
    start = len(body) + 1
    for here, counts in zip(reversed(spans), reversed(ways), strict=True):
        (span,) = [one for one, count in zip(here, counts, strict=True) if count and one[1] < start + 1]
        if start <= len(body):
            values.append(body[span[1] : start])
        start = span[0]
    return values[::-1]


def _is_plain(values: Sequence[str]) -> bool:
    """Whether it is certain that nothing in `values` was escaped: a backslash may be one, or begin an escape."""
    if not any("\\" in value for value in values):
        return True
    return any(_has_bare_quote(value) for value in values)


def _has_bare_quote(value: str) -> bool:
    """A quote that whoever escapes would have escaped."""
    return '"' in re.sub(r"\\.", "", value, flags=re.DOTALL)


def _ends_in_string(text: str) -> bool:
    """Whether a JSON string is open at the end of `text`."""
    opened = False
    for found in re.finditer(r'\\.|"', text, re.DOTALL):
        opened ^= found[0] == '"'
    return opened


def _pattern(literal: str, is_in_string: bool) -> str:  # noqa: FBT001 - private
    """What `literal` looks like, whatever blanks stand between JSON's signs; it begins and ends with no blanks."""
    rest = _REST_OF_STRING.match(literal) if is_in_string else None
    exact = rest[0] if rest else ""
    tokens = [found[0] for found in _TOKEN.finditer(literal, len(exact))]
    parts = [exact, *tokens] if exact else tokens
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    """Letters of one word stand together; between all else there may be blanks."""
    written = ""
    for before, part in zip(["", *parts], parts, strict=False):
        is_word = len(before) == len(part) == 1 and _is_bare(before) and _is_bare(part)
        written += ("" if not before or is_word else _BLANKS) + re.escape(part)
    return written


def _is_bare(sign: str) -> bool:
    return sign not in '{}[],:"'
