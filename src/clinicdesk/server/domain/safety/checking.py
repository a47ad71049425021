"""What is found in a prescription, and what of it keeps a command from being carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from clinicdesk.contract.entities import FindingKind, SafetyFinding, Stage, Tier
from clinicdesk.contract.problems import Conflict, NotFound, Refusal
from clinicdesk.contract.safety import Finding, findings, unanswered
from clinicdesk.server.domain.safety.loading import circumstances

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clinicdesk.contract.commands import Override
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing import Held

_INSTEAD: Final = {
    Stage.PRESCRIBING: "Prescribe something else.",
    Stage.DISPENSING: "Do not dispense it: decline the line, and tell the prescriber.",
}
"""What is left to somebody who met a stop."""


async def found_in(tx: Transaction, held: Held) -> list[Finding]:
    """Everything that is to be said of a prescription; nothing when its patient is not seen."""
    known = await circumstances(tx, held)
    if known is None:
        return []
    return findings(known.lines, known.age_months, known.allergies, known.current, known.rules)


async def refused_by_safety(
    tx: Transaction,
    actor: MemberActor,
    held: Held,
    item_ids: Collection[UUID],
    overrides: Sequence[Override],
    stage: Stage,
) -> Refusal | list[SafetyFinding]:
    """Whether these lines may be signed or dispensed.

    Args:
        tx: Of the command; it sees what the actor sees, and what else the patient takes.
        actor: Who signs or dispenses, and gives the reasons.
        held: The prescription, locked. All of its lines are looked at.
        item_ids: The lines that it is about; findings that concern none of them do not count.
        overrides: The reasons that came with the command. Reasons on record count as well.
        stage: Where this is.

    Returns:
        The refusal, or the reasons that are new: rows to be written with the command.
    """
    known = await circumstances(tx, held)
    if known is None:
        return NotFound(detail="The patient is not in your care any more.", entity="patient")
    found = findings(known.lines, known.age_months, known.allergies, known.current, known.rules)
    given = {override.key: override.reason for override in overrides}
    answered = {finding.key for finding in held.findings}
    standing = unanswered(found, {*answered, *given}, item_ids)
    if standing:
        return _refusal(standing, held, stage)
    wanted = [finding.key for finding in unanswered(found, answered, item_ids)]
    return [
        _answer(finding, given[finding.key], actor, held, item_ids, stage)
        for finding in found
        if finding.key in wanted
    ]


def answer_id(prescription_id: UUID, stage: Stage, key: str) -> UUID:
    """One answer to a question, however often it is asked at that stage."""
    return uuid5(prescription_id, f"finding {stage} {key}")


def _refusal(standing: Sequence[Finding], held: Held, stage: Stage) -> Conflict:
    """What may not be done is said first; then what needs a reason, by its keys."""
    first = standing[0]
    if first.tier is Tier.STOP:
        places = [place for place, item in enumerate(held.items) if item.id in first.item_ids]
        return Conflict(
            detail=f"{_said(first, held)} {_INSTEAD[stage]}",
            field=f"items[{places[0]}].medicine_id",
        )
    keys = ", ".join(finding.key for finding in standing)
    return Conflict(
        detail=f"{_said(first, held)} Give a reason to go on ({keys}).", field="overrides"
    )


def _said(finding: Finding, held: Held) -> str:
    """The finding without what is on record of the patient: a refusal is kept and may be logged."""
    concerned = [item for item in held.items if item.id in finding.item_ids]
    if finding.kind is FindingKind.ALLERGY:
        grade = "a severe allergy" if finding.tier is Tier.STOP else "an allergy"
        item = concerned[0]
        return f"Line {item.line}, {item.generic_name}, meets {grade} on record."
    lines = " and ".join(str(item.line) for item in concerned)
    return f"Line{'s' if len(concerned) > 1 else ''} {lines}: {finding.summary}."


def _answer(
    finding: Finding,
    reason: str,
    actor: MemberActor,
    held: Held,
    item_ids: Collection[UUID],
    stage: Stage,
) -> SafetyFinding:
    header = held.header
    place = {item.id: item.line for item in held.items}
    concerned = [item_id for item_id in finding.item_ids if item_id in item_ids]
    return SafetyFinding(
        id=answer_id(header.id, stage, finding.key),
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        item_id=min(concerned, key=place.__getitem__),
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        signed_at=header.signed_at,
        stage=stage,
        kind=finding.kind,
        tier=finding.tier,
        key=finding.key,
        summary=finding.summary,
        reason=reason,
        by=actor.member.id,
        at=held.now,
    )
