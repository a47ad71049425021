"""What is known of a patient besides prescriptions: allergies, and where they are reached."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Allergy, Patient, Severity
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import SPACE_1, SPACE_2, SPACE_3, TextRole, Tone
from clinicdesk.desktop.wording import phone_text
from clinicdesk.desktop.workspaces.shared.patient_head import by_severity, severity_word

_TONES = {
    Severity.SEVERE: Tone.DANGER,
    Severity.MODERATE: Tone.WARNING,
    Severity.MILD: Tone.NEUTRAL,
}


class AllergyCard(Card):
    """The allergies that hold, the worst first, with reaction and severity."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, " ", parent)
        self._design = design
        self._allergies: tuple[Allergy, ...] = ()
        self.set_title(self.tr("Allergies"))

    def show_allergies(self, allergies: Sequence[Allergy]) -> None:
        """Show these; where there are none, say that none is recorded: some may still exist."""
        shown = tuple(by_severity(allergies))
        self._allergies = shown
        _empty(self.body)
        if not shown:
            self.body.addWidget(paragraph(self.tr("None recorded"), TextRole.SECONDARY, "second"))
        for allergy in shown:
            self.body.addLayout(self._line(allergy))

    def _line(self, allergy: Allergy) -> QGridLayout:
        tone = _TONES[allergy.severity]
        row = QGridLayout()
        row.setHorizontalSpacing(SPACE_2)
        row.setVerticalSpacing(0)
        icon = "shield-alert" if allergy.severity is Severity.SEVERE else "triangle-alert"
        mark = IconLabel(self._design, icon, tone, height=18)
        row.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(paragraph(_capital(allergy.substance), TextRole.STRONG), 0, 1)
        told = f"{severity_word(allergy.severity)} · {allergy.reaction}"
        row.addWidget(paragraph(_capital(told), TextRole.SECONDARY, "second"), 1, 1)
        row.setColumnStretch(1, 1)
        return row

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.set_title(self.tr("Allergies"))
            self.show_allergies(self._allergies)
        super().changeEvent(event)


class ContactCard(Card):
    """Telephone, mail and address, in the words in which they are on file."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, " ", parent)
        self._design = design
        self._patient: Patient | None = None
        self.body.setSpacing(SPACE_3 - SPACE_1)
        self.set_title(self.tr("Contact"))

    def show_patient(self, patient: Patient) -> None:
        """Show how this patient is reached."""
        self._patient = patient
        _empty(self.body)
        said = [
            ("phone", phone_text(patient.phone) if patient.phone else None),
            ("mail", patient.email),
            ("map-pin", patient.address),
        ]
        for icon, text in said:
            if text:
                self.body.addLayout(self._line(icon, text))
        if not any(text for _, text in said):
            self.body.addWidget(paragraph(self.tr("Nothing on file"), TextRole.SECONDARY, "second"))

    def _line(self, icon: str, text: str) -> QGridLayout:
        row = QGridLayout()
        row.setHorizontalSpacing(SPACE_2)
        mark = IconLabel(self._design, icon, height=18)
        row.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        words = paragraph(text)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(words, 0, 1)
        row.setColumnStretch(1, 1)
        return row

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.set_title(self.tr("Contact"))
            if self._patient is not None:
                self.show_patient(self._patient)
        super().changeEvent(event)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _empty(column: QVBoxLayout) -> None:
    """Take everything out of a layout, at once: what is deleted later would still be painted."""
    while (item := column.takeAt(0)) is not None:
        inner = item.layout()
        while inner is not None and (part := inner.takeAt(0)) is not None:
            _drop(part.widget())
        _drop(item.widget())


def _drop(widget: QWidget | QLabel | None) -> None:
    if widget is not None:
        widget.hide()
        widget.deleteLater()
