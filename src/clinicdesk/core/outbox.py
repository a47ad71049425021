"""The durable queue of what this desk's person did: each command takes effect exactly once.

A command is in the store, on the disk, before anybody is told that it is saved. It leaves when the
rows hold its effect, or, refused, when a person has dealt with it. `sender` carries it to the
server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.commands import ROUTES, AnyCommand, CheckItem, Done
from clinicdesk.contract.entities import Batch, Medicine, Member
from clinicdesk.contract.problems import Refusal
from clinicdesk.core.chains import built_upon, does_anew
from clinicdesk.core.clock import Now
from clinicdesk.core.identity import new_id
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.outbox_entries import OutboxEntries
from clinicdesk.core.overlay import Pending
from clinicdesk.core.replica import Applied, Replica
from clinicdesk.core.store.outbox_table import (
    NEVER,
    Delay,
    Fresh,
    OutboxEntry,
    OutboxState,
    OutboxTable,
)
from clinicdesk.core.trace import Trace

_RECENT: Final = 20
"""Commands that were done lately and are shown as such."""

Who = Callable[[], Member]
"""Answers who is signed in, with the rights that they have now."""


class Submitted(Struct, frozen=True):
    """A command that is saved on this computer and will be sent."""

    op_id: UUID


class Sent(Struct, frozen=True):
    """A command that the server has carried out, and when its answer came."""

    entry: OutboxEntry
    at: datetime


class PendingState(StrEnum):
    """How far the last command on something has come, for the view to mark it."""

    SAVED_HERE = "saved_here"  # waits for the server
    SENDING = "sending"
    SENT = "sent"  # the server has done it; its effect is on its way back
    REFUSED = "refused"  # the server said no, and a person has to know


class Outbox:
    """Commands of one member at one desk.

    Attributes:
        changed: Told of the aggregate whose commands changed; None when many did.
        work: Told when there is something new to send.
        late: Told of a command that had taken effect when a person discarded it.
    """

    def __init__(
        self, table: OutboxTable, replica: Replica, member: Who, now: Now, trace: Trace
    ) -> None:
        self._table = table
        self._replica = replica
        self._member = member
        self._now = now
        self._trace = trace
        self._entries = OutboxEntries()
        self._epoch: str | None = None
        # A command that is given while its predecessor's answer is being stored must see it.
        self._turn = asyncio.Lock()
        self._leaving: frozenset[UUID] = frozenset()
        self._discarded: dict[UUID, OutboxEntry] = {}
        self._recent: deque[Sent] = deque(maxlen=_RECENT)
        self.changed: Listeners[UUID | None] = Listeners()
        self.work: Listeners[None] = Listeners()
        self.late: Listeners[OutboxEntry] = Listeners()
        replica.applied.add(self._follow)

    async def load(self) -> None:
        """Read what an earlier run left; what was being sent then is waiting again."""
        entries = OutboxEntries()
        entries.put_all(await self._table.all())
        self._entries = entries
        cursor = self._replica.cursor
        self._epoch = None if cursor is None else cursor.epoch
        for aggregate in self._entries.aggregates():
            self._show(aggregate)
        self.changed.tell(None)
        self.work.tell(None)

    async def take_in(self) -> None:
        """Read what was added to the store from another one."""
        async with self._turn:
            stored = await self._table.all()
            self._entries.put_all(each for each in stored if each.op_id not in self._entries)
        for aggregate in self._entries.aggregates():
            self._show(aggregate)
        self.changed.tell(None)
        self.work.tell(None)

    async def submit(self, command: AnyCommand, medicines: Iterable[Medicine] = ()) -> Submitted:
        """Save the command and have it sent; what it does is shown at once.

        A refused command that it does anew is forgotten in the same step. `medicines` are those
        that its lines name. Returns once it is on the disk. Raises StoreLost: then nothing was
        saved.
        """
        op_id = new_id()
        self._trace.mark("submit", op_id=op_id, aggregate=command.aggregate_id)
        async with self._turn:
            settled = [entry for entry in self.refused() if does_anew(command, entry.command)]
            fresh = Fresh(op_id, command, list(medicines), self._version_for(command))
            (entry,) = await self._table.supersede(settled, [fresh], self._now())
            for each in settled:
                self._entries.drop(each.op_id)
            self._entries.put(entry)
        self._trace.mark("saved", op_id=op_id)
        self._changed(command.aggregate_id)
        self.work.tell(None)
        return Submitted(op_id)

    def entries(self) -> list[OutboxEntry]:
        """All entries, in the order they were given."""
        return self._entries.all()

    def about(self, aggregate_id: UUID) -> list[OutboxEntry]:
        """The entries about one thing (a prescription, an order to a supplier, a batch), in the
        order they were given."""
        return self._entries.of(aggregate_id)

    def entry(self, op_id: UUID) -> OutboxEntry | None:
        """One entry; None when it is over and settled, or was never here."""
        return self._entries.get(op_id)

    @property
    def revision(self) -> object:
        """Another object after each change of an entry."""
        return self._entries.revision

    @property
    def unsent(self) -> int:
        """Commands that the server has not answered: what the connection pill counts."""
        return sum(entry.unanswered for entry in self._entries)

    @property
    def recent(self) -> list[Sent]:
        """What the server carried out since the desk was opened, the newest first; the last few."""
        return list(reversed(self._recent))

    def refused(self) -> list[OutboxEntry]:
        """Commands that were refused and that nobody has dealt with, the oldest first."""
        return self._entries.refused()

    def pending(self, aggregate_id: UUID) -> PendingState | None:
        """How far the commands on one thing have come: a prescription, an order to a supplier;
        None when none is on its way."""
        states = {entry.state for entry in self._entries.of(aggregate_id)}
        for state, meaning in _MEANINGS:
            if state in states:
                return meaning
        return None

    def built_upon(self, op_id: UUID) -> list[OutboxEntry]:
        """The commands that were given upon the effect of this one, in order: without it they
        cannot be carried out."""
        entry = self._entries.get(op_id)
        return [] if entry is None else built_upon(entry, self._around(entry))

    async def dismiss(self, op_id: UUID) -> None:
        """Forget a refused command: a person has read why and dealt with it."""
        async with self._turn:
            entry = self._entries.get(op_id)
            if entry is None or entry.state is not OutboxState.REFUSED:
                return
            await self._table.remove([entry])
            self._entries.drop(op_id)
        self._changed(entry.command.aggregate_id)

    async def discard(self, op_id: UUID) -> list[OutboxEntry]:
        """Give up a command that is not done, and what was built upon it; answers them.

        One that was sent without an answer may have taken effect all the same: `late` tells of it
        once that is known. Raises StoreLost: then everything is as it was.
        """
        async with self._turn:
            entry = self._entries.get(op_id)
            if entry is None or entry.state is OutboxState.DONE:
                return []
            leaving = [entry, *self.built_upon(op_id)]
            # Not to be sent any more while the disk is written.
            self._leaving = frozenset(each.op_id for each in leaving)
            try:
                await self._table.remove(leaving)
            finally:
                self._leaving = frozenset()
            gone = [each for one in leaving if (each := self._entries.drop(one.op_id)) is not None]
            self._discarded |= {each.op_id: each for each in gone if not each.seen}
        self._changed(entry.command.aggregate_id)
        self.work.tell(None)
        for each in gone:
            if each.seen:  # the feed was quicker than the answer: it had taken effect before
                self.late.tell(each)
        return gone

    async def put_back(self, entries: Sequence[OutboxEntry]) -> None:
        """Undo `discard`: the same commands, with the same identity. Raises StoreLost."""
        async with self._turn:
            await self._table.put_back(entries)
            for entry in entries:
                self._discarded.pop(entry.op_id, None)
                state = OutboxState.WAITING if entry.unanswered else entry.state
                self._entries.put(replace(entry, state=state))
        for aggregate in {entry.command.aggregate_id for entry in entries}:
            self._changed(aggregate)
        self.work.tell(None)

    async def retry(self, op_id: UUID, upon: int | None = None) -> Submitted | None:
        """Give a refused command anew, and what was built upon it, in one step with forgetting the
        refused ones; None when it is not here any more.

        `upon` is the version of its aggregate that the person has seen; without it the one that
        is known. Raises StoreLost: then the refusal is there still.
        """
        async with self._turn:
            entry = self._entries.get(op_id)
            if entry is None or entry.state is not OutboxState.REFUSED:
                return None
            old = [entry, *self.built_upon(op_id)]
            first = upon if upon is not None else self._version_for(entry.command, but=old)
            fresh = [
                Fresh(new_id(), each.command, each.medicines, None if place else first)
                for place, each in enumerate(old)
            ]
            added = await self._table.supersede(old, fresh, self._now())
            for each in old:
                self._entries.drop(each.op_id)
            self._entries.put_all(added)
        self._changed(entry.command.aggregate_id)
        self.work.tell(None)
        return Submitted(added[0].op_id)

    def next_to_send(self, busy: frozenset[UUID]) -> list[OutboxEntry]:
        """The first unanswered command of each aggregate that is not `busy`."""
        first: dict[UUID, OutboxEntry] = {}
        for entry in self.entries():
            if entry.unanswered:
                first.setdefault(entry.command.aggregate_id, entry)
        return [
            entry
            for aggregate, entry in first.items()
            if aggregate not in busy and entry.op_id not in self._leaving
        ]

    def mark_sending(self, op_id: UUID, sending: bool) -> None:
        """Show that a command is on its way, or (False) that it waits again. Not stored."""
        entry = self._entries.get(op_id)
        if entry is not None and entry.unanswered:
            state = OutboxState.SENDING if sending else OutboxState.WAITING
            self._entries.put(replace(entry, state=state))
            self._changed(entry.command.aggregate_id)

    def put_off(self, op_id: UUID, delay: Delay | None, *, heard: bool) -> None:
        """An attempt to send came to nothing: it waits again. Not stored.

        `delay`: Why; None: by a mistake of ours. `heard`: The server may have heard it, and only
        its answer was lost.
        """
        entry = self._entries.get(op_id)
        if entry is not None and entry.unanswered:
            tried = entry.tried or heard
            waits = replace(entry, state=OutboxState.WAITING, delay=delay, tried=tried)
            self._entries.put(waits)
            self.changed.tell(entry.command.aggregate_id)

    async def finish(self, op_id: UUID, answer: Done | Refusal) -> bool:
        """Keep the server's answer. Raises StoreLost: then the command is sent again.

        False: so it is when the answer is of another history of the log than the rows: a restored
        database may have done the command, and what the answer says of it be nothing for this desk
        to rely on before it has the new rows.
        """
        async with self._turn:
            entry = self._entries.get(op_id)
            if entry is None:
                self._answered_late(op_id, answer)
                return True
            passed = isinstance(answer, Done) and self._has_passed(answer)
            if not await self._table.finish(entry, answer, passed):
                return False
            self._trace.mark("answered", op_id=op_id, answer=type(answer).__name__)
            # The feed may have marked it seen while the store was writing.
            entry = self._entries.get(op_id) or entry
            if isinstance(answer, Done):
                self._finish_done(entry, answer)
            else:
                self._finish_refused(entry, answer)
        self._changed(entry.command.aggregate_id)
        return True

    def _answered_late(self, op_id: UUID, answer: Done | Refusal) -> None:
        discarded = self._discarded.pop(op_id, None)
        if discarded is not None and isinstance(answer, Done):
            self.late.tell(discarded)

    def _finish_done(self, entry: OutboxEntry, done: Done) -> None:
        self._recent.append(Sent(replace(entry, state=OutboxState.DONE, done=done), self._now()))
        if self._has_passed(done):
            self._entries.drop(entry.op_id)
        else:
            self._entries.put(replace(entry, state=OutboxState.DONE, done=done))
        following = self._after(entry)
        if following and following[0].version is None:
            self._entries.put(replace(following[0], version=done.version))

    def _finish_refused(self, entry: OutboxEntry, refusal: Refusal) -> None:
        self._entries.put(replace(entry, state=OutboxState.REFUSED, refusal=refusal))
        for later in self._after(entry):
            self._entries.put(replace(later, version=NEVER))

    def _after(self, entry: OutboxEntry) -> list[OutboxEntry]:
        return [other for other in self._around(entry) if other.n > entry.n and other.unanswered]

    def _around(self, entry: OutboxEntry) -> list[OutboxEntry]:
        return self._entries.of(entry.command.aggregate_id)

    def _version_for(self, command: AnyCommand, but: Sequence[OutboxEntry] = ()) -> int | None:
        """What If-Match will say; None when it is not known yet, or nothing is there to match."""
        if not ROUTES[type(command)].matches:
            return None
        leaving = {entry.op_id for entry in but}
        own = [
            entry
            for entry in self._entries.of(command.aggregate_id)
            if entry.state is not OutboxState.REFUSED and entry.op_id not in leaving
        ]
        row = self._replica.by_kind[command.aggregate].server_row(command.aggregate_id)
        known = 0 if row is None else row.version
        if not own:
            return known
        last = own[-1]
        return None if last.done is None else max(known, last.done.version)

    def _has_passed(self, done: Done) -> bool:
        cursor = self._replica.cursor
        return cursor is not None and done.seq <= cursor.seq

    def _follow(self, applied: Applied) -> None:
        """The rows moved on: what they hold now is no longer pending."""
        epoch, self._epoch = self._epoch, applied.position.cursor.epoch
        if epoch != self._epoch:
            self._offer_again()
        for op_id in applied.seen & self._discarded.keys():
            self.late.tell(self._discarded.pop(op_id))
        touched: set[UUID] = set()
        for entry in self.entries():
            if entry.op_id in applied.seen and not entry.seen:
                entry = replace(entry, seen=True)
                self._entries.put(entry)
                touched.add(entry.command.aggregate_id)
            if entry.done is not None and entry.done.seq <= applied.position.cursor.seq:
                self._entries.drop(entry.op_id)
                touched.add(entry.command.aggregate_id)
        for aggregate in touched:
            self._changed(aggregate)

    def _offer_again(self) -> None:
        """Another database than the one that answered: as the store does, forget its answers."""
        for entry in self.entries():
            if entry.done is not None and entry.done.epoch != self._epoch:
                entry = replace(entry, state=OutboxState.WAITING, done=None)
            self._entries.put(replace(entry, seen=False))
            self._show(entry.command.aggregate_id)
        self.changed.tell(None)
        self.work.tell(None)

    def _changed(self, aggregate: UUID) -> None:
        self._show(aggregate)
        self.changed.tell(aggregate)

    def _show(self, aggregate: UUID) -> None:
        """Have the replica show what is still to come back."""
        currency = next((c.currency for c in self._replica.clinics.values()), "INR")
        pending = {
            entry.op_id: Pending(
                entry.command,
                self._member(),
                entry.at,
                {medicine.id: medicine for medicine in entry.medicines},
                currency,
                self._batches_of(entry.command),
            )
            for entry in self._entries.of(aggregate)
            if entry.state is not OutboxState.REFUSED and not entry.seen
        }
        self._replica.show_pending(aggregate, pending)

    def _batches_of(self, command: AnyCommand) -> dict[UUID, Batch]:
        """The batch that a check names, for its number and expiry to be shown at once."""
        named = command.batch_id if isinstance(command, CheckItem) else None
        batch = self._replica.batches.get(named)
        return {} if batch is None else {batch.id: batch}


_MEANINGS = (
    (OutboxState.REFUSED, PendingState.REFUSED),
    (OutboxState.SENDING, PendingState.SENDING),
    (OutboxState.WAITING, PendingState.SAVED_HERE),
    (OutboxState.DONE, PendingState.SENT),
)
