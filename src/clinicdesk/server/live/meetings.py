"""Presence with a database and sockets: carries out what `signals` decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, LiteralString, Protocol

from prometheus_client import Counter

from clinicdesk.contract.frames import encode_frame
from clinicdesk.contract.threads import KINDS, ROOMS, split_thread
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.rooms import SocketKey, Tell
from clinicdesk.server.live.signals import Ask, Effect, Misused, PassOn, Signals

if TYPE_CHECKING:
    from clinicdesk.contract.frames import Signal
    from clinicdesk.server.database.database import Actor, Database
    from clinicdesk.server.database.transaction import Transaction

_ASKED_AT_TICKS: Final = (1, 5)
"""When a server that has come asks the others who is there; their renewals mend the rest."""
ASKING_AT_ONCE: Final = 2
"""Connections to the database that presence takes up at most."""

_asked = Counter("clinicdesk_live_presence_checks", "Rights to be present, by answer", ["answer"])
_told = Counter("clinicdesk_live_presence_told", "Presences told to desks")


class Attendee(Protocol):
    """A socket whose desk is present somewhere."""

    def tell(self, message: Message) -> None:
        """Send it soon, unless the conversation rests."""
        ...

    def misused(self, code: int, reason: str) -> None:
        """Close the socket."""
        ...


class Meetings:
    """Who is present where, for all sockets of this process.

    Args:
        database: Says who may see what.
        signals: Decides.
        pass_on: Carries words to the other servers; may lose them.
        note: Told what kept the database from answering.
    """

    def __init__(
        self,
        database: Database,
        signals: Signals,
        pass_on: Callable[[bytes], None],
        note: Callable[[BaseException], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._signals = signals
        self._pass_on = pass_on
        self._note = note
        self._now = now
        self._desks: dict[SocketKey, Attendee] = {}
        self._asked: dict[Actor, list[Ask]] = {}
        self._some_asked = asyncio.Event()
        self._ticks = 0

    async def run(self) -> None:
        """Put the questions to the database, until cancelled."""
        async with asyncio.TaskGroup() as askers:
            for _ in range(ASKING_AT_ONCE):
                askers.create_task(self._ask_on(), name="presence")

    def heard(self, desk: Attendee, who: Actor, signal: Signal) -> None:
        """A desk says that it is somewhere, or has left."""
        self._desks[id(desk)] = desk
        self._carry_out(self._signals.heard(id(desk), who, signal, self._now()))

    def left(self, desk: Attendee) -> None:
        """Its socket is gone."""
        self._carry_out(self._signals.left(id(desk), self._now()))
        self._desks.pop(id(desk), None)

    def rights_changed(self, desk: Attendee) -> None:
        """What its member may see is not what it was."""
        self._carry_out(self._signals.rights_changed(id(desk), self._now()))

    def from_peer(self, data: bytes) -> None:
        """Words of another server."""
        self._carry_out(self._signals.from_peer(data, self._now()))

    def tick(self) -> None:
        """To be called about once a second."""
        self._ticks += 1
        if self._ticks in _ASKED_AT_TICKS:
            self._carry_out([self._signals.ask_peers()])
        self._carry_out(self._signals.tick(self._now()))

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell():
                    self._tell(effect)
                case PassOn(data):
                    self._pass_on(data)
                case Ask():
                    self._asked.setdefault(effect.who, []).append(effect)
                    self._some_asked.set()
                case Misused(socket, how):
                    self._desks[socket].misused(how.code, how.value)

    def _tell(self, tell: Tell) -> None:
        message = Message(encode_frame(tell.frame))
        _told.inc(len(tell.sockets))
        for socket in tell.sockets:
            self._desks[socket].tell(message)

    async def _ask_on(self) -> None:
        while True:
            await self._some_asked.wait()
            if not self._asked:
                self._some_asked.clear()
                continue
            who = next(iter(self._asked))
            try:
                await self._ask(who, self._asked.pop(who))
            except Exception as error:  # a mistake: presence must not end for everybody
                self._note(error)

    async def _ask(self, who: Actor, asks: list[Ask]) -> None:
        """Put one member's questions, in one transaction under their row-level security."""
        try:
            async with self._database.snapshot(who) as tx:
                answers = [await may_be_present(tx, who, ask) for ask in asks]
        except Exception as error:  # of the database: the next signals ask again
            self._note(error)
            for ask in asks:
                self._signals.unanswered(ask)
            return
        for ask, may in zip(asks, answers, strict=True):
            _asked.labels(answer="yes" if may else "no").inc()
            self._carry_out(self._signals.answered(ask, may, self._now()))


async def may_be_present(tx: Transaction, who: Actor, ask: Ask) -> bool:
    """Whether a member sees the thread's row, and of a room: works there, and sees `about` in it.

    `tx` is under that member's row-level security.
    """
    kind, row_id = split_thread(ask.thread)
    given = {"clinic": who.clinic_id, "member": who.member_id, "row": row_id, "about": ask.about}
    found = await tx.one(_query(kind), given)
    return found is not None


def _query(kind: str) -> LiteralString:
    assert kind in KINDS
    table: LiteralString = kind  # one of the contract's own names
    seen: LiteralString = f"select from {table} where clinic_id = %(clinic)s and id = %(row)s"
    if kind not in ROOMS:
        return seen
    lies_there: LiteralString = ROOMS[kind]
    room: LiteralString = f"{kind}_id"
    # What is signed is seen by everybody who works there: contract.access.GRANTS.
    return f"""{seen}
        and exists (select from member
                    where clinic_id = %(clinic)s and id = %(member)s and {room} = %(row)s)
        and (%(about)s::uuid is null
             or exists (select from {lies_there}
                        where clinic_id = %(clinic)s and id = %(about)s::uuid
                          and {room} = %(row)s and signed_at is not null))"""
