"""The rows that a clinic begins with, written many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import psycopg
from msgspec import Struct

from clinicdesk.contract.entities import (
    Allergy,
    Clinic,
    Formulary,
    Member,
    Patient,
    Pharmacy,
    Practitioner,
    PriceList,
    Role,
    Service,
)
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.domain import safety
from clinicdesk.server.domain.staff import Account, add_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.server.database.transaction import Transaction


class Setup(Struct, frozen=True, kw_only=True):
    """A clinic before its first patient. Every row names `clinic`."""

    clinic: Clinic
    services: Sequence[Service]
    practitioners: Sequence[Practitioner]
    pharmacies: Sequence[Pharmacy]
    formulary: Formulary
    accounts: Sequence[Account]
    members: Sequence[Member]


class Newcomer(Struct, frozen=True, kw_only=True):
    """Somebody who joins a clinic. A therapist brings a practitioner, a pharmacist a pharmacy.

    Attributes:
        account: To be made; None for somebody whose account is there already.
    """

    account: Account | None
    member: Member
    practitioner: Practitioner | None = None


class SetupRefused(Exception):
    """The rows do not fit what is there already; `str()` is a sentence."""


async def set_up(tx: Transaction, setup: Setup, *, equipped: bool = True) -> None:
    """Write a new clinic.

    Args:
        tx: The owner's.
        setup: Its rows.
        equipped: With what its people work with from the first day: our own safety rules, and a
            price list for each pharmacy, in which what a medicine costs there can be set. Without:
            for a clinic that brings its own, or has none.

    Raises:
        SetupRefused: A login is taken, or the clinic is there already.
    """
    try:
        await insert_rows(tx, "clinic", [setup.clinic])
    except psycopg.errors.UniqueViolation as error:
        raise SetupRefused("The clinic is there already.") from error
    await insert_rows(tx, "service", setup.services)
    await insert_rows(tx, "practitioner", setup.practitioners)
    await insert_rows(tx, "pharmacy", setup.pharmacies)
    await insert_rows(tx, "formulary", [setup.formulary])
    for account in setup.accounts:
        await _add(tx, account)
    await insert_rows(tx, "member", setup.members)
    if equipped:
        await insert_rows(tx, "price_list", [_price_list(setup, each) for each in setup.pharmacies])
        await safety.import_rules(
            tx, setup.clinic.id, safety.OWN_SOURCE, safety.own_rules(), _silently, whole=True
        )


async def belongs(tx: Transaction, clinic_id: UUID, account_id: UUID) -> bool:
    """Whether this account is of the clinic's staff, active or not."""
    found = await tx.value(
        "select exists (select from member "
        "where clinic_id = %(clinic_id)s and account_id = %(account_id)s)",
        {"clinic_id": clinic_id, "account_id": account_id},
    )
    return bool(found)


async def add_staff(tx: Transaction, newcomer: Newcomer) -> None:
    """Let somebody sign in to a clinic.

    Raises:
        SetupRefused: The login is taken, they belong to the clinic already, or what the role
            needs is missing.
    """
    member = newcomer.member
    if member.role is Role.THERAPIST and newcomer.practitioner is None:
        raise SetupRefused("A therapist needs a practitioner's record.")
    if member.role is Role.PHARMACIST and member.pharmacy_id is None:
        raise SetupRefused("A pharmacist needs the pharmacy they work in.")
    if newcomer.account is not None:
        await _add(tx, newcomer.account)
    if newcomer.practitioner is not None:
        await insert_rows(tx, "practitioner", [newcomer.practitioner])
    try:
        await insert_rows(tx, "member", [member])
    except psycopg.errors.UniqueViolation as error:
        raise SetupRefused("They belong to this clinic already.") from error


async def add_patients(
    tx: Transaction, clinic_id: UUID, patients: Sequence[Patient], allergies: Sequence[Allergy]
) -> None:
    """Write patients with their allergies. Their numbers are the next of the clinic's series."""
    await tx.value(
        "select allot_numbers(%(clinic_id)s, 'patient', %(count)s)",
        {"clinic_id": clinic_id, "count": len(patients)},
    )
    await insert_rows(tx, "patient", patients)
    await insert_rows(tx, "allergy", allergies)


def _price_list(setup: Setup, pharmacy: Pharmacy) -> PriceList:
    return PriceList(
        id=uuid5(pharmacy.id, "price list"),
        clinic_id=pharmacy.clinic_id,
        version=1,
        pharmacy_id=pharmacy.id,
        name=pharmacy.name,
        currency=setup.clinic.currency,
        revision=0,
        price_count=0,
        updated_at=setup.formulary.updated_at,
    )


def _silently(_read: int) -> None:
    """Our own rules are read before anybody could ask how far they have come."""


async def _add(tx: Transaction, account: Account) -> None:
    if not await add_account(tx, account):
        raise SetupRefused(f"The login {account.login} is taken.")
