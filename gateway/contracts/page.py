"""The endpoint's page: what somebody sees who opens its address in a browser."""

from __future__ import annotations

import json

from jinja2 import Environment

from gateway.model.contract import Contract, EventType, Field
from gateway.model.sample import sample

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ url }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .2rem .8rem .2rem 0;
vertical-align: top; border-bottom: 1px solid #ddd } small { color: #666 }
</style>
</head>
<body>
<h1>{{ url }}</h1>
<p>{{ contract.doc }}</p>
<p>An endpoint for SOAP 1.1, SOAP 1.2 and HTTP. Generate a SOAP client from <a href="?wsdl">its WSDL</a>
(<a href="?wsdl=1.1">SOAP 1.1 only</a>, <a href="?xsd">XML Schema</a>), or send JSON, a form, XML,
CloudEvents or a query:</p>
{% macro table(fields) %}
<table>
<tr><th>field</th><th>type</th><th></th></tr>
{% for field in fields %}
<tr><td><code>{{ field.name }}</code>{% if field.required %} <small>required</small>{% endif %}</td>
<td>{% if field.list %}list of {% endif %}{{ field.of or field.type }}</td><td>{{ field.doc }}
{% if field.aliases %}<br><small>also {{ field.aliases | join(", ") }}</small>{% endif %}</td></tr>
{% endfor %}
</table>
{% endmacro %}
{% for event in contract.events.values() %}
<h2>{{ event.name }}</h2>
<p>{{ event.doc }} SOAP operation <code>{{ event.operation }}</code>.</p>
<pre>curl {{ url }}/{{ event.path }} -H 'Content-Type: application/json' -d '{{ sample(event) }}'</pre>
{{ table(event.fields) }}
{% endfor %}
{% for name, fields in types.items() %}
<h3>{{ name }}</h3>
{{ table(fields) }}
{% endfor %}
</body>
</html>
"""
)
_SHOWN = 4
"""So many fields make a sample that can be taken in at a glance."""


def page(contract: Contract, url: str) -> bytes:
    """The HTML page of an endpoint at `url`."""
    types: dict[str, tuple[Field, ...]] = {}
    for event in contract.events.values():
        _gather_types(event.fields, types)
    return _PAGE.render(contract=contract, url=url, sample=_sample, types=types).encode()


def _gather_types(fields: tuple[Field, ...], types: dict[str, tuple[Field, ...]]) -> None:
    for one in fields:
        if one.of and one.of not in types:
            types[one.of] = one.fields
            _gather_types(one.fields, types)


def _sample(event: EventType) -> str:
    """A call that is taken: all that is required, and a few more."""
    made = sample(event)
    required = [name for name in made if name in event.required]
    others = [name for name in made if name not in event.required]
    shown = required + others[: max(0, _SHOWN - len(required))]
    return json.dumps({name: made[name] for name in shown}, ensure_ascii=False)
