"""Players that each make one mistake, to see that the simulation notices it."""

from __future__ import annotations

import random
from typing import Final

from msgspec.structs import replace

from clinicdesk.contract.frames import (
    Ack,
    Cursor,
    Digest,
    Ev,
    Head,
    Resync,
    ResyncReason,
    ScopeChanged,
    encode_frame,
)
from clinicdesk.core.live.effects import Apply, ChangeScopes, Effect, Send
from clinicdesk.core.live.protocol import FeedProtocol
from clinicdesk.core.sending import Sending, Waiting
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.transport import Outcome
from clinicdesk.server.live import effects as server
from clinicdesk.server.live.answers import Position
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.protocol import LiveConnection
from tests.simulation.clinic import new_id
from tests.simulation.desk import Computer
from tests.simulation.world import Cast


class SkipsAFrame(LiveConnection):
    """A server that now and then forgets to send what it has made."""

    __slots__ = ("count",)

    def offer(self, batch: Batch, now: float) -> list[server.Effect]:
        effects = super().offer(batch, now)
        self.count = getattr(self, "count", 0) + 1
        return effects[1:] if self.count == 3 and batch.entries else effects


class TakesWhateverComes(FeedProtocol):
    """A desk without the gap rule."""

    def _on_ev(self, ev: Ev, size: int, now: float) -> list[Effect]:
        assert self._cursor is not None
        if ev.from_ > self._cursor.seq:
            ev = replace(ev, from_=self._cursor.seq)
        return super()._on_ev(ev, size, now)


class HearsOldSockets(FeedProtocol):
    """A desk that does not ask which connection a frame came by."""

    def receive(self, number: int, data: bytes | str, now: float) -> list[Effect]:
        return super().receive(self.number, data, now)


class AcknowledgesTooSoon(FeedProtocol):
    """A desk that acknowledges what it has heard, not what it has stored."""

    def _on_ev(self, ev: Ev, size: int, now: float) -> list[Effect]:
        effects = super()._on_ev(ev, size, now)
        if effects and isinstance(effects[0], Apply):
            effects.insert(0, Send(encode_frame(Ack(clinic=ev.clinic, to=ev.to))))
        return effects


class NeverListensForSilence(FeedProtocol):
    """A desk that waits for ever on a line that is dead."""

    def tick(self, now: float, wall: float) -> list[Effect]:
        self._last_heard = now
        self._last_wall = None
        return super().tick(now, wall)


class KeepsItsRows(FeedProtocol):
    """A desk that does not fetch its rows anew when the server asks it to."""

    def _on_resync(self, resync: Resync, now: float) -> list[Effect]:
        return []


class KeepsWhatItMayNotSee(FeedProtocol):
    """A desk that drops nothing when rights are taken away."""

    def _on_scope(self, frame: ScopeChanged, now: float) -> list[Effect]:
        effects = super()._on_scope(frame, now)
        return [effect for effect in effects if not isinstance(effect, ChangeScopes)]


class IsContentWithLess(FeedProtocol):
    """A desk that does not fetch what rights were granted for."""

    def _on_scope(self, frame: ScopeChanged, now: float) -> list[Effect]:
        return super()._on_scope(replace(frame, granted=[]), now)


class DoesNotCompare(FeedProtocol):
    """A desk that does not mind that its rows do not add up."""

    def compared(self, digest: Digest, *, equal: bool, now: float) -> list[Effect]:
        return []


class DoesNotMindTheEpoch(FeedProtocol):
    """A desk to which one history is as good as another."""

    def _on_ev(self, ev: Ev, size: int, now: float) -> list[Effect]:
        self._take_over(ev.epoch)
        return super()._on_ev(ev, size, now)

    def _on_heads(self, heads: list[Head], now: float) -> list[Effect]:
        self._take_over(heads[0].epoch)
        return super()._on_heads(heads, now)

    def _take_over(self, epoch: str) -> None:
        assert self._cursor is not None
        self._cursor = replace(self._cursor, epoch=epoch)


