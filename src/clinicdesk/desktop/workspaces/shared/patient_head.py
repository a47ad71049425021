"""Who it is about, above everything that is done for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Allergy, Patient
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.avatar import Avatar
from clinicdesk.desktop.design.company import Company
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_5, TextRole
from clinicdesk.desktop.wording import person_line, phone_text
from clinicdesk.desktop.workspaces.shared.allergy_pill import (
    AllergyPill,
    by_severity,
    severity_word,
)
from clinicdesk.desktop.workspaces.shared.head_chips import BriefChip, HeadChips

__all__ = ["HEAD_HEIGHT", "PatientHead", "by_severity", "severity_word"]

HEAD_HEIGHT = 104
_AVATAR = 48


class PatientHead(QFrame):
    """Name, name in its own script, what tells people apart, allergies and telephone.

    Attributes:
        link: The chip that leads further.
        company: Who else is at what is shown, behind the name.
        aside: A column at the right end for what the workspace has to say beside the person.

    Signals:
        patient_wanted: The chip that leads further was pressed: the patient's identifier.
        copied: The telephone number is in the clipboard: the number.
    """

    patient_wanted = Signal(object)
    copied = Signal(str)

    def __init__(
        self, design: Design, link: Pill | None = None, parent: QWidget | None = None
    ) -> None:
        """Show nobody yet.

        Args:
            link: The chip that leads further, translated; "Open patient" without one.
        """
        super().__init__(parent)
        self.setProperty("pane", "surface")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(HEAD_HEIGHT)
        self._patient: Patient | None = None
        self._avatar = Avatar(design, "", "", _AVATAR)
        self._name = ElidedLabel(design, "", TextRole.NAME)
        self._name.setObjectName("patient_name")
        self._name_local = ElidedLabel(design, "", TextRole.BODY, "second")
        self._facts = ElidedLabel(design, "", TextRole.BODY, "second")
        self._facts.setObjectName("patient_facts")
        self._allergies = AllergyPill(design)
        self._allergies.setObjectName("patient_allergies")
        self._phone = BriefChip(design, Pill("", icon="phone"))
        self._phone.setObjectName("patient_phone")
        self._phone.setToolTip(self.tr("Copy the number"))
        self._phone.clicked.connect(self._copy_phone)
        self.link = BriefChip(design, link or Pill(self.tr("Open patient"), icon="external-link"))
        self.link.setObjectName("open_patient")
        self.link.clicked.connect(self._ask_for_patient)
        self._chips = HeadChips(self._allergies, (self._phone, self.link))
        self.company = Company(design)
        self.company.setObjectName("company")
        self.aside = QVBoxLayout()
        self.aside.setSpacing(4)
        self._arrange()

    def show_patient(
        self, patient: Patient, allergies: Sequence[Allergy], today: date | None = None
    ) -> None:
        """Show a person.

        Args:
            allergies: All that are recorded; those that ended are left out.
            today: The clinic's day, for the age.
        """
        self._patient = patient
        self._avatar.set_person(patient.name, str(patient.id))
        self._name.set_text(patient.name)
        local = patient.name_local or ""
        self._name_local.set_text(local if local != patient.name else "")
        self._facts.set_text(person_line(patient, today))
        self._allergies.show_allergies(allergies)
        self._phone.setVisible(bool(patient.phone))
        self._phone.show_pill(Pill(phone_text(patient.phone or ""), icon="phone"))
        self._chips.fit()

    def hide_allergies(self) -> None:
        """Say nothing of allergies: for desks that are not told of them, where "none" would lie."""
        self._allergies.hide()

    def _arrange(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(10)
        names.addWidget(self._name)
        names.addWidget(self._name_local, 0, Qt.AlignmentFlag.AlignBottom)
        names.addWidget(self.company, 1)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addStretch(1)
        middle.addLayout(names)
        middle.addWidget(self._facts)
        middle.addSpacing(7)
        middle.addWidget(self._chips)
        middle.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_5, 0, SPACE_5, 0)
        row.setSpacing(14)
        row.addWidget(self._avatar)
        row.addLayout(middle, 1)
        row.addLayout(self.aside)

    def _copy_phone(self) -> None:
        if self._patient is not None and self._patient.phone:
            QGuiApplication.clipboard().setText(self._patient.phone)
            self.copied.emit(self._patient.phone)

    def _ask_for_patient(self) -> None:
        if self._patient is not None:
            self.patient_wanted.emit(self._patient.id)
