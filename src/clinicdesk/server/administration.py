"""What the administrative commands share: the database of this machine, and a clinic in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from clinicdesk.failures import StartupFailure
from clinicdesk.server.app import database_of
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.errors import DatabaseError
from clinicdesk.server.domain.clinic import ClinicFound, choose_clinic

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.settings import Settings

T = TypeVar("T")


def with_database(settings: Settings, work: Callable[[Database, str], Awaitable[T]]) -> T:
    """Do some work with the database that the settings name. Raises StartupFailure."""

    async def run(url: str) -> T:
        database = await Database.open(url, pool_size=2, prepared=settings.prepared_statements)
        try:
            return await work(database, url)
        finally:
            await database.close()

    try:
        with database_of(settings) as url:
            return asyncio.run(run(url))
    except DatabaseError as error:
        raise StartupFailure(str(error)) from error


async def the_clinic(tx: Transaction, name: str | None) -> ClinicFound:
    """The clinic of this name, or the only one. Raises StartupFailure."""
    found = await choose_clinic(tx, name)
    if isinstance(found, str):
        raise StartupFailure(found)
    return found
