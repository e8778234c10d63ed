"""Which event a call is that names none: told by the fields it fills, where its source asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.model.contract import EventType, fold
from gateway.model.field_reading import Pairs
from gateway.model.rules import Rules


@dataclass(frozen=True, slots=True)
class Inference:
    """A call that fills all of `has` is an `event`."""

    event: EventType
    has: frozenset[str]
    """Declared fields; none for any call."""

    def is_met_by(self, pairs: Pairs, rules: Rules) -> bool:
        """Whether each of the fields says something, under any of its names."""
        said = {fold(name) for name, raw in rules.telling(pairs) if raw is not None and raw != ""}
        fields = [one for one in self.event.fields if one.name in self.has]
        return all(said & {fold(name) for name in (one.name, *one.aliases)} for one in fields)


def inferred(inferences: Sequence[Inference], pairs: Pairs, rules: Rules) -> EventType | None:
    """The event of the first of `inferences` that is met; None where none is."""
    return next((one.event for one in inferences if one.is_met_by(pairs, rules.of(one.event))), None)
