"""What stands against a refused command: the draft as others left it, or what happened instead.

Read from the server's rows on this desk, never from what it shows of its own pending work. Values
only: views put them into words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.commands import DraftItem, OfPrescription, ReviseDraft
from clinicdesk.contract.entities import (
    Medicine,
    PaymentKind,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.problems import IllegalState, Stale
from clinicdesk.core.differences import Differences, Said, SaidLine, differences
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxEntry


class Happening(StrEnum):
    """What became of a prescription while a command for it was on its way."""

    CHANGED = "changed"  # it is a draft still, and says something else
    SIGNED = "signed"
    PAID = "paid"
    WORKED_ON = "worked_on"  # the pharmacy has done something with it since it was paid
    READY = "ready"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"
    GONE = "gone"  # not on this desk any more


class Account(Struct, frozen=True, kw_only=True):
    """Who did what, and when.

    Attributes:
        by: The name of whoever did it; empty when this desk does not know them.
        own: Whether that is the person of this desk, who was at another one then.
        words: Why it was cancelled, or who collected it; else empty.
    """

    happening: Happening
    by: str
    at: datetime | None
    words: str = ""
    own: bool = False


class DraftConflict(Struct, frozen=True, kw_only=True):
    """Two people wrote on one draft.

    Attributes:
        entry: The refused command; None while mine was not given yet.
        version: The draft's, as it is shown here: what keeping mine is built upon.
        account: Who changed it last, and when. mine_at: When mine was written.
        here: Whether the other version has arrived: before that nobody can choose.
        followers: How many commands were given upon mine and come with it.
    """

    entry: OutboxEntry | None
    prescription: Prescription
    mine: Said
    theirs: Said
    differences: Differences
    account: Account
    mine_at: datetime
    version: int
    here: bool
    followers: int


class StateConflict(Struct, frozen=True, kw_only=True):
    """The prescription has come to where the command makes no sense, or to where it has to be
    thought over.

    Attributes:
        prescription: As it is now; None when this desk does not hold it any more.
    """

    entry: OutboxEntry
    prescription: Prescription | None
    account: Account


Conflict = DraftConflict | StateConflict


def conflict_of(entry: OutboxEntry, replica: Replica, followers: int = 0) -> Conflict | None:
    """What stands against a refused command; None when it was refused for another reason."""
    refusal = entry.refusal
    if not isinstance(refusal, Stale | IllegalState):
        return None
    command = entry.command
    if not isinstance(command, OfPrescription):
        return None
    row = replica.prescriptions.server_row(command.prescription_id)
    account = account_of(row, replica, refusal)
    if (
        not isinstance(command, ReviseDraft)
        or row is None
        or account.happening is not Happening.CHANGED
    ):
        return StateConflict(entry=entry, prescription=row, account=account)
    medicines = {medicine.id: medicine for medicine in entry.medicines}
    mine = said_of_lines(command.pharmacy_id, command.note, command.items, medicines)
    arrived = not isinstance(refusal, Stale) or row.version >= refusal.current
    return _between(row, replica, mine, account, entry.at, entry, arrived, followers)


def conflict_with(
    mine: Said, mine_at: datetime, prescription_id: UUID, replica: Replica
) -> DraftConflict | None:
    """What stands against a form that was not saved yet; None when there is no such draft."""
    row = replica.prescriptions.server_row(prescription_id)
    if row is None:
        return None
    account = account_of(row, replica)
    return _between(row, replica, mine, account, mine_at)


def _between(
    row: Prescription,
    replica: Replica,
    mine: Said,
    account: Account,
    mine_at: datetime,
    entry: OutboxEntry | None = None,
    here: bool = True,
    followers: int = 0,
) -> DraftConflict:
    theirs = said_of_rows(row, server_items(replica, row.id))
    return DraftConflict(
        entry=entry,
        prescription=row,
        mine=mine,
        theirs=theirs,
        differences=differences(mine, theirs),
        account=account,
        mine_at=mine_at,
        version=row.version,
        here=here,
        followers=followers,
    )


def account_of(
    row: Prescription | None, replica: Replica, refusal: Stale | IllegalState | None = None
) -> Account:
    """What happened last to a prescription: as its rows tell, or the refusal where the rows have
    not come so far yet."""
    if row is None:
        return Account(happening=Happening.GONE, by="", at=None)
    happening = _happening(row.status, signed=row.signed_at is not None)
    if refusal is not None and is_ahead(refusal, row):
        told = _told(refusal)
        if told is Happening.PAID and happening is Happening.PAID:
            told = Happening.WORKED_ON
        own = _is_own_name(refusal.by, replica)
        return Account(happening=told or happening, by=refusal.by, at=refusal.at, own=own)
    if happening is Happening.PAID and row.paid_at is not None and row.updated_at > row.paid_at:
        happening = Happening.WORKED_ON
    member = replica.members.get(_doer(row, replica, happening))
    by = "" if member is None else member.name
    own = member is not None and member == replica.me
    if not by and refusal is not None:
        by = refusal.by
    words = {
        Happening.CANCELLED: row.cancel_reason,
        Happening.HANDED_OVER: row.collected_by,
    }.get(happening)
    at = _moment(row, happening)
    return Account(happening=happening, by=by, at=at, words=words or "", own=own)


def _is_own_name(name: str, replica: Replica) -> bool:
    """Whether a refusal, which has only a name, speaks of the person of this desk and of nobody
    else."""
    me = replica.me
    if me is None or name != me.name:
        return False
    return all(member == me or member.name != name for member in replica.members.values())


def is_ahead(refusal: Stale | IllegalState, row: Prescription) -> bool:
    """Whether the server spoke of something that the rows here do not show yet."""
    if isinstance(refusal, Stale):
        return refusal.current > row.version
    told = _told(refusal)
    return told is not None and refusal.state != row.status and refusal.at > row.updated_at


def _told(refusal: Stale | IllegalState) -> Happening | None:
    """The state that a refusal names, where it is a prescription's and says more than "draft"."""
    if refusal.entity != "prescription" or refusal.state not in set(PrescriptionStatus):
        return None
    status = PrescriptionStatus(refusal.state)
    return None if status is PrescriptionStatus.DRAFT else _happening(status, signed=True)


