"""Several desks as one process, each with its own store, clock and history; it may be killed.

    python -m tests.faults.desk_process SPEC     a JSON file, see `ProcessSpec`

Desks are opened as the desktop opens them: the first time by signing in, later from what is on the
disk. People act until they are told to rest. Orders come as JSON lines, and are answered as such.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from traceback import print_exception
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import ENTITIES
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.home import Home
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.passphrase_vault import PassphraseFileVault
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.replica import Applied
from clinicdesk.core.session import Session
from clinicdesk.core.store.outbox_table import OutboxState
from tests.end_to_end.clinic import PASSWORD
from tests.faults import history
from tests.faults.person import Person

_QUICK: Final = 2**10
_POLL_S: Final = 0.02
_LOADED_WITHIN_S: Final = 30.0
_HURRY_EVERY: Final = 50
_UNANSWERED: Final = (OutboxState.WAITING, OutboxState.SENDING)


class DeskSpec(Struct, frozen=True):
    """One desk.

    Attributes:
        server: The address of its cable. home: Its folder. skew_s: How wrong its clock is.
        steady: Whether its person leaves no more behind than there was.
    """

    name: str
    login: str
    server: str
    home: str
    seed: int
    skew_s: float = 0.0
    steady: bool = False


class ProcessSpec(Struct, frozen=True):
    """What a process is told.

    Attributes:
        histories: Their folder. pace_s: Between two acts of one person, about.
    """

    desks: list[DeskSpec]
    histories: str
    pace_s: float


class Order(Struct, frozen=True):
    """What the process is to do: `rest`, `work`, `settle`, `clock`, `reopen`, `gauge`, `end`.

    Attributes:
        seq: `settle`: hold the log up to here, with nothing unsent. within_s: or say why not.
        desk: `clock`, `reopen`: whose. skew_s: `clock`: how wrong from now on.
    """

    do: str
    seq: int = 0
    within_s: float = 60.0
    desk: str = ""
    skew_s: float = 0.0


class SkewedClock:
    """A desk's idea of the time."""

    def __init__(self, skew_s: float) -> None:
        self.skew_s = skew_s

    def now(self) -> datetime:
        return utc_now() + timedelta(seconds=self.skew_s)


class Recorder:
    """Writes down what one desk does; the desk's trace, and a listener of its replica."""

    def __init__(self, path: Path) -> None:
        self._book = history.Book(path)
        self._desk: Desk | None = None
        self._at = 0
        self._access = ""

    def follow(self, desk: Desk) -> None:
        """Begin: what the store holds is the first line."""
        self._desk = desk
        desk.replica.applied.add(self._applied)

    def began(self, desk: Desk) -> None:
        """The store is read."""
        outbox = [e.op_id for e in desk.outbox.entries() if e.state in _UNANSWERED]
        place = _place(desk)
        self._at = 0 if place is None else place.seq
        self._access = "" if place is None else place.access
        self._write(history.Began(history.now(), os.getpid(), place, held_by(desk), outbox))

    def mark(self, event: str, **ids: object) -> None:
        """See core.trace.Trace."""
        at, op_id = history.now(), ids.get("op_id")
        if event == "submit":
            self._write(history.Given(at, _uuid(op_id), _uuid(ids["aggregate"])))
        elif event == "saved":
            self._write(history.Saved(at, _uuid(op_id)))
        elif event == "answered":
            self._write(history.Answered(at, _uuid(op_id), str(ids["answer"])))

    def failed(self, error: BaseException) -> None:
        self._write(history.Failed(history.now(), type(error).__name__))

    def ended(self, desk: Desk) -> None:
        rows = {kind: desk.replica.collection(kind).server_values() for kind in ENTITIES}
        outbox = {e.op_id: e.state.value for e in desk.outbox.entries()}
        self._write(
            history.Ended(
                history.now(), desk.link.status.value, _place(desk),
                history.rows_by_kind(rows), outbox,
            )
        )  # fmt: skip

    def _applied(self, applied: Applied) -> None:
        cursor = applied.position.cursor
        place = history.Place(cursor.epoch, cursor.seq, cursor.access)
        at, before, self._at = history.now(), self._at, cursor.seq
        had, self._access = self._access, place.access
        assert self._desk is not None
        if applied.snapshot:
            self._write(history.Swapped(at, place, held_by(self._desk)))
            return
        changes = [
            history.Change(
                row.item.seq, row.item.kind, row.item.id, row.item.v,
                None if row.new is None else history.print_of(row.new),
            )
            for row in applied.rows
        ]  # fmt: skip
        self._write(history.Took(at, before, place, changes))
        if had != place.access:
            self._write(history.Looked(at, place, held_by(self._desk)))

    def _write(self, event: history.AnyEvent) -> None:
        self._book.write(event)


