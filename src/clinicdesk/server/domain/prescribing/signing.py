"""Signing: the lines are frozen and the prescription's pharmacy sees it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.commands import Done, SignAndSend
from clinicdesk.contract.entities import Stage
from clinicdesk.contract.problems import Conflict, InvalidField, NotFound, Refusal
from clinicdesk.contract.validity import last_day
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing.held import Held, hold
from clinicdesk.server.domain.prescribing.lines import products
from clinicdesk.server.domain.prescribing.repricing import repriced
from clinicdesk.server.domain.prescribing.saving import save
from clinicdesk.server.domain.safety import refused_by_safety

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing.lines import Product
    from clinicdesk.server.domain.prescribing.sealing import SealOf

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "signing.sql")


class Recipient(Struct, frozen=True, kw_only=True):
    """What signing must know of the patient, the pharmacy and the calendar of the clinic."""

    known_there: bool
    pharmacy_is_open: bool
    today: date


async def sign_and_send(
    tx: Transaction,
    actor: MemberActor,
    command: SignAndSend,
    expected_version: int,
    *,
    seal: SealOf | None = None,
) -> Done | Refusal:
    """Sign, and let the pharmacy see the prescription, the patient and the patient's allergies.

    What the safety rules stop is refused, and what they ask a reason for without one; the reasons
    that came are kept with the prescription.

    Args:
        seal: Gives what its QR code says; None: it has none, and is found by its code.
    """
    before = await hold(tx, actor, "sign_and_send", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if not before.items:
        return Conflict(
            detail="A prescription needs at least one medicine to be signed.", field="items"
        )
    recipient = await recipient_of(tx, before, command.pharmacy_id)
    if not isinstance(recipient, Recipient):
        return recipient
    medicines = [item.medicine_id for item in before.items]
    formulary = await products(tx, before.header.clinic_id, medicines, command.pharmacy_id)
    if refusal := _unfit(before, formulary):
        return refusal
    lines = [item.id for item in before.items]
    reasons = await refused_by_safety(
        tx, actor, before, lines, command.overrides, Stage.PRESCRIBING
    )
    if not isinstance(reasons, list):
        return reasons
    priced = repriced(before, formulary)
    if isinstance(priced, Conflict):
        return priced
    await make_known(tx, before, command.pharmacy_id, recipient)
    after = signed(priced, command, recipient.today, seal)
    return await save(tx, actor, before, replace(after, findings=[*before.findings, *reasons]))


async def recipient_of(
    tx: Transaction, held: Held, pharmacy_id: UUID
) -> Recipient | NotFound | InvalidField:
    """Lock the patient, and read whether the prescription can go to the pharmacy."""
    key = _whom(held, pharmacy_id)
    await tx.execute(_QUERIES["lock_patient"], key)
    recipient = await tx.one(_QUERIES["recipient"], key, into=Recipient)
    if recipient is None:
        return NotFound(detail="The patient is not in your care any more.", entity="patient")
    if not recipient.pharmacy_is_open:
        return InvalidField(
            detail="There is no such pharmacy, or it takes no prescriptions.", field="pharmacy_id"
        )
    return recipient


async def make_known(tx: Transaction, held: Held, pharmacy_id: UUID, recipient: Recipient) -> None:
    """Let the pharmacy see the patient, and the patient's allergies, where it does not yet."""
    if not recipient.known_there:
        await tx.execute(_QUERIES["make_known"], _whom(held, pharmacy_id))


def _whom(held: Held, pharmacy_id: UUID) -> dict[str, UUID]:
    header = held.header
    return {
        "clinic_id": header.clinic_id,
        "patient_id": header.patient_id,
        "pharmacy_id": pharmacy_id,
    }


def signed(draft: Held, command: SignAndSend, today: date, seal: SealOf | None) -> Held:
    """The draft with its signature, which the database passes on to the lines, and its seal."""
    header = replace(
        draft.header,
        signed_at=draft.now,
        pharmacy_id=command.pharmacy_id,
        delivery=command.delivery,
        valid_until=last_day(today, controlled=draft.header.controlled),
    )
    sealed = header if seal is None else replace(header, seal=seal(header))
    return replace(draft, header=sealed)


def _unfit(draft: Held, formulary: Mapping[UUID, Product]) -> Conflict | None:
    for index, item in enumerate(draft.items):
        product = formulary.get(item.medicine_id)
        if product is None or product.discontinued:
            return Conflict(
                detail=f"Line {item.line}, {item.generic_name}, is no longer supplied.",
                field=f"items[{index}].medicine_id",
            )
    return None
