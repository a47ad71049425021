"""Giving a command: it is looked at before it is saved, and shown at once."""

from __future__ import annotations

from collections.abc import Iterable

from clinicdesk.contract.commands import AnyCommand
from clinicdesk.contract.entities import Medicine
from clinicdesk.core.command_check import checked
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Outbox, Submitted


async def give(
    outbox: Outbox, command: AnyCommand, why: str | None = None, medicines: Iterable[Medicine] = ()
) -> Submitted | Denied:
    """Save the command to be sent, unless there is a reason `why` it is not possible, or a field of
    it is not right. Raises StoreLost: then nothing was saved."""
    if why is not None:
        return Denied(why)
    wrong = checked(command)
    return wrong if wrong is not None else await outbox.submit(command, medicines)
