"""Whatever happens to a desk, and wherever it dies: each saved command is done once, in order.

Generated histories of one desk against a small model of the server, on the real encrypted store. A
crash takes the files as they are at some moment: before a transaction, after it, or with a part of
what it was writing, as a power cut may leave it.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinicdesk.contract.commands import Done, WriteDraft
from clinicdesk.contract.problems import Refusal, Stale
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import Delay, OutboxEntry, OutboxState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.revisions import a_revision
from tests.core.sample import NOON, a_draft_command, a_frame, a_prescription, a_snapshot, change

NAMES = ("one", "two", "three")


class Died(Exception):
    """The desk's process ends here."""


class ModelServer:
    """Carries out each identity once, and only upon the version that it was given upon."""

    def __init__(self) -> None:
        self.versions: dict[UUID, int] = {}
        self.answers: dict[UUID, Done | Refusal] = {}
        self.done: list[OutboxEntry] = []
        self.seq = 1

    def carry_out(self, entry: OutboxEntry) -> Done | Refusal:
        if entry.op_id not in self.answers:
            self.answers[entry.op_id] = self._first_time(entry)
        return self.answers[entry.op_id]

    def edit(self, prescription_id: UUID) -> None:
        """Somebody else changes it."""
        if prescription_id in self.versions:
            self.versions[prescription_id] += 1
            self.seq += 1

    def _first_time(self, entry: OutboxEntry) -> Done | Refusal:
        thing = entry.command.prescription_id
        there = self.versions.get(thing, 0)
        creates = isinstance(entry.command, WriteDraft)
        assert creates or entry.version is not None, "sent without a version to match"
        if creates == (there > 0) or (not creates and entry.version != there):
            return Stale(
                detail="It was changed.", entity="prescription", id=thing, current=there,
                state=None, by="somebody", at=NOON,
            )  # fmt: skip
        self.versions[thing] = there + 1
        self.seq += 1
        self.done.append(entry)
        return Done(op_id=entry.op_id, version=there + 1, seq=self.seq)


