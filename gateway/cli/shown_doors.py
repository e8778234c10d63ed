"""What `gateway demo` shows first: the same event by five doors, and each of its deliveries."""

from __future__ import annotations

import json
from typing import Any

import click

from gateway.cli.doors import Sender
from gateway.cli.downstream import Arrivals
from gateway.model.sample import sample
from gateway.source import Source

_NAMES = {"soap11": "SOAP 1.1", "soap12": "SOAP 1.2", "json": "JSON", "form": "form POST", "query": "GET with a query"}
_ORDER = ("soap11", "soap12", "json", "form", "query")
_EVENT = "call.ended"
_SHOWN = 8
"""Fields of it: the contract has a hundred."""


def show_doors(source: Source, address: str, arrivals: Arrivals) -> bool:
    """Send one event to `source`, below `address`, by each door; whether all arrived, and were the same."""
    receipts = _send_all(source, f"{address}/{source.name}")
    click.secho("\n3. The deliveries, as the downstream system got them", bold=True)
    by_id = arrivals([receipt["eventId"] for receipt in receipts.values()])
    for protocol, receipt in receipts.items():
        found = by_id.get(receipt["eventId"])
        what = f"{found['type']}, subject {found['subject']}, by {found['binding']}" if found else "did not arrive"
        click.echo(f"   {'✓' if found else '✗'} {_NAMES[protocol]:<17} {receipt['eventId']}  {what}")
    bodies = {json.dumps(one["data"], sort_keys=False) for one in by_id.values()}
    if len(by_id) < len(_ORDER) or len(bodies) != 1:
        click.secho(f"\n✗ {len(by_id)} of {len(_ORDER)} arrived, with {len(bodies)} different data", fg="red")
        return False
    click.secho(f"\n✓ five calls, five receipts, five events with identical data ({_EVENT}):", fg="green")
    fields = json.loads(bodies.pop())
    for name, value in list(fields.items())[:_SHOWN]:
        click.echo(f"     {name:<20} {value}")
    click.echo(f"     … and {len(fields) - _SHOWN} fields more")
    return True


def _send_all(source: Source, url: str) -> dict[str, dict[str, Any]]:
    sender = Sender(url, source.contract)
    event = source.contract.events[_EVENT]
    data = sample(event)
    click.secho("\n2. The same call, by five doors", bold=True)
    receipts = {}
    for protocol in _ORDER:
        receipts[protocol] = sender.send(event, data, protocol)
        click.echo(f"   ✓ {_NAMES[protocol]:<17} {receipts[protocol]['status']}: event {receipts[protocol]['eventId']}")
    return receipts
