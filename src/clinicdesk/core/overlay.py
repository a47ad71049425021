"""What a desk shows while its own commands are on their way: the server's rows with them applied.

Pure, and only a guess: as soon as the server has spoken, its rows are shown and the guess is
dropped. A command that the lifecycle does not allow on the rows that are there changes nothing; so
does one whose effect the rows hold already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    DeclineItem,
    DraftItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
    name_of,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    Member,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION, PRESCRIPTION_ITEM, is_fulfilled
from clinicdesk.contract.money import line_amount


class PrescriptionRows(Struct, frozen=True):
    """One prescription with its lines and its ledger, as far as a desk holds them."""

    prescription: Prescription | None
    items: dict[UUID, PrescriptionItem]
    payments: dict[UUID, Payment]


class Pending(Struct, frozen=True):
    """A command that was given and whose effect has not come back.

    Attributes:
        by: Who gave it. at: When. medicines: Those that it names.
        currency: The clinic's, for a prescription that has no line yet.
    """

    command: AnyCommand
    by: Member
    at: datetime
    medicines: dict[UUID, Medicine]
    currency: str


def project(pending: Pending, rows: PrescriptionRows) -> PrescriptionRows:
    """The rows as they will most likely be once the server has carried out the command."""
    command = pending.command
    if isinstance(command, WriteDraft):
        return rows if rows.prescription is not None else _written(pending, command)
    prescription = rows.prescription
    if prescription is None or not _lawful(prescription, command):
        return rows
    return _EFFECTS[type(command)](pending, command, rows, prescription)


def project_all(pending: Iterable[Pending], rows: PrescriptionRows) -> PrescriptionRows:
    """The rows after several commands, in their order."""
    for each in pending:
        rows = project(each, rows)
    return rows


_WITHDRAWN = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})


def _lawful(prescription: Prescription, command: AnyCommand) -> bool:
    signed = prescription.signed_at is not None
    return PRESCRIPTION.allows(prescription.status, name_of(command), signed=signed) is not None


def _touched(prescription: Prescription, pending: Pending, **changes: Any) -> Prescription:
    return replace(
        prescription,
        version=prescription.version + 1,
        updated_at=pending.at,
        updated_by=pending.by.id,
        **changes,
    )


def _touched_item(item: PrescriptionItem, pending: Pending, **changes: Any) -> PrescriptionItem:
    return replace(
        item,
        version=item.version + 1,
        updated_at=pending.at,
        updated_by=pending.by.id,
        **changes,
    )


def _written(pending: Pending, command: WriteDraft) -> PrescriptionRows:
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
    )
    return _with_lines(pending, command.items, PrescriptionRows(blank, {}, {}), blank)


def _revised(
    pending: Pending, command: ReviseDraft, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    revised = replace(prescription, pharmacy_id=command.pharmacy_id, note=command.note)
    return _with_lines(pending, command.items, rows, revised)


def _with_lines(
    pending: Pending, lines: list[DraftItem], rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    items: dict[UUID, PrescriptionItem] = {}
    for number, line in enumerate(lines, start=1):
        medicine = pending.medicines.get(line.medicine_id)
        if medicine is None:  # a list that changed since: the server will say
            continue
        written = _line(pending, number, line, medicine, prescription)
        items[line.id] = _kept(rows.items.get(line.id), written)
    changed = _touched(
        prescription,
        pending,
        item_count=len(items),
        controlled=any(item.schedule.controlled for item in items.values()),
        total_minor=_total(items),
    )
    return PrescriptionRows(changed, items, rows.payments)


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


def _signed(
    pending: Pending, command: SignAndSend, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    facts = {"signed_at": pending.at, "pharmacy_id": command.pharmacy_id}
    items = {key: _touched_item(item, pending, **facts) for key, item in rows.items.items()}
    return PrescriptionRows(_touched(prescription, pending, **facts), items, rows.payments)


def _paid(
    pending: Pending, command: TakePayment, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    if command.payment_id in rows.payments or prescription.pharmacy_id is None:
        return rows
    payment = Payment(
        id=command.payment_id,
        clinic_id=prescription.clinic_id,
        version=1,
        prescription_id=prescription.id,
        patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id,
        kind=PaymentKind.PAYMENT,
        method=command.method,
        status=PaymentStatus.COMPLETED,
        amount_minor=command.amount_minor,
        currency=command.currency,
        received_by=pending.by.id,
        created_at=pending.at,
        settled_at=pending.at,
    )
    paid = prescription.paid_minor + command.amount_minor
    covered = paid >= prescription.total_minor
    changed = _touched(
        prescription,
        pending,
        paid_minor=paid,
        status=PrescriptionStatus.PAID if covered else prescription.status,
        paid_at=pending.at if covered else prescription.paid_at,
    )
    return PrescriptionRows(changed, rows.items, {**rows.payments, payment.id: payment})


def _fulfilled(
    pending: Pending, command: FulfillItems, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    items = dict(rows.items)
    for item_id in command.item_ids:
        item = items.get(item_id)
        if item is not None and PRESCRIPTION_ITEM.allows(item.status, "fulfill_items", signed=True):
            items[item_id] = _touched_item(item, pending, status=ItemStatus.READY)
    return _settled(pending, items, rows, prescription)


def _declined(
    pending: Pending, command: DeclineItem, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    item = rows.items.get(command.item_id)
    if item is None or not PRESCRIPTION_ITEM.allows(item.status, "decline_item", signed=True):
        return rows
    if is_last_line(item.id, rows):
        return rows
    items = dict(rows.items)
    items[item.id] = _touched_item(
        item, pending, status=ItemStatus.DECLINED, decline_reason=command.reason
    )
    lowered = replace(prescription, total_minor=_total(items))
    excess = prescription.paid_minor - lowered.total_minor
    payments, header = _owed_back(pending, item.id, excess, rows.payments, lowered)
    changed = _settled(pending, items, rows, header)
    return replace(changed, payments=payments)


def is_last_line(item_id: UUID, rows: PrescriptionRows) -> bool:
    """Whether nothing would be left to supply without this line."""
    return all(item.status in _WITHDRAWN for item in rows.items.values() if item.id != item_id)


def _owed_back(
    pending: Pending,
    cause: UUID | None,
    amount_minor: int,
    payments: dict[UUID, Payment],
    prescription: Prescription,
) -> tuple[dict[UUID, Payment], Prescription]:
    """The ledger with a refund that is owed, and the header with so much less paid."""
    if amount_minor <= 0 or prescription.pharmacy_id is None:
        return payments, prescription
    refund = Payment(
        # Derived as the server derives it, so that the guess and the row are the same entry.
        id=uuid5(prescription.id, "refund" if cause is None else f"refund {cause}"),
        clinic_id=prescription.clinic_id,
        version=1,
        prescription_id=prescription.id,
        patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id,
        kind=PaymentKind.REFUND,
        method=PaymentMethod.CASH,
        status=PaymentStatus.PENDING,
        amount_minor=amount_minor,
        currency=prescription.currency,
        received_by=pending.by.id,
        created_at=pending.at,
        settled_at=None,
    )
    less = replace(prescription, paid_minor=prescription.paid_minor - amount_minor)
    return {**payments, refund.id: refund}, less


def _settled(
    pending: Pending,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    prescription: Prescription,
) -> PrescriptionRows:
    """After work on lines: fulfilled once each of them is settled."""
    if items == rows.items:
        return rows
    complete = is_fulfilled(items.values())
    changed = _touched(
        prescription,
        pending,
        status=PrescriptionStatus.FULFILLED if complete else prescription.status,
        fulfilled_at=pending.at if complete else prescription.fulfilled_at,
    )
    return PrescriptionRows(changed, items, rows.payments)


def _handed_over(
    pending: Pending, command: HandOver, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    items = {
        key: _touched_item(item, pending, status=ItemStatus.HANDED_OVER, supplied=item.quantity)
        if item.status is ItemStatus.READY
        else item
        for key, item in rows.items.items()
    }
    changed = _touched(
        prescription,
        pending,
        status=PrescriptionStatus.COMPLETED,
        completed_at=pending.at,
        collected_by=command.collected_by,
    )
    return PrescriptionRows(changed, items, rows.payments)


def _cancelled(
    pending: Pending,
    command: CancelPrescription,
    rows: PrescriptionRows,
    prescription: Prescription,
) -> PrescriptionRows:
    items = {
        key: _touched_item(item, pending, status=ItemStatus.CANCELLED)
        if PRESCRIPTION_ITEM.allows(item.status, "cancel_prescription", signed=True)
        else item
        for key, item in rows.items.items()
    }
    payments, refunded = _owed_back(
        pending, None, prescription.paid_minor, rows.payments, prescription
    )
    changed = _touched(
        refunded,
        pending,
        status=PrescriptionStatus.CANCELLED,
        total_minor=0,
        cancelled_at=pending.at,
        cancel_reason=command.reason,
    )
    return PrescriptionRows(changed, items, payments)


def _paid_out(
    pending: Pending, command: PayOutRefund, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    refund = rows.payments.get(command.payment_id)
    if refund is None or refund.status is not PaymentStatus.PENDING:
        return rows
    settled = replace(
        refund,
        version=refund.version + 1,
        status=PaymentStatus.COMPLETED,
        settled_at=pending.at,
    )
    payments = {**rows.payments, refund.id: settled}
    return PrescriptionRows(_touched(prescription, pending), rows.items, payments)


def _total(items: dict[UUID, PrescriptionItem]) -> int:
    return sum(item.amount_minor for item in items.values() if item.status not in _WITHDRAWN)


_EFFECTS: dict[type[AnyCommand], Callable[..., PrescriptionRows]] = {
    ReviseDraft: _revised,
    SignAndSend: _signed,
    TakePayment: _paid,
    FulfillItems: _fulfilled,
    DeclineItem: _declined,
    HandOver: _handed_over,
    CancelPrescription: _cancelled,
    PayOutRefund: _paid_out,
}