class Life:
    """One desk through its deaths.

    Attributes:
        saved: What the person was told to be saved, in order. given_up: What they discarded.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incarnation = 0
        self._doom: tuple[int, float] | None = None
        self.path = folder / "0" / "desk.db"
        self.server = ModelServer()
        self.saved: list[UUID] = []
        self.given_up: set[UUID] = set()

    async def begin(self) -> None:
        self.store = await Store.open(self.path, KEY, IDENTITY, lambda: NOON)
        assert self.store.set_aside == []
        self.replica = Replica(self.store.rows, sample.therapist.id, NoTrace())
        await self.replica.load()
        if self.replica.position is None:
            await self.replica.swap(a_snapshot(sample.therapist))
        self.outbox = Outbox(
            self.store.outbox, self.replica, lambda: sample.therapist, lambda: NOON, NoTrace()
        )
        await self.outbox.load()
        thread = self.store.outbox._writer
        transaction = thread.transaction

        async def mortal(work: Callable[..., Any]) -> Any:
            if self._doom is None:
                return await transaction(work)
            (left, share), before = self._doom, self._sizes()
            if left == 0 and share == 0:
                self._die(before, 0)
            answer = await transaction(work)
            if left == 0:
                self._die(before, share)
            self._doom = (left - 1, share)
            return answer

        thread.transaction = mortal  # type: ignore[method-assign]

    async def doomed(self, transactions: int, share: float, step: Callable[[], Any]) -> None:
        """Take a step and die in it: after so many transactions, with `share` of the last one on
        the disk. When the step has fewer, death comes after it."""
        self._doom = (transactions, share)
        with suppress(Died):
            await step()
            self._die(self._sizes(), 1)
        self._doom = None
        await self.store.close()
        self.path = self._next_path
        await self.begin()

    def _sizes(self) -> int:
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.stat().st_size if log.exists() else 0

    def _die(self, log_before: int, share: float) -> None:
        self._incarnation += 1
        self._next_path = self._folder / str(self._incarnation) / "desk.db"
        self._next_path.parent.mkdir()
        shutil.copy(self.path, self._next_path)
        log = self.path.with_name(f"{self.path.name}-wal")
        content = log.read_bytes() if log.exists() else b""
        whole = log_before + int((len(content) - log_before) * share)
        self._next_path.with_name(f"{self.path.name}-wal").write_bytes(content[:whole])
        raise Died

    # What a person and a network do

    async def give(self, name: str) -> None:
        thing = sample.an_id(name)
        known = [e for e in self.outbox.entries() if e.command.prescription_id == thing]
        write = a_draft_command(name=name)
        fresh = not known and self.replica.prescriptions.server_row(thing) is None
        command = write if fresh else a_revision(write)
        self.given_up |= {e.op_id for e in known if e.state is OutboxState.REFUSED}
        submitted = await self.outbox.submit(command)
        self.saved.append(submitted.op_id)

    async def send(self, answers_come: bool) -> None:
        """Every command whose turn it is goes to the server."""
        for entry in self.outbox.next_to_send(frozenset()):
            self.outbox.mark_sending(entry.op_id, sending=True)
            sent = self.outbox.entry(entry.op_id)
            assert sent is not None
            answer = self.server.carry_out(sent)
            if answers_come:
                await self.outbox.finish(entry.op_id, answer)
            else:
                self.outbox.put_off(entry.op_id, Delay.UNREACHABLE, heard=True)

    async def feed(self) -> None:
        """The rows as they are now come, with the commands that made them."""
        position = self.replica.position
        assert position is not None
        if position.cursor.seq == self.server.seq:
            return
        items = [
            change(
                a_prescription(version=version, id=thing),
                seq=self.server.seq,
                op_id=next(
                    (e.op_id for e in reversed(self.server.done)
                     if e.command.prescription_id == thing), None,
                ),
            )
            for thing, version in self.server.versions.items()
        ]  # fmt: skip
        await self.replica.apply(a_frame(position.cursor.seq, self.server.seq, *items))

    async def discard(self, place: int) -> None:
        open_ones = [e for e in self.outbox.entries() if e.state is not OutboxState.DONE]
        if open_ones:
            chosen = open_ones[place % len(open_ones)]
            # Whether this is on the disk when the desk dies, nobody was told.
            doubtful = {e.op_id for e in (chosen, *self.outbox.built_upon(chosen.op_id))}
            self.given_up |= doubtful
            await self.outbox.discard(chosen.op_id)

    async def retry(self, place: int) -> None:
        refused = self.outbox.refused()
        if refused:
            chosen = refused[place % len(refused)]
            old = {e.op_id for e in (chosen, *self.outbox.built_upon(chosen.op_id))}
            self.given_up |= old
            before = {entry.op_id for entry in self.outbox.entries()}
            await self.outbox.retry(chosen.op_id)
            self.saved += [e.op_id for e in self.outbox.entries() if e.op_id not in before]

    # What has to be true

    def nothing_is_lost(self) -> None:
        here = {entry.op_id for entry in self.outbox.entries()}
        for op_id in self.saved:
            done = isinstance(self.server.answers.get(op_id), Done)
            assert done or op_id in here or op_id in self.given_up

    def the_order_is_kept(self) -> None:
        for name in NAMES:
            done = [e for e in self.server.done if e.command.prescription_id == sample.an_id(name)]
            assert len({entry.op_id for entry in done}) == len(done)
            places = [self.saved.index(e.op_id) for e in done if e.op_id in self.saved]
            assert places == sorted(places)

    async def everything_ends(self) -> None:
        for _ in range(len(self.saved) + len(NAMES) + 1):
            await self.send(answers_come=True)
        await self.feed()
        self.nothing_is_lost()
        self.the_order_is_kept()
        assert self.outbox.unsent == 0
        assert all(entry.state is OutboxState.REFUSED for entry in self.outbox.entries())
        for op_id in self.saved:
            assert op_id in self.server.answers or op_id in self.given_up


Step = Callable[[Life], Any]

NAME = st.sampled_from(NAMES)
PLACE = st.integers(0, 5)
STEPS: st.SearchStrategy[tuple[str, Any]] = st.one_of(
    st.tuples(st.just("give"), NAME),
    st.tuples(st.just("give"), NAME),
    st.tuples(st.just("send"), st.booleans()),
    st.tuples(st.just("send"), st.just(True)),
    st.tuples(st.just("feed"), st.none()),
    st.tuples(st.just("edit"), NAME),
    st.tuples(st.just("discard"), PLACE),
    st.tuples(st.just("retry"), PLACE),
)
DEATHS = st.one_of(
    st.none(), st.none(), st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.3, 0.8, 1.0]))
)


async def take(life: Life, step: tuple[str, Any]) -> None:
    match step:
        case ("give", name):
            await life.give(name)
        case ("send", answers_come):
            await life.send(answers_come)
        case ("feed", _):
            await life.feed()
        case ("edit", name):
            life.server.edit(sample.an_id(name))
        case ("discard", place):
            await life.discard(place)
        case ("retry", place):
            await life.retry(place)


async def live(steps: list[tuple[tuple[str, Any], tuple[int, float] | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(Path(folder))
        await life.begin()
        for step, death in steps:
            if death is None:
                await take(life, step)
            else:
                await life.doomed(*death, lambda step=step: take(life, step))
            life.nothing_is_lost()
            life.the_order_is_kept()
        await life.everything_ends()
        await life.store.close()


@given(st.lists(st.tuples(STEPS, DEATHS), min_size=3, max_size=14))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_each_saved_command_is_done_once_and_in_order_wherever_the_desk_dies(
    steps: list[tuple[tuple[str, Any], tuple[int, float] | None]],
) -> None:
    asyncio.run(live(steps))
