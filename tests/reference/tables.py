"""What the pages are made of: Markdown's tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Made of the code by `make fix`: change the docstring that it comes from. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows below a head; nothing in a cell can end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
