"""What a member is told of: rules over the changes that the feed brings.

Only live changes make notices: a snapshot is no news, nor is what this member did on whatever desk.
A notice carries a code and a status, never a patient's name: it may stand on a locked screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    Member,
    OrderStatus,
    PatientNotice,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
    Role,
    Row,
    SafetyFinding,
    Stage,
)
from clinicdesk.contract.entities import NoticeKind as PatientNoticeKind
from clinicdesk.core.clock import Now
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.replica import Applied, AppliedRow
from clinicdesk.core.store.notice_table import KEPT, NoticeTable, StoredNotice

Notice = StoredNotice


class NoticeKind(StrEnum):
    """What happened."""

    PRESCRIPTION_ARRIVED = "prescription_arrived"  # pharmacist: signed, and now visible here
    PRESCRIPTION_PAID = "prescription_paid"  # prescriber
    PRESCRIPTION_FULFILLED = "prescription_fulfilled"  # prescriber
    PRESCRIPTION_COMPLETED = "prescription_completed"  # prescriber
    PRESCRIPTION_CANCELLED = "prescription_cancelled"  # whoever did not cancel it
    ITEM_HELD = "item_held"  # prescriber, whom it often waits for
    ITEM_DECLINED = "item_declined"  # prescriber
    ITEM_CANCELLED = "item_cancelled"  # prescriber: the rest of a line, not the prescription
    ITEM_SUBSTITUTED = "item_substituted"  # prescriber: another product is supplied
    ITEM_RESTORED = "item_restored"  # prescriber: the product that was written, after all
    REPEAT_OPENED = "repeat_opened"  # pharmacist: the next dispensing waits for its payment
    ORDER_SENT_BACK = "order_sent_back"  # prescriber; the status says why
    ORDER_REROUTED = "order_rerouted"  # pharmacist: paid elsewhere, or by their own quote
    FINDING_ANSWERED = "finding_answered"  # prescriber: dispensed all the same, with a reason
    OWING_CAME = "owing_came"  # pharmacist: what was owing has come


class Notices:
    """The notices of one member at one desk.

    Attributes:
        arrived: Told of each new notice, once: for the operating system's notification.
        changed: Told after any change of the list.
    """

    def __init__(
        self,
        table: NoticeTable,
        member: Callable[[], Member],
        code_of: Callable[[UUID], str],
        now: Now,
    ) -> None:
        self._table = table
        self._member = member
        self._code_of = code_of
        self._keeping: set[asyncio.Task[None]] = set()
        self._unkept: list[Notice] = []  # the disk was full: they go with the next ones
        self._now = now
        self._notices: list[Notice] = []
        self.arrived: Listeners[Notice] = Listeners()
        self.changed: Listeners[None] = Listeners()

    async def load(self) -> None:
        """Read what was kept."""
        self._notices = await self._table.newest()
        self.changed.tell(None)

    def all(self) -> list[Notice]:
        """The newest first."""
        return list(self._notices)

    @property
    def unread(self) -> int:
        """How many nobody has looked at."""
        return sum(not notice.read for notice in self._notices)

    async def mark_read(self, notice_id: UUID) -> None:
        """A person has looked at this one."""
        await self._table.mark_read(notice_id)
        self._notices = [replace(n, read=True) if n.id == notice_id else n for n in self._notices]
        self.changed.tell(None)

    def unread_of(self, entity_id: UUID) -> list[UUID]:
        """The notices about one thing that nobody has looked at."""
        return [n.id for n in self._notices if n.entity_id == entity_id and not n.read]

    async def mark_read_of(self, entity_id: UUID) -> None:
        """A person has opened what these are about."""
        seen = self.unread_of(entity_id)
        if not seen:
            return
        await self._table.mark_these_read(seen)
        self._notices = [replace(n, read=True) if n.id in seen else n for n in self._notices]
        self.changed.tell(None)

    async def mark_all_read(self) -> None:
        """A person has looked at all of them."""
        await self._table.mark_read(None)
        self._notices = [replace(n, read=True) for n in self._notices]
        self.changed.tell(None)

    def follow(self, applied: Applied) -> None:
        """Derive, keep and tell the notices of one applied frame."""
        if applied.snapshot:
            return
        known = {notice.id for notice in self._notices}
        fresh = [
            notice
            for notice in derive(applied.rows, self._member(), self._code_of, self._now)
            if notice.id not in known
        ]
        if not fresh:
            return
        self._notices = [*reversed(fresh), *self._notices][:KEPT]
        self._keep(fresh)
        self.changed.tell(None)
        for notice in fresh:
            self.arrived.tell(notice)

    async def close(self) -> None:
        """Finish keeping what was told."""
        await asyncio.gather(*self._keeping, return_exceptions=True)
        if self._unkept:
            await self._write([])

    def _keep(self, fresh: list[Notice]) -> None:
        task = asyncio.get_running_loop().create_task(self._write(fresh), name="keep notices")
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _write(self, fresh: list[Notice]) -> None:
        notices, self._unkept = [*self._unkept, *fresh][-KEPT:], []
        try:
            await self._table.add(notices)
        except StoreLost:
            self._unkept = [*notices, *self._unkept]


def derive(
    rows: Iterable[AppliedRow], member: Member, code_of: Callable[[UUID], str], now: Now
) -> list[Notice]:
    """The notices that `member` gets for these changes, in their order.

    `code_of` knows the short code of a prescription.
    """
    notices: list[Notice] = []
    held = list(rows)
    stopped = {
        row.new.id
        for row in held
        if isinstance(row.new, Prescription) and row.new.status is PrescriptionStatus.CANCELLED
    }
    rerouted = {
        row.new.prescription_id
        for row in held
        if isinstance(row.new, PurchaseOrder) and row.old is None and _is_further(row.new)
    }
    brought = {
        row.new.prescription_id
        for row in held
        if isinstance(row.new, PurchaseOrder) and row.new.status is OrderStatus.DELIVERED
    }
    answered: set[UUID] = set()
    for row in held:
        if row.new is None:
            continue
        # That goods serve somebody is news for whoever takes them in, too: they did not choose it.
        if row.item.by == member.id and not isinstance(row.new, PatientNotice):
            continue
        kind = _kind_for(row, member)
        if kind is NoticeKind.PRESCRIPTION_ARRIVED and row.item.id in rerouted:
            continue  # the order tells it, and tells more
        if kind is NoticeKind.ITEM_CANCELLED and _of(row.new) in stopped:
            continue  # the prescription tells it, once for all its lines
        if kind is NoticeKind.FINDING_ANSWERED:
            if _of(row.new) in answered:
                continue  # one command may answer several: they are read in one place
            answered.add(_of(row.new))
        if kind is not None:
            there = _is_brought(row.new, brought)
            notices.append(_notice(row, kind, code_of, now, brought=there))
    return notices


def _kind_for(row: AppliedRow, member: Member) -> NoticeKind | None:
    old, new = row.old, row.new
    if isinstance(new, PurchaseOrder) and (old is None or isinstance(old, PurchaseOrder)):
        return _for_order(old, new, member)
    if isinstance(new, SafetyFinding):
        mine = member.practitioner_id is not None and new.practitioner_id == member.practitioner_id
        at_the_counter = old is None and new.stage is Stage.DISPENSING
        return NoticeKind.FINDING_ANSWERED if mine and at_the_counter else None
    if isinstance(new, PatientNotice):
        told = old is None and new.kind is PatientNoticeKind.OWING_READY
        mine = member.role is Role.PHARMACIST and new.pharmacy_id == member.pharmacy_id
        return NoticeKind.OWING_CAME if told and mine else None
    if isinstance(new, Prescription) and (old is None or isinstance(old, Prescription)):
        if member.role is Role.PHARMACIST and new.pharmacy_id == member.pharmacy_id:
            return _for_pharmacist(old, new)
        if member.practitioner_id is not None and new.practitioner_id == member.practitioner_id:
            return _for_prescriber(old, new)
    elif isinstance(new, PrescriptionItem) and isinstance(old, PrescriptionItem):
        mine = new.practitioner_id == member.practitioner_id
        return _for_prescriber_of_line(old, new) if mine else None
    return None


def _for_pharmacist(old: Prescription | None, new: Prescription) -> NoticeKind | None:
    if new.status is PrescriptionStatus.CANCELLED:
        known = old is not None and old.status is not PrescriptionStatus.CANCELLED
        return NoticeKind.PRESCRIPTION_CANCELLED if known else None
    arrived = new.signed_at is not None and (old is None or old.signed_at is None)
    if not arrived or new.status is PrescriptionStatus.COMPLETED:
        return None
    repeat = new.repeat_of is not None
    return NoticeKind.REPEAT_OPENED if repeat else NoticeKind.PRESCRIPTION_ARRIVED


def _for_order(old: PurchaseOrder | None, new: PurchaseOrder, member: Member) -> NoticeKind | None:
    if member.role is Role.PHARMACIST and new.pharmacy_id == member.pharmacy_id:
        return NoticeKind.ORDER_REROUTED if old is None and _is_further(new) else None
    rejected = new.status is OrderStatus.REJECTED
    if not rejected or (old is not None and old.status is OrderStatus.REJECTED):
        return None
    mine = member.practitioner_id is not None and new.practitioner_id == member.practitioner_id
    return NoticeKind.ORDER_SENT_BACK if mine else None


def _is_further(order: PurchaseOrder) -> bool:
    """Whether it is not the prescription's first order, which comes with the payment."""
    return order.id != uuid5(order.prescription_id, "order 1")


