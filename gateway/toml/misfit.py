"""What pydantic finds wrong with a table, in an operator's words: where, what, and what to do about it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import PydanticUndefined

from gateway.errors import ConfigError, MissingSecret
from gateway.model.near import hint, nearest
from gateway.values import NoSecret, Unusable, as_written


def misfit(
    one: Mapping[str, Any], model: type[BaseModel], value: object, path: str, beside: Iterable[str]
) -> ConfigError:
    """One of pydantic's findings in `value`, no `model`, that stands at `path`; keys `beside` are taken by others."""
    steps = _steps(one["loc"], value)
    place = _joined(path, ".".join(map(str, steps)))
    reason = one.get("ctx", {}).get("error")
    match one["type"]:
        case "extra_forbidden":
            others = beside if len(steps) == 1 else ()
            to_do = _for_unknown(str(steps[-1]), model, steps[:-1], others)
            if isinstance(one["input"], dict) and "did you mean" not in to_do:
                to_do += '; a name with dots stands in quotes: [table."such.name"]'
            return ConfigError(place, "no such setting", to_do)
        case "missing":
            return ConfigError(place, "is required", _meaning(model, steps))
        case "value_error" if isinstance(reason, NoSecret):
            return MissingSecret(place, str(reason), reason.hint)
        case "value_error" if isinstance(reason, Unusable):
            return ConfigError(_joined(place, reason.key), str(reason), reason.hint)
        case "value_error":
            return ConfigError(place, str(reason))
        case "literal_error" | "enum" | "unknown_kind":
            return _not_among(place, one, model, steps)
        case kind:
            said = _WORDS.get(kind)
            what = said(one.get("ctx", {})) if said else one["msg"]
            if kind in _LISTS and _tables_at(model, [*steps, 0]):
                what = "must be a list of tables, [{ key = value }]"
            return ConfigError(place, what, _about(kind, model, steps))


_LISTS = ("tuple_type", "list_type")
_WHOLE = "gateway.toml"
"""What the path of a problem is that no one setting has."""
_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_type": lambda _: "must be text, in quotes",
    "int_type": lambda _: "must be a whole number, without quotes",
    "int_parsing": lambda _: "must be a whole number, without quotes",
    "int_from_float": lambda _: "must be a whole number, without quotes",
    "float_type": lambda _: "must be a number, without quotes",
    "float_parsing": lambda _: "must be a number, without quotes",
    "decimal_type": lambda _: "must be a number, without quotes",
    "decimal_parsing": lambda _: "must be a number, without quotes",
    "finite_number": lambda _: "must be a number, and not nan or inf",
    "bool_type": lambda _: "must be true or false, without quotes",
    "greater_than_equal": lambda told: f"must be at least {_plain(told['ge'])}",
    "less_than_equal": lambda told: f"must be at most {_plain(told['le'])}",
    "greater_than": lambda _: "must be more than nothing",
    "less_than": lambda told: f"must be less than {_plain(told['lt'])}",
    "dict_type": lambda _: "must be a table, { key = value }",
    "model_type": lambda _: "must be a table, { key = value }",
    "model_attributes_type": lambda _: "must be a table, { key = value }",
    "tuple_type": lambda _: 'must be a list, such as ["one", "two"]',
    "list_type": lambda _: 'must be a list, such as ["one", "two"]',
    "too_short": lambda _: "must not be empty",
    "string_too_short": lambda _: "must not be empty",
}
"""By pydantic's type of error (docs.pydantic.dev, Validation Errors); what is not here is told in its own words."""


def _is_said(default: object) -> bool:
    return bool(default) and default is not PydanticUndefined and not isinstance(default, BaseModel)


def _plain(bound: Any) -> object:  # noqa: ANN401 - a number of any type
    return int(bound) if bound == int(bound) else bound


