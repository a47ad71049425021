"""Rows of a small clinic, as the server would send them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.commands import DraftItem, WriteDraft
from clinicdesk.contract.entities import (
    ENTITIES,
    Allergy,
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
    Severity,
    Sex,
    Specialization,
)
from clinicdesk.contract.frames import Cursor, Ev, Item
from clinicdesk.contract.snapshot import LINE_ROWS, SnapshotEnd, SnapshotHead, SnapshotRows

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def an_id(name: str) -> UUID:
    """The same identifier for the same name, in every test."""
    return uuid5(UUID(int=0), name)


CLINIC = an_id("clinic")
ASHA = an_id("practitioner Asha")
MAIN_STREET = an_id("pharmacy Main Street")
PATIENT = an_id("patient")

clinic = Clinic(
    id=CLINIC, clinic_id=CLINIC, version=1, name="Roshni Clinic", address="12 MG Road",
    phone="+912212345678", email="desk@roshni.example", country="IN", zone="Asia/Kolkata",
    currency="INR", working_hours={"monday": "09:00-18:00"}, appointment_minutes=30,
    advance_booking_days=60, cancellation_hours=24, reminder_hours=[24, 2], tax_basis_points=1800,
)  # fmt: skip

practitioner = Practitioner(
    id=ASHA, clinic_id=CLINIC, version=1, name="Dr Asha Rao",
    specialization=Specialization.GENERAL_PRACTICE, qualification="MBBS",
    registration_number="MH-1", phone="", active=True,
)  # fmt: skip

pharmacy = Pharmacy(
    id=MAIN_STREET, clinic_id=CLINIC, version=1, name="Main Street", licence_number="L-1",
    address="", phone="", active=True,
)  # fmt: skip

therapist = Member(
    id=an_id("member Asha"), clinic_id=CLINIC, version=1, account_id=an_id("account Asha"),
    name="Dr Asha Rao", role=Role.THERAPIST, practitioner_id=ASHA, pharmacy_id=None, active=True,
)  # fmt: skip

pharmacist = Member(
    id=an_id("member Pia"), clinic_id=CLINIC, version=1, account_id=an_id("account Pia"),
    name="Pia Patel", role=Role.PHARMACIST, practitioner_id=None, pharmacy_id=MAIN_STREET,
    active=True,
)  # fmt: skip

formulary = Formulary(
    id=an_id("formulary"), clinic_id=CLINIC, version=1, name="Formulary", currency="INR",
    revision=1, medicine_count=3, updated_at=NOON,
)  # fmt: skip


def a_patient(name: str = "Ravi Sharma", **changes: Any) -> Patient:
    patient = Patient(
        id=PATIENT, clinic_id=CLINIC, version=1, number="P-004182", name=name, name_local=None,
        sex=Sex.MALE, birth_date=date(1992, 3, 12), phone="+919812345678", email=None, address=None,
        practitioner_ids=[ASHA], pharmacy_ids=[MAIN_STREET], created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return replace(patient, **changes)


def an_allergy(**changes: Any) -> Allergy:
    allergy = Allergy(
        id=an_id("allergy"), clinic_id=CLINIC, version=1, patient_id=PATIENT,
        practitioner_ids=[ASHA], pharmacy_ids=[MAIN_STREET], substance="penicillins",
        reaction="rash", severity=Severity.MODERATE, active=True, recorded_at=NOON,
    )  # fmt: skip
    return replace(allergy, **changes)


def a_medicine(name: str = "Amoxicillin", strength: str = "500 mg", **changes: Any) -> Medicine:
    medicine = Medicine(
        id=an_id(f"medicine {name} {strength}"), clinic_id=CLINIC, formulary_id=formulary.id,
        revision=1, code=f"{name}-{strength}", generic_name=name, strength=strength, form="capsule",
        route="oral", brand=f"{name[:3]}ex", manufacturer="Sample Labs", pack_size=10,
        pack_unit="capsule", price_minor=12_000, currency="INR", schedule=Schedule.H,
        ingredients=[name.lower()], discontinued=False, default_dose="1 capsule",
        default_frequency="TDS", default_days=5,
    )  # fmt: skip
    return replace(medicine, **changes)


def a_line(medicine: Medicine, name: str = "line 1", **changes: Any) -> DraftItem:
    line = DraftItem(
        id=an_id(name), medicine_id=medicine.id, dose="1 capsule", route="oral", frequency="TDS",
        days=5, quantity=15, instructions="after food",
    )  # fmt: skip
    return replace(line, **changes)


def a_draft_command(*lines: DraftItem, name: str = "prescription") -> WriteDraft:
    return WriteDraft(
        prescription_id=an_id(name), patient_id=PATIENT, pharmacy_id=MAIN_STREET, note="a note",
        items=list(lines),
    )  # fmt: skip


def a_prescription(name: str = "prescription", **changes: Any) -> Prescription:
    prescription = Prescription(
        id=an_id(name), clinic_id=CLINIC, version=1, code="RX-7F3K2", patient_id=PATIENT,
        practitioner_id=ASHA, pharmacy_id=MAIN_STREET, status=PrescriptionStatus.DRAFT,
        signed_at=None, note="a note", item_count=1, controlled=False, total_minor=18_000,
        paid_minor=0, currency="INR", created_at=NOON, paid_at=None, fulfilled_at=None,
        completed_at=None, collected_by=None, cancelled_at=None, cancel_reason=None,
        updated_at=NOON, updated_by=therapist.id,
    )  # fmt: skip
    return replace(prescription, **changes)


def an_item(prescription: Prescription, name: str = "line 1", **changes: Any) -> PrescriptionItem:
    item = PrescriptionItem(
        id=an_id(name), clinic_id=CLINIC, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id, signed_at=prescription.signed_at, line=1,
        medicine_id=a_medicine().id, generic_name="Amoxicillin", strength="500 mg", form="capsule",
        brand="Amoex", schedule=Schedule.H, dose="1 capsule", route="oral", frequency="TDS", days=5,
        quantity=15, instructions="after food", amount_minor=18_000, currency="INR",
        status=ItemStatus.PENDING, supplied=0, decline_reason=None, updated_at=NOON,
        updated_by=therapist.id,
    )  # fmt: skip
    return replace(item, **changes)


def a_payment(prescription: Prescription, name: str = "payment", **changes: Any) -> Payment:
    payment = Payment(
        id=an_id(name), clinic_id=CLINIC, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=MAIN_STREET, kind=PaymentKind.PAYMENT, method=PaymentMethod.CASH,
        status=PaymentStatus.COMPLETED, amount_minor=18_000, currency="INR",
        received_by=pharmacist.id, created_at=NOON, settled_at=NOON,
    )  # fmt: skip
    return replace(payment, **changes)


def signed(prescription: Prescription, **changes: Any) -> Prescription:
    return replace(
        prescription,
        version=prescription.version + 1,
        signed_at=NOON + timedelta(minutes=1),
        **changes,
    )


KINDS: dict[type[Row], str] = {row_type: kind for kind, row_type in ENTITIES.items()}


def encoded(value: Any) -> bytes:
    """As it travels and is stored."""
    return msgspec.json.encode(value)


class Document(bytes):
    """A snapshot's lines, which come as one piece or, cut up, as several."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self

    async def in_pieces(self, size: int) -> AsyncIterator[bytes]:
        """As the network might bring it."""
        for at in range(0, len(self), size):
            yield self[at : at + size]


