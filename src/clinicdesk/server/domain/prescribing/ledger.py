"""The prescription's ledger: entries are added, never changed, but for a refund that is paid out.

`paid_minor` of the header is payments less refunds, including those owed and not yet paid out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.entities import Payment, PaymentKind, PaymentMethod, PaymentStatus

if TYPE_CHECKING:
    from clinicdesk.server.domain.prescribing.held import Held


REFUND_ID_VERSION: Final = 5
"""The UUID version of refunds; a payment that had it could keep a refund from being owed."""


def received(
    held: Held, payment_id: UUID, method: PaymentMethod, amount_minor: int, member_id: UUID
) -> Held:
    """With money that came in at the counter."""
    entry = _entry(held, payment_id, PaymentKind.PAYMENT, method, amount_minor, member_id)
    return _with(held, replace(entry, status=PaymentStatus.COMPLETED, settled_at=held.now))


def owed_back(held: Held, cause: UUID | None, amount_minor: int, member_id: UUID) -> Held:
    """With a refund that the pharmacy owes; unchanged when there is nothing to give back.

    `cause` is the line that was declined; None: the prescription was cancelled. The refund's
    identifier is derived from it: one cause can only owe one refund.
    """
    if amount_minor <= 0:
        return held
    entry = _entry(
        held,
        refund_id(held.header.id, cause),
        PaymentKind.REFUND,
        PaymentMethod.CASH,
        amount_minor,
        member_id,
    )
    return _with(held, entry)


def refund_id(prescription: UUID, cause: UUID | None) -> UUID:
    """The identifier of the refund that a line gives rise to, or None: the prescription itself.

    Made from both: a line may bear any identifier, that of its prescription or of another too.
    """
    return uuid5(prescription, "refund" if cause is None else f"refund {cause}")


def _entry(
    held: Held,
    payment_id: UUID,
    kind: PaymentKind,
    method: PaymentMethod,
    amount_minor: int,
    member_id: UUID,
) -> Payment:
    header = held.header
    assert header.pharmacy_id is not None  # money moves only once it is signed
    return Payment(
        id=payment_id,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        kind=kind,
        method=method,
        status=PaymentStatus.PENDING,
        amount_minor=amount_minor,
        currency=header.currency,
        received_by=member_id,
        created_at=held.now,
        settled_at=None,
    )


def _with(held: Held, entry: Payment) -> Held:
    change = entry.amount_minor if entry.kind is PaymentKind.PAYMENT else -entry.amount_minor
    header = replace(held.header, paid_minor=held.header.paid_minor + change)
    return replace(held, header=header, payments=[*held.payments, entry])
