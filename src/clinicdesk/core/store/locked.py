"""Stores of one member that the present key does not open, and what was waiting in them.

Such a file is kept as it is. When its key is there again, because the keyring has it back or the
passphrase was given, its commands are taken over and the file is renamed to `.taken-over`. It is
deleted when nobody can miss anything of it any more.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct

from clinicdesk.core.errors import StoreInUse
from clinicdesk.core.store.aside import PARTS, WhyAside
from clinicdesk.core.store.lock import StoreLock
from clinicdesk.core.store.outbox_table import OutboxEntry, read_outbox
from clinicdesk.core.store.schema import FORMAT, format_of, migrate
from clinicdesk.core.store.sqlcipher import StoreError, connect
from clinicdesk.core.store.unsent_note import Unsent, path_of_note, read_note

KEPT_FOR: Final = timedelta(days=30)
"""How long a file is kept whose commands were taken over: as long as a session lasts, so whoever
gave them has sat here again and could have missed one."""
_TAKEN_OVER: Final = "taken-over"


class LockedFile(Struct, frozen=True):
    """A store that is kept and cannot be opened now.

    Attributes:
        since: When it was last written. unsent: What waits in it, as far as was noted.
    """

    path: Path
    since: datetime
    unsent: Unsent


def locked_files(lasting: Path, own: Path) -> list[LockedFile]:
    """The files of one member that hold something unsent and are not the store that is open.

    `lasting` is where their store lies on a computer with a vault, `own` the one that is open:
    another file only while there is no vault.
    """
    found = []
    for path in _candidates(lasting, own):
        note = read_note(path)
        if note.nothing or _in_use(path):
            continue
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found.append(LockedFile(path, since, note))
    return sorted(found, key=lambda file: file.since)


def read_locked(
    path: Path, keys: Sequence[bytes], identity: dict[str, str]
) -> list[OutboxEntry] | None:
    """The commands in a file, if one of the keys opens it and it is the same member's; else None.

    Runs on a thread: it reads.
    """
    for key in keys:
        with suppress(StoreError, DecodeError, ValueError, OSError):
            connection = connect(path, key)
            try:
                if not 0 < format_of(connection) <= FORMAT:
                    continue
                migrate(connection)
                facts = connection.execute("SELECT name, value FROM fact").fetchall()
                if dict(facts) == identity:
                    return read_outbox(connection)
            finally:
                connection.close()
    return None


def put_away(path: Path, now: datetime) -> None:
    """Rename a file whose commands are in the open store now."""
    stem = path.stem.removesuffix(f".{WhyAside.WRONG_KEY}")
    away = path.with_name(f"{stem}.{_TAKEN_OVER}.db")
    os.utime(path, (now.timestamp(), now.timestamp()))
    for suffix in reversed(PARTS):  # the file itself at last: it is what is looked for
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(away.with_name(away.name + suffix))
    path_of_note(path).unlink(missing_ok=True)


def delete_taken_over(lasting: Path, now: datetime) -> None:
    """Delete the member's files that were taken over `KEPT_FOR` ago or earlier.

    Only while nothing waits in the open store: until then they are a second copy of it.
    """
    last = (now - KEPT_FOR).timestamp()
    for path in lasting.parent.glob(f"{lasting.stem}*.{_TAKEN_OVER}.db"):
        if path.stat().st_mtime <= last:
            for suffix in reversed(PARTS):
                path.with_name(path.name + suffix).unlink(missing_ok=True)


def _candidates(lasting: Path, own: Path) -> list[Path]:
    folder, stem = lasting.parent, lasting.stem
    found = {
        *folder.glob(f"{stem}.*.{WhyAside.WRONG_KEY}.db"),
        *(path for path in folder.glob(f"{stem}-*.db") if "." not in path.stem),
    }
    if lasting.exists():
        found.add(lasting)
    return sorted(found - {own})


def _in_use(path: Path) -> bool:
    """Whether another window has it open: then it is not locked, but at work."""
    lock = path.with_suffix(".lock")
    if not lock.exists():
        return False
    try:
        StoreLock(lock).release()
    except StoreInUse:
        return True
    return False
