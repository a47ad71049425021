"""Says that the patient does not know yet what has come for them, and takes it that they do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinicdesk.contract.entities import Patient
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_3, TextRole, Tone
from clinicdesk.desktop.wording import phone_text


class TellCard(Card):
    """One sentence with the number to call, and one button.

    Signals:
        wanted: The patient was told.
    """

    wanted = Signal()

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self.setObjectName("tell_card")
        self.set_tone(Tone.ACCENT)
        self._title = paragraph("", TextRole.STRONG)
        self._title.setObjectName("tell_words")
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = SecondaryButton(
            design, self.tr("Patient told"), icon="check", key="I", compact=True
        )
        self._button.setObjectName("told_button")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.wanted)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        icon = IconLabel(design, "phone", Tone.ACCENT, ICON_LARGE - 2, height=19)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._title, 1)
        row.addWidget(self._button)
        self.body.addLayout(row)
        self.hide()

    def say(self, patient: Patient | None, *, shown: bool) -> None:
        """Show whom to call, where there is something to tell."""
        self.setVisible(shown)
        phone = None if patient is None else patient.phone
        if phone:
            text = self.tr("What was owing has come. The patient is to be told: telephone %1.")
            self._title.setText(text.replace("%1", phone_text(phone).replace(" ", "\u00a0")))
        else:
            self._title.setText(
                self.tr("What was owing has come. The patient is to be told, and left no number.")
            )
