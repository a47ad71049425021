"""Fresh clinics in a database that is there already, with everybody signed in.

Passwords take long on purpose, so sessions are written beside the door; everything after that goes
through it.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

import httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

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
    Severity,
    Sex,
    Specialization,
)
from clinicdesk.contract.session import SignedIn
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.transaction import Transaction
from clinicdesk.server.domain.clinic import Setup, add_patients, set_up
from clinicdesk.server.domain.staff import Account, Tokens
from tests.running_server import Desk

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

STAFF: Final = (
    ("ada", Role.ADMIN, None, None),
    ("rita", Role.RECEPTION, None, None),
    ("tara", Role.THERAPIST, 0, None),
    ("tom", Role.THERAPIST, 1, None),
    ("pia", Role.PHARMACIST, None, 0),
    ("paul", Role.PHARMACIST, None, 0),
    ("quin", Role.PHARMACIST, None, 1),
)
"""Name, role, which practitioner they are, in which pharmacy they work."""

MEDICINES: Final = (
    ("paracetamol", 2_000, Schedule.OTC, False),
    ("amoxicillin", 12_000, Schedule.H, False),
    ("morphine", 40_000, Schedule.X, False),
    ("forgotten", 100, Schedule.H, True),
)
"""Generic name, price of ten, schedule, whether it is discontinued."""

TEAMS: Final = ((0,), (0,), (1,), (0, 1))
"""The practitioners of each patient. The second patient must not have penicillins."""


class MadeClinic(Struct, frozen=True):
    """A clinic as it begins, and everybody's desk."""

    id: UUID
    practitioners: list[Practitioner]
    pharmacies: list[Pharmacy]
    medicines: list[Medicine]
    patients: list[Patient]
    allergies: list[Allergy]
    members: list[Member]
    setup: Setup


async def make_clinic(tx: Transaction, shared: Account) -> MadeClinic:
    """Write a clinic as the owner; `shared` is the admin's account, in other clinics as well."""
    made = _clinic(shared)
    await set_up(tx, made.setup, equipped=False)
    await insert_rows(tx, "medicine", made.medicines)
    await add_patients(tx, made.id, made.patients, made.allergies)
    return made


def sign_in(
    owner: psycopg.Connection, client: httpx.Client, tokens: Tokens, clinic: Clinic, member: Member
) -> Desk:
    """A desk at which this member is signed in."""
    device_id, key = uuid.uuid4(), Ed25519PrivateKey.generate()
    session_id = uuid.uuid4()
    owner.execute(
        "insert into device (id, account_id, name, public_key) values (%s, %s, 'model', %s)",
        [device_id, member.account_id, key.public_key().public_bytes_raw()],
    )
    owner.execute(
        "insert into session (id, account_id, device_id, clinic_id, member_id, expires_at)"
        " values (%s, %s, %s, %s, %s, now() + interval '1 day')",
        [session_id, member.account_id, device_id, member.clinic_id, member.id],
    )
    now = datetime.now(UTC)
    token, expires = tokens.access(session_id, now)
    session = SignedIn(
        session_id=session_id, access_token=token, expires=expires, refresh_token="",
        server_time=now, member=member, clinic=clinic, clinics=[],
    )  # fmt: skip
    return Desk(client, session, device_id, key)


def an_account(name: str) -> Account:
    """An account that nobody can sign in to with a password."""
    account_id = uuid.uuid4()
    return Account(id=account_id, login=f"{name}.{account_id}", password_hash="none", name=name)


def _clinic(shared: Account) -> MadeClinic:
    clinic_id = uuid.uuid4()
    row = {"clinic_id": clinic_id, "version": 1}
    practitioners = [
        Practitioner(
            id=uuid.uuid4(), **row, name=name, specialization=Specialization.GENERAL_PRACTICE,
            qualification="MBBS", registration_number=name, phone="", active=True,
        )
        for name in ("Dr Tara", "Dr Tom")
    ]  # fmt: skip
    pharmacies = [
        Pharmacy(
            id=uuid.uuid4(), **row, name=name, licence_number="", address="", phone="", active=True
        )
        for name in ("Main Street", "Corner")
    ]
    staff = [shared, *(an_account(name) for name, *_ in STAFF[1:])]
    formulary_id = uuid.uuid4()
    patients = [
        Patient(
            id=uuid.uuid4(), **row, number=f"P-{number + 1:06d}", name=f"Patient {number}",
            name_local=None, sex=Sex.FEMALE, birth_date=date(1980, 3, 12), phone=None, email=None,
            address=None, practitioner_ids=[practitioners[each].id for each in team],
            pharmacy_ids=[], created_at=NOON, updated_at=NOON,
        )
        for number, team in enumerate(TEAMS)
    ]  # fmt: skip
    return MadeClinic(
        id=clinic_id,
        practitioners=practitioners,
        pharmacies=pharmacies,
        medicines=[
            Medicine(
                id=uuid.uuid4(), clinic_id=clinic_id, formulary_id=formulary_id, revision=1,
                code=name, generic_name=name, strength="", form="tablet", route="oral", brand="",
                manufacturer="", pack_size=10, pack_unit="tablet", price_minor=price,
                currency="INR", schedule=schedule, ingredients=[name], discontinued=discontinued,
                default_dose="1 tablet", default_frequency="BD", default_days=5,
            )
            for name, price, schedule, discontinued in MEDICINES
        ],
        patients=patients,
        allergies=[
            Allergy(
                id=uuid.uuid4(), **row, patient_id=patients[1].id,
                practitioner_ids=patients[1].practitioner_ids, pharmacy_ids=[],
                substance="penicillins", reaction="shock", severity=Severity.SEVERE, active=True,
                recorded_at=NOON,
            )
        ],
        members=(
            members := [
                Member(
                    id=uuid.uuid4(), **row, account_id=account.id, name=name.title(), role=role,
                    practitioner_id=None if who is None else practitioners[who].id,
                    pharmacy_id=None if where is None else pharmacies[where].id, active=True,
                )
                for account, (name, role, who, where) in zip(staff, STAFF, strict=True)
            ]
        ),
        setup=Setup(
            clinic=Clinic(
                id=clinic_id, **row, name="Model Clinic", address="", phone="", email="",
                country="IN", zone="Asia/Kolkata", currency="INR", working_hours={},
                appointment_minutes=30, advance_booking_days=30, cancellation_hours=24,
                reminder_hours=[24], tax_basis_points=0,
            ),
            services=[],
            practitioners=practitioners,
            pharmacies=pharmacies,
            formulary=Formulary(
                id=formulary_id, **row, name="List", currency="INR", revision=1,
                medicine_count=len(MEDICINES), updated_at=NOON,
            ),
            accounts=staff[1:],
            members=members,
        ),
    )  # fmt: skip
