"""The working set of a member at one sequence number.

PostgreSQL writes the rows as JSON, each already in the member's view, so nothing is decoded here:
the answer is put together from bytes.
"""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Final

import msgspec
import zstandard
from litestar import Response, get

from clinicdesk.contract.access import access_digest
from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.problems import SessionExpired
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import Snapshot
from clinicdesk.server.database.epoch import epoch
from clinicdesk.server.domain.staff import Authenticated
from clinicdesk.server.domain.views import present_scopes, select_list
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON
from clinicdesk.server.http.problems import AnyRequest, Refused, documented

if TYPE_CHECKING:
    from uuid import UUID

    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction

_WORTH_COMPRESSING: Final = 1024
_ZSTD_LEVEL: Final = 1
_GZIP_LEVEL: Final = 1
"""Quick rather than small: the desk waits, and rows of one kind compress well at any level."""


def snapshot_route(database: Database) -> HTTPRouteHandler:
    """`GET /api/snapshot`."""

    @get(
        SNAPSHOT,
        operation_id="snapshot",
        tags=["reading"],
        responses=documented(Snapshot),
        name="snapshot",
    )
    async def snapshot(request: AnyRequest, authenticated: SignedInAs) -> Response[bytes]:
        content = await read_snapshot(database, authenticated)
        return await compressed(content, request.headers.get("accept-encoding", ""))

    return snapshot


async def read_snapshot(database: Database, authenticated: Authenticated) -> bytes:
    """A `Snapshot` in JSON: every row the member sees, of one moment.

    Raises:
        Refused: The membership has ended.
    """
    clinic_id = authenticated.member.clinic_id
    async with database.snapshot(authenticated.actor.ids) as tx:
        scopes = await present_scopes(tx, authenticated.actor)
        if not scopes:
            raise Refused(SessionExpired(detail="Your access to this clinic has ended."))
        head = {
            "clinic": clinic_id,
            "epoch": await epoch(tx),
            "seq": await _seq(tx, clinic_id),
            "access": access_digest(scopes),
        }
        rows = [
            b'"%s":%s' % (entity.encode(), await _rows(tx, entity, clinic_id))
            for entity in ENTITIES
        ]
    return msgspec.json.encode(head)[:-1] + b',"rows":{' + b",".join(rows) + b"}}"


async def compressed(content: bytes, accepted: str) -> Response[bytes]:
    """The content in the best coding that the desk takes; compressing leaves the loop free."""
    codings = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    headers = {"Vary": "Accept-Encoding"}
    if len(content) < _WORTH_COMPRESSING:
        codings = set()
    if "zstd" in codings:
        headers["Content-Encoding"] = "zstd"
        compress = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress
        content = await asyncio.to_thread(compress, content)
    elif "gzip" in codings:
        headers["Content-Encoding"] = "gzip"
        content = await asyncio.to_thread(gzip.compress, content, _GZIP_LEVEL)
    return Response(content, media_type=JSON, headers=headers)


async def _seq(tx: Transaction, clinic_id: UUID) -> int:
    seq: int | None = await tx.value(
        "select seq from clinic_head where clinic_id = %(clinic_id)s",
        {"clinic_id": clinic_id},
    )
    return seq or 0


async def _rows(tx: Transaction, entity: str, clinic_id: UUID) -> bytes:
    columns = select_list(entity)
    text: str = await tx.value(
        "select coalesce(json_agg(r), '[]')::text from "
        f"(select {columns} from {entity} where clinic_id = %(clinic_id)s) r",
        {"clinic_id": clinic_id},
    )
    return text.encode()
