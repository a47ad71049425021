"""What a row of a therapist's prescriptions says, and by which words it is found."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Prescription
from clinicdesk.core.clock import utc_now
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.order_words import (
    order_moment,
    standing_look,
    telling_order,
)
from clinicdesk.desktop.workspaces.shared.prescription_facts import pending_pill
from clinicdesk.desktop.workspaces.therapy.sent_back import SentBack

_SEPARATOR = " · "


class PrescriptionRows(QObject):
    """Words of rows; everything is looked up at the moment of asking."""

    def __init__(
        self, context: Context, sent_back: SentBack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._sent_back = sent_back
        self._context = context
        self._replica = context.desk.replica

    def content(self, prescription: Prescription) -> RowContent:
        """The two lines of a row."""
        patient = self._replica.patients.get(prescription.patient_id)
        pharmacy = self._replica.pharmacies.get(prescription.pharmacy_id)
        count = prescription.item_count
        told = [self.tr("%n medicine(s)", "", count), "" if pharmacy is None else pharmacy.name]
        status, tone = self._status(prescription)
        name = self.tr("Patient not here yet") if patient is None else patient.name
        return RowContent(
            key=prescription.id,
            primary=name,
            tail=prescription.code,
            secondary=_SEPARATOR.join(part for part in told if part),
            corner=moment_text(self.moment(prescription), self._context.zone, utc_now()),
            status=status,
            status_tone=tone,
            avatar=initials(name) if patient is not None else "",
        )

    def moment(self, prescription: Prescription) -> datetime:
        """When it came to what its row says of it."""
        order = telling_order(prescription, self._context.desk.orders)
        return last_moment(prescription) if order is None else order_moment(order)

    def words(self, prescription: Prescription) -> str:
        """What a person may type to find it: code, names, number, telephone and medicines."""
        patient = self._replica.patients.get(prescription.patient_id)
        known = (
            ()
            if patient is None
            else (patient.name, patient.name_local, patient.number, patient.phone)
        )
        medicines = (item.generic_name for item in self._replica.items.of(prescription.id))
        return " ".join(part for part in (prescription.code, *known, *medicines) if part)

    def _status(self, prescription: Prescription) -> tuple[str, Tone]:
        pending = pending_pill(self._context.desk.outbox.pending(prescription.id))
        if pending is not None:
            return pending.text, pending.tone
        if prescription.id in self._sent_back:
            return self.tr("Sent back: choose"), Tone.WARNING
        look = standing_look(prescription, self._context.desk.orders)
        return look.word, look.tone


def last_moment(prescription: Prescription) -> datetime:
    """When it came to where it stands."""
    return (
        prescription.cancelled_at
        or prescription.completed_at
        or prescription.fulfilled_at
        or prescription.paid_at
        or prescription.signed_at
        or prescription.updated_at
    )
