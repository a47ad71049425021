"""A PostgreSQL that is killed and started again, with the settings of a clinic that means it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from clinicdesk.server.database.embedded import EmbeddedDatabase
from tests.end_to_end.polling import until
from tests.postgres import make_postgres_folder

_GONE_WITHIN_S: Final = 20.0


class KillableCluster:
    """A cluster of its own: what is committed is on the disk, as in service.

    Attributes:
        url: Of its database `clinicdesk`, as the owner; the same after each start.
        kills: How often it was killed.
    """

    def __init__(self) -> None:
        self._folder = make_postgres_folder()
        self._embedded = EmbeddedDatabase(self._folder)
        self.url = ""
        self.kills = 0

    async def __aenter__(self) -> Self:
        self.url = await asyncio.to_thread(self._embedded.start)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.to_thread(self._embedded.stop)
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self, *, sessions_too: bool) -> None:
        """kill -9 of the postmaster, alone or with all that it had started, within a moment."""
        postmaster = self.postmaster
        if postmaster is None:
            return
        children = _children_of(postmaster) if sessions_too else []
        for pid in (postmaster, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1

    async def start(self) -> None:
        """Start it again after a kill; returns once it has recovered."""
        await until(lambda: self.postmaster is None, _GONE_WITHIN_S)  # killed, and not gone yet
        await asyncio.to_thread(self._embedded.start)

    @property
    def postmaster(self) -> int | None:
        """Its process, while it lives."""
        try:
            pid = int((self._folder / "cluster/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if _lives(pid) else None


def _children_of(parent: int) -> list[int]:
    """All at one look: those of a dead parent cannot be told any more."""
    children = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent:
                    children.append(int(entry.name))
    return children


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
