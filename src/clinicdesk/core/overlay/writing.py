"""Writing, revising and signing a prescription."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.charges import total_charged
from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import DraftItem, ReviseDraft, SignAndSend, WriteDraft
from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.validity import last_day
from clinicdesk.core.overlay.rows import (
    WITHDRAWN,
    Pending,
    PrescriptionRows,
    touched,
    touched_item,
)


def written(pending: Pending, command: WriteDraft) -> PrescriptionRows:
    """A new draft."""
    by = pending.by
    assert by.practitioner_id is not None  # the role that may write has one
    blank = Prescription(
        id=command.prescription_id,
        clinic_id=by.clinic_id,
        version=0,
        code=prescription_code(command.prescription_id),
        patient_id=command.patient_id,
        practitioner_id=by.practitioner_id,
        pharmacy_id=command.pharmacy_id,
        status=PrescriptionStatus.DRAFT,
        signed_at=None,
        note=command.note,
        item_count=0,
        controlled=False,
        total_minor=0,
        paid_minor=0,
        currency=pending.currency,
        created_at=pending.at,
        paid_at=None,
        fulfilled_at=None,
        completed_at=None,
        collected_by=None,
        cancelled_at=None,
        cancel_reason=None,
        updated_at=pending.at,
        updated_by=by.id,
        repeats=command.repeats,
    )
    return _with_lines(pending, command.items, PrescriptionRows(blank, {}, {}), blank)


def revised(
    pending: Pending, command: ReviseDraft, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    """A draft that says something else."""
    changed = replace(
        prescription,
        pharmacy_id=command.pharmacy_id,
        note=command.note,
        repeats=command.repeats,
    )
    return _with_lines(pending, command.items, rows, changed)


def signed(
    pending: Pending, command: SignAndSend, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    """Frozen, and shown to its pharmacy, whose prices hold."""
    items = {
        key: touched_item(
            item,
            pending,
            signed_at=pending.at,
            pharmacy_id=command.pharmacy_id,
            amount_minor=repriced(item, pending),
        )
        for key, item in rows.items.items()
    }
    changed = touched(
        prescription,
        pending,
        signed_at=pending.at,
        pharmacy_id=command.pharmacy_id,
        delivery=command.delivery,
        valid_until=last_day(pending.at.date(), controlled=prescription.controlled),
        total_minor=total_charged(items.values()),
    )
    return replace(rows, prescription=changed, items=items)


def repriced(item: PrescriptionItem, pending: Pending) -> int:
    """What a line costs by the prices that the command was given upon."""
    medicine = pending.medicines.get(item.medicine_id)
    if medicine is None or item.status in WITHDRAWN:
        return item.amount_minor
    return line_amount(medicine.price_minor, medicine.pack_size, item.quantity)


def _with_lines(
    pending: Pending, lines: list[DraftItem], rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    items: dict[UUID, PrescriptionItem] = {}
    for number, line in enumerate(lines, start=1):
        medicine = pending.medicines.get(line.medicine_id)
        if medicine is None:  # a list that changed since: the server will say
            continue
        new = _line(pending, number, line, medicine, prescription)
        items[line.id] = _kept(rows.items.get(line.id), new)
    changed = touched(
        prescription,
        pending,
        item_count=len(items),
        controlled=any(item.schedule.controlled for item in items.values()),
        total_minor=total_charged(items.values()),
    )
    return replace(rows, prescription=changed, items=items)


def _line(
    pending: Pending,
    number: int,
    line: DraftItem,
    medicine: Medicine,
    prescription: Prescription,
) -> PrescriptionItem:
    return PrescriptionItem(
        id=line.id,
        clinic_id=prescription.clinic_id,
        version=1,
        prescription_id=prescription.id,
        patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id,
        signed_at=None,
        line=number,
        medicine_id=medicine.id,
        generic_name=medicine.generic_name,
        strength=medicine.strength,
        form=medicine.form,
        brand=medicine.brand,
        schedule=medicine.schedule,
        dose=line.dose,
        route=line.route,
        frequency=line.frequency,
        days=line.days,
        quantity=line.quantity,
        instructions=line.instructions,
        amount_minor=line_amount(medicine.price_minor, medicine.pack_size, line.quantity),
        currency=medicine.currency,
        status=ItemStatus.PENDING,
        supplied=0,
        decline_reason=None,
        updated_at=pending.at,
        updated_by=pending.by.id,
    )


def _kept(old: PrescriptionItem | None, new: PrescriptionItem) -> PrescriptionItem:
    """The line as it was where it says the same: it is not written again."""
    if old is None:
        return new
    same = replace(new, version=old.version, updated_at=old.updated_at, updated_by=old.updated_by)
    return old if same == old else replace(new, version=old.version + 1)
