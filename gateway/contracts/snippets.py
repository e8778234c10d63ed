"""The first call in every language we know: a program that sends one event, and shows its receipt or what is wrong.

The templates stand in `snippets/`; tests/interop runs what is made of them, for whole messages too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.contracts import snippet_literals, snippet_steps
from gateway.model.contract import Contract, EventType, Type, type_name
from gateway.model.sample import sample

NAMES = {
    "curl": "curl (JSON)",
    "curl-soap": "curl (SOAP)",
    "python": "Python (zeep)",
    "suds": "Python (suds)",
    "php": "PHP (SoapClient)",
    "node": "Node.js (soap)",
    "typescript": "TypeScript (wsdl-tsclient)",
    "java": "Java (JAX-WS)",
    "csharp": "C# (dotnet-svcutil)",
    "perl": "Perl (SOAP::Lite)",
    "ruby": "Ruby (soap4r)",
    "gsoap": "C++ (gSOAP)",
}
"""The templates, and what their languages and toolkits are called."""
_HIGHLIGHTED = {"curl": "sh", "curl-soap": "sh", "suds": "python", "node": "javascript", "gsoap": "cpp"}
_SHOWN = 3
"""So many fields can be taken in at a glance."""


class Snippet(NamedTuple):
    """A program, what its language and toolkit are called, and the word that editors know the language by."""

    name: str
    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, whatever the language."""

    contract: Contract
    event: EventType
    message: Mapping[str, Any]
    """The event's fields: text, lists and objects, as `sample` makes them."""
    url: str
    soap12: bool = False
    user: str = ""
    """For HTTP Basic; "" for none."""
    password: str = ""


def snippets(contract: Contract, url: str) -> list[Snippet]:
    """The first call of an endpoint at `url`, in every language."""
    event = next(iter(contract.events.values()))
    return [
        Snippet(name, _HIGHLIGHTED.get(one, one), first_call(one, contract, event, url)) for one, name in NAMES.items()
    ]


def first_call(language: str, contract: Contract, event: EventType, url: str) -> str:
    """The program that sends a first `event`, of the template `language`."""
    return program(language, Call(contract=contract, event=event, message=shown(event), url=url))


def shown(event: EventType) -> dict[str, Any]:
    """A message that is taken and can be taken in: all that is required, and a few fields of other types."""
    made = sample(event)
    chosen = set(event.required)
    types = {one.type for one in event.fields if one.required} | {Type.OBJECT}
    for one in event.fields:
        if one.name in made and one.type not in types and len(chosen) < _SHOWN:
            chosen.add(one.name)
            types.add(one.type)
    return {name: value for name, value in made.items() if name in chosen}


def program(language: str, call: Call) -> str:
    """The program that makes `call`, of the template `language`."""
    event, message = call.event, call.message
    text: str = _TEMPLATES.get_template(f"{language}.txt").render(
        contract=call.contract, event=event, url=call.url, wsdl=f"{call.url}?wsdl", soap12=call.soap12,
        user=call.user, password=call.password, package=re.sub(r"\W", "", call.contract.name),
        fields=[(one, message[one.name]) for one in event.fields if one.name in message],
        json=snippet_literals.JSON.object(event.fields, message),
        steps=list(snippet_steps.steps(event.element, type_name(event.name), event.fields, message)),
    )  # fmt: skip
    return text.rstrip("\n") + "\n"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_suffix("")),
    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - these are programs; each value is written as a literal of its language
)  # fmt: skip
_TEMPLATES.filters |= {
    "shell": shlex.quote,
    "python": snippet_literals.PYTHON.literal,
    "suds": snippet_literals.SUDS.literal,
    "php": snippet_literals.PHP.literal,
    "node": snippet_literals.NODE.literal,
    "typescript": snippet_literals.TYPESCRIPT.literal,
    "ruby": snippet_literals.RUBY.literal,
    "perl": snippet_literals.PERL.literal,
    "perl_item": snippet_literals.PERL.item,
    "java": snippet_steps.java,
    "java_text": snippet_literals.json_text,
    "java_name": snippet_steps.java_name,
    "java_variable": snippet_steps.java_variable,
    "cpp": snippet_steps.cpp,
    "cpp_name": snippet_steps.cpp_name,
    "cpp_text": snippet_steps.cpp_text,
    "csharp": snippet_steps.csharp,
}
