"""Desks that stand at the same place with the same rights, and are told the same with one loop.

What such a desk has been sent is kept once, for all of them, and entered in its own conversation
when that is asked or told anything (`Lane.settle`). So a frame costs a desk one write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clinicdesk.server.live.batch import ev_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from clinicdesk.server.live.batch import Batch, EvMessage
    from clinicdesk.server.live.desk_socket import DeskSocket

MOST_DESKS: Final = 512
"""Of one lane: between two of them others of the event loop have their turn."""
SETTLE_AFTER_EVENTS: Final = 64
SETTLE_AFTER_BYTES: Final = 1 << 17
"""What is told between two looks at everybody's window."""


class Lane:
    """Desks of one clinic with equal scopes that have been sent the log up to the same place.

    Attributes:
        scopes: Theirs. sent_to: What they were sent last ends here.
        looked_to: In `(sent_to, looked_to]` there is nothing for them.
    """

    __slots__ = ("_clinic_id", "_entered", "_epoch", "_sums", "_told", "_told_at", "_writes",
                 "looked_to", "scopes", "sent_to")  # fmt: skip

    def __init__(self, clinic_id: UUID, epoch: str, first: DeskSocket) -> None:
        connection = first.connection
        self.scopes = connection.scopes
        self.sent_to = connection.sent_to
        self.looked_to = connection.looked_to
        self._clinic_id = clinic_id
        self._epoch = epoch
        self._entered: dict[DeskSocket, int] = {}  # each with how much of `_told` it has entered
        self._writes: dict[DeskSocket, Callable[[bytes], None]] = {}
        self._told: list[EvMessage] = []
        self._sums = [(0, 0)]  # events and bytes of so many of `_told`
        self._told_at = 0.0
        self.add(first)

    def __len__(self) -> int:
        return len(self._entered)

    def __iter__(self) -> Iterator[DeskSocket]:
        """The desks, as they are now."""
        return iter(list(self._entered))

    # Who is in it

    def suits(self, desk: DeskSocket) -> bool:
        """Whether the desk stands here and there is room for it."""
        connection = desk.connection
        return (
            connection.looked_to == self.looked_to
            and connection.sent_to == self.sent_to
            and connection.scopes == self.scopes
            and len(self._entered) < MOST_DESKS
        )

    def add(self, desk: DeskSocket) -> None:
        """Take in a desk that suits."""
        self._entered[desk] = len(self._told)
        self._writes[desk] = desk.socket.write
        desk.lane = self

    def remove(self, desk: DeskSocket) -> None:
        """Let one go, settled."""
        self.settle(desk)
        del self._entered[desk], self._writes[desk]
        desk.lane = None

    def settle(self, desk: DeskSocket) -> None:
        """Enter in the desk's conversation what it has been told."""
        entered = self._entered[desk]
        if entered == len(self._told):
            desk.connection.was_shown(self.looked_to)
            return
        (events, size), (before_events, before_size) = self._sums[-1], self._sums[entered]
        desk.connection.was_told(
            self._told[entered:], events - before_events, size - before_size, self._told_at
        )
        desk.connection.was_shown(self.looked_to)
        self._entered[desk] = len(self._told)

    # What they are told

    def tell(self, batch: Batch, now: float) -> int:
        """Write what the batch has for them; how many frames that were."""
        ev = batch.message_for(self.scopes, self.sent_to)
        self.looked_to = batch.to
        return 0 if ev is None else self._write(ev, now)

    def move_cursor(self, now: float) -> int:
        """Tell how far nothing has concerned them, where it has not been told."""
        if self.sent_to == self.looked_to:
            return 0
        frame = ev_message(self._clinic_id, self._epoch, self.sent_to, self.looked_to, ())
        return self._write(frame, now)

    def review(self, *, whether_or_not_due: bool = False) -> list[DeskSocket]:
        """Settle everybody once enough has been told; those who can take no more for now."""
        events, size = self._sums[-1]
        due = events >= SETTLE_AFTER_EVENTS or size >= SETTLE_AFTER_BYTES
        if not (due or whether_or_not_due):
            return []
        for desk in self._entered:
            self.settle(desk)
        self._told.clear()
        self._sums = [(0, 0)]
        self._entered = dict.fromkeys(self._entered, 0)
        return [desk for desk in self._entered if desk.wants_after is None]

    def _write(self, ev: EvMessage, now: float) -> int:
        self._told.append(ev)  # before it is written: a socket that fills up says so at once
        self._told_at = now
        events, size = self._sums[-1]
        self._sums.append((events + ev.events, size + ev.size))
        self.sent_to = ev.to
        wire = ev.message.wire
        writes = list(self._writes.values())
        for write in writes:
            write(wire)
        return len(writes)
