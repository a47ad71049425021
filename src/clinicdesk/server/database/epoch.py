"""The name of one history of the log.

A desk's cursor counts entries of one history. After a restore or a failover the numbers may stand
for other entries, so the name must change: it is made from the cluster's identifier, its timeline
(PostgreSQL begins a new one at each recovery or promotion), the database's own identity, and a
counter that whoever restores a plain copy raises.
"""

from __future__ import annotations

import hashlib
from typing import Final

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "epoch.sql")


async def epoch(tx: Transaction) -> str:
    """Sixteen hexadecimal digits, alike in each server of this database in one history."""
    return await _name(tx, await _parts(tx))


class Epochs:
    """The epoch for who needs it often: the cluster's identifier is asked for only when something
    else of the name has changed, or by `anew`."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, ...], str] = {}

    async def anew(self, tx: Transaction) -> str:
        """As `epoch`."""
        parts = await _parts(tx)
        self._names = {parts: await _name(tx, parts)}
        return self._names[parts]

    async def of(self, tx: Transaction, parts: tuple[str, ...] | None = None) -> str:
        """The epoch that the transaction sees. `parts`, if it has read them: timeline, identity and
        restores (`epoch.sql`)."""
        parts = parts or await _parts(tx)
        return self._names.get(parts) or await self.anew(tx)


async def count_restore(tx: Transaction) -> None:
    """Begin a new history: call it, as the owner, on a database put back from a copy."""
    await tx.execute(_QUERIES["count_restore"])


async def _parts(tx: Transaction) -> tuple[str, ...]:
    parts = await tx.one(_QUERIES["database"])
    assert parts is not None  # the first migration writes both facts
    return parts


async def _name(tx: Transaction, parts: tuple[str, ...]) -> str:
    system = ""
    # Some managed services keep the cluster's identifier to themselves; the rest still tells
    # histories apart.
    if await tx.value(_QUERIES["may_read_system"]):
        system = await tx.value(_QUERIES["system"])
    return hashlib.sha256("\n".join([system, *parts]).encode()).hexdigest()[:16]
