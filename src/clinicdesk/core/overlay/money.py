"""Money that is taken, owed back and paid out; and the end of a prescription that owes it."""

from __future__ import annotations

from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.charges import total_charged
from clinicdesk.contract.commands import CancelPrescription, PayOutRefund, TakePayment
from clinicdesk.contract.entities import (
    DispenseStatus,
    ItemStatus,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.core.overlay.rows import (
    WITHDRAWN,
    Pending,
    PrescriptionRows,
    touched,
    touched_item,
)


def paid(
    pending: Pending, command: TakePayment, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    """Money received; PAID once it covers the total, or more of what became due since."""
    if command.payment_id in rows.payments or prescription.pharmacy_id is None:
        return rows
    if prescription.status is not PrescriptionStatus.DRAFT and due(prescription) == 0:
        return rows
    payment = replace(
        _entry(pending, prescription, command.payment_id, command.amount_minor),
        kind=PaymentKind.PAYMENT,
        method=command.method,
        status=PaymentStatus.COMPLETED,
        currency=command.currency,
        settled_at=pending.at,
    )
    sum_paid = prescription.paid_minor + command.amount_minor
    newly = prescription.status is PrescriptionStatus.DRAFT and sum_paid >= prescription.total_minor
    changed = touched(
        prescription,
        pending,
        paid_minor=sum_paid,
        status=PrescriptionStatus.PAID if newly else prescription.status,
        paid_at=pending.at if newly else prescription.paid_at,
    )
    return replace(rows, prescription=changed, payments={**rows.payments, payment.id: payment})


def due(prescription: Prescription) -> int:
    """What is still to be paid, in minor units."""
    return max(0, prescription.total_minor - prescription.paid_minor)


def settled_by_lines(
    pending: Pending,
    rows: PrescriptionRows,
    items: dict[UUID, PrescriptionItem],
    header: Prescription,
    *causes: UUID | int,
) -> tuple[PrescriptionRows, Prescription]:
    """The rows with these lines, and the header with the total that they come to; what was paid
    above it is owed back. `causes`: The line that costs less, and which time where it may again."""
    total = total_charged(items.values())
    changed = replace(header, total_minor=total)
    excess = header.paid_minor - total
    if excess <= 0 or header.pharmacy_id is None:
        return replace(rows, items=items), changed
    # Derived as the server derives it, so that the guess and the row are the same entry.
    identity = uuid5(header.id, " ".join(["refund", *map(str, causes)]))
    refund = _entry(pending, header, identity, excess)
    owing = replace(rows, items=items, payments={**rows.payments, refund.id: refund})
    return owing, replace(changed, paid_minor=header.paid_minor - excess)


def is_last_line(item_id: UUID, rows: PrescriptionRows) -> bool:
    """Whether nothing would be supplied, or have been, without what is left of this line."""
    return not any(
        item.supplied or (item.id != item_id and item.status not in WITHDRAWN)
        for item in rows.items.values()
    )


def cancelled(
    pending: Pending,
    command: CancelPrescription,
    rows: PrescriptionRows,
    prescription: Prescription,
) -> PrescriptionRows:
    """Stopped: what was paid is owed back, what was prepared goes back to the shelf."""
    if any(item.supplied for item in rows.items.values()):
        return rows
    items = {
        key: touched_item(item, pending, status=ItemStatus.CANCELLED, prepared=0, owing=0)
        if PRESCRIPTION_ITEM.allows(item.status, "cancel_prescription", signed=True)
        else item
        for key, item in rows.items.items()
    }
    dispenses = {
        key: replace(
            each,
            version=each.version + 1,
            status=DispenseStatus.RETURNED,
            return_reason=command.reason,
        )
        if each.status is DispenseStatus.PREPARED
        else each
        for key, each in rows.dispenses.items()
    }
    back, header = settled_by_lines(pending, rows, items, prescription)
    changed = touched(
        header,
        pending,
        status=PrescriptionStatus.CANCELLED,
        cancelled_at=pending.at,
        cancel_reason=command.reason,
        bin=None,
    )
    return replace(back, prescription=changed, dispenses=dispenses)


def paid_out(
    pending: Pending, command: PayOutRefund, rows: PrescriptionRows, prescription: Prescription
) -> PrescriptionRows:
    """The patient has had a refund that was owed."""
    refund = rows.payments.get(command.payment_id)
    if refund is None or refund.status is not PaymentStatus.PENDING:
        return rows
    settled = replace(
        refund,
        version=refund.version + 1,
        status=PaymentStatus.COMPLETED,
        settled_at=pending.at,
    )
    return replace(
        rows,
        prescription=touched(prescription, pending),
        payments={**rows.payments, refund.id: settled},
    )


def _entry(
    pending: Pending, prescription: Prescription, payment_id: UUID, amount_minor: int
) -> Payment:
    """An entry of the ledger: a refund that is owed, unless it is changed into something else."""
    assert prescription.pharmacy_id is not None  # money moves only once it is signed
    return Payment(
        id=payment_id,
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