class IgnoresRights(LiveConnection):
    """A server that goes on with the rights of the greeting."""

    __slots__ = ()

    def offer(self, batch: Batch, now: float) -> list[server.Effect]:
        if batch.after != self.wants_after or not batch.concerns(self.member_id):
            return super().offer(batch, now)
        ev = batch.message_for(self.scopes, self.sent_to)
        self.was_shown(batch.to)
        if ev is None:
            return []
        self.was_told((ev,), ev.events, ev.size, now)
        return [server.Send(ev.message)]


class _Overlooks(LiveConnection):
    __slots__ = ()

    overlooked: Final[ResyncReason | None] = None

    def _resync_reason(self, cursor: Cursor | None, position: Position) -> ResyncReason | None:
        reason = super()._resync_reason(cursor, position)
        return None if reason is self.overlooked else reason


class OverlooksTheEpoch(_Overlooks):
    """A server that resumes a cursor of another history."""

    __slots__ = ()
    overlooked = ResyncReason.EPOCH  # type: ignore[misc]


class OverlooksTheAccess(_Overlooks):
    """A server that resumes a desk whose rights changed while it was away."""

    __slots__ = ()
    overlooked = ResyncReason.ACCESS  # type: ignore[misc]


class MakesNewKeys(Sending):
    """A sender that gives a command another identity when it sends it again."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self._dice = chance

    def begin(self, waiting: Waiting, now: float) -> tuple[list[OutboxEntry], float | None]:
        going, due = super().begin(waiting, now)
        again = [
            replace(entry, op_id=new_id(self._dice)) if entry.tried else entry for entry in going
        ]
        return again, due


class GivesUp(Sending):
    """A sender that does not send again."""

    def over(self, entry: OutboxEntry, outcome: Outcome, *, kept: bool, now: float) -> None:
        if kept:
            super().over(entry, outcome, kept=kept, now=now)


class LosesRowsWithThePower(Computer):
    """A desk whose cursor survives a crash, and whose last rows do not."""

    def die(self, *, server_hears: bool) -> None:
        super().die(server_hears=server_hears)
        self.disk.connection.execute(
            "DELETE FROM row WHERE (kind, id) = "
            "(SELECT kind, id FROM row WHERE kind = 'patient' ORDER BY v DESC LIMIT 1)"
        )


class LosesCommandsWithThePower(Computer):
    """A desk that says "saved" before the disk has it."""

    def die(self, *, server_hears: bool) -> None:
        super().die(server_hears=server_hears)
        self.disk.connection.execute(
            "DELETE FROM outbox WHERE n = (SELECT max(n) FROM outbox WHERE state = 'waiting')"
        )


MISTAKES: Final[dict[str, Cast]] = {
    "a desk without the gap rule": Cast(feed=TakesWhateverComes, connection=SkipsAFrame, gaps=True),
    "a desk that hears old sockets": Cast(feed=HearsOldSockets, connection=SkipsAFrame, gaps=True),
    "a desk that acknowledges too soon": Cast(feed=AcknowledgesTooSoon),
    "a desk that never listens for silence": Cast(feed=NeverListensForSilence),
    "a desk that keeps its rows": Cast(feed=KeepsItsRows),
    "a desk that keeps what it may not see": Cast(feed=KeepsWhatItMayNotSee),
    "a desk that is content with less": Cast(feed=IsContentWithLess),
    "a desk that does not compare": Cast(feed=DoesNotCompare),
    "a desk that loses rows with the power": Cast(computer=LosesRowsWithThePower),
    "a desk that loses commands with the power": Cast(computer=LosesCommandsWithThePower),
    "a sender that makes new keys": Cast(sending=MakesNewKeys),
    "a sender that gives up": Cast(sending=GivesUp),
    "a server that ignores rights": Cast(connection=IgnoresRights),
    "two ends that overlook the epoch": Cast(
        feed=DoesNotMindTheEpoch, connection=OverlooksTheEpoch
    ),
    "a server that overlooks the access": Cast(connection=OverlooksTheAccess),
    "answers without their history": Cast(epochs=False),
}
