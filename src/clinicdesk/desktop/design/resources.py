"""Opens the compiled resources (icons and fonts) that the build lays beside the desktop package."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, QResource

RESOURCE_FILE = Path(__file__).parent.parent / "clinicdesk.rcc"
MARK = ":/icons/activity.svg"


class ResourcesMissing(Exception):
    """The compiled resource file is absent or unreadable; the message says what to do."""


def open_resources(file: Path = RESOURCE_FILE) -> None:
    """Make ``:/icons`` and ``:/fonts`` available; a second call changes nothing.

    Raises:
        ResourcesMissing: the file is absent or is not a resource file.
    """
    if QFile.exists(MARK):
        return
    if not QResource.registerResource(str(file)):
        raise ResourcesMissing(
            f"The icons and fonts of the desktop cannot be read from {file}. "
            "Install clinicdesk again, or run `make run` in a source checkout."
        )
