"""A hard stop: what was scanned is not what is wanted; nothing goes on until it was read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.labels import label, paragraph, set_ink
from clinicdesk.desktop.design.tokens import SPACE_1, SPACE_6, TextRole, Tone
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.pharmacy.scanned_products import Mismatch
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work


class StopSheet(Sheet):
    """Says what was scanned and what is wanted, side by side. Enter says that it was read; the
    scanner's own Enter does not reach it."""

    command = None

    def __init__(self, design: Design, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(design, tasks, parent)
        self._mismatch: Mismatch | None = None
        self.setObjectName("stop_sheet")
        self.ui.sheet_confirm.setObjectName("stop_understood_button")
        self.ui.sheet_close.hide()
        self._banner = Banner(design, Tone.DANGER)
        self._banner.setObjectName("stop_banner")
        self._scanned = paragraph("", TextRole.NAME)
        self._scanned.setObjectName("stop_scanned")
        self._wanted_word = label(self.tr("Wanted"), TextRole.PILL, "second")
        self._wanted = paragraph("", TextRole.NAME)
        self._wanted.setObjectName("stop_wanted")
        self.ui.body.addWidget(self._banner)
        columns = QHBoxLayout()
        columns.setSpacing(SPACE_6)
        self._scanned_word = label(self.tr("Scanned"), TextRole.PILL, "second")
        for word, words in (
            (self._scanned_word, self._scanned),
            (self._wanted_word, self._wanted),
        ):
            column = QVBoxLayout()
            column.setSpacing(SPACE_1)
            column.addWidget(word)
            column.addWidget(words)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.ui.body.addLayout(columns)

    def prepare(self, mismatch: Mismatch) -> None:
        """Say what is wrong; then `open_about`."""
        self._mismatch = mismatch

    def fill(self, prescription: Prescription) -> None:
        """Show it, and let it be heard."""
        mismatch = self._mismatch
        assert mismatch is not None  # `prepare` comes before
        self.name_it(
            self.tr("Stop"), prescription.code, self.tr("Understood"), "shield-alert", Kind.DESTROY
        )
        self._banner.say(mismatch.title, mismatch.what_to_do)
        self._scanned.setText(mismatch.scanned)
        set_ink(self._scanned, "danger")
        self._wanted.setText(mismatch.wanted)
        for part in (self._wanted_word, self._wanted):
            part.setVisible(bool(mismatch.wanted))
        for part in (self._scanned_word, self._scanned):
            part.setVisible(bool(mismatch.scanned))
        self.setAccessibleDescription(f"{mismatch.title} {mismatch.scanned} {mismatch.wanted}")
        QApplication.beep()

    def confirm(self) -> None:
        """It was read."""
        self.leave()

    def work(self, _prescription: Prescription) -> Work | None:
        """Nothing follows."""
        return None

    def first_field(self) -> QWidget:
        """The only button."""
        self.ui.sheet_confirm.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return self.ui.sheet_confirm
