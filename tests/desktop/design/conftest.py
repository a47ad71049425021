"""One dressed application for all tests here; each begins in the light theme."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.desktop.design.appearance import Appearance, Design, apply


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
def design(dressed: Design) -> Iterator[Design]:
    dressed.set_appearance(Appearance.LIGHT)
    yield dressed
    dressed.set_appearance(Appearance.LIGHT)
