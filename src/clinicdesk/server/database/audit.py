"""Proof that a clinic's log is what was written.

Each entry holds the SHA-256 of the hash before it and of its own canonical text; the head holds the
last. So a change, a loss, a swap or a cut of entries shows. Who rewrites the log from some entry to
its end, and the head with it, is found out by a head that was exported before.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "audit.sql")
_AT_ONCE: Final = 2000

GENESIS: Final = bytes(32)
"""The hash before a clinic's first entry."""


class Head(Struct, frozen=True):
    """The end of a clinic's log at some time; worth keeping somewhere else.

    Attributes:
        hash: SHA-256 in hexadecimal.
    """

    clinic_id: UUID
    seq: int
    hash: str


class Finding(Struct, frozen=True):
    """Something in a log that is not what was written.

    Attributes:
        seq: Where.
        what: One sentence, without any patient's data.
    """

    clinic_id: UUID
    seq: int
    what: str


class _Chain:
    """The check of one clinic's entries in their order. No I/O."""

    def __init__(self, clinic_id: UUID, known: Mapping[int, set[str]]) -> None:
        self._clinic_id = clinic_id
        self._known = known
        self.seq = 0
        self.hash = GENESIS
        self.findings: list[Finding] = []

    def take(self, seq: int, canonical: bytes, stored: bytes) -> None:
        if seq > self.seq + 1:
            self._find(seq, f"The entries {self.seq + 1} to {seq - 1} are missing.")
        elif seq <= self.seq:
            self._find(seq, f"The entry {seq} is there twice.")
        elif hashlib.sha256(self.hash + canonical).digest() != stored:
            self._find(seq, f"The entry {seq} is not what was written.")
        if self._known.get(seq, set()) - {stored.hex()}:
            self._find(seq, f"The log was rewritten: entry {seq} differs from the exported head.")
        # Go on from what is stored, so that one change is one finding.
        self.seq, self.hash = seq, stored

    def close(self, head: Head | None) -> None:
        end = Head(clinic_id=self._clinic_id, seq=self.seq, hash=self.hash.hex())
        if head is None:
            self._find(self.seq, "The log has no head.")
        elif head.seq > self.seq:
            self._find(self.seq, f"The entries {self.seq + 1} to {head.seq} are missing.")
        elif head != end:
            self._find(self.seq, f"The log ends at {self.seq}, and its head says otherwise.")
        latest = max(self._known, default=0)
        if latest > self.seq:
            self._find(self.seq, f"The log was cut: an exported head reached {latest}.")

    def _find(self, seq: int, what: str) -> None:
        self.findings.append(Finding(clinic_id=self._clinic_id, seq=seq, what=what))


async def read_heads(tx: Transaction) -> list[Head]:
    """The heads of all clinics, to be exported."""
    return await tx.all(_QUERIES["all_heads"], into=Head)


async def verify(tx: Transaction, exported: list[Head] | None = None) -> list[Finding]:
    """Check the logs of all clinics; an empty list: every entry is what was written.

    Reads the whole log in pieces, and its heads before them.

    Args:
        tx: `Database.inspection`: one that reads one moment, or what is written meanwhile looks
            like a wrong head.
        exported: Heads that were exported earlier.
    """
    heads = {head.clinic_id: head for head in await read_heads(tx)}
    known: dict[UUID, dict[int, set[str]]] = {}
    for head in exported or []:
        # All of them: after a log was rewritten, its new head may have been exported as well.
        known.setdefault(head.clinic_id, {}).setdefault(head.seq, set()).add(head.hash)
    clinics = {clinic for (clinic,) in await tx.all(_QUERIES["known_clinics"])}
    findings: list[Finding] = []
    for clinic in sorted(clinics | heads.keys() | known.keys()):
        chain = _Chain(clinic, known.get(clinic, {}))
        async for seq, canonical, stored in _entries(tx, clinic):
            chain.take(seq, canonical, stored)
        chain.close(heads.get(clinic))
        findings += chain.findings
    return findings


async def _entries(tx: Transaction, clinic: UUID) -> AsyncIterator[tuple[int, bytes, bytes]]:
    async with tx.connection.cursor(name="audit") as cursor:
        cursor.itersize = _AT_ONCE
        await cursor.execute(_QUERIES["hashed_entries"].sql, {"clinic_id": clinic})
        async for row in cursor:
            *columns, stored = row
            yield columns[1], canonical_text(columns), stored


def canonical_text(columns: list[Any]) -> bytes:
    """What is hashed of an entry: its columns as text, one a line, as `log_canonical` in SQL."""
    return "\n".join("" if column is None else str(column) for column in columns).encode()
