"""What a readable value must still satisfy: lengths, ranges, patterns, digits, the values of an enum."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gateway.model.contract import Field, Type
from gateway.model.lexical import quoted
from gateway.model.patterns import compiled

Check = Callable[[Any], str | None]
"""A value in, a sentence that says what is wrong or None."""


def checks_of(field: Field) -> tuple[Check, ...]:
    """The checks that a value of `field` must pass, compiled once."""
    if field.type is Type.STRING:
        return tuple(_text_checks(field))
    if field.type in (Type.INTEGER, Type.DECIMAL, Type.DURATION):
        return tuple(_number_checks(field))
    return ()


def _text_checks(field: Field) -> list[Check]:
    checks: list[Check] = []
    shortest, longest = field.min_length, field.max_length
    if shortest is not None:
        checks.append(
            lambda text: f"must have at least {shortest} characters, has {len(text)}" if len(text) < shortest else None
        )
    if longest is not None:
        checks.append(
            lambda text: f"must have at most {longest} characters, has {len(text)}" if len(text) > longest else None
        )
    if field.pattern is not None:
        matches = compiled(field.pattern).fullmatch
        checks.append(lambda text: None if matches(text) else f"must match the pattern {field.pattern}")
    if field.values:
        allowed = frozenset(field.values)
        listed = ", ".join(field.values)
        checks.append(lambda text: None if text in allowed else f"must be one of {listed}; not {quoted(str(text))}")
    return checks


def _number_checks(field: Field) -> list[Check]:
    checks: list[Check] = []
    low, high = field.minimum, field.maximum
    if low is not None:
        checks.append(lambda number: f"must be at least {low:f}" if number < low else None)
    if high is not None:
        checks.append(lambda number: f"must be at most {high:f}" if number > high else None)
    if field.digits is not None or field.fraction_digits is not None:
        checks.append(_digits_check(field.digits, field.fraction_digits))
    return checks


def _digits_check(most: int | None, most_after_point: int | None) -> Check:
    """xs:totalDigits and xs:fractionDigits (XML Schema Part 2 §4.3.11, §4.3.12)."""

    def check(number: Decimal | int) -> str | None:
        whole, _, fraction = format(Decimal(number), "f").lstrip("-").partition(".")
        if most is not None and len(whole.lstrip("0")) + len(fraction) > most:
            return f"must have at most {most} digits"
        if most_after_point is not None and len(fraction) > most_after_point:
            return f"must have at most {most_after_point} digits after the point"
        return None

    return check
