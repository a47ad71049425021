"""The lines of a snapshot, out of one transaction that reads one moment.

PostgreSQL writes the rows as JSON, each already in the member's view, and gives them piece by
piece: nothing is decoded here, and never more than a line is in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from psycopg.pq import Format

from clinicdesk.contract.access import access_digest
from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.problems import SessionExpired
from clinicdesk.contract.snapshot import LINE_ROWS, SnapshotEnd, SnapshotHead
from clinicdesk.server.database.epoch import epoch
from clinicdesk.server.domain.views import present_scopes, select_list
from clinicdesk.server.domain.working_set import is_kept
from clinicdesk.server.http.problems import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime
    from typing import Any, LiteralString
    from uuid import UUID

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_END: Final = b"\n"


async def read_head(tx: Transaction, actor: MemberActor, settled_before: datetime) -> SnapshotHead:
    """What the snapshot will be of.

    Raises:
        Refused: The membership has ended.
    """
    scopes = await present_scopes(tx, actor)
    if not scopes:
        raise Refused(SessionExpired(detail="Your access to this clinic has ended."))
    clinic_id = actor.member.clinic_id
    chosen = _chosen(clinic_id, settled_before)
    counts = ", ".join(f"(select count(*) from {_kept(entity)})" for entity in ENTITIES)
    found = await tx.one(f"select {counts}", chosen)
    assert found is not None
    return SnapshotHead(
        clinic=clinic_id,
        epoch=await epoch(tx),
        seq=await _seq(tx, clinic_id),
        access=access_digest(scopes),
        settled_before=settled_before,
        counts=dict(zip(ENTITIES, found, strict=True)),
    )


async def lines_after(tx: Transaction, head: SnapshotHead) -> AsyncIterator[bytes]:
    """The lines that follow the head, each with its end."""
    sent = 0
    # Read to the end: what begins soonest is not what is done soonest.
    await tx.execute("set local cursor_tuple_fraction = 1")
    for entity in ENTITIES:
        begin = b'{"t":"rows","kind":"%s","rows":[' % entity.encode()
        async with tx.connection.cursor(f"snapshot_{entity}") as cursor:
            cursor.format = Format.BINARY  # bytes as they are
            await cursor.execute(_rows(entity), _chosen(head.clinic, head.settled_before))
            while rows := await cursor.fetchmany(LINE_ROWS):
                sent += len(rows)
                yield begin + b",".join([row for (row,) in rows]) + b"]}" + _END
    yield line_of(SnapshotEnd(rows=sent))


def line_of(line: SnapshotHead | SnapshotEnd) -> bytes:
    """The line with its end."""
    return msgspec.json.encode(line) + _END


def _rows(entity: str) -> LiteralString:
    return (
        "select convert_to(row_to_json(r)::text, 'UTF8') from "
        f"(select {select_list(entity)} from {_kept(entity)} order by id) r"
    )


def _kept(entity: str) -> LiteralString:
    return f"{entity} where clinic_id = %(clinic_id)s and {is_kept(entity)}"


def _chosen(clinic_id: UUID, settled_before: datetime) -> Mapping[str, Any]:
    return {"clinic_id": clinic_id, "settled_before": settled_before}


async def _seq(tx: Transaction, clinic_id: UUID) -> int:
    seq: int | None = await tx.value(
        "select seq from clinic_head where clinic_id = %(clinic_id)s",
        {"clinic_id": clinic_id},
    )
    return seq or 0
