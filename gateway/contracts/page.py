"""The endpoint's page: what somebody sees who opens its address in a browser."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment

from gateway.model.contract import Contract, EventType

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
(<a href="?wsdl=1.1">SOAP 1.1 only</a>, <a href="?xsd">XML Schema</a>), or send JSON, a form or a query:</p>
{% for event in contract.events.values() %}
<h2>{{ event.name }}</h2>
<p>{{ event.doc }} SOAP operation <code>{{ event.operation }}</code>.</p>
<pre>curl {{ url }}/{{ event.path }} -H 'Content-Type: application/json' -d '{{ sample(event) }}'</pre>
<table>
<tr><th>field</th><th>type</th><th></th></tr>
{% for field in event.fields %}
<tr><td><code>{{ field.name }}</code>{% if field.required %} <small>required</small>{% endif %}</td>
<td>{{ field.type }}</td><td>{{ field.doc }}
{% if field.aliases %}<br><small>also {{ field.aliases | join(", ") }}</small>{% endif %}</td></tr>
{% endfor %}
</table>
{% endfor %}
</body>
</html>
"""
)
_SHOWN = 4
"""So many fields make a sample that can be taken in at a glance."""


def page(contract: Contract, url: str) -> bytes:
    """The HTML page of an endpoint at `url`."""
    return _PAGE.render(contract=contract, url=url, sample=_sample).encode()


def _sample(event: EventType) -> str:
    shown = [one for one in event.fields if one.required] + [one for one in event.fields if not one.required]
    sample: dict[str, Any] = {one.name: one.example or "…" for one in shown[:_SHOWN]}
    return json.dumps(sample, ensure_ascii=False)