def a_snapshot(
    member: Member,
    *rows: Row,
    seq: int = 1,
    epoch: str = "first",
    settled_before: datetime = LONG_AGO,
) -> Document:
    """The snapshot for `member`: these rows with the clinic's own."""
    kept: dict[str, list[Row]] = {}
    for row in (clinic, member, practitioner, pharmacy, formulary, *rows):
        kept.setdefault(KINDS[type(row)], []).append(row)
    access = access_digest(scopes_of(member))
    return a_document(kept, seq=seq, epoch=epoch, access=access, settled_before=settled_before)


def a_document(
    kept: Mapping[str, Sequence[Any]],
    *,
    seq: int,
    epoch: str,
    access: str,
    settled_before: datetime = LONG_AGO,
) -> Document:
    """A snapshot of these rows by their kinds, or of their bodies."""
    counts = {kind: len(rows) for kind, rows in kept.items()}
    head = SnapshotHead(
        clinic=CLINIC,
        epoch=epoch,
        seq=seq,
        access=access,
        settled_before=settled_before,
        counts=counts,
    )
    lines = [
        SnapshotRows(
            kind=kind, rows=[msgspec.Raw(encoded(row)) for row in rows[at : at + LINE_ROWS]]
        )
        for kind, rows in kept.items()
        for at in range(0, len(rows), LINE_ROWS)
    ]
    whole = [head, *lines, SnapshotEnd(rows=sum(counts.values()))]
    return Document(b"".join(msgspec.json.encode(line) + b"\n" for line in whole))


def change(row: Row, *, seq: int = 0, op_id: UUID | None = None, by: UUID | None = None) -> Item:
    body = msgspec.Raw(msgspec.json.encode(row))
    return Item(
        seq=seq, kind=KINDS[type(row)], id=row.id, v=row.version, body=body, op_id=op_id, by=by
    )


def gone(row: Row) -> Item:
    return Item(seq=0, kind=KINDS[type(row)], id=row.id, v=row.version, gone=True)


def a_frame(after: int, to: int, *items: Item, epoch: str = "first") -> Ev:
    """A frame that covers the log's interval `(after, to]`."""
    return Ev(clinic=CLINIC, epoch=epoch, from_=after, to=to, items=list(items))


def a_cursor(seq: int = 1, epoch: str = "first", member: Member = pharmacist) -> Cursor:
    access = access_digest(scopes_of(member))
    return Cursor(clinic=CLINIC, epoch=epoch, seq=seq, access=access)
