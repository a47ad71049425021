"""Small clinics for the tests of the database, written as the owner."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import (
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
    Schedule,
    Service,
    Severity,
    Sex,
    Specialization,
)
from clinicdesk.server.database.database import Actor
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.transaction import Transaction

NOW = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
new_id = uuid.uuid4


class MadeClinic(Struct, frozen=True):
    """A clinic with two practitioners, two pharmacies and a formulary of one medicine."""

    id: UUID
    practitioners: tuple[UUID, UUID]
    pharmacies: tuple[UUID, UUID]
    medicine: UUID
    admin: Actor


async def make_clinic(tx: Transaction) -> MadeClinic:
    clinic_id = new_id()
    row = {"clinic_id": clinic_id, "version": 1}
    made = MadeClinic(
        id=clinic_id,
        practitioners=(new_id(), new_id()),
        pharmacies=(new_id(), new_id()),
        medicine=new_id(),
        admin=Actor(clinic_id, new_id(), new_id(), new_id()),
    )
    clinic = Clinic(
        id=clinic_id, **row, name="Roshni Clinic", address="12 Lake Road", phone="", email="",
        country="IN", zone="Asia/Kolkata", currency="INR", working_hours={"sunday": "closed"},
        appointment_minutes=30, advance_booking_days=30, cancellation_hours=24,
        reminder_hours=[24, 2], tax_basis_points=1800,
    )  # fmt: skip
    await insert_rows(tx, "clinic", [clinic])
    practitioners = [
        Practitioner(
            id=each, **row, name=f"Dr {n}", specialization=Specialization.GENERAL_PRACTICE,
            qualification="MBBS", registration_number=str(n), phone="", active=True,
        )
        for n, each in enumerate(made.practitioners)
    ]  # fmt: skip
    await insert_rows(tx, "practitioner", practitioners)
    pharmacies = [
        Pharmacy(
            id=each, **row, name=f"Pharmacy {n}", licence_number="", address="", phone="",
            active=True,
        )
        for n, each in enumerate(made.pharmacies)
    ]  # fmt: skip
    await insert_rows(tx, "pharmacy", pharmacies)
    await make_service(tx, clinic_id)
    formulary = Formulary(
        id=new_id(), **row, name="Clinic list", currency="INR", revision=1, medicine_count=1,
        updated_at=NOW,
    )  # fmt: skip
    await insert_rows(tx, "formulary", [formulary])
    await insert_rows(tx, "medicine", [a_medicine(made, formulary.id)])
    await make_member(tx, made, Role.ADMIN, actor=made.admin)
    return made


async def make_service(tx: Transaction, clinic_id: UUID) -> None:
    service = Service(
        id=new_id(), clinic_id=clinic_id, version=1, name="First visit", description="",
        specialization=Specialization.PHYSIOTHERAPY, duration_minutes=30, price_minor=50_000,
        currency="INR", capacity=1, active=True,
    )  # fmt: skip
    await insert_rows(tx, "service", [service])


def a_medicine(clinic: MadeClinic, formulary_id: UUID) -> Medicine:
    return Medicine(
        id=clinic.medicine, clinic_id=clinic.id, formulary_id=formulary_id, revision=1, code="PARA",
        generic_name="Paracetamol", strength="500 mg", form="tablet", route="oral", brand="Dolofin",
        manufacturer="Sahyadri", pack_size=10, pack_unit="tablet", price_minor=1_200,
        currency="INR", schedule=Schedule.OTC, ingredients=["paracetamol"], discontinued=False,
        default_dose="1 tablet", default_frequency="TDS", default_days=5,
    )  # fmt: skip


async def make_member(
    tx: Transaction,
    clinic: MadeClinic,
    role: Role,
    *,
    practitioner_id: UUID | None = None,
    pharmacy_id: UUID | None = None,
    active: bool = True,
    actor: Actor | None = None,
) -> Actor:
    """A member of staff with an account of their own, as the one who acts."""
    actor = actor or Actor(clinic.id, new_id(), new_id(), new_id())
    await tx.execute(
        "insert into account (id, login, password_hash, name)"
        " values (%(id)s, %(login)s, 'none', 'Somebody')",
        {"id": actor.account_id, "login": str(actor.account_id)},
    )
    member = Member(
        id=actor.member_id, clinic_id=clinic.id, version=1, account_id=actor.account_id,
        name=f"A {role}", role=role, practitioner_id=practitioner_id, pharmacy_id=pharmacy_id,
        active=active,
    )  # fmt: skip
    await insert_rows(tx, "member", [member])
    return actor


def a_patient(clinic: MadeClinic, **changed: object) -> Patient:
    identifier = new_id()
    patient = Patient(
        id=identifier, clinic_id=clinic.id, version=1, number=f"P-{identifier.hex[:12]}",
        name="Mārama Ngata", name_local=None, sex=Sex.FEMALE, birth_date=date(1984, 3, 12),
        phone="+919812345678", email=None, address=None, practitioner_ids=[], pharmacy_ids=[],
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return replace(patient, **changed)


def an_allergy(patient: Patient) -> Allergy:
    return Allergy(
        id=new_id(), clinic_id=patient.clinic_id, version=1, patient_id=patient.id,
        practitioner_ids=[], pharmacy_ids=[], substance="penicillins", reaction="rash",
        severity=Severity.MILD, active=True, recorded_at=NOW,
    )  # fmt: skip


def a_prescription(
    patient: Patient, practitioner_id: UUID, by: Actor, **changed: object
) -> Prescription:
    """A draft, unless `changed` says otherwise."""
    identifier = new_id()
    prescription = Prescription(
        id=identifier, clinic_id=patient.clinic_id, version=1, code=f"RX-{identifier.hex[:12]}",
        patient_id=patient.id, practitioner_id=practitioner_id, pharmacy_id=None,
        status=PrescriptionStatus.DRAFT, signed_at=None, note="after food", item_count=1,
        controlled=False, total_minor=1_200, paid_minor=0, currency="INR", created_at=NOW,
        paid_at=None, fulfilled_at=None, completed_at=None, collected_by=None, cancelled_at=None,
        cancel_reason=None, updated_at=NOW, updated_by=by.member_id,
    )  # fmt: skip
    return replace(prescription, **changed)


def an_item(
    clinic: MadeClinic, prescription: Prescription, line: int = 1, **changed: object
) -> PrescriptionItem:
    item = PrescriptionItem(
        id=new_id(), clinic_id=prescription.clinic_id, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id, signed_at=prescription.signed_at, line=line,
        medicine_id=clinic.medicine, generic_name="Paracetamol", strength="500 mg", form="tablet",
        brand="Dolofin", schedule=Schedule.OTC, dose="1 tablet", route="oral", frequency="TDS",
        days=5, quantity=15, instructions="", amount_minor=1_800, currency="INR",
        status=ItemStatus.PENDING, supplied=0, decline_reason=None, updated_at=NOW,
        updated_by=prescription.updated_by,
    )  # fmt: skip
    return replace(item, **changed)


def a_payment(prescription: Prescription, by: Actor, **changed: object) -> Payment:
    assert prescription.pharmacy_id is not None
    payment = Payment(
        id=new_id(), clinic_id=prescription.clinic_id, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id, kind=PaymentKind.PAYMENT, method=PaymentMethod.CASH,
        status=PaymentStatus.COMPLETED, amount_minor=1_200, currency="INR",
        received_by=by.member_id, created_at=NOW, settled_at=NOW,
    )  # fmt: skip
    return replace(payment, **changed)
