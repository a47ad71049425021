"""The formulary in pages: what changed since a revision, by revision and identifier."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.formulary", "pages.sql")

LONGEST_PAGE: Final = 5000

_AFTER: Final = re.compile(r"(?P<revision>\d{1,9})(?::(?P<id>[0-9a-f-]{36}))?")
_LAST_ID: Final = UUID(int=2**128 - 1)


class After(Struct, frozen=True):
    """Where a page begins: after this medicine of this revision."""

    revision: int
    id: UUID


class Page(Struct, frozen=True, kw_only=True):
    """As `contract.snapshot.MedicinePage`, with the medicines still in the database's JSON."""

    formulary_id: UUID
    revision: int
    medicines: Raw
    next_after: str | None


class _Read(Struct, frozen=True):
    revision: int
    medicines: str
    count: int
    last_revision: int | None
    last_id: UUID | None


def parse_after(text: str) -> After | None:
    """Where to go on: `12` is after revision 12, `12:<id>` within it; None when it is neither."""
    found = _AFTER.fullmatch(text)
    if found is None:
        return None
    try:
        return After(int(found["revision"]), UUID(found["id"]) if found["id"] else _LAST_ID)
    except ValueError:
        return None


async def medicines_after(
    tx: Transaction, clinic_id: UUID, formulary_id: UUID, after: After, limit: int
) -> Page | None:
    """The next medicines; None when there is no such formulary. Call it in a snapshot."""
    read = await tx.one(
        _QUERIES["medicines_after"],
        {
            "clinic_id": clinic_id,
            "formulary_id": formulary_id,
            "revision": after.revision,
            "id": after.id,
            "limit": limit,
        },
        into=_Read,
    )
    if read is None:
        return None
    full = read.count == limit
    return Page(
        formulary_id=formulary_id,
        revision=read.revision,
        medicines=msgspec.Raw(read.medicines.encode()),
        next_after=f"{read.last_revision}:{read.last_id}" if full else None,
    )
