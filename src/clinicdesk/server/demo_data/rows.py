"""The clinic, its staff and its patients as rows of the contract."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

import msgspec

from clinicdesk.contract.entities import (
    Allergy,
    Clinic,
    Formulary,
    Member,
    Patient,
    Pharmacy,
    Practitioner,
    Role,
    Service,
)
from clinicdesk.server.demo_data.identities import Identities
from clinicdesk.server.demo_data.story import Cast
from clinicdesk.server.domain.actor import MemberActor
from clinicdesk.server.domain.clinic import Setup
from clinicdesk.server.domain.staff import Account

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from clinicdesk.server.demo_clinic import DemoClinic, PatientSeed

_FAMILY_DOCTOR_SHARE: Final = 0.5
_LONGEST_KNOWN: Final = timedelta(days=1100)
_MOST_ALLERGIES: Final = 100


class Rows:
    """Makes the rows.

    Args:
        demo: The content.
        now: The moment that the clinic is at.
        password_hash: What everybody signs in with.

    Attributes:
        clinic_id: The clinic.
        formulary_id: Its formulary.
    """

    def __init__(self, demo: DemoClinic, now: datetime, password_hash: str) -> None:
        self._demo = demo
        self._now = now
        self._password_hash = password_hash
        self._ids = Identities(demo)
        self.clinic_id = self._ids.of("clinic", 0)
        self.formulary_id = self._ids.of("formulary", 0)
        self._practitioners = self._ids.several("practitioner", len(demo.practitioners))
        self._pharmacies = self._ids.several("pharmacy", len(demo.pharmacies))
        self._members = self._staff()
        self._treated_by: defaultdict[int, list[int]] = defaultdict(list)
        for plan in demo.prescriptions:
            self._treated_by[plan.patient].append(plan.practitioner)

    def setup(self) -> Setup:
        """The clinic before its first patient."""
        return Setup(
            clinic=self._clinic(),
            services=self._services(),
            practitioners=self._practitioner_rows(),
            pharmacies=self._pharmacy_rows(),
            formulary=Formulary(
                name=self._demo.clinic.formulary_name,
                currency=self._demo.clinic.currency,
                revision=0,
                medicine_count=0,
                updated_at=self._now,
                **self._row(self.formulary_id),
            ),
            accounts=[
                Account(
                    id=member.account_id,
                    login=login_of(seed.email),
                    password_hash=self._password_hash,
                    name=member.name,
                )
                for seed, member in zip(self._demo.staff, self._members, strict=True)
            ],
            members=self._members,
        )

    def cast(self) -> Cast:
        """Who acts in the prescriptions' story."""
        prescribers: dict[int, MemberActor] = {}
        pharmacists: dict[int, MemberActor] = {}
        for place, (seed, member) in enumerate(zip(self._demo.staff, self._members, strict=True)):
            actor = MemberActor(member=member, device_id=self._ids.of("device", place))
            if seed.practitioner is not None and seed.role is Role.THERAPIST:
                prescribers[seed.practitioner] = actor
            elif seed.pharmacy is not None:
                pharmacists.setdefault(seed.pharmacy, actor)
        return Cast(prescribers=prescribers, pharmacists=pharmacists, pharmacies=self._pharmacies)

    def patient(self, seed: PatientSeed) -> Patient:
        """A patient, known for up to three years."""
        draw = Random(f"{self._demo.seed} patient {seed.index}")
        known_since = self._now - draw.random() * _LONGEST_KNOWN
        return Patient(
            number=f"P-{seed.index + 1:06d}",
            name=seed.name,
            name_local=seed.name_local,
            sex=seed.sex,
            birth_date=seed.birth_date,
            phone=seed.phone,
            email=seed.email,
            address=seed.address,
            practitioner_ids=self._care_team(seed.index, draw),
            pharmacy_ids=[],
            created_at=known_since,
            updated_at=known_since,
            **self._row(self._ids.of("patient", seed.index)),
        )

    def allergies(self, seed: PatientSeed) -> Iterator[Allergy]:
        """The patient's allergies. Who sees them, the database copies from the patient."""
        for place, allergy in enumerate(seed.allergies):
            yield Allergy(
                patient_id=self._ids.of("patient", seed.index),
                practitioner_ids=[],
                pharmacy_ids=[],
                substance=allergy.substance,
                reaction=allergy.reaction,
                severity=allergy.severity,
                active=True,
                recorded_at=self._now,
                **self._row(self._ids.of("allergy", seed.index * _MOST_ALLERGIES + place)),
            )

    def _clinic(self) -> Clinic:
        settings = msgspec.structs.asdict(self._demo.clinic)
        del settings["key"], settings["formulary_name"]
        return Clinic(**self._row(self.clinic_id), **settings)

    def _services(self) -> list[Service]:
        return [
            Service(
                currency=self._demo.clinic.currency,
                active=True,
                **msgspec.structs.asdict(seed),
                **self._row(self._ids.of("service", place)),
            )
            for place, seed in enumerate(self._demo.services)
        ]

    def _practitioner_rows(self) -> list[Practitioner]:
        return [
            Practitioner(
                name=seed.name,
                specialization=seed.specialization,
                qualification=seed.qualification,
                registration_number=seed.registration_number,
                phone=seed.phone,
                active=True,
                **self._row(self._practitioners[place]),
            )
            for place, seed in enumerate(self._demo.practitioners)
        ]

    def _pharmacy_rows(self) -> list[Pharmacy]:
        return [
            Pharmacy(
                name=seed.name,
                licence_number=seed.licence_number,
                address=seed.address,
                phone=seed.phone,
                active=True,
                **self._row(self._pharmacies[place]),
            )
            for place, seed in enumerate(self._demo.pharmacies)
        ]

    def _staff(self) -> list[Member]:
        return [
            Member(
                account_id=self._ids.of("account", place),
                name=seed.name,
                role=seed.role,
                practitioner_id=_at(self._practitioners, seed.practitioner),
                pharmacy_id=_at(self._pharmacies, seed.pharmacy),
                active=True,
                **self._row(self._ids.of("member", place)),
            )
            for place, seed in enumerate(self._demo.staff)
        ]

    def _care_team(self, patient: int, draw: Random) -> list[UUID]:
        """Those who prescribe for the patient, and one or two besides; often the first doctor."""
        team = list(self._treated_by.get(patient, ()))
        if draw.random() < _FAMILY_DOCTOR_SHARE:
            team.append(0)
        team += draw.sample(range(len(self._practitioners)), k=draw.choice((1, 1, 2)))
        return [self._practitioners[place] for place in dict.fromkeys(team)]

    def _row(self, row_id: UUID) -> dict[str, Any]:
        return {"id": row_id, "clinic_id": self.clinic_id, "version": 1}


def login_of(email: str) -> str:
    """What a person of the demo clinic types to sign in: sunita.rao."""
    return email.partition("@")[0].lower()


def _at(ids: Sequence[UUID], place: int | None) -> UUID | None:
    return None if place is None else ids[place]
