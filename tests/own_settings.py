"""What a person has set for their windows is kept in a file; each test has its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """Nothing is set when a test begins, and no other test sees what it sets.

    Without it all workers of a run share the file of their common home.
    """
    QSettings.setPath(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings")
    )
