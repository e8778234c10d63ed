"""What becomes of each call, dealt like cards: by chance, and yet each variant comes within twenty calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random

PROTOCOLS = ("form", "json", "query", "xml", "soap")
MIXED = "mixed"
DECK = 20
"""Within so many calls every variant comes that the protocol has."""


class Variant(StrEnum):
    """How a call, or a post of it, may differ from the plain one. The letters are those of the facts on RingCX."""

    UNANSWERED = "a"
    UNFILLED = "b"
    REPEATED = "c"
    OUT_OF_ORDER = "d"
    BROKEN = "e"
    FRACTION = "f"
    CLOCK = "g"
    ONE_URL = "h"
    COLD_TRANSFER = "i"
    OUTBOUND = "j"
    SOAP = "k"
    QUERY = "l"
    NO_UII = "m"


MEANINGS = {
    Variant.UNANSWERED: "unanswered",
    Variant.UNFILLED: "tags left unfilled",
    Variant.REPEATED: "a post twice",
    Variant.OUT_OF_ORDER: "out of order, an hour late",
    Variant.BROKEN: "broken JSON",
    Variant.FRACTION: "fractions of seconds",
    Variant.CLOCK: "durations as HH:MM:SS",
    Variant.ONE_URL: "one URL for call and disposition",
    Variant.COLD_TRANSFER: "cold transfer",
    Variant.OUTBOUND: "outbound",
    Variant.SOAP: "SOAP",
    Variant.QUERY: "GET with a query",
    Variant.NO_UII: "the vendor's own template, without uii",
}
ONLY_BY = {
    Variant.BROKEN: "json",
    Variant.NO_UII: "json",
    Variant.SOAP: "soap",
    Variant.QUERY: "query",
}
"""Variants that one protocol alone has."""
_NEED_AN_AGENT = {Variant.REPEATED, Variant.OUT_OF_ORDER, Variant.BROKEN, Variant.ONE_URL, Variant.NO_UII}
_USUAL = ("form", "form", "form", "json", "json", "query", "xml", "soap")


class Kind(StrEnum):
    """What happens in a call."""

    ANSWERED = "answered"
    REQUEUED = "requeued"
    COLD_TRANSFER = "cold transfer"
    UNANSWERED = "unanswered"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen in one call, and how it is told."""

    kind: Kind
    protocol: str
    variants: frozenset[Variant]
    has_camel_case: bool = False
    """The names in its JSON are `callStart`, not `call_start`; as the vendor's own are, and a guide's are not."""


def plans(count: int, protocol: str, transfers: float, rng: Random) -> Iterator[Plan]:
    """The plans of `count` calls. `transfers` is the share of answered calls that are passed on."""
    cards: list[Variant | None] = []
    for _ in range(count):
        if not cards:
            cards = _deck(protocol, has_transfers=transfers > 0)
            rng.shuffle(cards)
        yield _plan(cards.pop(), protocol, transfers, rng)


def variants_of(protocol: str, *, has_transfers: bool = True) -> list[Variant]:
    """Those that calls by `protocol` can show."""
    possible = [one for one in Variant if protocol in (MIXED, ONLY_BY.get(one, protocol))]
    return [one for one in possible if has_transfers or one is not Variant.COLD_TRANSFER]


def _deck(protocol: str, *, has_transfers: bool) -> list[Variant | None]:
    shown = variants_of(protocol, has_transfers=has_transfers)
    return [*shown, *[None] * (DECK - len(shown))]


def _plan(card: Variant | None, protocol: str, transfers: float, rng: Random) -> Plan:
    if protocol == MIXED:
        usual = rng.choice(_USUAL)
        protocol = ONLY_BY.get(card, usual) if card else usual
    kind = _kind(card, transfers, rng)
    shown = {one for one in (Variant.UNFILLED, Variant.FRACTION, Variant.CLOCK) if rng.random() < 0.1}  # noqa: PLR2004
    shown |= {card} if card else set()
    shown |= {one for one, only in ONLY_BY.items() if only == protocol and one in (Variant.SOAP, Variant.QUERY)}
    shown |= {Variant(one) for one in ("a", "i", "j") if kind is _KINDS[Variant(one)]}
    is_camel = Variant.NO_UII in shown or (rng.random() < 0.5 and Variant.BROKEN not in shown)  # noqa: PLR2004
    return Plan(kind, protocol, frozenset(shown), is_camel)


_KINDS = {
    Variant.UNANSWERED: Kind.UNANSWERED,
    Variant.COLD_TRANSFER: Kind.COLD_TRANSFER,
    Variant.OUTBOUND: Kind.OUTBOUND,
}


def _kind(card: Variant | None, transfers: float, rng: Random) -> Kind:
    if card in _KINDS:
        return _KINDS[card]
    if card not in _NEED_AN_AGENT:
        rare = rng.random()
        if rare < 0.08:  # noqa: PLR2004
            return Kind.UNANSWERED
        if rare < 0.18:  # noqa: PLR2004
            return Kind.OUTBOUND
    if rng.random() >= transfers:
        return Kind.ANSWERED
    return rng.choice((Kind.REQUEUED, Kind.REQUEUED, Kind.COLD_TRANSFER))
