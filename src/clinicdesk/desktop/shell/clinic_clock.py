"""The clinic's name and its time, wherever the desk stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from clinicdesk.core.clock import Now

_MINUTE_S = 60


class ClinicClock(QObject):
    """Keeps a label at "Roshni Clinic · 10:42", changing with the minute."""

    def __init__(self, label: QLabel, now: Now, parent: QObject) -> None:
        super().__init__(parent)
        self._label = label
        self._now = now
        self._name = ""
        self._zone: ZoneInfo | None = None
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.timeout.connect(self._show)

    def set_clinic(self, name: str, zone: ZoneInfo) -> None:
        """Show this clinic."""
        self._name, self._zone = name, zone
        self._show()

    def _show(self) -> None:
        if self._zone is None:
            return
        now = self._now()
        self._label.setText(f"{self._name} · {now.astimezone(self._zone):%H:%M}")
        self._tick.start(round((_MINUTE_S - now.second - now.microsecond / 1e6) * 1000) + 20)
