"""JSON that a sender broke: it put texts into a template of its own, and did not escape them.

Where the template is known, what stands between its literal parts is what was put in. It is mended where that can be
read in one way only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gateway.model.template import TAG

LONGEST_MENDED = 256 * 1024
"""Characters of a body: longer ones are not looked into."""
_BLANKS = r"[ \t\r\n]*+"
_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*+"?', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^\s"]', re.DOTALL)

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A body as it is set up on the sender's side: literal parts, and a tag between each two."""

    literals: tuple[str, ...]
    quoted: tuple[bool, ...]
    """Whether each tag stands in a string."""
    ahead: tuple[re.Pattern[str], ...]
    """What each literal part but the last looks like: blanks between JSON's own signs don't matter."""
    back: tuple[re.Pattern[str], ...]
    """The same of each but the first, the last one first, in a body that is read from its end."""

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
        parts = [_parts(one, within) for one, within in zip(literals, (False, *quoted), strict=True)]
        mirrored = [[part[::-1] for part in one[::-1]] for one in parts[::-1]]
        template = cls(literals, quoted, _patterns(parts[:-1]), _patterns(mirrored[:-1]))
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

        There are two ways where the first place of each, looked for from the start, is not its last, from the end.
        """
        ahead = _spans(self.ahead, body)
        mirrored = _spans(self.back, body[::-1]) if len(ahead) == len(self.ahead) else []
        back = [(len(body) - end, len(body) - start) for start, end in mirrored[::-1]]
        if len(back) != len(self.back) or ahead[1:] != back[:-1] or ahead[-1][1] > back[-1][0]:
            return None
        return [body[before[1] : after[0]] for before, after in pairwise([*ahead, back[-1]])]


def mended(body: str, templates: Iterable[JsonTemplate]) -> str | None:
    """`body` as JSON by the one of `templates` that it is of; None where it is of none, or two would read it apart."""
    if len(body) > LONGEST_MENDED:
        return None
    found = {one for template in templates if (one := template.mended(body)) is not None}
    return found.pop() if len(found) == 1 else None


def _spans(patterns: Sequence[re.Pattern[str]], body: str) -> list[_Span]:
    """Where each of `patterns` stands first, behind the one before, the first at the start; up to one that does not."""
    spans: list[_Span] = []
    found = patterns[0].match(body)
    while found is not None:
        spans.append(found.span())
        if len(spans) == len(patterns):
            break
        found = patterns[len(spans)].search(body, found.end())
    return spans


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


def _parts(literal: str, is_in_string: bool) -> list[str]:  # noqa: FBT001 - private
    """What of `literal` stands together; between two parts there may be blanks. The rest of a string is one."""
    rest = _REST_OF_STRING.match(literal) if is_in_string else None
    exact = rest[0] if rest else ""
    tokens = [found[0] for found in _TOKEN.finditer(literal, len(exact))]
    return [exact, *tokens] if exact else tokens


def _patterns(literals: Sequence[Sequence[str]]) -> tuple[re.Pattern[str], ...]:
    """What each of `literals` looks like; blanks may stand before the first."""
    first, *others = map(_joined, literals)
    return tuple(map(re.compile, (_BLANKS + first, *others)))


def _joined(parts: Sequence[str]) -> str:
    """Letters of one word stand together; between all else there may be blanks."""
    written = ""
    for before, part in zip(["", *parts], parts, strict=False):
        is_word = len(before) == len(part) == 1 and _is_bare(before) and _is_bare(part)
        written += ("" if not before or is_word else _BLANKS) + re.escape(part)
    return written


def _is_bare(sign: str) -> bool:
    return sign not in '{}[],:"'
