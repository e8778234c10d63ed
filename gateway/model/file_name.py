"""The name of a file, with tags: each value stands within its one part of the path, and can't leave it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath

from gateway.model.forms import ZoneOf, no_zones
from gateway.model.scope import Scope
from gateway.model.template import Tag, Template

LONGEST = 200
"""Bytes of a part. File systems take 255; the rest is for what is put behind it, such as `-2` or `-customer`."""
_LONGEST_SUFFIX = 16
_HASHED = 8
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
"""Of Windows and SMB (learn.microsoft.com, Naming Files); the first of every system."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what controls, reorders, or is no character at all."""
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileName:
    """A path below a folder, such as `#account_id#/#call_id#.wav`: its own slashes make folders, no value does."""

    parts: tuple[Template, ...]

    @classmethod
    def of(cls, text: str, zone_of: ZoneOf = no_zones) -> FileName:
        """Compile `text`. Raises ValueError where it leads out of the folder by itself, or names none."""
        parts: list[list[str | Tag]] = [[]]
        for piece in Template.of(text, zone_of).parts:
            if isinstance(piece, Tag):
                parts[-1].append(piece)
                continue
            first, *others = piece.split("/")
            parts[-1].append(first)
            parts += [[one] for one in others]
        made = tuple(Template(tuple(one for one in part if one)) for part in parts)
        for part in made:
            _check(part)
        return cls(made)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """Its tags, in their order."""
        return tuple(tag for part in self.parts for tag in part.tags)

    def rendered(self, scope: Scope) -> str:
        """The path for one event. Raises Unresolved."""
        return "/".join(safe_part(part.text(scope, _plain)) for part in self.parts)


def safe_part(text: str) -> str:
    r"""`text` as one part of a path, on every system: whatever it is, there is one.

    >>> safe_part("../etc/passwd"), safe_part(" "), safe_part("nul.wav"), safe_part("a\x00b")
    ('___etc_passwd', '_', '_nul.wav', 'a_b')
    """
    text = _plain(text).rstrip(". ")
    without = text.lstrip(". ")
    text = "_" * min(len(text) - len(without), 2) + without
    if not text or _DEVICE.fullmatch(text):
        text = f"_{text}"
    return text if len(text.encode()) <= LONGEST else _cut(text)


def with_mark(name: str, mark: str) -> str:
    """`name` with `mark` behind its stem: `with_mark("a/b.wav", "2")` is `a/b-2.wav`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-{mark}{path.suffix}"))


def numbered(name: str) -> Iterator[str]:
    """`name`, and what it is called where that is taken: `a.wav`, `a-2.wav`, `a-3.wav`, without an end."""
    yield name
    for number in count(2):
        yield with_mark(name, str(number))


def _plain(text: str) -> str:
    """Without what no name may have, or what nobody sees."""
    composed = unicodedata.normalize("NFC", text)
    return "".join("_" if one in _NOT_IN_NAMES or unicodedata.category(one) in _UNSEEN else one for one in composed)


def _cut(text: str) -> str:
    """Its beginning, and a hash of all of it: two that begin alike stay two."""
    suffix = PurePosixPath(text).suffix
    suffix = suffix if len(suffix.encode()) <= _LONGEST_SUFFIX else ""
    mark = f"~{sha256(text.encode()).hexdigest()[:_HASHED]}{suffix}"
    return text.encode()[: LONGEST - len(mark.encode())].decode(errors="ignore") + mark


def _check(part: Template) -> None:
    written = "".join(one for one in part.parts if isinstance(one, str))
    if not part.parts:
        raise ValueError("has an empty part: it begins or ends with /, or has two of them")
    if _plain(written) != unicodedata.normalize("NFC", written):
        raise ValueError("has a character that no name of a file may have")
    if isinstance(part.parts[0], str) and part.parts[0].startswith("."):
        raise ValueError("has a part that begins with a dot: such are hidden, or lead out of the folder")
