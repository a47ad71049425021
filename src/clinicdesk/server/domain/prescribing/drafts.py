"""Writing and revising a draft: visible to its prescriber alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import Done, ReviseDraft, WriteDraft
from clinicdesk.contract.entities import Prescription, PrescriptionItem, PrescriptionStatus
from clinicdesk.contract.problems import InvalidField, NotFound, Refusal
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing.held import Held, hold, not_allowed
from clinicdesk.server.domain.prescribing.lines import priced, products
from clinicdesk.server.domain.prescribing.saving import create, save

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "drafts.sql")


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a draft needs to know of the rows it names."""

    currency: str
    now: datetime
    today: date
    patient_is_theirs: bool
    pharmacy_is_open: bool


async def write_draft(
    tx: Transaction, actor: MemberActor, command: WriteDraft, _expected_version: int = 0
) -> Done | Refusal:
    """Begin a prescription for one of the actor's own patients."""
    practitioner_id = actor.member.practitioner_id
    if not actor.may("write_draft") or practitioner_id is None:
        return not_allowed(actor, "write_draft")
    around = await _surroundings(tx, actor, command.patient_id, command.pharmacy_id)
    if not around.patient_is_theirs:
        return NotFound(
            detail="There is no such patient, or they are not in your care.", entity="patient"
        )
    if refusal := _pharmacy_missing(command.pharmacy_id, around):
        return refusal
    header = Prescription(
        id=command.prescription_id,
        clinic_id=actor.member.clinic_id,
        version=1,
        code=prescription_code(command.prescription_id),
        patient_id=command.patient_id,
        practitioner_id=practitioner_id,
        pharmacy_id=command.pharmacy_id,
        status=PrescriptionStatus.DRAFT,
        signed_at=None,
        note=command.note,
        item_count=0,
        controlled=False,
        total_minor=0,
        paid_minor=0,
        currency=around.currency,
        created_at=around.now,
        paid_at=None,
        fulfilled_at=None,
        completed_at=None,
        collected_by=None,
        cancelled_at=None,
        cancel_reason=None,
        updated_at=around.now,
        updated_by=actor.member.id,
        repeats=command.repeats,
    )
    empty = Held(
        header=header,
        items=[],
        payments=[],
        changed_by=actor.member.name,
        now=around.now,
        today=around.today,
    )
    written = await _with_lines(tx, empty, command)
    if isinstance(written, InvalidField):
        return written
    return await create(tx, actor, written)


async def revise_draft(
    tx: Transaction, actor: MemberActor, command: ReviseDraft, expected_version: int
) -> Done | Refusal:
    """Replace what an unsigned draft says; names are those of the formulary now, and so
    are prices where the pharmacy has none of its own."""
    before = await hold(tx, actor, "revise_draft", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    around = await _surroundings(tx, actor, before.header.patient_id, command.pharmacy_id)
    if refusal := _pharmacy_missing(command.pharmacy_id, around):
        return refusal
    header = replace(
        before.header,
        pharmacy_id=command.pharmacy_id,
        note=command.note,
        repeats=command.repeats,
    )
    after = await _with_lines(tx, replace(before, header=header), command)
    return after if isinstance(after, InvalidField) else await save(tx, actor, before, after)


async def _surroundings(
    tx: Transaction, actor: MemberActor, patient_id: UUID, pharmacy_id: UUID | None
) -> Surroundings:
    around = await tx.one(
        _QUERIES["surroundings"],
        {
            "clinic_id": actor.member.clinic_id,
            "practitioner_id": actor.member.practitioner_id,
            "patient_id": patient_id,
            "pharmacy_id": pharmacy_id,
        },
        into=Surroundings,
    )
    assert around is not None  # the member's own clinic is there
    return around


def _pharmacy_missing(pharmacy_id: UUID | None, around: Surroundings) -> InvalidField | None:
    if pharmacy_id is None or around.pharmacy_is_open:
        return None
    return InvalidField(
        detail="There is no such pharmacy, or it takes no prescriptions.", field="pharmacy_id"
    )


async def _with_lines(
    tx: Transaction, draft: Held, command: WriteDraft | ReviseDraft
) -> Held | InvalidField:
    wanted = [item.medicine_id for item in command.items]
    header = draft.header
    formulary = await products(tx, header.clinic_id, wanted, header.pharmacy_id) if wanted else {}
    items = priced(draft.header, command.items, formulary)
    if isinstance(items, InvalidField):
        return items
    known = {item.id: item for item in draft.items}
    header = replace(
        header,
        item_count=len(items),
        controlled=any(item.schedule.controlled for item in items),
        total_minor=sum(item.amount_minor for item in items),
    )
    return replace(draft, header=header, items=[_kept(known.get(i.id), i) for i in items])


def _kept(known: PrescriptionItem | None, item: PrescriptionItem) -> PrescriptionItem:
    """The line as the database has it where it says the same, so that it is not written again."""
    if known is None:
        return item
    same = replace(
        item, version=known.version, updated_at=known.updated_at, updated_by=known.updated_by
    )
    return known if same == known else same
