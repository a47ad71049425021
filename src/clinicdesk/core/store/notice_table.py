"""The notices that this desk has shown, kept until they are old."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

KEPT: Final = 500
"""Notices that are kept; older ones go first."""


class StoredNotice(Struct, frozen=True, kw_only=True):
    """Something that this member is told of. No patient text: it names what to open.

    Attributes:
        thing: What it is about, as `prescription:<uuid>`: a newer notice replaces an older one on
            the screen of the operating system.
        event: What happened, once per happening, whatever desk tells it.
        kind: One of `notices.NoticeKind`.
        code: The prescription's short code. status: its status then.
        pharmacy_id: Where it happened: the prescription may be elsewhere by now. None where a desk
            of before did not keep it.
        brought: It goes, or went, to the patient's address.
    """

    id: UUID
    thing: str
    event: str
    kind: str
    entity: str
    entity_id: UUID
    code: str
    status: str
    at: datetime
    read: bool = False
    pharmacy_id: UUID | None = None
    brought: bool = False


class NoticeTable:
    """The table `notice`."""

    def __init__(self, writer: StoreThread) -> None:
        self._writer = writer

    async def newest(self) -> list[StoredNotice]:
        """All that are kept, the newest first, but for what another version of this program wrote
        with other fields."""

        def work(connection: Connection) -> list[StoredNotice]:
            rows = connection.execute("SELECT body, read FROM notice ORDER BY at DESC, id DESC")
            found: list[StoredNotice] = []
            for body, read in rows.fetchall():
                with suppress(msgspec.DecodeError):
                    notice = _DECODER.decode(body)
                    found.append(msgspec.structs.replace(notice, read=bool(read)))
            return found

        return await self._writer.run(work)

    async def add(self, notices: list[StoredNotice]) -> None:
        """Keep these; one with an identifier that is there already changes nothing."""
        rows = [(n.id.bytes, n.at.isoformat(), msgspec.json.encode(n)) for n in notices]

        def work(connection: Connection) -> None:
            connection.executemany(
                "INSERT OR IGNORE INTO notice (id, at, body) VALUES (?, ?, ?)", rows
            )
            connection.execute(
                "DELETE FROM notice WHERE id IN "
                "(SELECT id FROM notice ORDER BY at DESC, id DESC LIMIT -1 OFFSET ?)",
                (KEPT,),
            )

        await self._writer.transaction(work)

    async def mark_these_read(self, notices: list[UUID]) -> None:
        """Exactly these."""
        keys = [(notice.bytes,) for notice in notices]

        def work(connection: Connection) -> None:
            connection.executemany("UPDATE notice SET read = 1 WHERE id = ?", keys)

        await self._writer.transaction(work)

    async def mark_read(self, notice: UUID | None) -> None:
        """One notice, or all of them (None)."""

        def work(connection: Connection) -> None:
            if notice is None:
                connection.execute("UPDATE notice SET read = 1 WHERE read = 0")
            else:
                connection.execute("UPDATE notice SET read = 1 WHERE id = ?", (notice.bytes,))

        await self._writer.transaction(work)


_DECODER = msgspec.json.Decoder(StoredNotice)
