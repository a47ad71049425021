"""The entries of a pharmacy's registers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import Clinic, Pharmacy, Role, Schedule
from clinicdesk.contract.paper import LONGEST_REGISTER_DAYS, MOST_ENTRIES, RegisterKind
from clinicdesk.contract.problems import InvalidField, NotAllowed, NotFound, Refusal
from clinicdesk.printing.facts import Printing, RegisterEntry, RegisterFacts
from clinicdesk.printing.words import zone_of
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.paper", "paper.sql")

_SCHEDULES: Final = {
    RegisterKind.H: (Schedule.H,),
    RegisterKind.H1: (Schedule.H1,),
    RegisterKind.X: (Schedule.X,),
    RegisterKind.CONTROLLED: tuple(each for each in Schedule if each.controlled),
}
_BALANCED: Final = frozenset({RegisterKind.X, RegisterKind.CONTROLLED})


class _Place(Struct, frozen=True):
    clinic: Clinic
    pharmacy: Pharmacy


_decoder = msgspec.json.Decoder(_Place)


def which_pharmacy(actor: MemberActor, named: UUID | None) -> UUID | Refusal:
    """Whose register is asked for: a pharmacist's own; an administrator names one."""
    member = actor.member
    if member.role not in (Role.ADMIN, Role.PHARMACIST):
        return NotAllowed(detail=f"Your role ({member.role}) does not read a pharmacy's registers.")
    wanted = named or member.pharmacy_id
    if wanted is None:
        return InvalidField(
            detail="pharmacy_id is missing: name the pharmacy whose register it is.",
            field="pharmacy_id",
        )
    if member.role is Role.PHARMACIST and wanted != member.pharmacy_id:
        return _no_such_pharmacy()
    return wanted


async def register_facts(
    tx: Transaction,
    actor: MemberActor,
    kind: RegisterKind,
    pharmacy_id: UUID,
    first: date,
    last: date,
    at: datetime,
) -> RegisterFacts | Refusal:
    """The register from one day to another, both included, by the days of the clinic's zone.

    Refuses days that are the wrong way round or too many, and more entries than one document has.
    """
    if last < first:
        return InvalidField(detail="to should not be before from.", field="to")
    if (last - first).days >= LONGEST_REGISTER_DAYS:
        detail = f"A register has {LONGEST_REGISTER_DAYS} days at most: ask for it in parts."
        return InvalidField(detail=detail, field="to")
    key = {"clinic_id": actor.member.clinic_id, "pharmacy_id": pharmacy_id}
    text = await tx.value(_QUERIES["pharmacy"], key)
    if text is None:
        return _no_such_pharmacy()
    place = _decoder.decode(text)
    zone = zone_of(place.clinic.zone)
    entries = await tx.all(
        _QUERIES["balanced" if kind in _BALANCED else "supplied"],
        {
            **key,
            "schedules": [str(each) for each in _SCHEDULES[kind]],
            "zone": place.clinic.zone,
            "year": datetime.combine(first.replace(month=1, day=1), time(), zone),
            "begin": datetime.combine(first, time(), zone),
            "end": datetime.combine(last + timedelta(days=1), time(), zone),
            "limit": MOST_ENTRIES + 1,
        },
        into=RegisterEntry,
    )
    if len(entries) > MOST_ENTRIES:
        detail = f"These days have more than {MOST_ENTRIES} entries: ask for fewer days."
        return InvalidField(detail=detail, field="to")
    return RegisterFacts(
        kind=kind,
        clinic=place.clinic,
        pharmacy=place.pharmacy,
        first=first,
        last=last,
        entries=entries,
        printing=Printing(at=at, by=actor.member.name),
    )


def _no_such_pharmacy() -> NotFound:
    return NotFound(
        detail="There is no such pharmacy, or its registers are not yours to see.",
        entity="pharmacy",
    )
