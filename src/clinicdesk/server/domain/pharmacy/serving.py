"""Goods and the lines that wait for them: who is served, and who is told, whichever came first.

`give_out` is called by every command that brings goods, and by every one after which a line waits
for goods that may lie there already.
"""

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
)
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.pharmacy.orders import follow
from clinicdesk.server.domain.prescribing import Held, read, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.pharmacy", "serving.sql")


class Waiting(Struct, frozen=True, kw_only=True):
    """A line that waits for goods.

    Attributes:
        passed_over: Units that were free when it was owed, and that somebody left where they were.
    """

    item_id: UUID
    prescription_id: UUID
    medicine_id: UUID
    owing: int
    passed_over: int


class OnShelf(Struct, frozen=True, kw_only=True):
    """What a pharmacy has of a medicine.

    Attributes:
        usable: Units that have not expired.
        promised: What lines that are being picked still take of them.
    """

    medicine_id: UUID
    usable: int
    promised: int

    @property
    def free(self) -> int:
        """Units that nobody was promised."""
        return max(0, self.usable - self.promised)


async def hold_waiting(
    tx: Transaction, actor: MemberActor, pharmacy_id: UUID, medicine_ids: Collection[UUID]
) -> None:
    """Lock the prescriptions that goods of these medicines may reach.

    A command that brings goods does so before it locks a shelf or writes, and misses none of them.
    """
    await tx.execute(_QUERIES["hold_waiting"], _key(actor, pharmacy_id, medicine_ids))


async def on_shelf(
    tx: Transaction,
    actor: MemberActor,
    pharmacy_id: UUID,
    medicine_ids: Collection[UUID],
    *,
    besides: UUID | None = None,
) -> dict[UUID, OnShelf]:
    """What a pharmacy has of these medicines; `besides`: a line whose own share counts as free."""
    key = {**_key(actor, pharmacy_id, medicine_ids), "besides": besides}
    found = await tx.all(_QUERIES["shelves"], key, into=OnShelf)
    return {one.medicine_id: one for one in found}


async def give_out(
    tx: Transaction, actor: MemberActor, pharmacy_id: UUID, arrived: Mapping[UUID, int]
) -> dict[UUID, int] | Refusal:
    """Let be picked what goods are there for, and queue one message for each prescription.

    Args:
        tx: In which something was written: nobody else in the clinic writes until it ends, so what
            is read here stays, and no unit is promised twice.
        actor: A pharmacist of this pharmacy.
        pharmacy_id: Where the goods are.
        arrived: Units that have just come, by medicine; 0 where a line has just begun to wait.

    Returns:
        The prescriptions that were served, with their versions; or why one could not be written.
    """
    key = _key(actor, pharmacy_id, arrived)
    waiting = await tx.all(_QUERIES["waiting"], key, into=Waiting)
    if not waiting:
        return {}
    there = await on_shelf(tx, actor, pharmacy_id, arrived)
    shared = shares(waiting, {one.medicine_id: one.free for one in there.values()}, arrived)
    reached = {one.prescription_id for one in waiting if one.item_id in shared}
    held = await tx.all(_QUERIES["hold_free"], {**key, "prescription_ids": sorted(reached)})
    versions: dict[UUID, int] = {}
    notices: list[PatientNotice] = []
    for (prescription_id,) in held:
        before = await read(tx, actor.member.clinic_id, prescription_id)
        assert before is not None  # it was locked as the member who reads it
        version = await write(tx, actor, before, follow(before, served(before, shared)))
        if not isinstance(version, int):
            return version
        versions[prescription_id] = version
        notices.append(_notice(before, version))
    if notices:
        queued = {"notices": msgspec.json.encode(notices).decode()}
        await tx.execute(_QUERIES["queue_notices"], queued)
    return versions


def shares(
    waiting: Iterable[Waiting], free: Mapping[UUID, int], arrived: Mapping[UUID, int]
) -> dict[UUID, int]:
    """How many units each line gets, those in front first, as far as they go.

    A line gets of what has just come, and of what came since it was owed: what lay there when
    somebody decided to owe it is not pressed on them. What those in front get nobody else does.

    Args:
        waiting: In the order in which they are served.
        free: Units by medicine that nobody was promised; what has just come is among them.
        arrived: Units by medicine that have just come.
    """
    left, fresh = dict(free), dict(arrived)
    shared: dict[UUID, int] = {}
    for line in waiting:
        there, came = left.get(line.medicine_id, 0), fresh.get(line.medicine_id, 0)
        units = min(line.owing, there, max(came, there - line.passed_over))
        if units > 0:
            shared[line.item_id] = units
            left[line.medicine_id] = there - units
            fresh[line.medicine_id] = max(0, came - units)
    return shared


def served(held: Held, shared: Mapping[UUID, int]) -> Held:
    """With these lines to be picked, and what they get no longer owing."""
    items = [
        replace(item, owing=item.owing - shared[item.id], status=ItemStatus.PICKING)
        if item.id in shared
        else item
        for item in held.items
    ]
    return replace(held, items=items)


def begins_to_wait(before: Held, after: Held) -> list[PrescriptionItem]:
    """The lines of a prescription that wait for goods from now on.

    Those wait that are owing once nobody is at work on the prescription: while a part of it is
    still to be decided or to be handed over, what was owed is left as it was said. A line that is
    to be another product waits for other goods.
    """
    if _at_work(after):
        return []
    owing = [item for item in after.items if item.status is ItemStatus.OWING]
    if _at_work(before):
        return owing
    waited = {_goods_of(item) for item in before.items if item.status is ItemStatus.OWING}
    return [item for item in owing if _goods_of(item) not in waited]


def _goods_of(item: PrescriptionItem) -> tuple[UUID, UUID]:
    return item.id, item.substitute_id or item.medicine_id


def _at_work(held: Held) -> bool:
    states = {item.status for item in held.items}
    return not states.isdisjoint(
        {ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.CHECKED, ItemStatus.READY}
    )


def _key(
    actor: MemberActor, pharmacy_id: UUID, medicine_ids: Iterable[UUID]
) -> dict[str, UUID | list[UUID]]:
    return {
        "clinic_id": actor.member.clinic_id,
        "pharmacy_id": pharmacy_id,
        "medicine_ids": sorted(medicine_ids),
    }


def _notice(held: Held, version: int) -> PatientNotice:
    header = held.header
    assert header.pharmacy_id is not None  # it was signed
    # A version of a prescription is written once: all that came for it then is one thing to tell.
    subject_id = uuid5(header.id, f"goods came in version {version}")
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
