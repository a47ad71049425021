"""The patient was told, by a person, what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.problems import Conflict
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing import Held, hold, save

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, TellPatient
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.pharmacy", "telling.sql")


async def tell_patient(
    tx: Transaction, actor: MemberActor, command: TellPatient, expected_version: int
) -> Done | Refusal:
    """Settle all that was queued for the patient of this prescription: nothing of it is sent."""
    before = await hold(tx, actor, "tell_patient", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if not await settle_notices(tx, actor, before):
        return Conflict(
            detail=f"There is nothing to tell the patient about {before.header.code} any more."
        )
    # Its version says that something was done: who tells them too looks at it first.
    return await save(tx, actor, before, before)


async def settle_notices(tx: Transaction, actor: MemberActor, held: Held) -> int:
    """The patient knows, from the acting member, all that was queued for them; how much that was.

    Before anything is given out to this prescription: what comes for it then is news.
    """
    key = {
        "clinic_id": held.header.clinic_id,
        "prescription_id": held.header.id,
        "told_by": actor.member.id,
        "told_at": held.now,
    }
    return await tx.execute(_QUERIES["settle_notices"], key)
