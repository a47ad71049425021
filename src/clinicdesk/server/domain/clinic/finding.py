"""A clinic by the name that an administrator typed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction


class ClinicFound(Struct, frozen=True):
    """A clinic and the formulary it prescribes from."""

    id: UUID
    name: str
    currency: str
    formulary_id: UUID | None


async def choose_clinic(tx: Transaction, name: str | None) -> ClinicFound | str:
    """The clinic of this name, or the only one; otherwise a sentence that says why not."""
    clinics = await tx.all(
        "select c.id, c.name, c.currency, "
        "(select f.id from formulary f where f.clinic_id = c.id order by f.id limit 1) "
        "as formulary_id "
        "from clinic c order by c.name",
        into=ClinicFound,
    )
    if not clinics:
        return (
            "There is no clinic in this database yet; `clinicdesk server add-clinic` begins one, "
            "and `demo-data` makes one to look at."
        )
    wanted = [c for c in clinics if name is None or c.name.casefold() == name.strip().casefold()]
    if len(wanted) == 1:
        return wanted[0]
    known = ", ".join(clinic.name for clinic in clinics)
    if name is None:
        return f"There are several clinics; say which with --clinic: {known}."
    return (
        f"There is {'more than one' if wanted else 'no'} clinic called {name}; known are {known}."
    )


async def name_is_taken(tx: Transaction, name: str) -> bool:
    """Whether there is a clinic of this name: an administrator could not tell two apart."""
    found = await tx.value(
        "select exists (select from clinic where lower(name) = lower(%(name)s))", {"name": name}
    )
    return bool(found)
