"""Says which prescriptions can go on, to whoever has just put goods on the shelf."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from clinicdesk.contract.entities import NoticeStatus, PatientNotice
from clinicdesk.core.collection import Change
from clinicdesk.core.replica import Replica
from clinicdesk.desktop.design.button import IconButton, PrimaryButton
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_2, SPACE_3, TextRole, Tone

if TYPE_CHECKING:
    from clinicdesk.desktop.design.appearance import Design

_CODES: Final = 4
"""So many are named; of more it is said how many there are."""


class ServedBar(QFrame):
    """Appears when goods that came let prescriptions be dispensed; Enter opens the first of them.

    Attributes:
        prescriptions: Those that were served and not opened from here yet.

    Signals:
        wanted: A prescription is to be shown: its identifier.
        appeared: There is something new to read.
        left: It has gone: the keyboard needs another place.
    """

    wanted = Signal(object)
    appeared = Signal()
    left = Signal()

    def __init__(self, design: Design, replica: Replica, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replica = replica
        self.prescriptions: list[UUID] = []
        self.setObjectName("served_bar")
        self.setProperty("pane", "surface")
        self.setProperty("edge", "bottom")
        self._words = paragraph("", TextRole.STRONG)
        self._words.setObjectName("served_words")
        self.button = PrimaryButton(design, self.tr("Open"), icon="pill", key="Enter")
        self.button.setObjectName("open_served_button")
        self.button.clicked.connect(self._open)
        close = IconButton(design, "x", self.tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 14, 10)
        row.setSpacing(SPACE_3)
        icon = IconLabel(design, "package-check", Tone.SUCCESS, ICON_LARGE - 2, height=19)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        row.addSpacing(SPACE_2)
        row.addWidget(close)
        self.hide()
        leave: Callable[[], None] = replica.patient_notices.subscribe(self._on_notices)
        self.destroyed.connect(leave)

    def dismiss(self) -> None:
        """It was read."""
        self.prescriptions = []
        self.hide()
        self.left.emit()

    def _on_notices(self, change: Change[PatientNotice]) -> None:
        if change.reset:
            return  # all that there is, as a new desk reads it: no news
        fresh = [
            notice.prescription_id
            for notice in change.added
            if notice.status is NoticeStatus.QUEUED
            and notice.prescription_id not in self.prescriptions
        ]
        if fresh and (self.isVisible() or self._is_looked_at()):
            self.prescriptions += fresh
            self._say()
            self.show()
            self.appeared.emit()

    def _is_looked_at(self) -> bool:
        """Whether the pages that it stands above are before somebody."""
        parent = self.parentWidget()
        return parent is not None and parent.isVisible()

    def _say(self) -> None:
        found = (self._replica.prescriptions.get(each) for each in self.prescriptions)
        codes = [prescription.code for prescription in found if prescription is not None]
        text = self.tr("%n prescription(s) can be dispensed now", "", len(self.prescriptions))
        if codes:
            more = " …" if len(codes) > _CODES else ""
            text = f"{text}: {', '.join(codes[:_CODES])}{more}"
        self._words.setText(text)

    def _open(self) -> None:
        if not self.prescriptions:
            return
        first = self.prescriptions.pop(0)
        if self.prescriptions:
            self._say()
        else:
            self.hide()
        self.wanted.emit(first)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)
