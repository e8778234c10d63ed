"""A JSON document as it is published: indented, byte for byte the same everywhere, every digit of a number kept."""

from __future__ import annotations

from gateway.model.canonical import canonical_json

Document = dict[str, object]

_LINE = 100
"""A list or an object that fits in so many characters stands on one line."""


def written(document: Document) -> bytes:
    """`document` as UTF-8, indented by two; keys stay in their order."""
    return f"{_written(document, '')}\n".encode()


def _written(value: object, margin: str) -> str:
    match value:
        case dict() if value:
            pairs = [f"{_scalar(name)}: {_written(one, margin + '  ')}" for name, one in value.items()]
            return _block("{", pairs, "}", margin)
        case list() if value:
            return _block("[", [_written(one, margin + "  ") for one in value], "]", margin)
        case _:
            return _scalar(value)


def _scalar(value: object) -> str:
    return canonical_json(value).decode()


def _block(opening: str, parts: list[str], closing: str, margin: str) -> str:
    line = f"{opening}{', '.join(parts)}{closing}"
    if len(line) <= _LINE and "\n" not in line:
        return line
    between = f",\n{margin}  "
    return f"{opening}\n{margin}  {between.join(parts)}\n{margin}{closing}"
