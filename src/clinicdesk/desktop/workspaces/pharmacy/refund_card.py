"""Says that money is owed to the patient, with the button that pays it out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_3, TextRole, Tone


class RefundCard(Card):
    """One sentence, why it cannot be paid out now if so, and one button.

    Signals:
        wanted: The refund is to be paid out.
    """

    wanted = Signal()

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent=parent)
        self.setObjectName("refund_card")
        self.set_tone(Tone.WARNING)
        self._title = paragraph("", TextRole.STRONG)
        self._title.setObjectName("refund_words")
        self._why_off = paragraph("", TextRole.SECONDARY, "second")
        self._button = SecondaryButton(
            design, self.tr("Pay out"), icon="banknote", key="F7", compact=True
        )
        self._button.setObjectName("pay_out_button")
        self._button.clicked.connect(self.wanted)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._why_off)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        icon = IconLabel(design, "banknote", Tone.WARNING, ICON_LARGE - 2, height=19)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self._button)
        self.body.addLayout(row)

    def say(self, owed: str, why_off: str) -> None:
        """Show how much is owed; `why_off` switches the button off."""
        text = self.tr("%1 is owed back to the patient.")
        self._title.setText(text.replace("%1", owed))
        reason_when_disabled(self._button, why_off, self._why_off)
