"""Values judged by the published documents: JSON Schema by jsonschema, exactly; the XML Schema by libxml2."""

from __future__ import annotations

import decimal
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend


def parsed(document: bytes | str) -> Any:
    """JSON with every digit of its numbers."""
    return json.loads(document, parse_float=Decimal)


def _pattern(_validator: Validator, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """As ECMA 262 reads it: `$` is the end of the text alone, in Python also a line's end before it."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _is_integer(_checker: object, instance: object) -> bool:
    """JSON Schema Core §4.2.2: a number whose fraction is zero is an integer, however it is written."""
    is_whole = isinstance(instance, Decimal) and instance == instance.to_integral_value()
    return is_whole or (isinstance(instance, int) and not isinstance(instance, bool))


def _exact(validator: Any) -> Any:
    checker = validator.TYPE_CHECKER.redefine("integer", _is_integer)
    return extend(  # type: ignore[no-untyped-call]
        validator, {"pattern": _pattern}, type_checker=checker, format_checker=FormatChecker()
    )


Exact = _exact(Draft202012Validator)
ExactOfAsyncApi = _exact(Draft7Validator)
"""AsyncAPI's own schemas are draft 7 (AsyncAPI 3.0, Schema Object)."""


def takes(validator: Any, value: object) -> bool:
    with _all_digits():
        return bool(validator.is_valid(value))


@contextmanager
def _all_digits() -> Iterator[None]:
    """`multipleOf` divides: Python's decimals do so to 28 digits unless told otherwise."""
    with decimal.localcontext(prec=400):
        yield
