"""The words for a delivery's states and an attempt's outcomes, which are stored and shown."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gateway.model.delivery import Outcome, State
from tests.builders import a_delivery, an_attempt


def test_there_are_these_states_and_no_others() -> None:
    assert ["waiting", "claimed", "delivered", "dead", "cancelled"] == list(State)


def test_there_are_these_outcomes_and_no_others() -> None:
    assert ["delivered", "unavailable", "refused"] == list(Outcome)


@pytest.mark.parametrize("attribute", ["outcome", "state", "error"])
def test_an_attempt_cannot_be_changed(attribute: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(an_attempt(a_delivery()), attribute, "other")
