"""A small clinic with somebody in every role, patients, and medicines to prescribe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid5

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import (
    Allergy,
    Clinic,
    Formulary,
    Medicine,
    Member,
    Patient,
    Pharmacy,
    Practitioner,
    Role,
    Schedule,
    Service,
    Severity,
    Sex,
    Specialization,
)
from clinicdesk.core.identity import new_id
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.transaction import Transaction
from clinicdesk.server.domain.clinic import Setup, add_patients, set_up
from clinicdesk.server.domain.staff import Account

PASSWORD: Final = "long enough to be one"
NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLINIC: Final = UUID("0195d000-0000-7000-8000-000000000001")


def an_id(name: str) -> UUID:
    return uuid5(CLINIC, name)


TARA, TOM = an_id("practitioner tara"), an_id("practitioner tom")
MAIN, CORNER = an_id("pharmacy main"), an_id("pharmacy corner")
PARACETAMOL, AMOXICILLIN, MORPHINE = (an_id(f"medicine {n}") for n in ("para", "amox", "morph"))
GTINS: Final = {
    PARACETAMOL: "08901234567890",
    AMOXICILLIN: "08901234567906",
    MORPHINE: "08901234567913",
}
"""What the barcodes of their packs say."""
PATIENTS: Final = tuple(an_id(f"patient {n}") for n in range(8))

STAFF: Final = {
    "ada": (Role.ADMIN, None, None),
    "rita": (Role.RECEPTION, None, None),
    "tara": (Role.THERAPIST, TARA, None),
    "tom": (Role.THERAPIST, TOM, None),
    "pia": (Role.PHARMACIST, None, MAIN),
    "paul": (Role.PHARMACIST, None, MAIN),
    "quin": (Role.PHARMACIST, None, CORNER),
}
"""Login to role, practitioner and pharmacy. Pia and Paul stand at the same counter."""


def a_line(medicine_id: UUID = PARACETAMOL, quantity: int = 10) -> DraftItem:
    return DraftItem(
        id=new_id(), medicine_id=medicine_id, dose="1 tablet", route="oral", frequency="BD",
        days=5, quantity=quantity, instructions="after food",
    )  # fmt: skip


async def fill(tx: Transaction, password_hash: str) -> None:
    """Write the clinic as the owner."""
    await set_up(tx, _setup(password_hash), equipped=False)
    await insert_rows(tx, "medicine", _medicines())
    patients = [_patient(number) for number in range(len(PATIENTS))]
    await add_patients(tx, CLINIC, patients, [_allergy(patient) for patient in patients[::3]])


def a_member(login: str) -> Member:
    role, practitioner_id, pharmacy_id = STAFF[login]
    return Member(
        id=an_id(f"member {login}"), clinic_id=CLINIC, version=1,
        account_id=an_id(f"account {login}"), name=login.title(), role=role,
        practitioner_id=practitioner_id, pharmacy_id=pharmacy_id, active=True,
    )  # fmt: skip


def _setup(password_hash: str) -> Setup:
    return Setup(
        clinic=Clinic(
            id=CLINIC, clinic_id=CLINIC, version=1, name="Harbour Clinic", address="1 Quay",
            phone="", email="", country="IN", zone="Asia/Kolkata", currency="INR",
            working_hours={"monday": "09:00-18:00"}, appointment_minutes=30,
            advance_booking_days=30, cancellation_hours=24, reminder_hours=[24],
            tax_basis_points=0,
        ),
        services=[
            Service(
                id=an_id("service"), clinic_id=CLINIC, version=1, name="First visit",
                description="", specialization=Specialization.PHYSIOTHERAPY, duration_minutes=30,
                price_minor=50_000, currency="INR", capacity=1, active=True,
            )
        ],
        practitioners=[
            Practitioner(
                id=each, clinic_id=CLINIC, version=1, name=name,
                specialization=Specialization.GENERAL_PRACTICE, qualification="MBBS",
                registration_number=name, phone="", active=True,
            )
            for each, name in ((TARA, "Dr Tara"), (TOM, "Dr Tom"))
        ],
        pharmacies=[
            Pharmacy(
                id=each, clinic_id=CLINIC, version=1, name=name, licence_number="", address="",
                phone="", active=True,
            )
            for each, name in ((MAIN, "Main Street"), (CORNER, "Corner"))
        ],
        formulary=Formulary(
            id=an_id("formulary"), clinic_id=CLINIC, version=1, name="Clinic list", currency="INR",
            revision=1, medicine_count=3, updated_at=NOON,
        ),
        accounts=[
            Account(
                id=an_id(f"account {login}"), login=login, password_hash=password_hash,
                name=login.title(),
            )
            for login in STAFF
        ],
        members=[a_member(login) for login in STAFF],
    )  # fmt: skip


def _medicines() -> list[Medicine]:
    return [
        Medicine(
            id=each, clinic_id=CLINIC, formulary_id=an_id("formulary"), revision=1, code=name,
            generic_name=name, strength="500 mg", form="tablet", route="oral", brand=f"{name}ex",
            manufacturer="Sample Labs", pack_size=10, pack_unit="tablet", price_minor=price,
            currency="INR", schedule=schedule, ingredients=[name.lower()], discontinued=False,
            default_dose="1 tablet", default_frequency="BD", default_days=5, gtin=GTINS[each],
        )
        for each, name, price, schedule in (
            (PARACETAMOL, "Paracetamol", 2_000, Schedule.OTC),
            (AMOXICILLIN, "Amoxicillin", 12_000, Schedule.H),
            (MORPHINE, "Morphine", 40_000, Schedule.X),
        )
    ]  # fmt: skip


def _patient(number: int) -> Patient:
    team = [TARA] if number < 4 else [TOM]
    return Patient(
        id=PATIENTS[number], clinic_id=CLINIC, version=1, number=f"P-{number + 1:06d}",
        name=f"Tāne Patient {number}", name_local=None, sex=Sex.FEMALE,
        birth_date=date(1980 + number, 3, 12), phone=f"+9198123456{number:02d}", email=None,
        address=None, practitioner_ids=team, pharmacy_ids=[], created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def _allergy(patient: Patient) -> Allergy:
    return Allergy(
        id=an_id(f"allergy {patient.number}"), clinic_id=CLINIC, version=1, patient_id=patient.id,
        practitioner_ids=patient.practitioner_ids, pharmacy_ids=patient.pharmacy_ids,
        substance="sulfonamides", reaction="rash", severity=Severity.MILD, active=True,
        recorded_at=NOON,
    )  # fmt: skip
