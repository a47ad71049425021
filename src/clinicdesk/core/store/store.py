"""One member's encrypted store on one computer, with a part for each thing it keeps."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from clinicdesk.core.clock import Now
from clinicdesk.core.errors import StoreUnusable
from clinicdesk.core.store.aside import PARTS, SetAside, was_read
from clinicdesk.core.store.lock import StoreLock
from clinicdesk.core.store.medicine_table import MedicineTable
from clinicdesk.core.store.notice_table import NoticeTable
from clinicdesk.core.store.opening import OpenedFile, open_file
from clinicdesk.core.store.outbox_table import OutboxTable
from clinicdesk.core.store.price_table import PriceTable
from clinicdesk.core.store.rows import RowStore
from clinicdesk.core.store.rule_table import RuleTable
from clinicdesk.core.store.scratch import Scratch
from clinicdesk.core.store.thread import StoreThread
from clinicdesk.core.store.unsent_note import path_of_note, write_note


class Store:
    """Rows, outbox, notices, scratch, medicines, prices and rules of one member.

    Attributes:
        path: Its file. identity: Of which server, clinic and member.
        set_aside: What happened to older files that could not be opened; seldom any.
    """

    def __init__(
        self,
        path: Path,
        identity: dict[str, str],
        opened: OpenedFile,
        lock: StoreLock,
        now: Now,
    ) -> None:
        self.path = path
        self.identity = identity
        self._writer = StoreThread(opened.writer, "store-writer")
        self._reader = StoreThread(opened.reader, "store-reader")
        self._lock = lock
        self.set_aside: list[SetAside] = opened.set_aside
        self.rows = RowStore(self._writer, self._reader, path.parent)
        self.outbox = OutboxTable(self._writer)
        self.notices = NoticeTable(self._writer)
        self.scratch = Scratch(self._writer, now)
        self.medicines = MedicineTable(self._writer, self._reader)
        self.prices = PriceTable(self._writer, self._reader)
        self.rules = RuleTable(self._writer, self._reader)

    @classmethod
    async def open(
        cls, path: Path, key: bytes, identity: dict[str, str], now: Now, *, thorough: bool = False
    ) -> Store:
        """Open or make the store at `path`; `thorough` as in `open_file`.

        Raises StoreInUse, StoreUnusable, StoreOfNewerVersion.
        """
        suspected = thorough or _suspicion(path).exists()
        opened, lock = await asyncio.to_thread(_open, path, key, identity, now(), suspected)
        _suspicion(path).unlink(missing_ok=True)
        store = cls(path, identity, opened, lock, now)
        try:
            await store._take_over()
        except BaseException:
            await store.close()
            raise
        return store

    async def _take_over(self) -> None:
        for aside in self.set_aside:
            await self.outbox.adopt(aside.recovered)
            # After a crash before this they are adopted again, and have the same identity still.
            was_read(aside.path)
            write_note(aside.path, aside.left)

    async def close(self) -> None:
        """Finish what was asked for and let go of the file."""
        await self._reader.close()
        await self._writer.close()
        self._lock.release()

    def suspect(self) -> None:
        """Have the next opening look at every page: reading failed in the middle of the work."""
        _suspicion(self.path).touch()

    def remove(self) -> None:
        """Delete the file of a closed store whose key nobody keeps."""
        for suffix in PARTS:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.with_suffix(".lock").unlink(missing_ok=True)
        path_of_note(self.path).unlink(missing_ok=True)


def _suspicion(path: Path) -> Path:
    return path.with_suffix(".suspect")


def _open(
    path: Path, key: bytes, identity: dict[str, str], now: datetime, thorough: bool
) -> tuple[OpenedFile, StoreLock]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = StoreLock(path.with_suffix(".lock"))
    except OSError as error:
        raise StoreUnusable(
            f"The folder {path.parent} does not take clinicdesk's data: {error.strerror}. "
            "Give this user the right to write there, then try again."
        ) from error
    try:
        return open_file(path, key, identity, now, thorough=thorough), lock
    except BaseException:
        lock.release()
        raise
