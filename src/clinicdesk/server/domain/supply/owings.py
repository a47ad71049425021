"""Lines that waited for what has come: who is served, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeKind,
    NoticeStatus,
    PatientNotice,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.pharmacy import follow, stands_against
from clinicdesk.server.domain.prescribing import Held, read, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.supply", "owings.sql")


class Served(Struct, frozen=True):
    """A prescription of which something has come.

    Attributes:
        item_ids: The lines that can be picked now.
    """

    before: Held
    after: Held
    item_ids: list[UUID]


async def locked_owings(
    tx: Transaction,
    actor: MemberActor,
    pharmacy_id: UUID,
    arrived: Mapping[UUID, int],
    today: date,
) -> list[Held]:
    """Lock and read the prescriptions that units of these medicines reach, before any write.

    Args:
        tx: In which nothing has been written yet.
        actor: Whose hands they are.
        pharmacy_id: Where the units are.
        arrived: Units by medicine.
        today: The day in the clinic's zone.
    """
    clinic_id = actor.member.clinic_id
    units = [{"medicine_id": medicine, "units": count} for medicine, count in arrived.items()]
    reached = await tx.all(
        _QUERIES["reached"],
        {
            "clinic_id": clinic_id,
            "pharmacy_id": pharmacy_id,
            "medicine_ids": list(arrived),
            "arrived": msgspec.json.encode(units).decode(),
            "today": today,
        },
    )
    prescription_ids = sorted(found for (found,) in reached)
    await tx.execute(
        _QUERIES["lock_prescriptions"],
        {"clinic_id": clinic_id, "prescription_ids": prescription_ids},
    )
    # They may have been changed until they were locked: what is read now stays.
    return [
        held
        for prescription_id in prescription_ids
        if (held := await read(tx, clinic_id, prescription_id)) is not None
    ]


def served(owing: Iterable[Held], arrived: Mapping[UUID, int]) -> list[Served]:
    """What the units of a delivery let be picked: signed first, served first, as far as they go."""
    ready: list[Served] = []
    left = dict(arrived)
    waiting = [held for held in owing if _may_be_picked(held)]
    for held in sorted(waiting, key=lambda h: (h.header.signed_at or h.now, h.header.id)):
        items: list[PrescriptionItem] = []
        reached: list[UUID] = []
        for item in held.items:
            medicine_id = item.substitute_id or item.medicine_id
            covered = min(item.owing, left.get(medicine_id, 0))
            if covered and item.status is ItemStatus.OWING:
                left[medicine_id] -= covered
                reached.append(item.id)
                item = replace(item, owing=item.owing - covered, status=ItemStatus.PICKING)
            items.append(item)
        if reached:
            after = follow(held, replace(held, items=items))
            ready.append(Served(held, after, reached))
    return ready


async def serve(
    tx: Transaction, actor: MemberActor, ready: Sequence[Served], delivery_id: UUID
) -> Refusal | None:
    """Write that they can be picked, and queue a message for each patient's line."""
    for one in ready:
        version = await write(tx, actor, one.before, one.after)
        if not isinstance(version, int):
            return version
    notices = [
        _notice(one.after, item_id, delivery_id) for one in ready for item_id in one.item_ids
    ]
    if notices:
        key = {"notices": msgspec.json.encode(notices).decode()}
        await tx.execute(_QUERIES["queue_notices"], key)
    return None


def _may_be_picked(held: Held) -> bool:
    header = held.header
    return (
        header.status is PrescriptionStatus.PAID
        and (header.valid_until is None or header.valid_until >= held.today)
        and stands_against(held) is None
    )


def _notice(held: Held, item_id: UUID, delivery_id: UUID) -> PatientNotice:
    header = held.header
    assert header.pharmacy_id is not None  # it was signed
    subject_id = uuid5(delivery_id, str(item_id))
    return PatientNotice(
        id=subject_id,
        clinic_id=header.clinic_id,
        version=1,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        prescription_id=header.id,
        kind=NoticeKind.OWING_READY,
        subject_id=subject_id,
        status=NoticeStatus.QUEUED,
        created_at=held.now,
    )
