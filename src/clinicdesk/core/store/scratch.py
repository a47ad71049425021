"""What was typed and is not a command yet: kept on every change, so that nobody types it twice."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from clinicdesk.core.clock import Now
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

_Form = TypeVar("_Form", bound=Struct)


class Scratch:
    """Half-written forms by key, as `prescription:<uuid>` or `new prescription:<patient>`.

    A form is any msgspec Struct of the view's own.
    """

    def __init__(self, writer: StoreThread, now: Now) -> None:
        self._writer = writer
        self._now = now

    async def keep(self, key: str, form: Struct) -> None:
        """Keep the form in place of the older one, on the disk. Raises StoreLost."""
        body, at = msgspec.json.encode(form), self._now().isoformat()
        await self._writer.transaction(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO scratch (key, body, at) VALUES (?, ?, ?)", (key, body, at)
            )
        )

    async def read(self, key: str, form: type[_Form]) -> _Form | None:
        """What was kept; None when nothing was, or when an older version's form does not fit."""

        def work(connection: Connection) -> bytes | None:
            found = connection.execute("SELECT body FROM scratch WHERE key = ?", (key,)).fetchone()
            return None if found is None else bytes(found[0])

        body = await self._writer.run(work)
        if body is None:
            return None
        try:
            return msgspec.json.decode(body, type=form)
        except msgspec.DecodeError:
            return None

    async def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin with `prefix`, the newest first."""

        def work(connection: Connection) -> list[str]:
            rows = connection.execute(
                "SELECT key FROM scratch WHERE substr(key, 1, ?) = ? ORDER BY at DESC",
                (len(prefix), prefix),
            )
            return [key for (key,) in rows.fetchall()]

        return await self._writer.run(work)

    async def forget(self, key: str) -> None:
        """Drop what has become a command, or was thrown away."""
        await self._writer.transaction(
            lambda connection: connection.execute("DELETE FROM scratch WHERE key = ?", (key,))
        )
