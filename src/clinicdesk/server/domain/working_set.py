"""What a desk keeps, as SQL: `contract.working_set` for queries that read many rows.

`settled_before` is a parameter of the statement. Row-level security has its say beside it: only the
payments that the acting member sees keep a family.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.entities import PaymentStatus, PrescriptionStatus
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.contract.working_set import FAMILY, KEPT_FOR

if TYPE_CHECKING:
    from typing import LiteralString


def is_kept(entity: str) -> LiteralString:
    """The condition under which a row of the table `entity` belongs to the working set."""
    if entity not in FAMILY:
        return "true"
    if entity == "prescription":
        return f"not ({_settled('prescription')})"
    return (
        "not exists (select from prescription as head where head.clinic_id = {0}.clinic_id "
        f"and head.id = {{0}}.prescription_id and {_settled('head')})"
    ).format(entity)  # of the contract's own names


def _settled(prescription: str) -> str:
    return (
        f"{prescription}.status in ({_TERMINAL}) "
        f"and {prescription}.updated_at < %(settled_before)s "
        f"and not ({_may_be_repeated(prescription)}) and not exists (select "
        f"from payment as due where due.clinic_id = {prescription}.clinic_id "
        f"and due.prescription_id = {prescription}.id and due.status = '{PaymentStatus.PENDING}')"
    )


def _may_be_repeated(prescription: str) -> str:
    today = f"(%(settled_before)s::timestamptz + interval '{KEPT_FOR.days} days')::date"
    return (
        f"{prescription}.status = '{PrescriptionStatus.COMPLETED}' "
        f"and {prescription}.repeats_used < {prescription}.repeats "
        f"and ({prescription}.valid_until is null or {prescription}.valid_until >= {today})"
    )


_TERMINAL = ", ".join(f"'{status}'" for status in sorted(PRESCRIPTION.terminal))
