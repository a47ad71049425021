"""The file of signed heads: appended to once an hour, read when the log is proved.

A line is a `SignedHead` in JSON. The file is worth what its place is worth: have it collected by
another machine, or make it append-only (`chattr +a`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from clinicdesk.server.database.audit import Head, read_heads
from clinicdesk.server.database.epoch import epoch
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.signed_heads import SignedHead, Signer, is_genuine
from clinicdesk.server.telemetry import describe_error

if TYPE_CHECKING:
    from io import FileIO

    from clinicdesk.server.database.database import Database

INTERVAL_S: Final = 3600.0

journal = structlog.get_logger("clinicdesk.heads")


class HeadExport:
    """Appends the heads of all logs to a file, signed.

    Args:
        database: Whose logs.
        signer: Signs them.
        path: The file; made at the first export.
        now: The time, in UTC.
    """

    def __init__(
        self, database: Database, signer: Signer, path: Path, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._signer = signer
        self._path = path
        self._now = now
        self._exported: dict[UUID, Head] = {}

    async def keep_on(self) -> None:
        """Export now and each hour, until cancelled."""
        while True:
            try:
                written = await self.export()
            except DatabaseDown:
                journal.warning("the database does not answer; the heads of the log wait")
            except Exception as error:  # a full disk, say: the next hour may be better
                journal.error("the heads of the log were not exported", **describe_error(error))
            else:
                journal.info("the heads of the log are exported", clinics=written)
            await asyncio.sleep(INTERVAL_S)

    async def export(self) -> int:
        """Export the heads that moved since the last time; how many did.

        Raises:
            DatabaseDown: Nothing was exported.
            OSError: The file cannot be written.
        """
        async with self._database.on_the_feed() as tx:
            heads = await read_heads(tx)
            current = await epoch(tx)
        moved = [head for head in heads if self._exported.get(head.clinic_id) != head]
        at = self._now()
        signed = [self._signer.sign(head, current, at) for head in moved]
        await asyncio.to_thread(_append, self._path, signed)
        self._exported |= {head.clinic_id: head for head in moved}
        return len(moved)


class KeptHeads(Struct, frozen=True):
    """What files of signed heads have to say.

    Attributes:
        heads: Those that bear a good signature.
        forged: Where lines stand that have none by a key that is known, as `file:line`.
        torn: Where lines stand that are no heads, as a full disk leaves behind.
    """

    heads: list[Head]
    forged: list[str]
    torn: list[str]


def read_kept_heads(paths: Iterable[Path], keys: Collection[str]) -> KeptHeads:
    """Read files of signed heads; `keys` are the public keys to believe.

    Raises:
        OSError: One cannot be read.
    """
    kept = KeptHeads([], [], [])
    for path in paths:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    signed = _decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    if line.strip():
                        kept.torn.append(f"{path}:{number}")
                    continue
                if is_genuine(signed, keys):
                    kept.heads.append(signed.head)
                else:
                    kept.forged.append(f"{path}:{number}")
    return kept


_decoder = msgspec.json.Decoder(SignedHead)


def _append(path: Path, heads: list[SignedHead]) -> None:
    """One write, on the disk before it returns."""
    if not heads:
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = b"".join(msgspec.json.encode(head) + b"\n" for head in heads)
    with path.open("a+b", buffering=0) as file:
        if _is_torn(file):
            lines = b"\n" + lines
        written = file.write(lines)
        os.fsync(file.fileno())
    if written != len(lines):
        raise OSError(f"only {written} of {len(lines)} bytes were written")


def _is_torn(file: FileIO) -> bool:
    """Whether the last line was not written to its end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    return file.read(1) not in (b"", b"\n")
