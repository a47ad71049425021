"""Repeats: the next dispensing of a prescription, as a prescription of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import Done
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus, Stage
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.pharmacy.at_work import expired
from clinicdesk.server.domain.prescribing import (
    Held,
    create,
    hold,
    products,
    repriced,
    save,
)
from clinicdesk.server.domain.safety import answer_id

if TYPE_CHECKING:
    from clinicdesk.contract.commands import DispenseRepeat
    from clinicdesk.contract.entities import Prescription, PrescriptionItem, SafetyFinding
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing import SealOf


async def dispense_repeat(
    tx: Transaction,
    actor: MemberActor,
    command: DispenseRepeat,
    expected_version: int,
    *,
    seal: SealOf | None = None,
) -> Done | Refusal:
    """Open the next dispensing: the same lines at today's prices, signed as the first was, waiting
    for the payment. The first counts that it was made.

    Args:
        seal: Gives what its QR code says; None: it has none, and is found by its code.
    """
    before = await hold(tx, actor, "dispense_repeat", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if refusal := expired(before, "dispense_repeat") or _used_up(before):
        return refusal
    header = before.header
    medicines = [item.medicine_id for item in before.items]
    formulary = await products(tx, header.clinic_id, medicines, header.pharmacy_id)
    priced = repriced(repeated(before, command.repeat_id, actor.member.id), formulary)
    if isinstance(priced, Conflict):
        return priced
    if seal is not None:
        priced = replace(priced, header=replace(priced.header, seal=seal(priced.header)))
    opened = await create(tx, actor, priced)
    if isinstance(opened, Conflict):
        return replace(opened, field="repeat_id")
    if not isinstance(opened, Done):
        return opened
    counted = replace(header, repeats_used=header.repeats_used + 1)
    return await save(tx, actor, before, replace(before, header=counted))


def repeated(first: Held, repeat_id: UUID, member_id: UUID) -> Held:
    """The next dispensing of `first`, of which nothing is done yet but what its prescriber has
    answered."""
    header = replace(
        _blank(first.header),
        id=repeat_id,
        code=prescription_code(repeat_id),
        repeat_of=first.header.id,
        created_at=first.now,
        updated_at=first.now,
        updated_by=member_id,
    )
    lines = {item.id: uuid5(repeat_id, f"line {item.line}") for item in first.items}
    items = [
        replace(
            _as_written(item),
            id=lines[item.id],
            prescription_id=repeat_id,
            updated_at=first.now,
            updated_by=member_id,
        )
        for item in first.items
    ]
    return replace(
        first,
        header=header,
        items=items,
        payments=[],
        dispenses=[],
        findings=[
            _carried(finding, header, lines[finding.item_id])
            for finding in first.findings
            if finding.stage is Stage.PRESCRIBING
        ],
        orders=[],
        movements=[],
    )


def _carried(finding: SafetyFinding, repeat: Prescription, item_id: UUID) -> SafetyFinding:
    """What the prescriber has answered, as they did then; what a pharmacist answered was about that
    day, and is asked anew."""
    return replace(
        finding,
        id=answer_id(repeat.id, finding.stage, finding.key),
        version=1,
        prescription_id=repeat.id,
        item_id=item_id,
    )


def _blank(header: Prescription) -> Prescription:
    """The prescription as it was when it was signed; with no repeats of its own."""
    return replace(
        header,
        version=1,
        status=PrescriptionStatus.DRAFT,
        paid_minor=0,
        paid_at=None,
        fulfilled_at=None,
        completed_at=None,
        collected_by=None,
        repeats=0,
        repeats_used=0,
        bin=None,
        seal=None,
    )


def _as_written(item: PrescriptionItem) -> PrescriptionItem:
    return replace(
        item,
        version=1,
        status=ItemStatus.PENDING,
        amount_minor=item.amount_minor if item.prescribed_minor is None else item.prescribed_minor,
        supplied=0,
        prepared=0,
        owing=0,
        decline_reason=None,
        hold_reason=None,
        substitute_id=None,
        substitute_brand=None,
        substitution_reason=None,
        prescribed_minor=None,
        passed_over=0,
    )


def _used_up(held: Held) -> Conflict | None:
    header = held.header
    if header.repeats_used < header.repeats:
        return None
    said = f"its {header.repeats} repeats are used up" if header.repeats else "it has no repeats"
    return Conflict(detail=f"{header.code} cannot be dispensed again: {said}. It takes a new one.")
