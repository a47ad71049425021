"""The outbox in the store: commands in the order they were given, each with what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import AnyCommand, Done
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.problems import Refusal
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

NEVER: Final = 0
"""A version that no row ever has: what follows a refused command must not pass by chance."""


class OutboxState(StrEnum):
    """What became of a command.

    `SENDING` is never stored: after a crash nobody knows, so the command is waiting again, and is
    sent with the same key.
    """

    WAITING = "waiting"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"


class OutboxEntry(Struct, frozen=True, kw_only=True):
    """A command in the outbox.

    Attributes:
        n: Its place in the order of all commands of this desk.
        medicines: Those that the command names, so that its lines can be shown without a formulary.
        at: When it was given, by this desk's clock.
        version: Of its aggregate, to say in If-Match; None: the one before it has to answer first,
            or it creates.
        done: The answer. refusal: why not. One of them, once it is over.
        seen: Its effect has come back through the feed.
    """

    n: int
    op_id: UUID
    command: AnyCommand
    medicines: list[Medicine]
    at: datetime
    state: OutboxState
    version: int | None = None
    done: Done | None = None
    refusal: Refusal | None = None
    seen: bool = False


class OutboxTable:
    """The table `outbox`. Every write is on the disk when its method returns."""

    def __init__(self, writer: StoreThread) -> None:
        self._writer = writer

    async def all(self) -> list[OutboxEntry]:
        """Every entry, in order."""
        return await self._writer.run(read_outbox)

    async def add(
        self,
        op_id: UUID,
        command: AnyCommand,
        medicines: list[Medicine],
        at: datetime,
        version: int | None,
    ) -> OutboxEntry:
        """Append a command; it survives a power cut from here on."""

        def work(connection: Connection) -> int:
            return connection.execute(
                "INSERT INTO outbox (op_id, aggregate, command, context, at, state, version) "
                "VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
                (
                    op_id.bytes,
                    command.prescription_id.bytes,
                    msgspec.json.encode(command),
                    msgspec.json.encode(medicines),
                    at.isoformat(),
                    version,
                ),
            ).lastrowid

        return OutboxEntry(
            n=await self._writer.transaction(work),
            op_id=op_id,
            command=command,
            medicines=medicines,
            at=at,
            state=OutboxState.WAITING,
            version=version,
        )

    async def finish(self, entry: OutboxEntry, answer: Done | Refusal, passed: bool) -> None:
        """Keep the answer.

        Done: the next command of the aggregate learns its version; a command whose effect the rows
        hold already (`passed`) leaves at once. Refused: those that were built upon it get a version
        that cannot match, so that the server refuses them as stale instead of doing half of what
        was meant.
        """
        aggregate = entry.command.prescription_id.bytes

        def work(connection: Connection) -> None:
            if isinstance(answer, Done) and passed:
                connection.execute("DELETE FROM outbox WHERE n = ?", (entry.n,))
            else:
                state = OutboxState.DONE if isinstance(answer, Done) else OutboxState.REFUSED
                connection.execute(
                    "UPDATE outbox SET state = ?, answer = ? WHERE n = ?",
                    (state.value, msgspec.json.encode(answer), entry.n),
                )
            if isinstance(answer, Done):
                connection.execute(
                    "UPDATE outbox SET version = ? "
                    "WHERE version IS NULL AND state = 'waiting' AND n = "
                    "(SELECT min(n) FROM outbox WHERE aggregate = ? AND n > ?)",
                    (answer.version, aggregate, entry.n),
                )
            else:
                connection.execute(
                    "UPDATE outbox SET version = ? "
                    "WHERE aggregate = ? AND n > ? AND state = 'waiting'",
                    (NEVER, aggregate, entry.n),
                )

        await self._writer.transaction(work)

    async def remove(self, op_id: UUID) -> None:
        """Forget a refused command that a person has dealt with."""
        await self._writer.transaction(
            lambda connection: connection.execute(
                "DELETE FROM outbox WHERE op_id = ? AND state = 'refused'", (op_id.bytes,)
            )
        )

    async def adopt(self, entries: list[OutboxEntry]) -> None:
        """Take over commands recovered from a store that was set aside, in their order."""

        def work(connection: Connection) -> None:
            for entry in entries:
                answer = entry.done or entry.refusal
                connection.execute(
                    "INSERT OR IGNORE INTO outbox "
                    "(op_id, aggregate, command, context, at, state, version, answer) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        entry.op_id.bytes,
                        entry.command.prescription_id.bytes,
                        msgspec.json.encode(entry.command),
                        msgspec.json.encode(entry.medicines),
                        entry.at.isoformat(),
                        entry.state.value,
                        entry.version,
                        msgspec.json.encode(answer) if answer is not None else None,
                    ),
                )

        await self._writer.transaction(work)


def read_outbox(connection: Connection) -> list[OutboxEntry]:
    """Every entry that can be read, in order. Raises StoreError."""
    rows = connection.execute(
        "SELECT n, op_id, command, context, at, state, version, answer, seen FROM outbox ORDER BY n"
    )
    return [_entry(row) for row in rows.fetchall()]


_COMMAND = msgspec.json.Decoder(AnyCommand)
_MEDICINES = msgspec.json.Decoder(list[Medicine])
_DONE = msgspec.json.Decoder(Done)
_REFUSAL = msgspec.json.Decoder(Refusal)


def _entry(row: tuple[Any, ...]) -> OutboxEntry:
    n, op_id, command, context, at, state, version, answer, seen = row
    return OutboxEntry(
        n=n,
        op_id=UUID(bytes=op_id),
        command=_COMMAND.decode(command),
        medicines=_MEDICINES.decode(context),
        at=datetime.fromisoformat(at),
        state=OutboxState(state),
        version=version,
        done=_DONE.decode(answer) if state == OutboxState.DONE else None,
        refusal=_REFUSAL.decode(answer) if state == OutboxState.REFUSED else None,
        seen=bool(seen),
    )
