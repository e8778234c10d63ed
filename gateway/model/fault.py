"""What a SOAP service says that went wrong, in either version's words."""

from __future__ import annotations

from dataclasses import dataclass

_CALLERS = frozenset({"Client", "Sender", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault's code, without its namespace's prefix, and its text."""

    code: str
    text: str

    @property
    def is_callers(self) -> bool:
        """Whether the same call would fail again (SOAP 1.1 §4.4.1, SOAP 1.2 §5.4.6)."""
        return self.code.partition(".")[0] in _CALLERS

    def __str__(self) -> str:
        """As an attempt's error has it."""
        return f"fault {self.code}" + (f": {self.text}" if self.text else "")
