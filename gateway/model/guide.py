"""What is entered on a sender's side, for one event: its address, and its body in each format."""

from __future__ import annotations

from collections.abc import Iterable


def json_body(fields: Iterable[str]) -> str:
    r"""A JSON body with a tag for each field, quoted: as it is shown to be pasted, and known again when it is broken.

    >>> json_body(["uii", "ani"])
    '{\n  "uii": "#uii#",\n  "ani": "#ani#"\n}'
    """
    rows = ",\n".join(f'  "{name}": "#{name}#"' for name in fields)
    return f"{{\n{rows}\n}}"
