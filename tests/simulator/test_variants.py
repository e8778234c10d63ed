"""Which variants calls have: all of them within twenty calls, by a chance that can be repeated."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from gateway.simulator.variants import DECK, MEANINGS, MIXED, PROTOCOLS, Kind, Plan, Variant, plans, variants_of


def planned(count: int, protocol: str, transfers: float = 0.3, seed: int = 1) -> list[Plan]:
    return list(plans(count, protocol, transfers, Random(seed)))  # noqa: S311 - repeatable, not secret


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("protocol", [*PROTOCOLS, MIXED])
def test_twenty_calls_hold_every_variant_that_the_protocol_has(protocol: str, seed: int) -> None:
    shown = {one for plan in planned(DECK, protocol, seed=seed) for one in plan.variants}
    assert set(variants_of(protocol)) == shown


def test_the_letters_of_the_facts_are_all_there_by_mixed_protocols() -> None:
    assert set("abcdefghijkl") <= set(variants_of(MIXED))
    assert set(Variant) == set(MEANINGS)


@pytest.mark.parametrize(
    ("protocol", "own"), [("form", ""), ("json", "em"), ("query", "l"), ("xml", ""), ("soap", "k")]
)
def test_broken_json_is_jsons_alone_and_soap_soaps(protocol: str, own: str) -> None:
    assert set(own) == set(variants_of(protocol)) & set("eklm")
    assert {protocol} == {plan.protocol for plan in planned(40, protocol)}


def test_a_variant_of_one_protocol_brings_it() -> None:
    found = planned(400, MIXED)
    assert set(PROTOCOLS) == {plan.protocol for plan in found}
    for variant, protocol in ((Variant.BROKEN, "json"), (Variant.SOAP, "soap"), (Variant.QUERY, "query")):
        assert {protocol} == {plan.protocol for plan in found if variant in plan.variants}


def test_a_call_is_said_to_be_what_happens_in_it() -> None:
    for plan in planned(400, MIXED):
        assert (plan.kind is Kind.UNANSWERED) == (Variant.UNANSWERED in plan.variants)
        assert (plan.kind is Kind.COLD_TRANSFER) == (Variant.COLD_TRANSFER in plan.variants)
        assert (plan.kind is Kind.OUTBOUND) == (Variant.OUTBOUND in plan.variants)


@pytest.mark.parametrize(("transfers", "low", "high"), [(0, 0, 0), (0.3, 0.25, 0.4), (1, 1, 1)])
def test_as_many_are_passed_on_as_was_asked_for(transfers: float, low: float, high: float) -> None:
    kinds = Counter(plan.kind for plan in planned(2000, "form", transfers))
    passed_on = kinds[Kind.REQUEUED] + kinds[Kind.COLD_TRANSFER]
    assert low <= passed_on / (passed_on + kinds[Kind.ANSWERED]) <= high
