"""What a desk asks for beside its working set: prescriptions that it does not hold."""

from __future__ import annotations

from msgspec import Struct

from clinicdesk.contract.entities import Payment, Prescription, PrescriptionItem


class PrescriptionDetail(Struct, frozen=True, kw_only=True):
    """A prescription with its lines and its ledger, as far as the reader sees them."""

    prescription: Prescription
    items: list[PrescriptionItem]
    payments: list[Payment]


class PrescriptionPage(Struct, frozen=True, kw_only=True):
    """Newest first. `next_after`: give it as `after` for the next page; None on the last."""

    prescriptions: list[Prescription]
    next_after: str | None
