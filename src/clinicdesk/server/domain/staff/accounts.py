"""Accounts: who can sign in. For administrative commands, in the owner's transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction


class Account(Struct, frozen=True, kw_only=True):
    """An account to be made. `login` is in lower case."""

    id: UUID
    login: str
    password_hash: str
    name: str


class KnownAccount(Struct, frozen=True, kw_only=True):
    """An account that is there. A disabled one cannot sign in anywhere."""

    id: UUID
    name: str
    disabled: bool


async def find_account(tx: Transaction, login: str) -> KnownAccount | None:
    """The account with this login, which is in lower case; None when there is none."""
    return await tx.one(
        "select id, name, disabled_at is not null as disabled from account where login = %(login)s",
        {"login": login},
        into=KnownAccount,
    )


async def add_account(tx: Transaction, account: Account) -> bool:
    """Write the account; False when its login is taken."""
    written = await tx.execute(
        "insert into account (id, login, password_hash, name) "
        "values (%(id)s, %(login)s, %(password_hash)s, %(name)s) on conflict do nothing",
        {
            "id": account.id,
            "login": account.login,
            "password_hash": account.password_hash,
            "name": account.name,
        },
    )
    return written == 1
