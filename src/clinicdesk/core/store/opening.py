"""Opening a store: made, migrated, or, when it cannot be read, set aside and begun anew.

Nothing is ever deleted: a file that does not open is renamed beside the new one, and the commands
in it that were not sent are taken over where they can be read.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from msgspec import DecodeError, Struct

from clinicdesk.core.errors import StoreOfNewerVersion, StoreUnusable
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState, read_outbox
from clinicdesk.core.store.schema import FORMAT, format_of, migrate
from clinicdesk.core.store.sqlcipher import Connection, StoreError, connect, make_durable
from clinicdesk.core.store.unsent_note import Unsent, path_of_note, read_note

_PLAIN = b"SQLite format 3\0"
"""How a database begins that is not encrypted: never one of ours."""


class WhyAside(StrEnum):
    """Why a file could not be used."""

    WRONG_KEY = "wrong-key"  # or damaged at its very beginning: the two look alike
    DAMAGED = "damaged"
    FOREIGN = "foreign"


class SetAside(Struct, frozen=True):
    """A file that was renamed out of the way.

    Attributes:
        path: Where it lies now.
        recovered: Commands taken over from it.
        noted: What waited in it, as was noted beside it.
    """

    path: Path
    why: WhyAside
    recovered: list[OutboxEntry]
    noted: Unsent = Unsent()

    @property
    def sentence(self) -> str:
        """What happened, what was saved and what comes next, for the person."""
        what = {
            WhyAside.WRONG_KEY: "The data kept on this computer could not be unlocked",
            WhyAside.DAMAGED: "The data kept on this computer is damaged",
            WhyAside.FOREIGN: "A file that is not clinicdesk's lay where this desk keeps its data",
        }[self.why]
        return (
            f"{what}, so it was put aside as {self.path.name} and everything is fetched "
            f"from the server again.{self._unsent_sentence}"
        )

    @property
    def left(self) -> Unsent:
        """What waits in it still: it was noted and could not be taken over."""
        return Unsent(
            max(0, self.noted.unsent - self._recovered(OutboxState.WAITING)),
            max(0, self.noted.refused - self._recovered(OutboxState.REFUSED)),
        )

    def _recovered(self, state: OutboxState) -> int:
        return sum(entry.state is state for entry in self.recovered)

    @property
    def _unsent_sentence(self) -> str:
        unsent, missing = self._recovered(OutboxState.WAITING), self.left.unsent
        said = f" {unsent} unsent change(s) were recovered and will be sent." if unsent else ""
        if missing > 0 and self.why is WhyAside.WRONG_KEY:
            said += (
                f" {missing} unsent change(s) are in it: they are kept, and taken over when its "
                "key is there again."
            )
        elif missing > 0:
            said += f" {missing} unsent change(s) could not be read; the file is kept."
        return said


class OpenedFile(Struct):
    """A store that is ready: a connection that writes and one that reads."""

    writer: Connection
    reader: Connection
    set_aside: SetAside | None


def open_file(
    path: Path, key: bytes, identity: dict[str, str], now: datetime, *, thorough: bool
) -> OpenedFile:
    """Open or make the store at `path` for `identity` (server, clinic, member).

    `thorough` reads every page first, which takes as long as the file is large: for when reading
    failed after an opening that looked well. Runs on a thread: it reads and writes. Raises
    StoreUnusable and StoreOfNewerVersion.
    """
    try:
        aside = _make_room(path, key, identity, now, thorough)
        writer = connect(path, key)
        make_durable(writer)
        migrate(writer)
        _write_identity(writer, identity)
        path.chmod(0o600)
        return OpenedFile(writer, connect(path, key, read_only=True), aside)
    except (OSError, StoreError) as error:
        raise StoreUnusable(
            f"The folder {path.parent} does not take clinicdesk's data: {error}. "
            "Free some disk space or give this user the right to write there, then try again."
        ) from error


def _make_room(
    path: Path, key: bytes, identity: dict[str, str], now: datetime, thorough: bool
) -> SetAside | None:
    """Look at the file that is there; when it cannot serve, rename it and say so."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    why, recovered = _examine(path, key, identity, thorough)
    if why is None:
        return None
    noted = read_note(path)
    aside = path.with_name(f"{path.stem}.{now:%Y%m%dT%H%M%S%f}.{why.value}.db")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    if not noted.nothing:
        path_of_note(path).rename(path_of_note(aside))
    return SetAside(aside, why, recovered, noted)


def _examine(
    path: Path, key: bytes, identity: dict[str, str], thorough: bool
) -> tuple[WhyAside | None, list[OutboxEntry]]:
    with path.open("rb") as file:
        if file.read(len(_PLAIN)) == _PLAIN:
            return WhyAside.FOREIGN, []
    connection = connect(path, key)
    try:
        try:
            found = format_of(connection)
        except StoreError:
            return WhyAside.WRONG_KEY, []
        if found > FORMAT:
            raise StoreOfNewerVersion(
                "A newer clinicdesk has used this computer's data; "
                "open that version, or update this one."
            )
        try:
            if _identity(connection) not in ({}, identity):
                return WhyAside.FOREIGN, []
            if found:
                read_outbox(connection)
            whole = not thorough or _is_whole(connection)
        except (StoreError, DecodeError, ValueError):
            whole = False
        return (None, []) if whole else (WhyAside.DAMAGED, _readable_outbox(connection))
    finally:
        connection.close()


def _is_whole(connection: Connection) -> bool:
    """Every page has the checksum that its key gives it, and tables agree with indexes."""
    if connection.execute("PRAGMA cipher_integrity_check").fetchall():
        return False
    return connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]


def _identity(connection: Connection) -> dict[str, str]:
    has_facts = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone()
    if has_facts is None:
        return {} if format_of(connection) == 0 else {"not": "ours"}
    return dict(connection.execute("SELECT name, value FROM fact").fetchall())


def _write_identity(connection: Connection, identity: dict[str, str]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", list(identity.items())
    )


def _readable_outbox(connection: Connection) -> list[OutboxEntry]:
    """All commands; where a page of them is damaged, those on the others."""
    with suppress(StoreError, DecodeError, ValueError):
        return read_outbox(connection)
    found: list[OutboxEntry] = []
    with suppress(StoreError):
        given = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
        last = connection.execute(given).fetchone()
        for n in range(1, 1 + (last[0] if last else 0)):
            with suppress(StoreError, DecodeError, ValueError):
                found += read_outbox(connection, only=n)
    return found