def described(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings below the fields of `model` say, one line each, those that it inherits too."""
    tables = [one for one in reversed(model.__mro__) if issubclass(one, BaseModel) and one is not BaseModel]
    return dict(pair for one in tables for pair in _own_docstrings(one))


def _own_docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, below in zip(body.body, body.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split())


def _joined(path: str, key: str) -> str:
    """A key below `path`, which may be a file's name and a colon; the document itself has no path."""
    if not key:
        return path.removesuffix(": ") or _WHOLE
    if path == _WHOLE:
        return key
    return path + key if not path or path.endswith(": ") else f"{path}.{key}"


def _steps(location: Iterable[object], value: Any) -> list[object]:  # noqa: ANN401 - what stands in the file
    """Without those that name a key itself, or which of several tables it is, or a place in what has none."""
    steps = []
    for part in location:
        is_of_no_list = isinstance(part, int) and not isinstance(value, list | tuple)
        if str(part).startswith(("[key]", "(")) or is_of_no_list or isinstance(value, str):
            continue
        steps.append(part)
        if isinstance(value, list | tuple):
            value = value[part] if isinstance(part, int) and part < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return steps


def _for_unknown(name: str, model: type[BaseModel], steps: Sequence[object], beside: Iterable[str]) -> str:
    known = {key for table in _tables_at(model, steps) for key in _keys(table)} | set(beside)
    if nearest(name, known) is None and steps and name in _keys(model):
        return "it stands at the top of the file, before the first [table]"
    return hint(name, known) if known else "it has none"


def _meaning(model: type[BaseModel], steps: Sequence[object]) -> str:
    """What the setting at `steps` is; of a name that somebody chose, or a place in a list, what holds it."""
    if not steps:
        return ""
    tables = _tables_at(model, steps[:-1])
    for table in tables:
        for name, field in table.model_fields.items():
            if (field.alias or name) == steps[-1]:
                return described(table).get(name, "").rstrip(".")
    return "" if tables else _meaning(model, steps[:-1])


def _about(kind: str, model: type[BaseModel], steps: Sequence[object]) -> str:
    """What to do about a value of the wrong kind."""
    if kind.endswith("too_short"):
        return _meaning(model, steps)
    if kind.startswith(("model_", "dict_")) and any(get_origin(one) is dict for one in _walked([model], steps[:-1])):
        return f"each has a name, and is written [{'.'.join(map(str, steps[:-1]))}.NAME]"
    return _by_default(model, steps) or _meaning(model, steps)


def _by_default(model: type[BaseModel], steps: Sequence[object]) -> str:
    for table in _tables_at(model, steps[:-1]):
        for name, field in table.model_fields.items():
            if (field.alias or name) == steps[-1] and _is_said(field.default):
                return f"its default is {as_written(field.default)}"
    return ""


def _not_among(place: str, one: Mapping[str, Any], model: type[BaseModel], steps: Sequence[object]) -> ConfigError:
    is_kind = one["type"] == "unknown_kind"
    known = list(dict.fromkeys(_choices(model, steps, Tag if is_kind else str)))
    if is_kind:
        named = one["input"].get("kind") if isinstance(one["input"], dict) else None
        place = f"{place}.kind"
        if named is None:
            return ConfigError(place, "is required", f"there are: {', '.join(known)}")
    else:
        named = one["input"]
    near = nearest(str(named), known)
    to_do = f"did you mean {near!r}?" if near else _meaning(model, steps)
    return ConfigError(place, f"no {named!r}; there are: {', '.join(known)}", to_do)


def _choices(model: type[BaseModel], steps: Sequence[object], kind: type) -> list[str]:
    found = [choice for one in _walked([model], steps) for choice in _choices_of(one)]
    return [one.tag.strip("()") if isinstance(one, Tag) else one for one in found if isinstance(one, kind)]


def _choices_of(annotation: Any) -> Iterator[str | Tag]:  # noqa: ANN401 - a type
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(one.value) for one in annotation)
    for part in get_args(annotation):
        if isinstance(part, str | Tag):
            yield part
        else:
            yield from _choices_of(part)


def _keys(table: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def _tables_at(model: type[BaseModel], steps: Sequence[object]) -> list[type[BaseModel]]:
    return [table for one in _walked([model], steps) for table in _tables(one)]


def _walked(found: list[Any], steps: Iterable[object]) -> list[Any]:
    """The types of what stands at `steps` below the types `found`."""
    for step in steps:
        found = [inner for one in found for inner in _inside(one, step)]
    return found


def _inside(annotation: Any, step: object) -> Iterator[Any]:  # noqa: ANN401 - types
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if (field.alias or name) == step:
                yield field.annotation
    elif get_origin(annotation) is dict:
        yield get_args(annotation)[1]
    elif get_origin(annotation) in (tuple, list):
        item = get_args(annotation)[0]
        if isinstance(step, int):
            yield item
        else:  # one table stands for a list of it
            yield from _inside(item, step)
    else:  # Annotated, or one of several
        for part in get_args(annotation):
            yield from _inside(part, step)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not dict:  # one table stands for a list of it
        for part in get_args(annotation):
            yield from _tables(part)
