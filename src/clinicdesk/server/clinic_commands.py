"""The administrative command that begins a clinic: `clinicdesk server add-clinic`."""

from __future__ import annotations

import argparse
import os
import re
import uuid
import zoneinfo
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from clinicdesk.contract.entities import Clinic, Formulary, Pharmacy
from clinicdesk.failures import StartupFailure
from clinicdesk.server.administration import with_database
from clinicdesk.server.app import check_fitness
from clinicdesk.server.domain.clinic import Setup, name_is_taken, set_up
from clinicdesk.server.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from clinicdesk.server.database.database import Database

_WORKING_DAY: Final = "09:00-18:00"
_WORKING_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_LONGEST: Final = {"name": 120, "address": 200, "phone": 24, "email": 200}


def add_clinic(arguments: argparse.Namespace) -> int:
    """Begin a clinic: its pharmacies, an empty list of medicines, our own safety rules and a price
    list for each pharmacy. Medicines and people come by commands of their own."""
    setup = _setup(arguments)

    async def begin(database: Database, url: str) -> None:
        await check_fitness(database, url)
        async with database.as_owner() as tx:
            if await name_is_taken(tx, setup.clinic.name):
                raise StartupFailure(f"There is a clinic called {setup.clinic.name} already.")
            await set_up(tx, setup)

    with_database(settings_from(os.environ), begin)
    name = setup.clinic.name
    print(
        f"{name} is there, with {len(setup.pharmacies)} "
        f"{'pharmacy' if len(setup.pharmacies) == 1 else 'pharmacies'} and clinicdesk's own safety "
        f"rules. Next:\n  clinicdesk server import-formulary FILE.csv --clinic {name!r}\n"
        f"  clinicdesk server add-user NAME --role ROLE --clinic {name!r}"
    )
    return 0


def _setup(arguments: argparse.Namespace) -> Setup:
    clinic_id = uuid.uuid4()
    clinic = Clinic(
        **_row(clinic_id, clinic_id),
        name=_text("name", arguments.name, needed=True),
        address=_text("address", arguments.address),
        phone=_text("phone", arguments.phone),
        email=_text("email", arguments.email),
        country=_code("country", arguments.country, 2),
        zone=_zone(arguments.zone),
        currency=_code("currency", arguments.currency, 3),
        working_hours={**dict.fromkeys(_WORKING_DAYS, _WORKING_DAY), "sunday": "closed"},
        appointment_minutes=30,
        advance_booking_days=60,
        cancellation_hours=24,
        reminder_hours=[24, 2],
        tax_basis_points=0,
    )
    return Setup(
        clinic=clinic,
        services=[],
        practitioners=[],
        pharmacies=[_pharmacy(clinic_id, name) for name in _pharmacies(arguments.pharmacy)],
        formulary=Formulary(
            **_row(clinic_id, uuid.uuid4()),
            name=f"{clinic.name} formulary"[:120],
            currency=clinic.currency,
            revision=0,
            medicine_count=0,
            updated_at=datetime.now(UTC),
        ),
        accounts=[],
        members=[],
    )


def _pharmacy(clinic_id: UUID, name: str) -> Pharmacy:
    return Pharmacy(
        **_row(clinic_id, uuid.uuid4()),
        name=name,
        licence_number="",
        address="",
        phone="",
        active=True,
    )


def _row(clinic_id: UUID, row_id: UUID) -> dict[str, Any]:
    return {"id": row_id, "clinic_id": clinic_id, "version": 1}


def _pharmacies(names: Sequence[str]) -> list[str]:
    tidy = [_text("name", name, needed=True) for name in names]
    if len({name.casefold() for name in tidy}) < len(tidy):
        raise StartupFailure("Two of the pharmacies have the same name; give each its own.")
    return tidy


def _text(what: str, text: str | None, *, needed: bool = False) -> str:
    tidy = " ".join((text or "").split())
    if len(tidy) > _LONGEST[what] or not tidy.isprintable() or (needed and not tidy):
        least = 1 if needed else 0
        raise StartupFailure(f"The {what} should have from {least} to {_LONGEST[what]} characters.")
    return tidy


def _code(what: str, text: str, letters: int) -> str:
    tidy = text.strip().upper()
    if not re.fullmatch(f"[A-Z]{{{letters}}}", tidy):
        raise StartupFailure(f"{text!r} is no {what}; it has {letters} letters, as in ISO's list.")
    return tidy


def _zone(text: str) -> str:
    if text not in zoneinfo.available_timezones():
        raise StartupFailure(f"{text!r} is no time zone; one is Asia/Kolkata, another Etc/UTC.")
    return text