def server_items(replica: Replica, prescription_id: UUID) -> list[PrescriptionItem]:
    """The lines of a prescription as the server has them, in their order."""
    items = [i for i in replica.items.server_values() if i.prescription_id == prescription_id]
    return sorted(items, key=lambda item: item.line)


def said_of_lines(
    pharmacy_id: UUID | None,
    note: str | None,
    lines: Iterable[DraftItem],
    medicines: dict[UUID, Medicine],
) -> Said:
    """What lines say as they are written, before the server has named their medicines."""

    def name(medicine_id: UUID) -> str:
        found = medicines.get(medicine_id)
        return "" if found is None else _named(found)

    return Said(
        pharmacy_id=pharmacy_id,
        note=note or "",
        lines=tuple(_said_line(line, name(line.medicine_id)) for line in lines),
    )


def said_of_rows(row: Prescription, items: Iterable[PrescriptionItem]) -> Said:
    """What a draft says by its rows."""
    return Said(
        pharmacy_id=row.pharmacy_id,
        note=row.note or "",
        lines=tuple(_said_line(item, _named(item)) for item in items),
    )


def _named(of: Medicine | PrescriptionItem) -> str:
    return " ".join(part for part in (of.generic_name, of.strength, of.form) if part)


def _said_line(line: DraftItem | PrescriptionItem, medicine: str) -> SaidLine:
    return SaidLine(
        id=line.id,
        medicine_id=line.medicine_id,
        medicine=medicine,
        dose=line.dose,
        route=line.route,
        frequency=line.frequency,
        days=line.days,
        quantity=line.quantity,
        instructions=line.instructions,
    )


def _happening(status: PrescriptionStatus, *, signed: bool) -> Happening:
    match status:
        case PrescriptionStatus.DRAFT:
            return Happening.SIGNED if signed else Happening.CHANGED
        case PrescriptionStatus.PAID:
            return Happening.PAID
        case PrescriptionStatus.FULFILLED:
            return Happening.READY
        case PrescriptionStatus.COMPLETED:
            return Happening.HANDED_OVER
        case PrescriptionStatus.CANCELLED:
            return Happening.CANCELLED


def _moment(row: Prescription, happening: Happening) -> datetime:
    known = {
        Happening.SIGNED: row.signed_at,
        Happening.PAID: row.paid_at,
        Happening.READY: row.fulfilled_at,
        Happening.HANDED_OVER: row.completed_at,
        Happening.CANCELLED: row.cancelled_at,
    }.get(happening)
    return known or row.updated_at


def _doer(row: Prescription, replica: Replica, happening: Happening) -> UUID:
    """Who did it: whoever wrote the row last, but for a payment, which names its receiver."""
    if happening is Happening.PAID:
        for payment in replica.payments.of(row.id):
            theirs = replica.payments.server_row(payment.id) is not None
            if theirs and payment.kind is PaymentKind.PAYMENT:
                return payment.received_by
    return row.updated_by