class DeskHere:
    """One desk of this process, with the person at it."""

    def __init__(self, spec: DeskSpec, histories: Path, pace_s: float) -> None:
        self.spec = spec
        self.clock = SkewedClock(spec.skew_s)
        self.resting = False
        self.desk: Desk | None = None
        self._pace_s = pace_s
        # What is drawn must not be what was drawn in an earlier life of the process.
        self._chance = random.Random(f"{spec.seed} {os.getpid()}")
        self._recorder = Recorder(histories / f"{spec.name}.jsonl")

    async def live(self) -> None:
        """Open the desk, however often it takes, then act for as long as the process lives."""
        while self.desk is None:
            try:
                self.desk = await self._open()
            except Exception as error:
                self._recorder.failed(error)
                await asyncio.sleep(self._chance.uniform(0.1, 0.5))
        while True:
            await asyncio.sleep(self._chance.uniform(0.2, 1.8) * self._pace_s)
            desk = self.desk
            if self.resting or not desk.replica.complete or not desk.formulary.complete:
                continue
            person = Person(desk, self._chance)
            try:
                await (person.act_steadily() if self.spec.steady else person.act())
            except StoreLost as error:
                self._recorder.failed(error)

    async def reopen(self) -> None:
        """Close the desk and open it again, as somebody who comes back from lunch."""
        if self.desk is not None and not self.resting:
            self.resting = True
            await self.desk.close()
            self.desk = await self._open()
            self.resting = False

    async def settle(self, seq: int, within_s: float) -> str:
        """Wait until everything is here and everything is sent; empty, or why it is not so."""
        deadline = asyncio.get_running_loop().time() + within_s
        rounds = 0
        while (why := self._unsettled(seq)) and asyncio.get_running_loop().time() < deadline:
            if self.desk is not None and rounds % _HURRY_EVERY == 0:
                self.desk.hurry()
            rounds += 1
            await asyncio.sleep(_POLL_S)
        if self.desk is not None:
            self._recorder.ended(self.desk)
        return why

    def _unsettled(self, seq: int) -> str:
        desk = self.desk
        if desk is None:
            return "not open"
        cursor = desk.replica.cursor
        if desk.link.status is not LinkStatus.LIVE:
            return f"{desk.link.status.value}: {desk.link.detail}"
        if cursor is None or cursor.seq < seq:
            return f"stands at {cursor and cursor.seq} of {seq}"
        return f"{desk.outbox.unsent} unsent" if desk.outbox.unsent else ""

    async def _open(self) -> Desk:
        spec, folder = self.spec, Path(self.spec.home)
        home = Home(spec.name, folder / "config", folder / "data")
        vault = await PassphraseFileVault.open(folder, "a passphrase", cost=_QUICK)
        profiles = Profiles.read(home)
        users = profiles.users()
        if users:
            session = await Session.resume(
                users[0], home=home, vault=vault, profiles=profiles, now=self.clock.now
            )
        else:
            signed_in = await Session.sign_in(
                spec.server, spec.login, PASSWORD, home=home, vault=vault, profiles=profiles,
                device_name=spec.name, now=self.clock.now,
            )  # fmt: skip
            session = signed_in if isinstance(signed_in, Session) else None
        if session is None:
            raise ConnectionError("no session")
        try:
            desk = await Desk.open(session, trace=self._recorder, now=self.clock.now)
        except BaseException:
            await session.close()
            raise
        self._recorder.follow(desk)
        async with asyncio.timeout(_LOADED_WITHIN_S):
            # Each turn of the loop: what the store held is to be looked at before any frame comes.
            while not desk.replica.complete and desk.replica.cursor is not None:  # noqa: ASYNC110
                await asyncio.sleep(0)
        self._recorder.began(desk)
        return desk