def _for_prescriber(old: Prescription | None, new: Prescription) -> NoticeKind | None:
    if old is None or old.status is new.status:
        return None
    return _STATUS_KINDS.get(new.status)


def _for_prescriber_of_line(old: PrescriptionItem, new: PrescriptionItem) -> NoticeKind | None:
    """What became of a line that they wrote otherwise."""
    if new.status is not old.status and new.status in _LINE_KINDS:
        return _LINE_KINDS[new.status]
    # At another pharmacy a line begins as it was written: that is nobody's decision about it.
    if new.substitute_id == old.substitute_id or new.pharmacy_id != old.pharmacy_id:
        return None
    back = new.substitute_id is None
    return NoticeKind.ITEM_RESTORED if back else NoticeKind.ITEM_SUBSTITUTED


_LINE_KINDS = {
    ItemStatus.ON_HOLD: NoticeKind.ITEM_HELD,
    ItemStatus.DECLINED: NoticeKind.ITEM_DECLINED,
    ItemStatus.CANCELLED: NoticeKind.ITEM_CANCELLED,
}

_STATUS_KINDS = {
    PrescriptionStatus.PAID: NoticeKind.PRESCRIPTION_PAID,
    PrescriptionStatus.FULFILLED: NoticeKind.PRESCRIPTION_FULFILLED,
    PrescriptionStatus.COMPLETED: NoticeKind.PRESCRIPTION_COMPLETED,
    PrescriptionStatus.CANCELLED: NoticeKind.PRESCRIPTION_CANCELLED,
}


