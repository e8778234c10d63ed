"""`python -m tests.reference [--check]`: write the reference, or say which pages are not as the code has them."""

from __future__ import annotations

import sys

from tests.reference import FOLDER, pages


def main() -> int:
    """Exit 0, or 1 where --check found a page that is stale."""
    is_stale = False
    for name, text in pages().items():
        file = FOLDER / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{file} is not as the code has it: make fix", file=sys.stderr)
            is_stale = True
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {file}")
    return int(is_stale)


sys.exit(main())