def held_by(desk: Desk) -> dict[str, history.Sum]:
    """A check sum of each kind of rows that the desk holds."""
    return {
        kind: digest_of(
            (row.id, row.version) for row in desk.replica.collection(kind).server_values()
        )
        for kind in ENTITIES
    }


class DeskProcess:
    """The process: its desks, and whoever gives the orders."""

    def __init__(self, spec: ProcessSpec) -> None:
        histories = Path(spec.histories)
        self._desks = [DeskHere(each, histories, spec.pace_s) for each in spec.desks]
        self._ended = asyncio.Event()

    async def run(self) -> None:
        lives = [asyncio.create_task(desk.live(), name=desk.spec.name) for desk in self._desks]
        orders = asyncio.create_task(self._obey(), name="orders")
        for task in (*lives, orders):
            task.add_done_callback(_tell_of_its_fault)
        await self._ended.wait()
        for task in (*lives, orders):
            task.cancel()
        await asyncio.gather(*lives, orders, return_exceptions=True)
        for here in self._desks:
            if here.desk is not None:
                await here.desk.close()

    async def _obey(self) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            answer = await self._carry_out(msgspec.json.decode(line, type=Order))
            with suppress(BrokenPipeError):
                sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
                sys.stdout.buffer.flush()
        self._ended.set()  # nobody is there any more

    async def _carry_out(self, order: Order) -> dict[str, Any]:
        match order.do:
            case "rest" | "work":
                for here in self._desks:
                    here.resting = order.do == "rest"
            case "clock":
                for here in self._desks:
                    if here.spec.name == order.desk:
                        here.clock.skew_s = order.skew_s
            case "reopen":
                for here in self._desks:
                    if here.spec.name == order.desk:
                        await here.reopen()
            case "settle":
                settling = [here.settle(order.seq, order.within_s) for here in self._desks]
                why = await asyncio.gather(*settling)
                return {here.spec.name: text for here, text in zip(self._desks, why, strict=True)}
            case "gauge":
                return self._gauge()
            case "end":
                self._ended.set()
        return {"is_live": self._are_live(), "unsent": self._unsent()}

    def _are_live(self) -> bool:
        return all(
            here.desk is not None
            and here.desk.link.status is LinkStatus.LIVE
            and here.desk.formulary.complete
            for here in self._desks
        )

    def _unsent(self) -> int:
        return sum(here.desk.outbox.unsent for here in self._desks if here.desk is not None)

    def _gauge(self) -> dict[str, float]:
        """What could grow: tasks, timers, descriptors, memory, objects."""
        gc.collect()
        loop = asyncio.get_running_loop()
        timers = [t for t in getattr(loop, "_scheduled", ()) if not t.cancelled()]
        return {
            "tasks": len(asyncio.all_tasks()),
            "timers": len(timers),
            "fds": len(os.listdir("/proc/self/fd")),
            "rss_kb": _resident_kb(),
        }


def _tell_of_its_fault(task: asyncio.Task[None]) -> None:
    """Into the journal: who reads the verdict has to know that somebody stopped acting."""
    if not task.cancelled() and (error := task.exception()) is not None:
        print_exception(error)


def _resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _place(desk: Desk) -> history.Place | None:
    cursor = desk.replica.cursor
    return None if cursor is None else history.Place(cursor.epoch, cursor.seq, cursor.access)


def _uuid(given: object) -> UUID:
    return given if isinstance(given, UUID) else UUID(str(given))


if __name__ == "__main__":
    asyncio.run(
        DeskProcess(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=ProcessSpec)).run()
    )
