"""Commands of this member that wait in stores whose key is not here, until it is here again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from clinicdesk.core.clock import Now
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.session import Session
from clinicdesk.core.store.locked import (
    LockedFile,
    delete_taken_over,
    locked_files,
    put_away,
    read_locked,
)
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.store.store import Store
from clinicdesk.core.store_key import keep_key, keys_for
from clinicdesk.core.vault import Vault


class LostWork:
    """What is locked away, and the way to have it back.

    Attributes:
        files: Those that hold something unsent, the oldest first; as of the last look.
        changed: Told when `files` may be others.
    """

    def __init__(self, session: Session, store: Store, outbox: Outbox, now: Now) -> None:
        user = session.user
        self._session = session
        self._store = store
        self._outbox = outbox
        self._now = now
        self._lasting = session.home.store_path(user.server, user.clinic.id, user.member.id)
        self.files: list[LockedFile] = []
        self.changed: Listeners[None] = Listeners()

    @property
    def unsent(self) -> int:
        """Commands that wait in these files, as far as was noted."""
        return sum(file.unsent.unsent for file in self.files)

    async def take_over(self, vault: Vault) -> int:
        """Take the commands out of every file that a key in `vault` opens; how many wait now.

        Raises VaultUnavailable and StoreLost; what was not taken over stays where it is.
        """
        taken = 0
        for file in await self._look():
            keys = await keys_for(self._session, vault, file.path)
            found = await asyncio.to_thread(read_locked, file.path, keys, self._store.identity)
            if found is not None:
                taken += await self._take(file.path, found)
        if self.files:
            await self._outbox.take_in()
            await self._look()
            self.changed.tell(None)
        return taken

    async def delete_what_nobody_misses(self) -> None:
        """Delete files whose commands were taken over long ago and have all been settled since."""
        if not self._outbox.entries():
            with suppress(OSError):  # the next time, then
                await asyncio.to_thread(delete_taken_over, self._lasting, self._now())

    async def keep_key(self, vault: Vault) -> None:
        """Have `vault` open this desk's store later, when the present vault has ended.

        Raises VaultUnavailable.
        """
        await keep_key(self._session, vault, self._store.path)

    async def _take(self, path: Path, entries: list[OutboxEntry]) -> int:
        await self._store.outbox.adopt(entries)
        # After a crash in between they are adopted again, and have the same identity still.
        await asyncio.to_thread(put_away, path, self._now())
        return sum(entry.unanswered for entry in entries)

    async def _look(self) -> list[LockedFile]:
        self.files = await asyncio.to_thread(locked_files, self._lasting, self._store.path)
        return self.files
