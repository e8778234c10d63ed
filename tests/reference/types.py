"""What kind of value a setting takes, in words, from its type."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway import values
from gateway.contracts.grammar import Count, Number
from gateway.destinations.http import HeaderValue, Swap
from gateway.egress.addresses import HostRule
from gateway.egress.answers import Statuses
from gateway.egress.credentials import Authenticate
from gateway.settings.destinations import Schedule
from gateway.settings.sources import Kinds
from gateway.storage import StorageOf

_NAMED = [
    (values.PositiveDuration, "duration"),
    (values.Size, "size"),
    (values.Flag, "true or false"),
    (values.WebUrl, "URL"),
    (values.Origin, "origin"),
    (values.Address, "`HOST:PORT`"),
    (values.TimeZone, "name of a time zone"),
    (values.Names, "text, or list of texts"),
    (values.SecretRef, "secret"),
    (values.Secrets, "secret, or list of secrets"),
    (values.RatePerTime, "rate"),
    (values.HeaderName, "name of a header"),
    (values.Secret, "URL, or secret"),
    (Count, "whole number"),
    (Number, "number"),
    (HeaderValue, "text with tags"),
    (Statuses, 'list of statuses, such as `[404, "5xx"]`'),
    (Swap, "values and their replacements"),
    (Schedule, "list of durations, or `standard-webhooks`"),
    (Kinds, "table with a `kind`, or list of such"),
    (Authenticate, "table with a `kind`"),
    (StorageOf, "table with a `kind`"),
]
"""Aliases; one with more marks of its own is the same to who reads."""
_PLAIN = {str: "text", int: "whole number", float: "number", Any: "anything", HostRule: "hosts"}


def shown_type(hint: Any) -> str:
    """In words."""
    named = next((words for known, words in _NAMED if _is_alias(known, hint)), None)
    plain = next((words for known, words in _PLAIN.items() if hint is known), None)
    if named or plain:
        return named or plain or ""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _either(one.value for one in hint)
    return "table" if isinstance(hint, type) and issubclass(hint, BaseModel) else _shown_whole(hint)


def _is_alias(known: Any, hint: Any) -> bool:
    """Whether it is the alias, or that with more marks of its own."""
    parts = get_args(known)
    return bool(hint == known or (get_origin(known) is Annotated and get_args(hint)[: len(parts)] == parts))


def _shown_whole(hint: Any) -> str:
    """Of what is made of other types."""
    parts = get_args(hint)
    match get_origin(hint):
        case origin if origin is Literal:
            return _either(parts)
        case origin if origin is Annotated:
            return f"{shown_type(parts[0])}{_bounds(list(parts[1:]))}"
        case origin if origin is dict:
            of = shown_type(parts[1])
            return "tables by name" if of == "table" else f"table of {_many(of)}"
        case origin if origin in (tuple, list):
            return f"list of {_many(shown_type(parts[0]))}"
        case _:
            words = dict.fromkeys(shown_type(one) for one in parts if one is not type(None))
            return ", or ".join(words)


def _either(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _many(words: str) -> str:
    return {"text": "texts", "table": "tables", "anything": "anything", "text with tags": "texts with tags"}.get(
        words, words
    )


def _bounds(marks: list[Any]) -> str:
    found = [mark for one in marks for mark in (one.metadata if isinstance(one, FieldInfo) else [one])]
    low = next((one.ge for one in found if isinstance(one, Ge)), None)
    above = next((one.gt for one in found if isinstance(one, Gt)), None)
    high = next((one.le for one in found if isinstance(one, Le)), None)
    if low is not None and high is not None:
        return f", {low} to {high}"
    if above is not None and high is not None:
        return f", more than {above}, at most {high}"
    return f", at least {low}" if low is not None else ""
