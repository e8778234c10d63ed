"""What the path of a call names."""

from __future__ import annotations

import pytest

from gateway.model.address import address_in


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/in/pbx", ("pbx", None, None)),
        ("/in/pbx/", ("pbx", None, None)),
        ("/in/pbx/v2", ("pbx", "2", None)),
        ("/in/pbx/call-ended", ("pbx", None, "call-ended")),
        ("/in/pbx/v2/call-ended/", ("pbx", "2", "call-ended")),
        ("/in/pbx/./call-ended", ("pbx", None, "call-ended")),
        ("/in//pbx", ("pbx", None, None)),
        ("/in/", ("", None, None)),
        ("/else", ("/else", None, None)),
    ],
)
def test_a_path_names_source_version_and_event(path: str, expected: tuple[str, str | None, str | None]) -> None:
    assert expected == address_in(path)
