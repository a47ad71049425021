"""Prescriptions to look at: a list in the order of time, and one with all that belongs to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import (
    Payment,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.server.domain.views import select_list

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

LONGEST_LIST: Final = 200


class Place(Struct, frozen=True):
    """Where a list goes on: after the prescription with this time and identifier."""

    created_at: datetime
    id: UUID


async def prescriptions(
    tx: Transaction,
    actor: MemberActor,
    *,
    status: PrescriptionStatus | None,
    patient_id: UUID | None,
    after: Place | None,
    limit: int,
) -> list[Prescription]:
    """Those that the acting member sees, newest first, at most `limit`."""
    columns = select_list("prescription")
    only = "and status = %(status)s" if status else ""
    theirs = "and patient_id = %(patient_id)s" if patient_id else ""
    further = "and (created_at, id) < (%(created_at)s, %(id)s)" if after else ""
    return await tx.all(
        f"select {columns} from prescription where clinic_id = %(clinic_id)s {only} {theirs} "
        f"{further} order by created_at desc, id desc limit %(limit)s",
        {
            "clinic_id": actor.member.clinic_id,
            "status": status,
            "patient_id": patient_id,
            "created_at": after.created_at if after else None,
            "id": after.id if after else None,
            "limit": limit,
        },
        into=Prescription,
    )


async def prescription_detail(
    tx: Transaction, actor: MemberActor, prescription_id: UUID
) -> PrescriptionDetail | None:
    """One that the acting member sees; None when there is none."""
    key = {"clinic_id": actor.member.clinic_id, "id": prescription_id}
    header = await tx.one(
        f"select {select_list('prescription')} from prescription "
        "where clinic_id = %(clinic_id)s and id = %(id)s",
        key,
        into=Prescription,
    )
    if header is None:
        return None
    items = await tx.all(
        f"select {select_list('prescription_item')} from prescription_item "
        "where clinic_id = %(clinic_id)s and prescription_id = %(id)s order by line",
        key,
        into=PrescriptionItem,
    )
    payments = await tx.all(
        f"select {select_list('payment')} from payment "
        "where clinic_id = %(clinic_id)s and prescription_id = %(id)s order by created_at, id",
        key,
        into=Payment,
    )
    return PrescriptionDetail(prescription=header, items=items, payments=payments)
