"""settings.md: every table of gateway.toml and contract.toml, with its keys."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gateway import plugins
from gateway.contracts.grammar import ContractTable
from gateway.egress.credentials import Authenticate
from gateway.settings import Settings
from gateway.settings.destinations import DestinationSettings
from gateway.settings.sources import Kinds
from gateway.toml.misfit import described
from gateway.values import as_written
from tests.reference.tables import GENERATED, table
from tests.reference.types import shown_type

_HEAD = """# Every setting

`gateway.toml` is read strictly: an unknown key is an error, with its line and the nearest name. `gateway check` says
what is wrong, before anything starts. Relative paths start at the folder of the file.

| written | means |
| --- | --- |
| duration | text with a unit: `"250ms"`, `"30s"`, `"5m"`, `"6h"`, `"90d"` |
| size | text with a unit: `"512B"`, `"64KiB"`, `"4MiB"`, `"1GiB"`; `KB` `MB` `GB` are a thousand each |
| rate | so many in a time: `"20/s"`, `"100/m"`, `"5/h"` |
| secret | where it is, never itself: `{ env = "NAME" }` or `{ file = "PATH" }` |
| text with tags | `#name#` is a field of the data, `#event.id#` and the like its own: [shape.md](../howto/shape.md) |
"""
_PLACE = re.compile(r"^(?:[\[`].*?[\]`]|contract\.toml): ")
"""With which a table's docstring begins."""
_KINDS = {
    "authenticators": "sources.<name>.authenticate",
    "destinations": "destinations.<name>",
    "storage": "destinations.<name>.storage",
}


@dataclass(frozen=True)
class Section:
    """One table: where it stands, what it is, and its keys."""

    path: str
    model: type[BaseModel]
    about: str
    kind: str = ""
    """Which kind it is of, where that decides the keys."""
    but: frozenset[str] = frozenset()
    """Keys that stand in another section."""

    @property
    def title(self) -> str:
        """As a file has it."""
        kind = f', kind = "{self.kind}"' if self.kind else ""
        return f"[{self.path}]{kind}" if self.path else "Before the first [table]"


def settings_page() -> str:
    """The page."""
    parts = [GENERATED, _HEAD, "\n# gateway.toml\n", *_all_shown(sections())]
    parts.append("\n# contract.toml\n\nHow to write one: [contract.md](../howto/contract.md).\n")
    return "\n".join([*parts, *_all_shown(contract_sections())])


def contract_sections() -> Iterator[Section]:
    """Every table of contract.toml."""
    return _below("", ContractTable)


def sections() -> Iterator[Section]:
    """Every table of gateway.toml, in the order in which they hang together."""
    for section in _below("", Settings):
        yield section
        if section.path == "sources.<name>":
            yield from _of_kinds("authenticators")
        if section.path == "destinations.<name>":
            yield from _of_kinds("destinations")
            yield from _of_kinds("storage")


def _of_kinds(family: str) -> Iterator[Section]:
    for kind in plugins.known(family):
        module = plugins.find(family, kind, "")
        about = (module.__doc__ or "").partition(": ")[2]
        taken = frozenset(DestinationSettings.model_fields if family == "destinations" else ())
        first, *more = _below(_KINDS[family], module.Options)
        yield Section(first.path, first.model, about, kind, taken)
        yield from more


def _below(path: str, model: type[BaseModel]) -> Iterator[Section]:
    """`model` and every table in it."""
    yield Section(path, model, inspect.getdoc(model) or "")
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        inner = ".".join(filter(None, (path, field.alias or name)))
        if _is_authenticate(hints[name]):
            yield from _of_destinations_authenticate(inner)
        for one, is_named in _tables(hints[name]):
            yield from _below(f"{inner}.<name>" if is_named else inner, one)


def _tables(hint: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    """Those that a key of this type holds, and whether each has a name."""
    if hint == Kinds or _is_authenticate(hint):
        return
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint, False
    elif get_origin(hint) is dict:
        yield from ((model, True) for model, _ in _tables(get_args(hint)[1]))
    elif get_origin(hint) in (Annotated, tuple):
        yield from _tables(get_args(hint)[0])
    else:
        for one in get_args(hint):
            yield from _tables(one)


def _is_authenticate(hint: Any) -> bool:
    return bool(hint == Authenticate or Authenticate in get_args(hint))


def _of_destinations_authenticate(path: str) -> Iterator[Section]:
    for one in get_args(get_args(Authenticate)[0]):
        model = get_args(one)[0]
        (kind,) = get_args(model.model_fields["kind"].annotation)
        yield Section(path, model, inspect.getdoc(model) or "", kind)


def _all_shown(found: Iterable[Section]) -> Iterator[str]:
    seen: dict[type[BaseModel], str] = {}
    for section in found:
        if section.model in seen:
            yield f"## {section.title}\n\nAs {seen[section.model]}.\n"
            continue
        seen[section.model] = section.title
        about = _PLACE.sub("", section.about)
        keys = table(["key", "is", "default", "meaning"], rows(section))
        yield f"## {section.title}\n\n{about[:1].upper()}{about[1:]}\n\n{keys}"


def rows(section: Section) -> Iterator[tuple[str, str, str, str]]:
    """A row for each key: its name, what it is, its default, and what it means."""
    hints = get_type_hints(section.model, include_extras=True)
    meanings = described(section.model)
    if section.kind and "kind" not in section.model.model_fields:
        yield "`kind`", f"`{section.kind}`", "required", ""
    for name, field in section.model.model_fields.items():
        if name not in section.but:
            yield f"`{field.alias or name}`", shown_type(hints[name]), _default(field), meanings.get(name, "")


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if default in (None, "", ()) or default is PydanticUndefined or isinstance(default, BaseModel):
        return ""
    return f"`{as_written(default)}`"
