"""A patient's own page: their prescriptions, allergies and how they are reached."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import ROW_HEIGHT
from clinicdesk.desktop.forms.patient_page import Ui_PatientPage
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.older_prescriptions import OlderPrescriptionsPane
from clinicdesk.desktop.workspaces.shared.patient_cards import AllergyCard, ContactCard
from clinicdesk.desktop.workspaces.shared.prescription_history import PrescriptionHistory

_CARD_EDGES = 3


class PatientPage(QWidget):
    """Below the patient's head.

    Attributes:
        history: The patient's prescriptions. older: Those that only the server has still.

    Signals:
        prescription_wanted: A prescription is to be opened: identifier.
        new_wanted: A new prescription is to be begun.
    """

    prescription_wanted = Signal(object)
    new_wanted = Signal()

    def __init__(self, context: Context, *, clinical: bool, parent: QWidget | None = None) -> None:
        """Make an empty page.

        Args:
            clinical: Whether this desk may know allergies and medicines.
        """
        super().__init__(parent)
        self._context = context
        self._clinical = clinical
        design = context.design
        self.ui = Ui_PatientPage()
        self.ui.setupUi(self)
        self.history = PrescriptionHistory(context, clinical=clinical)
        self._card = Card(design, padded=False)
        self._card.fill(self.history)
        self.ui.history_column.addWidget(self._card, 1)
        self._empty = EmptyState(
            design,
            "file-text",
            self.tr("No recent prescriptions"),
            self.tr("What is written for this patient stands here, with where it is."),
        )
        self.ui.history_column.addWidget(self._empty, 1)
        self.older = OlderPrescriptionsPane(context, clinical=clinical)
        self.ui.history_column.addWidget(self.older)
        self.ui.history_column.addStretch()
        self._allergies = AllergyCard(design)
        self._allergies.setVisible(clinical)
        self._contact = ContactCard(design)
        self.ui.side_column.addWidget(self._allergies)
        self.ui.side_column.addWidget(self._contact)
        self.ui.side_column.addStretch(1)
        self.ui.actions_frame.setVisible(clinical)
        self.ui.new_prescription_button.dress(design, kind=Kind.PRIMARY, icon="plus", key="Ctrl+N")
        self.ui.open_prescription_button.dress(design, icon="external-link")
        self.ui.new_prescription_button.clicked.connect(self.new_wanted)
        self.ui.open_prescription_button.clicked.connect(self.history.enter)
        self.history.entered.connect(self.prescription_wanted)
        self.history.counted.connect(self._show_count)
        self.history.keyboard_moved.connect(self._show_key)

    def show_patient(self, patient_id: UUID) -> None:
        """Show a patient whom this desk holds, or show them as they are now."""
        replica = self._context.desk.replica
        patient = replica.patients.get(patient_id)
        if patient is None:
            return
        self._allergies.show_allergies(replica.allergies.of(patient_id))
        self._contact.show_patient(patient)
        self.history.show_patient(patient_id)
        self.older.show_patient(patient_id)

    def _show_key(self) -> None:
        # Elsewhere Enter does something else.
        self.ui.open_prescription_button.set_key("Enter" if self.history.has_keyboard else "")

    def _show_count(self, count: int) -> None:
        # The card ends with its last row; what does not fit is scrolled to.
        self._card.setMaximumHeight(count * ROW_HEIGHT + _CARD_EDGES)
        self._card.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        self.ui.open_prescription_button.setVisible(count > 0)
        self.ui.history_count.setText(str(count) if count else "")
