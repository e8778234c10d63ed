"""Messages filled step by step, in the languages whose toolkits generate classes: Java, C++, C#."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.contracts.snippet_literals import json_text
from gateway.model.contract import Field, Type, type_name

cpp_text = json_text
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_INT_BITS = 32


@dataclass(frozen=True, slots=True)
class Step:
    """A variable of `type` is made; or with `field`, that field of it is set, or one more item of its list added."""

    variable: str
    type: str
    field: Field | None = None
    value: str = ""
    """What it is set to: text, or of an object the variable that holds it."""

    @property
    def of(self) -> Field:
        """The field that is set."""
        assert self.field is not None, "only of a step that sets one"
        return self.field

    @property
    def enum(self) -> str:
        """The type of an enum in the XML Schema."""
        return f"{self.type}_{self.of.name}Type"


def steps(variable: str, kind: str, fields: tuple[Field, ...], message: Mapping[str, Any]) -> Iterator[Step]:
    """The steps that make `variable` a message; an object comes before what holds it."""
    yield Step(variable, kind)
    for field in (one for one in fields if one.name in message):
        value = message[field.name]
        for number, one in enumerate(value if field.list else [value], start=1):
            if field.fields:
                inner = f"{variable}_{field.name}{number if field.list else ''}"
                yield from steps(inner, type_name(field.of), field.fields, one)
                yield Step(variable, kind, field, inner)
            else:
                yield Step(variable, kind, field, one)


def java_name(name: str) -> str:
    """A name as JAXB makes it: `call_id` is CallId, `dnis_e164` DnisE164."""
    made = "".join(word[0].upper() + word[1:] for word in _WORD.findall(name))
    return "Clazz" if made == "Class" else made


def java_variable(name: str) -> str:
    """The same of a method or parameter: it begins in lower case."""
    made = java_name(name)
    return made[0].lower() + made[1:]


def java(step: Step) -> str:
    """The value of a step, as a Java expression."""
    field, text = step.of, json_text(step.value)
    match field.type:
        case Type.OBJECT:
            return step.value
        case Type.STRING:
            return f"{java_name(step.enum)}.fromValue({text})" if field.values else text
        case Type.INTEGER if field.bits:
            return step.value + ("L" if field.bits > _INT_BITS else "")
        case Type.BOOLEAN:
            return step.value
        case Type.DATE | Type.DATE_TIME:
            return f"times.newXMLGregorianCalendar({text})"
        case Type.BASE64:
            return f"Base64.getDecoder().decode({text})"
        case _:
            return f"new {'BigInteger' if field.type is Type.INTEGER else 'BigDecimal'}({text})"


def cpp_name(name: str) -> str:
    """A name as gSOAP writes it."""
    return name.replace("_", "_USCORE")


def cpp(step: Step) -> list[str]:
    """A step as lines of C++: what is optional is held by a variable of its own, since gSOAP takes its address."""
    field, member = step.of, f"{step.variable}.{cpp_name(step.of.name)}"
    if field.type is Type.OBJECT:
        return [f"{member}.push_back(&{step.value});" if field.list else f"{member} = &{step.value};"]
    own = f"{step.variable}_{field.name}"
    kind, expression, filling = _cpp_value(step, own)
    if expression and (field.list or field.required):
        return [f"{member}.push_back({expression});" if field.list else f"{member} = {expression};"]
    lines = [f"{kind} {own} = {expression};" if expression else f"{kind} {own};", *filling]
    if field.list:
        return ["{", *(f"    {line}" for line in lines), f"    {member}.push_back({own});", "}"]
    return [*lines, f"{member} = {own};" if field.required else f"{member} = &{own};"]


def _cpp_value(step: Step, own: str) -> tuple[str, str, list[str]]:
    """The type of a value; the expression that it is, or else the lines that fill a variable `own` with it."""
    field, text = step.of, cpp_text(step.value)
    if field.values:
        enum = f"ns1__{cpp_name(step.enum)}"
        return f"enum {enum}", "", [f"soap_s2{enum}(calls.soap, {text}, &{own});"]
    match field.type:
        case Type.DATE_TIME:
            return "time_t", "", [f"soap_s2dateTime(calls.soap, {text}, &{own});"]
        case Type.BASE64:
            filling = [
                f"{own}.__ptr = (unsigned char *)soap_base642s(calls.soap, {text}, NULL, 0, NULL);",
                f"{own}.__size = {len(base64.b64decode(step.value))};",
            ]
            return "xsd__base64Binary", "", filling
        case Type.BOOLEAN:
            return "bool", step.value, []
        case Type.INTEGER if field.bits:
            return ("LONG64", f"{step.value}LL", []) if field.bits > _INT_BITS else ("int", step.value, [])
        case _:
            return "std::string", text, []


def csharp(step: Step) -> list[str]:
    """A step as lines of C#: an optional number or time has a second property that says it is there."""
    field, member = step.of, f"{step.variable}.{step.of.name}"
    value = _csharp_value(step)
    if field.list:
        return [f"{member} = [.. {member} ?? [], {value}];"]
    is_text = field.type in (Type.STRING, Type.OBJECT, Type.BASE64) or (field.type is Type.INTEGER and not field.bits)
    told = not field.required and (field.values or not is_text)
    return [f"{member} = {value};", *([f"{member}Specified = true;"] if told else [])]


def _csharp_value(step: Step) -> str:
    field, text = step.of, cpp_text(step.value)
    if field.values:
        return f"{step.enum}.@{re.sub(r'[^A-Za-z0-9_]', '', step.value)}"
    match field.type:
        case Type.OBJECT | Type.BOOLEAN:
            return step.value
        case Type.INTEGER if field.bits:
            return step.value
        case Type.DECIMAL | Type.DURATION:
            return f"{Decimal(step.value):f}m"
        case Type.DATE | Type.DATE_TIME:
            return f"DateTimeOffset.Parse({text}).UtcDateTime"
        case Type.BASE64:
            return f"Convert.FromBase64String({text})"
        case _:
            return text
