"""What a command that took effect is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clinicdesk.contract.commands import Done

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_DONE: Final = """
    select current_setting('clinicdesk.op')::uuid as op_id, %(version)s::int as version, seq
    from clinic_head where clinic_id = %(clinic_id)s"""


async def done(tx: Transaction, actor: MemberActor, version: int) -> Done:
    """The command's identity, the version of its aggregate that follows from it, and the clinic's
    log with all that it wrote."""
    outcome = await tx.one(
        _DONE, {"clinic_id": actor.member.clinic_id, "version": version}, into=Done
    )
    assert outcome is not None  # a clinic has had its head since it was set up
    return outcome
