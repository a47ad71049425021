"""The prescription's ledger: entries are added, never changed, but for a refund that is paid out.

`paid_minor` of the header is payments less refunds, including those owed and not yet paid out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.charges import total_charged
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


def settled_by_lines(
    held: Held, cause: UUID | None, member_id: UUID, *, occasion: int | None = None
) -> Held:
    """With the total that its lines come to now; what was paid above it is owed back.

    Args:
        held: With its lines as they are now.
        cause: The line that costs less; None: the prescription was cancelled.
        member_id: Who gives the command.
        occasion: The prescription's version, for what may happen to a line more than once.
    """
    total = total_charged(held.items)
    header = replace(held.header, total_minor=total)
    excess = header.paid_minor - total
    return _owed_back(replace(held, header=header), cause, excess, member_id, occasion)


def _owed_back(
    held: Held, cause: UUID | None, amount_minor: int, member_id: UUID, occasion: int | None
) -> Held:
    if amount_minor <= 0:
        return held
    entry = _entry(
        held,
        refund_id(held.header.id, cause, occasion),
        PaymentKind.REFUND,
        PaymentMethod.CASH,
        amount_minor,
        member_id,
    )
    return _with(held, entry)


def refund_id(prescription: UUID, cause: UUID | None, occasion: int | None = None) -> UUID:
    """The identifier of the refund that a line gives rise to, or None: the prescription itself.

    Made from both: a line may bear any identifier, that of its prescription or of another too. One
    cause can only owe one refund, or one for each `occasion` (a version of the prescription).
    """
    words = ["refund", *(str(each) for each in (cause, occasion) if each is not None)]
    return uuid5(prescription, " ".join(words))


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
