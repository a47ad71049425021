"""The looks of the page."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.desktop.design.appearance import Appearance, Design, apply


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)
