"""The drawer of a prescription that this desk has let go, as the server has it: only to be read."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    Prescription,
    PrescriptionItem,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.scanning import OlderScan
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.labels import label, line, paragraph
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import (
    FOOTER_HEIGHT,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    SPACE_4,
    TextRole,
    Tone,
)
from clinicdesk.desktop.models.item_words import intake_words, medicine_words, remarks
from clinicdesk.desktop.wording import moment_text, person_line, prescription_look, status_look
from clinicdesk.desktop.workspace import Context

_SEPARATOR = " · "


class OlderDrawer(QObject):
    """Opens over the right of its host, so that the work below it stays where it is.

    Signals:
        patient_wanted: All prescriptions of its patient are wanted: the patient's identifier.
    """

    patient_wanted = Signal(object)

    def __init__(self, context: Context, host: QWidget, now: Now) -> None:
        super().__init__(host)
        self._context = context
        self._now = now
        self._patient_id: UUID | None = None
        self.drawer = Drawer(context.design, host, foot=FOOTER_HEIGHT)
        self.drawer.setObjectName("older_drawer")
        self._inside = QWidget()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._history = SecondaryButton(
            context.design, self.tr("All prescriptions of this patient"), compact=True
        )
        self._history.setObjectName("older_history_button")
        self._history.clicked.connect(self._go_to_patient)
        self.drawer.body.setSpacing(SPACE_3)
        self.drawer.body.addWidget(self._scroll, 1)
        self.drawer.body.addWidget(self._history)

    def close(self) -> None:
        """Take it away for good."""
        self.drawer.hide()
        self.drawer.deleteLater()

    def show_scan(self, scan: OlderScan) -> None:
        """Show what the server told, from its top."""
        prescription = scan.found.prescription
        patient = self._context.desk.replica.patients.get(prescription.patient_id)
        self._patient_id = None if patient is None else patient.id
        self._history.setVisible(patient is not None)
        self.drawer.set_title(prescription.code)
        column = self._begin()
        if patient is not None:
            today = self._now().astimezone(self._context.zone).date()
            person = QVBoxLayout()
            person.setSpacing(SPACE_1)
            person.addWidget(paragraph(patient.name, TextRole.NAME))
            person.addWidget(paragraph(person_line(patient, today), TextRole.SECONDARY, "second"))
            column.addLayout(person)
        column.addLayout(self._state(prescription))
        if scan.sentence:
            banner = Banner(self._context.design, Tone.WARNING)
            banner.say(scan.sentence, "")
            column.addWidget(banner)
        for item in sorted(scan.found.items, key=lambda item: item.line):
            column.addWidget(line())
            column.addLayout(self._line(item, scan.found.dispenses))
        if not scan.found.items:
            column.addWidget(label(self._count_words(prescription), TextRole.BODY, "second"))
        column.addWidget(line())
        column.addWidget(
            paragraph(
                self.tr("From the server, only to be read: this desk does not keep what was "
                        "settled long ago."),
                TextRole.SECONDARY,
                "third",
            )
        )  # fmt: skip
        column.addStretch(1)
        self._scroll.setWidget(self._inside)
        self.drawer.open_drawer()

    def _begin(self) -> QVBoxLayout:
        self._inside = QWidget()
        self._inside.setProperty("transparent", True)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, SPACE_2, 0)
        column.setSpacing(SPACE_3)
        return column

    def _state(self, prescription: Prescription) -> QHBoxLayout:
        """Its status; who wrote it and when."""
        practitioner = self._context.desk.replica.practitioners.get(prescription.practitioner_id)
        at = prescription.signed_at or prescription.created_at
        when = moment_text(at, self._context.zone, self._now())
        words = [when] if practitioner is None else [practitioner.name, when]
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        pill = StatusPill(self._context.design, prescription_look(prescription).pill())
        row.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(paragraph(_SEPARATOR.join(words), TextRole.SECONDARY, "second"), 1)
        return row

    def _line(self, item: PrescriptionItem, dispenses: Sequence[Dispense]) -> QVBoxLayout:
        """The medicine, how it is taken, and what became of it."""
        column = QVBoxLayout()
        column.setSpacing(SPACE_1)
        column.setContentsMargins(0, 0, SPACE_4, 0)
        column.addWidget(paragraph(medicine_words(item), TextRole.STRONG))
        column.addWidget(paragraph(intake_words(item), TextRole.SECONDARY, "second"))
        column.addWidget(paragraph(self._outcome(item, dispenses), TextRole.SECONDARY, "second"))
        for remark in remarks(item):
            column.addWidget(paragraph(remark, TextRole.SECONDARY))
        return column

    def _outcome(self, item: PrescriptionItem, dispenses: Sequence[Dispense]) -> str:
        text = self.tr("%1 of %2 handed over").replace("%1", str(item.supplied))
        parts = [text.replace("%2", str(item.quantity))]
        if not item.supplied:
            parts = [status_look(item.status).word]
        for each in dispenses:
            if each.item_id == item.id and each.status is DispenseStatus.HANDED_OVER:
                batch = self.tr("batch %1").replace("%1", each.batch_number or "")
                parts.append(" ".join((each.brand, batch)) if each.batch_number else each.brand)
        return _SEPARATOR.join(parts)

    def _count_words(self, prescription: Prescription) -> str:
        return self.tr("%n medicine(s)", "", prescription.item_count)

    def _go_to_patient(self) -> None:
        self.drawer.shut()
        if self._patient_id is not None:
            self.patient_wanted.emit(self._patient_id)
