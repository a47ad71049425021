"""Reading a clinic's log, in the order of commits.

Call these in `Database.on_the_feed` transactions, or as the owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "log.sql")

RESUME_DAYS: Final = 14
"""How far back a desk may resume; one that was away for longer takes a snapshot."""


class LogEntry(Struct, frozen=True):
    """One change of one row.

    Attributes:
        actor_id: The member of staff; None: an administrator at the server, or the system.
        op_id: The command it belongs to, where there was one.
        version: Of the row after the change; a deletion counts as one.
        change: `insert`, `update`, `delete`, `view` or `grant`.
        old: The row before, as JSON values; None for an insertion.
        new: The row after; None for a deletion. Of a print, which is a view of the entity `print`:
            what was printed, and how.
    """

    clinic_id: UUID
    seq: int
    at: datetime
    actor_id: UUID | None
    device_id: UUID | None
    op_id: UUID | None
    entity: str
    entity_id: UUID
    version: int
    change: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


async def read_log(
    tx: Transaction, clinic_id: UUID, after: int, up_to: int | None = None, limit: int = 1000
) -> list[LogEntry]:
    """The entries of `(after, up_to]`, oldest first and without gaps; at most `limit`.

    An answer of `limit` entries has more to follow after its last `seq`.
    """
    bounds = {"clinic_id": clinic_id, "after": after, "up_to": up_to, "limit": limit}
    return await tx.all(_QUERIES["entries_after"], bounds, into=LogEntry)


async def heads(tx: Transaction, clinic_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The number of the last entry of each clinic; a clinic without any is left out."""
    rows = await tx.all(_QUERIES["heads"], {"clinic_ids": list(clinic_ids)})
    return dict(rows)


async def oldest_seq(tx: Transaction, clinic_id: UUID) -> int:
    """The first entry that is still served to desks.

    A cursor can be resumed when `cursor >= oldest_seq - 1`. When nothing is recent enough this is
    the head's number + 1: only a desk that is up to date can go on.
    """
    found = await tx.value(_QUERIES["oldest_served"], {"clinic_id": clinic_id, "days": RESUME_DAYS})
    return int(found)
