"""A prescription in memory, signed and paid, and a shelf for it: what pure rules work on."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    Batch,
    ItemStatus,
    PaymentMethod,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Schedule,
    StockLevel,
)
from clinicdesk.server.domain.pharmacy.counter import paid_when_covered
from clinicdesk.server.domain.pharmacy.preparing import Packed
from clinicdesk.server.domain.prescribing import Held, received
from clinicdesk.server.domain.stock import Shelf

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
MEMBER, PHARMACY, CLINIC = UUID(int=1), UUID(int=2), UUID(int=3)


def signed(lines: list[tuple[int, int]]) -> Held:
    """Signed, with lines of (units, minor units of money), each of another medicine."""
    rx = uuid.uuid4()
    items = [_item(rx, place + 1, *line) for place, line in enumerate(lines)]
    header = Prescription(
        id=rx, clinic_id=CLINIC, version=1, code="RX-00000", patient_id=UUID(int=4),
        practitioner_id=UUID(int=5), pharmacy_id=PHARMACY, status=PrescriptionStatus.DRAFT,
        signed_at=NOW, note=None, item_count=len(items), controlled=False,
        total_minor=sum(item.amount_minor for item in items), paid_minor=0, currency="INR",
        created_at=NOW, paid_at=None, fulfilled_at=None, completed_at=None, collected_by=None,
        cancelled_at=None, cancel_reason=None, updated_at=NOW, updated_by=MEMBER,
        valid_until=date(2026, 8, 29),
    )  # fmt: skip
    return Held(
        header=header, items=items, payments=[], changed_by="Somebody", now=NOW, today=NOW.date()
    )


def paid(lines: list[tuple[int, int]]) -> Held:
    """As `signed`, and paid in full."""
    held = signed(lines)
    total = held.header.total_minor
    return paid_when_covered(received(held, uuid.uuid4(), PaymentMethod.CASH, total, MEMBER))


def a_shelf(held: Held, batches: list[list[int]]) -> Shelf:
    """For each line that has a list: batches of its medicine, first expiry first."""
    levels: dict[UUID, StockLevel] = {}
    found: dict[UUID, list[Batch]] = {}
    for item, quantities in zip(held.items, batches, strict=False):
        medicine_id = item.medicine_id
        levels[medicine_id] = StockLevel(
            id=uuid.uuid4(), clinic_id=CLINIC, version=1, pharmacy_id=PHARMACY,
            medicine_id=medicine_id, on_hand=sum(quantities), reorder_level=0, reorder_packs=0,
            shelf="", updated_at=NOW,
        )  # fmt: skip
        found[medicine_id] = [
            Batch(
                id=uuid.uuid4(), clinic_id=CLINIC, version=1, pharmacy_id=PHARMACY,
                medicine_id=medicine_id, number=f"B{place}", expiry=date(2027, 1, 1 + place),
                on_hand=quantity, cost_minor=1, currency="INR", received_at=NOW, updated_at=NOW,
            )
            for place, quantity in enumerate(quantities)
        ]  # fmt: skip
    return Shelf(levels=levels, batches=found, last_movers={})


def moved(shelf: Shelf, before: Held, after: Held) -> Shelf:
    """The shelf once the movements between the two were entered."""
    change: dict[UUID, int] = {}
    for movement in after.movements[len(before.movements) :]:
        change[movement.batch_id] = change.get(movement.batch_id, 0) + movement.quantity
    batches = {
        medicine: [replace(b, on_hand=b.on_hand + change.get(b.id, 0)) for b in found]
        for medicine, found in shelf.batches.items()
    }
    return replace(shelf, batches=batches)


def packed(medicine_id: UUID) -> Packed:
    return Packed(
        id=medicine_id, generic_name="Paracetamol", strength="500 mg", form="tablet",
        brand="Dolofin", manufacturer="Sahyadri",
    )  # fmt: skip


def _item(rx: UUID, line: int, quantity: int, amount: int) -> PrescriptionItem:
    return PrescriptionItem(
        id=uuid.uuid4(), clinic_id=CLINIC, version=1, prescription_id=rx, patient_id=UUID(int=4),
        practitioner_id=UUID(int=5), pharmacy_id=PHARMACY, signed_at=NOW, line=line,
        medicine_id=uuid.uuid4(), generic_name="Paracetamol", strength="500 mg", form="tablet",
        brand="Dolofin", schedule=Schedule.H, dose="1 tablet", route="oral", frequency="OD",
        days=None, quantity=quantity, instructions="", amount_minor=amount, currency="INR",
        status=ItemStatus.PENDING, supplied=0, decline_reason=None, updated_at=NOW,
        updated_by=MEMBER,
    )  # fmt: skip
