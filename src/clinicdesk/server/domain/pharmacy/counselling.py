"""What the patient is to be told at the hand-over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.server.domain.prescribing import Held, hold, save

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, NoteCounselling
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def note_counselling(
    tx: Transaction, actor: MemberActor, command: NoteCounselling, expected_version: int
) -> Done | Refusal:
    """Note it, in the place of what was noted before; an empty text takes that away."""
    before = await hold(tx, actor, "note_counselling", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    header = replace(before.header, counselling=command.text.strip() or None)
    return await save(tx, actor, before, replace(before, header=header))
