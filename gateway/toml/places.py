"""In which line of a TOML file each setting stands: `tomllib` reads the values and forgets where they were."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"""
    (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<comment>\#[^\n]*)
    | (?P<mark>[\n\[\]{}=,])
    | (?P<bare>[^\s\[\]{}=,\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)


def lines_of(text: str) -> Mapping[str, int]:
    r"""The line of every table, key and list item of a TOML document that can be read, by its path.

    >>> lines_of('[a."b.c"]\nd = [\n  { e = 1 },\n]\n')
    {'a.b.c': 1, 'a.b.c.d': 2, 'a.b.c.d.0': 3, 'a.b.c.d.0.e': 3}
    """
    return _Walk(text).found


def line_at(lines: Mapping[str, int], path: str) -> int | None:
    """The line of what stands at `path`; where it is missing, of the table that it belongs into."""
    while path:
        if path in lines:
            return lines[path]
        below = next((line for known, line in lines.items() if known.startswith(f"{path}.")), None)
        if below is not None:  # `[a.b]` makes `a` too
            return below
        path = path.rpartition(".")[0]
    return None


class _Walk:
    """Goes through a document once; what it meets is sound, for `tomllib` took it."""

    def __init__(self, text: str) -> None:
        self.found: dict[str, int] = {}
        self._tokens: list[tuple[str, int]] = []
        for match in _TOKEN.finditer(text):
            if match.lastgroup != "comment":
                self._tokens.append((match[0], text.count("\n", 0, match.start()) + 1))
        self._counts: dict[str, int] = {}
        """Of tables that are written [[so]], how many there were."""
        self._place = 0
        self._document()

    def _document(self) -> None:
        table = ""
        while self._peek() is not None:
            if self._peek() == "\n":
                self._place += 1
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> str:
        line = self._tokens[self._place][1]
        marks = 0
        while self._peek() == "[":
            self._place += 1
            marks += 1
        name = self._name("]")
        self._place += marks - 1
        if marks > 1:
            place = self._counts.get(name, 0)
            self._counts[name] = place + 1
            name = f"{name}.{place}"
        self.found[name] = line
        return name

    def _pair(self, table: str) -> None:
        line = self._tokens[self._place][1]
        key = self._name("=")
        path = f"{table}.{key}" if table else key
        self.found[path] = line
        self._value(path)

    def _name(self, end: str) -> str:
        """A key, dots and all, up to `end`, which is passed."""
        parts = []
        while self._peek() not in (end, None):
            parts.append(self._tokens[self._place][0].strip("\"'"))
            self._place += 1
        self._place += 1
        return "".join(parts)

    def _value(self, path: str) -> None:
        opened = self._peek()
        if opened not in ("[", "{"):
            while self._peek() not in ("\n", ",", "]", "}", None):
                self._place += 1
            return
        self._place += 1
        count = 0
        while self._peek() not in ("]", "}", None):
            if self._peek() in ("\n", ","):
                self._place += 1
            elif opened == "{":
                self._pair(path)
            else:
                self.found[f"{path}.{count}"] = self._tokens[self._place][1]
                self._value(f"{path}.{count}")
                count += 1
        self._place += 1

    def _peek(self) -> str | None:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else None
