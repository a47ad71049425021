"""The administrative command that lets a person sign in: `clinicdesk server add-user`."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import uuid
from typing import TYPE_CHECKING

from clinicdesk.contract.entities import Member, Practitioner, Role, Specialization
from clinicdesk.failures import StartupFailure
from clinicdesk.server.administration import the_clinic, with_database
from clinicdesk.server.app import check_fitness
from clinicdesk.server.domain.clinic import (
    ClinicFound,
    Newcomer,
    SetupRefused,
    add_staff,
    belongs,
)
from clinicdesk.server.domain.staff import Account, KnownAccount, Passwords, find_account
from clinicdesk.server.domain.staff.passwords import GREATEST_LENGTH, LEAST_LENGTH
from clinicdesk.server.settings import settings_from

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction


def add_user(arguments: argparse.Namespace) -> int:
    """Let a person sign in to a clinic; asks for the password of somebody who has none yet."""
    role = _role(arguments.role)
    login = arguments.username.strip().lower()
    name = (arguments.name or "").strip()
    if not 1 <= len(login) <= 120 or len(name) > 120 or "\0" in login + name:
        raise StartupFailure("The username and the name should have from 1 to 120 characters.")

    async def add(database: Database, url: str) -> str:
        await check_fitness(database, url)
        async with database.as_owner() as tx:
            clinic = await the_clinic(tx, arguments.clinic)
            known = await _free_account(tx, clinic, login)
        # Between the transactions: whoever sits at the prompt must not keep one open.
        account = known or _new_account(login, name or arguments.username.strip())
        called = name or account.name
        async with database.as_owner() as tx:
            practitioner, member = await _staff(tx, clinic, account.id, called, role, arguments)
            newcomer = Newcomer(
                account=account if isinstance(account, Account) else None,
                member=member,
                practitioner=practitioner,
            )
            try:
                await add_staff(tx, newcomer)
            except SetupRefused as refused:
                raise StartupFailure(str(refused)) from refused
        kept = "" if known is None else " The password is the one they have."
        return f"{called} may sign in to {clinic.name} as {login} ({role}).{kept}"

    print(with_database(settings_from(os.environ), add))
    return 0


async def _free_account(tx: Transaction, clinic: ClinicFound, login: str) -> KnownAccount | None:
    """The account with this login, which may join the clinic; None when there is none yet."""
    known = await find_account(tx, login)
    if known is None:
        return None
    if known.disabled:
        raise StartupFailure(f"The login {login} is disabled; nothing was changed.")
    if await belongs(tx, clinic.id, known.id):
        raise StartupFailure(f"{login} is in {clinic.name} already; nothing was changed.")
    return known


def _new_account(login: str, name: str) -> Account:
    hashed = Passwords().hash(_new_password())
    return Account(id=uuid.uuid4(), login=login, password_hash=hashed, name=name)


async def _staff(
    tx: Transaction,
    clinic: ClinicFound,
    account_id: UUID,
    name: str,
    role: Role,
    arguments: argparse.Namespace,
) -> tuple[Practitioner | None, Member]:
    practitioner = None
    if role is Role.THERAPIST:
        practitioner = Practitioner(
            id=uuid.uuid4(),
            clinic_id=clinic.id,
            version=1,
            name=name,
            specialization=_specialization(arguments.specialization),
            qualification=(arguments.qualification or "").strip(),
            registration_number=(arguments.registration or "").strip(),
            phone="",
            active=True,
        )
    member = Member(
        id=uuid.uuid4(),
        clinic_id=clinic.id,
        version=1,
        account_id=account_id,
        name=name,
        role=role,
        practitioner_id=practitioner.id if practitioner else None,
        pharmacy_id=await _pharmacy(tx, clinic, arguments) if role is Role.PHARMACIST else None,
        active=True,
    )
    return practitioner, member


async def _pharmacy(tx: Transaction, clinic: ClinicFound, arguments: argparse.Namespace) -> UUID:
    wanted = arguments.pharmacy
    rows = await tx.all(
        "select id, name from pharmacy where clinic_id = %(clinic_id)s and active order by name",
        {"clinic_id": clinic.id},
    )
    fitting = [row for row in rows if wanted is None or row[1].casefold() == wanted.casefold()]
    if len(fitting) == 1:
        found: UUID = fitting[0][0]
        return found
    known = ", ".join(name for _, name in rows) or "none"
    raise StartupFailure(f"Say with --pharmacy where the pharmacist works; known are: {known}.")


def _specialization(text: str | None) -> Specialization:
    try:
        return Specialization(text or "")
    except ValueError as error:
        known = ", ".join(Specialization)
        raise StartupFailure(f"Say with --specialization what they practise: {known}.") from error


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError as error:
        raise StartupFailure(f"{text!r} is no role; known are {', '.join(Role)}.") from error


def _new_password() -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise StartupFailure("The two passwords differ; nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not LEAST_LENGTH <= len(password) <= GREATEST_LENGTH:
        raise StartupFailure(f"A password has from {LEAST_LENGTH} to {GREATEST_LENGTH} characters.")
    return password
