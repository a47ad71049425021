"""A desk's store in a folder of its own, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clinicdesk.core.store.store import Store
from tests.core.sample import NOON

KEY = bytes(range(32))
IDENTITY = {"server": "https://clinic.example", "clinic": "c", "member": "m"}


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "stores" / "desk.db"


@pytest.fixture
async def store(store_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    yield opened
    await opened.close()
