"""The name of one history of the log.

A desk's cursor counts entries of one history. After a restore or a failover the numbers may stand
for other entries, so the name must change: it is made from the cluster's identifier, its timeline
(PostgreSQL begins a new one at each recovery or promotion), the database's own identity, and a
counter that whoever restores a plain copy raises.
"""

from __future__ import annotations

import hashlib
from typing import Final
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "epoch.sql")


async def epoch(tx: Transaction) -> str:
    """Sixteen hexadecimal digits, alike in each server of this database in one history."""
    parts = await tx.one(_QUERIES["database"])
    assert parts is not None  # the first migration writes both facts
    system = ""
    # Some managed services keep the cluster's identifier to themselves; the rest still tells
    # histories apart.
    if await tx.value(_QUERIES["may_read_system"]):
        system = await tx.value(_QUERIES["system"])
    return hashlib.sha256("\n".join([system, *parts]).encode()).hexdigest()[:16]


class KnownEpochs:
    """The epoch without asking for it each time.

    A connection does not outlive its cluster or its timeline, so within one only the counter of
    restores can change.
    """

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[AsyncConnection[TupleRow], tuple[str, str]] = (
            WeakKeyDictionary()
        )

    async def of(self, tx: Transaction, restores: str) -> str:
        """The epoch of a transaction that has read the counter."""
        counted, name = self._known.get(tx.connection, ("", ""))
        if counted != restores:
            name = await epoch(tx)
            self._known[tx.connection] = (restores, name)
        return name


async def count_restore(tx: Transaction) -> None:
    """Begin a new history: call it, as the owner, on a database put back from a copy."""
    await tx.execute(_QUERIES["count_restore"])
