"""A prescription held for change: the header row is the root, and its version covers all below it.

`hold` locks and reads, and refuses what the version, the lifecycle or the role does not allow. The
rules turn a `Held` into the next `Held` without I/O; `saving.save` writes what differs.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct, field

from clinicdesk.contract.entities import (
    Dispense,
    Payment,
    Prescription,
    PrescriptionItem,
    PurchaseOrder,
    SafetyFinding,
    StockMovement,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.contract.problems import IllegalState, NotAllowed, NotFound, Refusal, Stale
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing.plain_words import PLAIN_WORDS

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "held.sql")

Subject: TypeAlias = Prescription | PrescriptionItem | Payment | PurchaseOrder
"""What of a prescription may be in a state that a command does not fit."""


class Held(Struct, frozen=True, kw_only=True):
    """The aggregate as it stands, as far as the acting member sees it.

    Attributes:
        movements: What the rules take from the shelves and put back: new entries of the stock's
            ledger. None when it is read.
        changed_by: The name of the member who changed it last.
        now: The transaction's time, which everything that it writes bears.
        today: The day that this is in the clinic's zone.
    """

    header: Prescription
    items: list[PrescriptionItem]
    payments: list[Payment]
    changed_by: str
    now: datetime
    today: date
    dispenses: list[Dispense] = field(default_factory=list)
    findings: list[SafetyFinding] = field(default_factory=list)
    orders: list[PurchaseOrder] = field(default_factory=list)
    movements: list[StockMovement] = field(default_factory=list)

    @property
    def signed(self) -> bool:
        """Whether its lines are frozen and its pharmacy sees it."""
        return self.header.signed_at is not None

    def not_possible(self, command: str, row: Subject | None = None) -> IllegalState:
        """The refusal that the state of the prescription, or of one of its rows, gives rise to."""
        subject = row or self.header
        entity, said = self._named(subject)
        state = str(subject.status)
        signed = state
        if entity == "prescription" and state == PRESCRIPTION.initial:
            signed = f"{state} and {'signed' if self.signed else 'not signed'}"
        return IllegalState(
            detail=f"{said} is {signed}, so it cannot be {PLAIN_WORDS[command]}; "
            f"{self.changed_by} changed it last.",
            entity=entity,
            id=subject.id,
            command=command,
            state=state,
            by=self.changed_by,
            at=self.header.updated_at,
        )

    def _named(self, subject: Subject) -> tuple[str, str]:
        """The kind of the row, and what a sentence calls it."""
        if isinstance(subject, Prescription):
            return "prescription", subject.code
        if isinstance(subject, PurchaseOrder):
            return "purchase_order", f"The order {subject.code}"
        if isinstance(subject, PrescriptionItem):
            return "prescription_item", f"Line {subject.line} of {self.header.code}"
        return "payment", f"A payment of {self.header.code}"


_decoder = msgspec.json.Decoder(Held)


async def hold(
    tx: Transaction,
    actor: MemberActor,
    command: str,
    prescription_id: UUID,
    expected_version: int,
) -> Held | Refusal:
    """Lock and read a prescription for a command that the actor gives on the version they saw.

    Refuses, in this order: what is not theirs to see, what somebody changed since, what the
    lifecycle does not allow, what their role does not give.
    """
    key = {"clinic_id": actor.member.clinic_id, "prescription_id": prescription_id}
    if actor.may(command):
        # Row-level security locks only what may be changed; a role that may only look goes without.
        await tx.execute(_QUERIES["lock_prescription"], key)
    held = await read(tx, actor.member.clinic_id, prescription_id)
    if held is None:
        return no_such_prescription()
    if held.header.version != expected_version:
        return _stale(held)
    if PRESCRIPTION.allows(held.header.status, command, signed=held.signed) is None:
        return held.not_possible(command)
    if not actor.may(command):
        return not_allowed(actor, command)
    return held


async def read(tx: Transaction, clinic_id: UUID, prescription_id: UUID) -> Held | None:
    """The prescription as it stands; None when it is not there or not the acting member's to see.

    What is changed of it must have been locked before, in a statement of its own.
    """
    key = {"clinic_id": clinic_id, "prescription_id": prescription_id}
    text = await tx.value(_QUERIES["read_prescription"], key)
    return None if text is None else _decoder.decode(text)


def no_such_prescription() -> NotFound:
    """Said alike of a prescription that is not there and of one that is somebody else's."""
    return NotFound(
        detail="There is no such prescription, or it is not yours to see.", entity="prescription"
    )


def not_allowed(actor: MemberActor, command: str) -> NotAllowed:
    """The refusal of a command that the actor's role does not give."""
    return NotAllowed(
        detail=f"Your role ({actor.member.role}) does not allow prescriptions to be "
        f"{PLAIN_WORDS[command]}."
    )


def _stale(held: Held) -> Stale:
    return Stale(
        detail=f"{held.changed_by} changed {held.header.code} in the meantime; "
        "look at it as it is now.",
        entity="prescription",
        id=held.header.id,
        current=held.header.version,
        state=held.header.status,
        by=held.changed_by,
        at=held.header.updated_at,
    )