def _of(row: Row | None) -> UUID:
    """The prescription whose row it is."""
    assert isinstance(row, _TOLD)
    return row.id if isinstance(row, Prescription) else row.prescription_id


def _notice(
    row: AppliedRow,
    kind: NoticeKind,
    code_of: Callable[[UUID], str],
    now: Now,
    *,
    brought: bool,
) -> Notice:
    new = row.new
    assert isinstance(new, _TOLD)
    prescription_id = _of(new)
    event = f"{kind}:{new.id}:{row.item.v}"
    return Notice(
        # By the event: whichever desk of this member tells it first, it is the same notice.
        id=uuid5(NAMESPACE_URL, f"clinicdesk:{event}"),
        thing=f"prescription:{prescription_id}",
        event=event,
        kind=kind,
        entity="prescription",
        entity_id=prescription_id,
        code=code_of(prescription_id),
        status=_status_told(new),
        at=now(),
        pharmacy_id=new.pharmacy_id,
        brought=brought,
    )


def _is_brought(row: Row, brought: Collection[UUID]) -> bool:
    """Whether it goes to the patient; once it is over, whether it went (`brought`: all that did),
    since what was meant to be delivered may be collected after all."""
    if not isinstance(row, Prescription):
        return False
    return row.id in brought if row.status is PrescriptionStatus.COMPLETED else row.delivery


def _status_told(
    row: Prescription | PrescriptionItem | PurchaseOrder | PatientNotice | SafetyFinding,
) -> str:
    """The row's status; of an order that was sent back the reason, which says more; of a finding
    where it was met."""
    if isinstance(row, PurchaseOrder) and row.response is not None:
        return row.response
    if isinstance(row, SafetyFinding):
        return row.stage
    return row.status


_TOLD = (Prescription, PrescriptionItem, PurchaseOrder, PatientNotice, SafetyFinding)
"""Rows whose changes somebody is told of."""
