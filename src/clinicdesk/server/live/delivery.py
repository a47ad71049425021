"""What of a clinic's log one desk is told: with its rights as they were at each entry."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import Member
from clinicdesk.contract.frames import ScopeChanged
from clinicdesk.server.live.batch import Batch, EvMessage, ev_message
from clinicdesk.server.live.window import Window

Told = EvMessage | ScopeChanged


class Delivery:
    """One member's part of the log, from one greeting to the next.

    Attributes:
        member: As their row stands at `looked_to`. scopes: What they may see.
        epoch: The history that the log belongs to.
        sent_to: The desk has been sent everything up to this sequence number.
        looked_to: In `(sent_to, looked_to]` there is nothing for this desk.
        window: What is on its way.
    """

    __slots__ = ("epoch", "looked_to", "member", "scopes", "sent_to", "window")

    def __init__(self, member: Member, epoch: str) -> None:
        self.member = member
        self.scopes = scopes_of(member)
        self.epoch = epoch
        self.begin(0)

    def begin(self, after: int) -> None:
        """Deliver what follows."""
        self.sent_to = self.looked_to = after
        self.window = Window(after)

    def take(self, batch: Batch, now: float) -> list[Told]:
        """What there is to be told of the entries after `looked_to`.

        Nothing follows a change that left the member without any right.
        """
        if batch.concerns(self.member.id):
            return self._take_own_row(batch, now)
        ev = batch.message_for(self.scopes, self.sent_to)
        self.looked_to = batch.to
        return [] if ev is None else [self._sent(ev, now)]

    def _take_own_row(self, batch: Batch, now: float) -> list[Told]:
        """Deliver with the old rights up to each change of them, and with the new ones after it."""
        told: list[Told] = []
        for entry in batch.entries:
            if entry.member is None or entry.entity_id != self.member.id:
                continue
            member = msgspec.convert(entry.member, Member, strict=False)
            if scopes_of(member) != self.scopes:
                before, batch = batch.until(entry.seq), batch.beyond(entry.seq)
                last = before.message_for(self.scopes, self.sent_to)
                self.looked_to = before.to
                told.append(self._sent(last or self._cursor_moves(before.to), now))
                told.append(self._change_rights(member, entry.seq))
            self.member = member
            if told and not self.scopes:
                return told
        if (ev := batch.message_for(self.scopes, self.sent_to)) is not None:
            told.append(self._sent(ev, now))
        self.looked_to = batch.to
        return told

    def was_told(self, frames: Sequence[EvMessage], events: int, size: int, now: float) -> None:
        """It has been sent these frames, of so many events and bytes."""
        self.window.sent(frames, events, size, now)
        self.sent_to = frames[-1].to

    def move_cursor(self, to: int, now: float) -> list[Told]:
        """Tell that nothing concerned it up to here, where that has not been told."""
        return [self._sent(self._cursor_moves(to), now)] if self.sent_to < to else []

    def _sent(self, ev: EvMessage, now: float) -> EvMessage:
        self.was_told((ev,), ev.events, ev.size, now)
        return ev

    def _cursor_moves(self, to: int) -> EvMessage:
        return ev_message(self.member.clinic_id, self.epoch, self.sent_to, to, ())

    def _change_rights(self, member: Member, seq: int) -> ScopeChanged:
        before, self.scopes = self.scopes, scopes_of(member)
        return ScopeChanged(
            clinic=member.clinic_id,
            seq=seq,
            access=access_digest(self.scopes),
            granted=sorted(self.scopes - before),
            revoked=sorted(before - self.scopes),
        )
