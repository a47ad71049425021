"""Hands for the tests of the calls."""

from __future__ import annotations

import pytest

from tests.running_server import RunningServer
from tests.server.http.hands import Hands


@pytest.fixture
def hands(server: RunningServer) -> Hands:
    """A prescriber and a pharmacist at their desks."""
    return Hands(server)
