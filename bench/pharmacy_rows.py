"""A pharmacy's working set of any size: rows as the server would send them, by people's names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.entities import (
    Clinic,
    Formulary,
    ItemStatus,
    Medicine,
    Member,
    Patient,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Role,
    Row,
    Schedule,
    Specialization,
)
from clinicdesk.server.demo_clinic import ROSHNI, generate

_BASE_MS: Final = 1_767_225_600_000
_LANES: Final = {
    PrescriptionStatus.DRAFT: 10,
    PrescriptionStatus.PAID: 18,
    PrescriptionStatus.FULFILLED: 8,
    PrescriptionStatus.COMPLETED: 56,
    PrescriptionStatus.CANCELLED: 8,
}
"""Of a hundred; a signed draft waits to be paid."""
_ITEM_STATE: Final = {
    PrescriptionStatus.DRAFT: ItemStatus.PENDING,
    PrescriptionStatus.PAID: ItemStatus.PENDING,
    PrescriptionStatus.FULFILLED: ItemStatus.READY,
    PrescriptionStatus.COMPLETED: ItemStatus.HANDED_OVER,
    PrescriptionStatus.CANCELLED: ItemStatus.CANCELLED,
}


def an_id(kind: int, place: int) -> UUID:
    """A UUIDv7 that follows from its place."""
    return UUID(int=((_BASE_MS + place) << 80) | (7 << 76) | (2 << 62) | (kind << 40) | place)


CLINIC: Final = an_id(1, 0)
PHARMACY: Final = an_id(2, 0)
FORMULARY: Final = an_id(3, 0)
PRACTITIONERS: Final = [an_id(4, place) for place in range(12)]
NOW: Final = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)

member = Member(
    id=an_id(5, 0), clinic_id=CLINIC, version=1, account_id=an_id(6, 0), name="Vikram Patil",
    role=Role.PHARMACIST, practitioner_id=None, pharmacy_id=PHARMACY, active=True,
)  # fmt: skip

clinic = Clinic(
    id=CLINIC, clinic_id=CLINIC, version=1, name="Roshni Clinic", address="12 MG Road", phone="",
    email="", country="IN", zone="Asia/Kolkata", currency="INR", working_hours={},
    appointment_minutes=30, advance_booking_days=60, cancellation_hours=24, reminder_hours=[24],
    tax_basis_points=0,
)  # fmt: skip


def working_set(
    patients: int, prescriptions: int, now: datetime = NOW
) -> Iterator[tuple[str, Row]]:
    """Kind and row of everything that a pharmacist's desk holds, kind by kind as in a snapshot; the
    same for the same numbers."""
    yield from _places()
    people = list(patients_of(patients))
    yield from (("patient", patient) for patient in people)
    chance = random.Random(prescriptions)
    lanes = list(_LANES)
    drawn = chance.choices(lanes, weights=list(_LANES.values()), k=prescriptions)
    written = [
        row
        for place, status in enumerate(drawn)
        for row in _prescription(place, chance.choice(people), status, chance, now)
    ]
    for kind in ("prescription", "prescription_item", "payment"):
        yield from (row for row in written if row[0] == kind)


def patients_of(count: int) -> Iterator[Patient]:
    """People with the names of the demo clinic."""
    demo = generate(1, count, 0, NOW.date(), site=ROSHNI)
    for seed in demo.patients():
        yield Patient(
            id=an_id(7, seed.index), clinic_id=CLINIC, version=1, number=f"P-{seed.index + 1:06d}",
            name=seed.name, name_local=seed.name_local, sex=seed.sex, birth_date=seed.birth_date,
            phone=seed.phone, email=seed.email, address=seed.address,
            practitioner_ids=[PRACTITIONERS[seed.index % 12]], pharmacy_ids=[PHARMACY],
            created_at=NOW, updated_at=NOW,
        )  # fmt: skip


def medicines_of(count: int) -> Iterator[Medicine]:
    """A list as long as the widely used Indian one: made of the demo formulary's substances, by
    many makers under many brands."""
    base = generate(1, 1, 0, NOW.date(), site=ROSHNI).medicines
    chance = random.Random(count)
    syllables = [
        "ra",
        "zi",
        "mo",
        "ka",
        "tel",
        "vo",
        "lin",
        "cef",
        "dex",
        "ni",
        "pro",
        "sul",
        "az",
        "or",
        "ben",
        "qu",
        "ix",
        "ar",
        "do",
        "fen",
    ]
    for place in range(count):
        kind = base[place % len(base)]
        brand = "".join(chance.choices(syllables, k=3)).title()
        yield Medicine(
            id=an_id(8, place), clinic_id=CLINIC, formulary_id=FORMULARY, revision=1,
            code=f"M{place:06d}", generic_name=kind.generic_name, strength=kind.strength,
            form=kind.form, route=kind.route, brand=f"{brand} {place % 997}",
            manufacturer=f"{brand} Labs", pack_size=kind.pack_size, pack_unit=kind.pack_unit,
            price_minor=kind.price_minor, currency="INR", schedule=kind.schedule,
            ingredients=kind.ingredients, discontinued=False, default_dose=kind.default_dose,
            default_frequency=kind.default_frequency, default_days=kind.default_days,
        )  # fmt: skip


def _places() -> Iterator[tuple[str, Row]]:
    yield "clinic", clinic
    yield "member", member
    yield "pharmacy", Pharmacy(
        id=PHARMACY, clinic_id=CLINIC, version=1, name="Lifeline Pharmacy", licence_number="",
        address="", phone="", active=True,
    )  # fmt: skip
    yield "formulary", Formulary(
        id=FORMULARY, clinic_id=CLINIC, version=1, name="Formulary", currency="INR", revision=1,
        medicine_count=0, updated_at=NOW,
    )  # fmt: skip
    for place, practitioner_id in enumerate(PRACTITIONERS):
        yield "practitioner", Practitioner(
            id=practitioner_id, clinic_id=CLINIC, version=1, name=f"Dr Sunita Rao {place}",
            specialization=Specialization.GENERAL_PRACTICE, qualification="MBBS",
            registration_number=str(place), phone="", active=True,
        )  # fmt: skip


def _prescription(
    place: int,
    patient: Patient,
    status: PrescriptionStatus,
    chance: random.Random,
    now: datetime,
) -> Iterator[tuple[str, Row]]:
    written = now - timedelta(minutes=chance.randrange(5, 600_000))
    reached = [written + timedelta(minutes=n) for n in range(5)]
    row_id = an_id(9, place)
    count = chance.choice((1, 2, 2, 3))
    total = 12_000 * count
    paid = status not in (PrescriptionStatus.DRAFT, PrescriptionStatus.CANCELLED)
    prescription = Prescription(
        id=row_id, clinic_id=CLINIC, version=4, code=prescription_code(row_id),
        patient_id=patient.id, practitioner_id=chance.choice(PRACTITIONERS), pharmacy_id=PHARMACY,
        status=status, signed_at=reached[1], note=None, item_count=count, controlled=False,
        total_minor=total, paid_minor=total if paid else 0, currency="INR", created_at=written,
        paid_at=reached[2] if paid else None,
        fulfilled_at=reached[3] if status in _AFTER_PAID else None,
        completed_at=reached[4] if status is PrescriptionStatus.COMPLETED else None,
        collected_by=None,
        cancelled_at=reached[2] if status is PrescriptionStatus.CANCELLED else None,
        cancel_reason=None, updated_at=reached[4], updated_by=member.id,
    )  # fmt: skip
    yield "prescription", prescription
    yield from (("prescription_item", _item(prescription, place, n)) for n in range(count))
    if paid:
        yield "payment", _payment(prescription, place)


_AFTER_PAID: Final = (PrescriptionStatus.FULFILLED, PrescriptionStatus.COMPLETED)


def _item(prescription: Prescription, place: int, number: int) -> PrescriptionItem:
    return PrescriptionItem(
        id=an_id(10, place * 4 + number), clinic_id=CLINIC, version=2,
        prescription_id=prescription.id, patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id, pharmacy_id=PHARMACY,
        signed_at=prescription.signed_at, line=number + 1, medicine_id=an_id(8, number),
        generic_name="Amoxicillin", strength="500 mg", form="capsule", brand="Amoxtra",
        schedule=Schedule.H, dose="1 capsule", route="oral", frequency="TDS", days=5, quantity=15,
        instructions="after food", amount_minor=12_000, currency="INR",
        status=_ITEM_STATE[prescription.status], supplied=0, decline_reason=None,
        updated_at=prescription.updated_at, updated_by=member.id,
    )  # fmt: skip


def _payment(prescription: Prescription, place: int) -> Payment:
    moment = prescription.updated_at
    return Payment(
        id=an_id(11, place), clinic_id=CLINIC, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=PHARMACY, kind=PaymentKind.PAYMENT, method=PaymentMethod.CASH,
        status=PaymentStatus.COMPLETED, amount_minor=prescription.total_minor, currency="INR",
        received_by=member.id, created_at=moment, settled_at=moment,
    )  # fmt: skip
