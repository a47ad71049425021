"""A prescription held for change: the header row is the root, and its version covers all below it.

`hold` locks and reads, and refuses what the version, the lifecycle or the role does not allow. The
rules turn a `Held` into the next `Held` without I/O; `save` writes what differs.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.commands import Done
from clinicdesk.contract.entities import Payment, Prescription, PrescriptionItem
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
)
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "held.sql")

PLAIN_WORDS: Final = {
    "write_draft": "written",
    "revise_draft": "changed",
    "sign_and_send": "signed",
    "take_payment": "paid",
    "fulfill_items": "fulfilled",
    "decline_item": "declined",
    "hand_over": "handed over",
    "cancel_prescription": "cancelled",
    "pay_out_refund": "refunded",
}
"""What each command does to a prescription, for sentences."""


class Held(Struct, frozen=True, kw_only=True):
    """The aggregate as it stands.

    Attributes:
        changed_by: The name of the member who changed it last.
        now: The transaction's time, which everything that it writes bears.
    """

    header: Prescription
    items: list[PrescriptionItem]
    payments: list[Payment]
    changed_by: str
    now: datetime

    @property
    def signed(self) -> bool:
        """Whether its lines are frozen and its pharmacy sees it."""
        return self.header.signed_at is not None

    def not_possible(
        self, command: str, row: Prescription | PrescriptionItem | Payment | None = None
    ) -> IllegalState:
        """The refusal that the state of the prescription, or of one of its rows, gives rise to."""
        subject = row or self.header
        entity, said = {
            Prescription: ("prescription", self.header.code),
            PrescriptionItem: ("prescription_item", f"A line of {self.header.code}"),
            Payment: ("payment", f"A payment of {self.header.code}"),
        }[type(subject)]
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
    text = await tx.value(_QUERIES["read_prescription"], key)
    if text is None:
        return no_such_prescription()
    held = _decoder.decode(text)
    if held.header.version != expected_version:
        return _stale(held)
    if PRESCRIPTION.allows(held.header.status, command, signed=held.signed) is None:
        return held.not_possible(command)
    if not actor.may(command):
        return not_allowed(actor, command)
    return held


async def create(tx: Transaction, actor: MemberActor, draft: Held) -> Done | Refusal | None:
    """Write a new prescription; None when its identifier or its code is taken."""
    version = await tx.value(_QUERIES["insert_header"], {"header": _json(draft.header)})
    if version is None:
        return None
    return await _insert_items(tx, draft.items) or await _done(tx, actor, version)


async def save(tx: Transaction, actor: MemberActor, before: Held, after: Held) -> Done | Refusal:
    """Write what differs, and the header always: its version says that something did."""
    stamp: dict[str, Any] = {"updated_by": actor.member.id, "updated_at": after.now}
    header = replace(after.header, **stamp)
    version = await tx.value(_QUERIES["write_header"], {"header": _json(header)})
    if version is None:
        # The membership changed since the session was looked up; the policies know it already.
        return NotAllowed(detail="Your rights have changed; please sign in again.")
    known = {item.id: item for item in before.items}
    items = [replace(item, **stamp) for item in after.items if item != known.get(item.id)]
    if dropped := sorted(known.keys() - {item.id for item in after.items}):
        await tx.execute(
            _QUERIES["delete_items"],
            {"clinic_id": header.clinic_id, "prescription_id": header.id, "ids": dropped},
        )
    if changed := [item for item in items if item.id in known]:
        await tx.execute(_QUERIES["write_items"], {"items": _json(changed)})
    return (
        await _insert_items(tx, [item for item in items if item.id not in known])
        or await _save_payments(tx, before, after)
        or await _done(tx, actor, version)
    )


async def _insert_items(tx: Transaction, items: list[PrescriptionItem]) -> Conflict | None:
    if not items:
        return None
    inserted = await tx.execute(_QUERIES["insert_items"], {"items": _json(items)})
    return _taken("items", "A line's") if inserted < len(items) else None


async def _save_payments(tx: Transaction, before: Held, after: Held) -> Conflict | None:
    known = {payment.id: payment for payment in before.payments}
    added = [payment for payment in after.payments if payment.id not in known]
    # Otherwise the header would count an entry that the ledger does not have.
    assert len(after.payments) == len(known) + len(added)
    if added:
        entered = await tx.execute(_QUERIES["enter_payments"], {"payments": _json(added)})
        if entered < len(added):
            return _taken("payment_id", "The payment's")
    settled = [p for p in after.payments if p.id in known and p != known[p.id]]
    if settled:
        await tx.execute(_QUERIES["settle_payments"], {"payments": _json(settled)})
    return None


async def _done(tx: Transaction, actor: MemberActor, version: int) -> Done:
    outcome = await tx.one(
        _QUERIES["done"], {"clinic_id": actor.member.clinic_id, "version": version}, into=Done
    )
    assert outcome is not None  # a clinic has had its head since it was set up
    return outcome


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


def _taken(field: str, whose: str) -> Conflict:
    return Conflict(detail=f"{whose} identifier is already in use; make a new one.", field=field)


def _json(rows: Struct | list[PrescriptionItem] | list[Payment]) -> str:
    return msgspec.json.encode(rows).decode()
