"""A gateway with the preset `ringcx`, called in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.presets import Caller, a_caller
from tests.presets.ringcx import CONFIGURATION


@pytest.fixture(scope="module")
def ringcx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    with a_caller(tmp_path_factory.mktemp("ringcx"), CONFIGURATION, "contact-centre", RINGCX_PASSWORD="hunter2") as it:
        yield it
