"""Prescriptions to look at: a list in the order of time, and one with all that belongs to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import (
    Dispense,
    PatientNotice,
    Payment,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
    Row,
    SafetyFinding,
)
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.server.domain.views import select_list

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import LiteralString

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

R = TypeVar("R", bound=Row)

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
    """One that the acting member sees, with its family; None when there is none."""
    return await _detail(tx, actor, "id", prescription_id)


async def prescription_with_code(
    tx: Transaction, actor: MemberActor, code: str
) -> PrescriptionDetail | None:
    """As `prescription_detail`, of the prescription with a whole code."""
    return await _detail(tx, actor, "code", code)


async def _detail(
    tx: Transaction, actor: MemberActor, column: LiteralString, value: UUID | str
) -> PrescriptionDetail | None:
    clinic_id = actor.member.clinic_id
    header = await tx.one(
        f"select {select_list('prescription')} from prescription "
        f"where clinic_id = %(clinic_id)s and {column} = %(value)s",
        {"clinic_id": clinic_id, "value": value},
        into=Prescription,
    )
    if header is None:
        return None
    key = {"clinic_id": clinic_id, "id": header.id}
    return PrescriptionDetail(
        prescription=header,
        items=await _family(tx, key, "prescription_item", PrescriptionItem, "line"),
        payments=await _family(tx, key, "payment", Payment, "created_at, id"),
        dispenses=await _family(tx, key, "dispense", Dispense, "checked_at, id"),
        findings=await _family(tx, key, "safety_finding", SafetyFinding, "at, id"),
        orders=await _family(tx, key, "purchase_order", PurchaseOrder, "created_at, id"),
        notices=await _family(tx, key, "patient_notice", PatientNotice, "created_at, id"),
    )


async def _family(
    tx: Transaction,
    key: Mapping[str, UUID],
    entity: LiteralString,
    into: type[R],
    order: LiteralString,
) -> list[R]:
    """Rows that hang on the prescription, as the acting member is shown them."""
    return await tx.all(
        f"select {select_list(entity)} from {entity} "
        f"where clinic_id = %(clinic_id)s and prescription_id = %(id)s order by {order}",
        key,
        into=into,
    )
