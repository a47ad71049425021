"""The outbox in the store: commands in the order they were given, each with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
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


class Delay(StrEnum):
    """Why an attempt to send came to no answer about the command."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"  # the server, or its database, asked for patience
    FAULT = "fault"  # the server has a fault of its own
    SIGNED_OUT = "signed_out"
    OTHER_VERSION = "other_version"


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
        tried: The server may have carried it out although nobody here has heard so. Not stored:
            of a command that an earlier run left nobody knows, so it may have been.
        delay: What the last attempt to send it came to. Not stored.
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
    tried: bool = False
    delay: Delay | None = None

    @property
    def unanswered(self) -> bool:
        """Whether the server still has to say something about it."""
        return self.state in (OutboxState.WAITING, OutboxState.SENDING)


class Fresh(Struct, frozen=True):
    """A command that is to be appended. `version` as in `OutboxEntry`."""

    op_id: UUID
    command: AnyCommand
    medicines: list[Medicine]
    version: int | None


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
        (entry,) = await self.supersede([], [Fresh(op_id, command, medicines, version)], at)
        return entry

    async def supersede(
        self, old: Sequence[OutboxEntry], fresh: Sequence[Fresh], at: datetime
    ) -> list[OutboxEntry]:
        """Append commands in place of others, at one stroke: one of the two sets is always there.

        Raises StoreLost: then the old ones are there still.
        """

        def work(connection: Connection) -> list[int]:
            _delete(connection, old)
            return [_append(connection, each, at) for each in fresh]

        return [
            OutboxEntry(
                n=n,
                op_id=each.op_id,
                command=each.command,
                medicines=each.medicines,
                at=at,
                state=OutboxState.WAITING,
                version=each.version,
            )
            for n, each in zip(await self._writer.transaction(work), fresh, strict=True)
        ]

    async def finish(self, entry: OutboxEntry, answer: Done | Refusal, passed: bool) -> bool:
        """Keep the answer; False when it is one of another history of the log than the rows are of.

        Done: the next command of the aggregate learns its version; a command whose effect the rows
        hold already (`passed`) leaves at once. Refused: those that were built upon it get a version
        that cannot match, so that the server refuses them as stale instead of doing half of what
        was meant.
        """
        aggregate = entry.command.aggregate_id.bytes

        def work(connection: Connection) -> bool:
            if isinstance(answer, Done) and not _of_this_history(connection, answer):
                return False
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
            return True

        return await self._writer.transaction(work)

    async def remove(self, entries: Sequence[OutboxEntry]) -> None:
        """Forget commands that a person has dealt with or does not want, all of them or none."""
        await self._writer.transaction(lambda connection: _delete(connection, entries))

    async def put_back(self, entries: Sequence[OutboxEntry]) -> None:
        """Take commands up again in the places that they had before `remove`."""
        await self._writer.transaction(
            lambda connection: _insert(connection, entries, in_their_places=True)
        )

    async def adopt(self, entries: list[OutboxEntry]) -> None:
        """Take over commands recovered from another store, in their order, behind those here."""
        await self._writer.transaction(
            lambda connection: _insert(connection, entries, in_their_places=False)
        )


def _append(connection: Connection, fresh: Fresh, at: datetime) -> int:
    return connection.execute(
        "INSERT INTO outbox (op_id, aggregate, command, context, at, state, version) "
        "VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
        (
            fresh.op_id.bytes,
            fresh.command.aggregate_id.bytes,
            msgspec.json.encode(fresh.command),
            msgspec.json.encode(fresh.medicines),
            at.isoformat(),
            fresh.version,
        ),
    ).lastrowid


def _of_this_history(connection: Connection, done: Done) -> bool:
    """Whether the answer's numbers say something about the rows that are here."""
    found = connection.execute("SELECT epoch FROM cursor").fetchone()
    return found is None or done.epoch in ("", found[0])


def _delete(connection: Connection, entries: Sequence[OutboxEntry]) -> None:
    # What was answered well meanwhile is the feed's to take away.
    connection.executemany(
        "DELETE FROM outbox WHERE op_id = ? AND state <> 'done'",
        [(entry.op_id.bytes,) for entry in entries],
    )


def _insert(
    connection: Connection, entries: Sequence[OutboxEntry], *, in_their_places: bool
) -> None:
    for entry in entries:
        answer = entry.done or entry.refusal
        # `sending` is never stored.
        state = OutboxState.WAITING if entry.unanswered else entry.state
        connection.execute(
            "INSERT OR IGNORE INTO outbox "
            "(n, op_id, aggregate, command, context, at, state, version, answer) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.n if in_their_places else None,
                entry.op_id.bytes,
                entry.command.aggregate_id.bytes,
                msgspec.json.encode(entry.command),
                msgspec.json.encode(entry.medicines),
                entry.at.isoformat(),
                state.value,
                entry.version,
                msgspec.json.encode(answer) if answer is not None else None,
            ),
        )


def read_outbox(connection: Connection, only: int | None = None) -> list[OutboxEntry]:
    """Every entry, in order, or the `only` one of that place.

    Raises StoreError, and DecodeError or ValueError on an entry that is damaged.
    """
    rows = connection.execute(
        "SELECT n, op_id, command, context, at, state, version, answer, seen FROM outbox "
        "WHERE ?1 IS NULL OR n = ?1 ORDER BY n",
        (only,),
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
        tried=state == OutboxState.WAITING,
    )
