"""Keeps the note of what waits in an outbox, for those who cannot open its store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from clinicdesk.core.outbox import Outbox
from clinicdesk.core.store.unsent_note import Unsent, read_note, write_note

_WITHIN_S: Final = 1.0


class UnsentTally:
    """Writes the note of one store: at once when there is something, soon when it changes."""

    def __init__(self, outbox: Outbox, store: Path) -> None:
        self._outbox = outbox
        self._store = store
        self._written = read_note(store)
        self._later: asyncio.TimerHandle | None = None
        self._leave = outbox.changed.add(lambda _aggregate: self._changed())

    def close(self) -> None:
        """Write it for the last time."""
        self._leave()
        self._write()

    def _changed(self) -> None:
        if self._written.nothing and not self._count().nothing:
            self._write()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(_WITHIN_S, self._write)

    def _write(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        count = self._count()
        if count != self._written:
            write_note(self._store, count)
            self._written = count

    def _count(self) -> Unsent:
        return Unsent(self._outbox.unsent, len(self._outbox.refused()))
