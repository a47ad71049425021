"""What a desk keeps of what its member may see: everything but families settled long ago.

A family is a prescription with its items, payments, dispenses, findings, orders and notices.
Settled ones leave the desk together and come back together when the log brings a change of them;
who wants to read one meanwhile asks the server.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from clinicdesk.contract.entities import (
    Payment,
    PaymentStatus,
    Prescription,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION

KEPT_FOR: Final = timedelta(days=90)
"""How long after its last change a settled family stays."""

FAMILY: Final = frozenset(
    {
        "prescription", "prescription_item", "payment", "dispense", "safety_finding",
        "purchase_order", "patient_notice",
    }
)  # fmt: skip
"""The kinds that leave together."""


def settled_before(now: datetime) -> datetime:
    """The moment that separates what is kept from what is let go: a midnight in UTC, so that both
    ends name the same one all day."""
    return (now - KEPT_FOR).replace(hour=0, minute=0, second=0, microsecond=0)


def is_settled(prescription: Prescription, payments: Iterable[Payment], before: datetime) -> bool:
    """Whether nothing is left to do on the family and nothing was done since `before`."""
    return (
        prescription.status in PRESCRIPTION.terminal
        and prescription.updated_at < before
        and not _may_be_repeated(prescription, (before + KEPT_FOR).date())
        and all(payment.status is not PaymentStatus.PENDING for payment in payments)
    )


def _may_be_repeated(prescription: Prescription, today: date) -> bool:
    """Whether somebody may still come for its next dispensing."""
    return (
        prescription.status is PrescriptionStatus.COMPLETED
        and prescription.repeats_used < prescription.repeats
        and (prescription.valid_until is None or prescription.valid_until >= today)
    )
